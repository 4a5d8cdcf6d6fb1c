//go:build amd64 && !purego

package kernel

import "unsafe"

// A packed B of streamedBytes or more is streamed; two blocks of it take streamBytes of
// the second cache.
const (
	streamedBytes = 256 << 10
	streamBytes   = 600 << 10
)

// streamSizes is the number of columns of a block of B, and what two of them take.
func streamSizes(kc, cols, sz int) (nc, values int) {
	nc = min(max(1, streamBytes/(2*kc*cols*sz)), 32) * cols
	return nc, 2 * kc * (nc + 64/sz)
}

// stream computes a product of few rows whose B comes from memory, in blocks of all rows:
// while the tiles of the first two row blocks of a block of B are computed they copy the
// next block, so that its lines arrive under their sums. Each row is used up at once: rows
// of B that are a multiple of a page apart would throw each other out of the caches.
func (g *blocked[T]) stream(nc, kc int) {
	sz := sizeOf[T]()
	ld := nc + 64/sz
	now, next := g.pb[:kc*ld], g.pb[kc*ld:]
	ready := false
	g.mm = g.m
	for g.pc = 0; g.pc < g.k; g.pc += kc {
		g.kk = min(kc, g.k-g.pc)
		if g.packA {
			packA(g.pa, g.a, g.lda, g.ld, g.tA, 0, g.pc, g.m, g.kk, g.alpha)
		}
		for g.jc = 0; g.jc < g.n; g.jc += nc {
			g.nn = min(nc, g.n-g.jc)
			if !ready {
				g.copyRows(now, ld)
			}
			pc, jc := g.pc, g.jc+nc
			if jc >= g.n {
				pc, jc = pc+kc, 0
			}
			ready = pc+g.kk <= g.k && jc+nc <= g.n && g.nn == nc && (g.kk == kc || pc == g.pc)
			for i, part := 0, 0; i < g.m; i, part = i+g.rows, part+1 {
				if !ready || part > 1 {
					g.tilesOf(i, now, ld)
					continue
				}
				h := min(g.rows, g.m-i)
				ap, rsa, csa := g.rowsA(i)
				lines := nc * sz / 64
				done := part * g.kk * lines / 2
				row, col := done/lines, done%lines
				g.set.moving[h](g.kk, ap, rsa, csa, ptr(now, 0), ld*sz, ptr(g.c, i*g.ldc+g.jc), g.ldc*sz, g.adds(), nc/g.cols, g.cols*sz,
					advance(ptr(g.b, (pc+row)*g.ldb+jc), col*64), g.ldb*sz, advance(ptr(next, row*ld), col*64), ld*sz, lines-col, lines)
			}
			now, next = next, now
		}
	}
}

// tilesOf computes the tiles of rows i… with the block of B at b.
func (g *blocked[T]) tilesOf(i int, b []T, ld int) {
	sz := sizeOf[T]()
	h := min(g.rows, g.m-i)
	ap, rsa, csa := g.rowsA(i)
	whole := g.nn / g.cols
	if whole > 0 {
		g.set.full[h](g.kk, ap, rsa, csa, ptr(b, 0), ld*sz, ptr(g.c, i*g.ldc+g.jc), g.ldc*sz, g.adds(), whole, g.cols*sz, (*byte)(unsafe.Pointer(g.ahead)))
	}
	if w, j := g.nn%g.cols, whole*g.cols; w > 0 {
		g.set.tail(h, w, sz, g.kk, ap, rsa, csa, ptr(b, j), ld*sz, ptr(g.c, i*g.ldc+g.jc+j), g.ldc*sz, g.adds())
	}
}

// copyRows copies a block of B to d with leading dimension ld.
func (g *blocked[T]) copyRows(d []T, ld int) {
	sz := sizeOf[T]()
	for p := range g.kk {
		if o := (g.pc+p+1)*g.ldb + g.jc; o < len(g.b) {
			prefetch((g.nn*sz+63)/64, uintptr(unsafe.Pointer(ptr(g.b, o))))
		}
		rowsOf[T]().copy(1, g.nn, ptr(d, p*ld), ld*sz, ptr(g.b, (g.pc+p)*g.ldb+g.jc), g.ldb*sz)
	}
}
