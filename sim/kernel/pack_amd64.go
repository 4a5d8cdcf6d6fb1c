//go:build amd64 && !purego

package kernel

// packA copies alpha·op(A) for rows 0…m and kk inner indices from pc: blocks of rows
// values, inner index outermost within a block.
func packA[T Float](d, a []T, lda int, tA bool, pc, m, kk, rows int, alpha T) {
	for i := 0; i < m; i += rows {
		h := min(rows, m-i)
		q := d[i*kk : (i+h)*kk]
		if tA {
			for p := range kk {
				s := a[(pc+p)*lda+i:][:h]
				t := q[p*h:][:h]
				for l, v := range s {
					t[l] = alpha * v
				}
			}
			continue
		}
		for l := range h {
			o := l
			for _, v := range a[(i+l)*lda+pc:][:kk] {
				q[o] = alpha * v
				o += h
			}
		}
	}
}

// packB copies op(B) for kk inner indices from pc and nn columns from jc: panels of
// cols columns, inner index outermost within a panel.
func packB[T Float](d, b []T, ldb int, tB bool, pc, jc, kk, nn, cols int) {
	if tB {
		packTransposed(d, b, ldb, pc, jc, kk, nn, cols)
		return
	}
	for p := range kk {
		src := b[(pc+p)*ldb+jc:][:nn]
		o := p * cols
		for len(src) > 0 {
			w := min(cols, len(src))
			copy(d[o:o+w], src)
			o += cols * kk
			src = src[w:]
		}
	}
}

func packTransposed[T Float](d, b []T, ldb, pc, jc, kk, nn, cols int) {
	for j := 0; j < nn; j += cols {
		w := min(cols, nn-j)
		q := d[j*kk:]
		l := 0
		for ; l+4 <= w; l += 4 {
			s0, s1 := b[(jc+j+l)*ldb+pc:][:kk], b[(jc+j+l+1)*ldb+pc:][:kk]
			s2, s3 := b[(jc+j+l+2)*ldb+pc:][:kk], b[(jc+j+l+3)*ldb+pc:][:kk]
			o := l
			for p, v := range s0 {
				t := q[o:][:4]
				t[0], t[1], t[2], t[3] = v, s1[p], s2[p], s3[p]
				o += cols
			}
		}
		for ; l < w; l++ {
			o := l
			for _, v := range b[(jc+j+l)*ldb+pc:][:kk] {
				q[o] = v
				o += cols
			}
		}
	}
}
