//go:build amd64 && !purego

package kernel

import "unsafe"

// packA copies alpha·op(A), rows 0…h from row i and kk inner indices from pc, to d
// with leading dimension ld: as it lies, so [row][inner] or, transposed, [inner][row].
func packA[T Float](d, a []T, lda, ld int, tA bool, i, pc, h, kk int, alpha T) {
	sz := sizeOf[T]()
	if tA {
		rowsOf[T]().scale(kk, h, ptr(d, 0), ld*sz, ptr(a, pc*lda+i), lda*sz, word(alpha))
		return
	}
	rowsOf[T]().scale(h, kk, ptr(d, 0), ld*sz, ptr(a, i*lda+pc), lda*sz, word(alpha))
}

// packB copies op(B) for kk inner indices from pc and nn columns from jc: panels of
// cols columns, inner index outermost within a panel.
func packB[T Float](d, b []T, ldb int, tB bool, pc, jc, kk, nn, cols int) {
	sz := sizeOf[T]()
	whole := nn / cols
	if !tB && whole > 1 { // along the rows of B: a row of it is a row of each panel
		for p := range kk {
			rowsOf[T]().copy(whole, cols, ptr(d, p*cols), cols*kk*sz, ptr(b, (pc+p)*ldb+jc), cols*sz)
			if o := (pc+p)*ldb + jc + nn; o < len(b) {
				prefetch(whole*cols*sz/64, uintptr(unsafe.Pointer(ptr(b, o))))
			}
		}
	} else {
		whole = 0
	}
	for j := whole * cols; j < nn; j += cols {
		w := min(cols, nn-j)
		if tB {
			packTransposed(d[j*kk:], b[(jc+j)*ldb+pc:], ldb, kk, w, cols, len(b)*sz > memoryBytes)
		} else {
			rowsOf[T]().copy(kk, w, ptr(d, j*kk), cols*sz, ptr(b, pc*ldb+jc+j), ldb*sz)
		}
	}
}

// transposedRows is how many rows of a panel packTransposed fills at once: so few that the
// first cache holds them until all their columns are there.
const transposedRows = 128

// packTransposed copies the transpose of w rows of kk values, ldb apart, to kk rows of
// w values, cols apart: squares of 32 bytes first, then what is left. It asks for the rows
// below if they are far.
func packTransposed[T Float](d, b []T, ldb, kk, w, cols int, far bool) {
	sz := sizeOf[T]()
	edge := 32 / sz
	squares, wide, ahead := kk/edge*edge, w/edge*edge, 0
	if far {
		ahead = 1
	}
	transpose := stransposey
	if sz == 8 {
		transpose = dtransposey
	}
	for p := 0; p < squares; p += transposedRows {
		blocks := min(transposedRows, squares-p) / edge
		for l := 0; l < wide; l += edge {
			transpose(blocks, ptr(b, l*ldb+p), ldb*sz, ptr(d, p*cols+l), cols*sz, ahead)
		}
	}
	for p := squares; p < kk; p++ {
		for l := range wide {
			d[p*cols+l] = b[l*ldb+p]
		}
	}
	for l := wide; l < w; l++ {
		o := l
		for _, v := range b[l*ldb:][:kk] {
			d[o] = v
			o += cols
		}
	}
}
