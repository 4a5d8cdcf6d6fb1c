//go:build amd64 && !purego

package kernel

import "unsafe"

// Block sizes of the matrix product: innerBlock values of the inner index are summed
// before C is touched; columnBlock columns of B are packed at a time; a block of A
// takes rowBlockBytes, the panels of B under it panelBytes where all rows fit one block
// and B, not transposed, is larger than cachedBytes. The caches keep no B larger than memoryBytes.
const (
	innerBlock    = 384
	columnBlock   = 2048
	rowBlockBytes = 512 << 10
	panelBytes    = 192 << 10
	cachedBytes   = 512 << 10
	memoryBytes   = 6 << 20
)

// gemm is Gemm on checked arguments with m, n, k > 0 and alpha ≠ 0.
func gemm[T Float](tA, tB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int, ahead *Ahead) {
	if path == Portable {
		scaleC(m, n, beta, c, ldc)
		gemmGo(tA, tB, m, n, k, alpha, a, lda, b, ldb, c, ldc)
		return
	}
	if beta != 0 && beta != 1 {
		scaleC(m, n, beta, c, ldc)
		beta = 1
	}
	if !tA && tB && dotShape(m, n, k) {
		gemmDots(m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, ahead)
		return
	}
	if !tB && alpha == 1 && k <= innerBlock && direct(tA, m, n, k, a, lda, b, ldb, beta, c, ldc, ahead) {
		return
	}
	g := blocked[T]{tA: tA, tB: tB, m: m, n: n, k: k, alpha: alpha, a: a, lda: lda, b: b, ldb: ldb, beta: beta, c: c, ldc: ldc, ahead: ahead}
	g.run()
}

// blocked is one product C = alpha·op(A)·op(B) + beta·C with beta 0 or 1 in progress.
type blocked[T Float] struct {
	tA, tB       bool
	m, n, k      int
	alpha, beta  T
	a, b, c      []T
	lda, ldb     int
	ldc          int
	set          *tiles
	ahead        *Ahead
	rows, cols   int // of a tile
	packA, packB bool
	pa, pb       []T // packed block of A and panels of B
	ld           int // leading dimension of pa
	ic, mm       int // the row block
	pc, kk       int // the inner block
	jc, nn       int // the column block
}

func (g *blocked[T]) run() {
	sz := sizeOf[T]()
	g.set = &tileSets[path-AVX2][sz/4-1]
	lanes := g.set.vector / sz
	g.cols = 2 * lanes
	most := g.set.rows
	if g.n <= lanes {
		g.cols, most = lanes, g.set.narrow
	}
	many := 4 * most // rows that repay packing
	if g.k <= 64 && g.n > lanes && g.m > most {
		most = min(most, 8) // short bursts of stores, as in direct
	}
	g.rows = evenly(g.m, most)
	several := g.m > g.rows
	kc, nc := min(innerBlock, g.k), min(columnBlock, (g.n+g.cols-1)/g.cols*g.cols)
	mc := min(g.m, max(1, rowBlockBytes/(kc*sz*g.rows))*g.rows)
	size := g.k * g.n * sz
	pack := several && g.k > 32 && (g.m > many && g.n*sz >= 4096 || g.ldb*sz%2048 == 0)
	stream := !g.tB && several && mc == g.m && g.cols > lanes && g.set.moving != nil && (pack && size >= streamedBytes || g.k >= 16 && size > memoryBytes)
	g.packB = g.tB || stream || pack
	g.packA = g.alpha != 1 || g.m > 4 && !g.tA && g.lda*sz%4096 == 0 && g.n >= 4*g.cols
	if g.packB && mc == g.m { // every panel of B is used at once: pack few at a time
		panels := 1
		if !g.tB && size > cachedBytes { // along rows of B that come from memory
			panels = max(1, panelBytes/(kc*sz*g.cols))
		}
		nc = min(nc, panels*g.cols)
	}
	na, nb := 0, 0
	if g.packA {
		if g.ld = kc; g.tA {
			g.ld = mc
		}
		g.ld = (g.ld+15)&^15 + 16 // rows start on cache lines of different sets
		if na = mc * g.ld; g.tA {
			na = kc * g.ld
		}
	}
	if stream {
		nc, nb = streamSizes(kc, g.cols, sz)
	} else if g.packB {
		nb = (nc*kc + 15) &^ 15
	}
	if na+nb > 0 {
		s := takeScratch()
		defer s.give()
		buf := scratchOf[T](s, na+nb)
		g.pb, g.pa = buf[:nb], buf[nb:nb+na]
	}
	if stream {
		g.stream(nc, kc)
	} else if mc < g.m || !g.packB {
		g.columnsFirst(mc, nc, kc)
	} else {
		g.innerFirst(nc, kc)
	}
}

// columnsFirst packs a column block of B per inner block and walks the row blocks under it.
func (g *blocked[T]) columnsFirst(mc, nc, kc int) {
	for g.jc = 0; g.jc < g.n; g.jc += nc {
		g.nn = min(nc, g.n-g.jc)
		for g.pc = 0; g.pc < g.k; g.pc += kc {
			g.kk = min(kc, g.k-g.pc)
			if g.packB {
				packB(g.pb, g.b, g.ldb, g.tB, g.pc, g.jc, g.kk, g.nn, g.cols)
			}
			for g.ic = 0; g.ic < g.m; g.ic += mc {
				g.mm = min(mc, g.m-g.ic)
				if g.packA && (g.jc == 0 || g.k > kc || g.m > mc) {
					packA(g.pa, g.a, g.lda, g.ld, g.tA, g.ic, g.pc, g.mm, g.kk, g.alpha)
				}
				g.block()
			}
		}
	}
}

// innerFirst keeps all rows of an inner block of A and packs single panels of B.
func (g *blocked[T]) innerFirst(nc, kc int) {
	g.mm = g.m
	for g.pc = 0; g.pc < g.k; g.pc += kc {
		g.kk = min(kc, g.k-g.pc)
		if g.packA {
			packA(g.pa, g.a, g.lda, g.ld, g.tA, 0, g.pc, g.m, g.kk, g.alpha)
		}
		for g.jc = 0; g.jc < g.n; g.jc += nc {
			g.nn = min(nc, g.n-g.jc)
			packB(g.pb, g.b, g.ldb, g.tB, g.pc, g.jc, g.kk, g.nn, g.cols)
			g.block()
		}
	}
}

// block computes all tiles of one row, inner and column block. For a short inner
// index C dominates: it is streamed along its rows within panels of B that fit the cache.
func (g *blocked[T]) block() {
	panel := g.cols
	if g.kk <= 64 {
		panel = max(g.cols, (96<<10)/(g.kk*sizeOf[T]())/g.cols*g.cols)
	}
	for j0 := 0; j0 < g.nn; j0 += panel {
		j1 := min(g.nn, j0+panel)
		for i := 0; i < g.mm; i += g.rows {
			g.rowTiles(i, j0, j1)
		}
	}
}

// rowTiles computes the tiles of rows i… of the row block and columns j0 to j1 of the
// column block.
func (g *blocked[T]) rowTiles(i, j0, j1 int) {
	sz := sizeOf[T]()
	h := min(g.rows, g.mm-i)
	ap, rsa, csa := g.rowsA(i)
	acc := g.adds()
	bp, ldb, step := (*byte)(nil), g.cols*sz, g.cols*g.kk*sz
	if g.packB {
		bp = ptr(g.pb, j0*g.kk)
	} else {
		bp, ldb, step = ptr(g.b, g.pc*g.ldb+g.jc+j0), g.ldb*sz, g.cols*sz
	}
	cp := ptr(g.c, (g.ic+i)*g.ldc+g.jc+j0)
	whole := 0
	if g.cols*sz == 2*g.set.vector {
		whole = (j1 - j0) / g.cols
	}
	if whole > 0 {
		g.set.full[h](g.kk, ap, rsa, csa, bp, ldb, cp, g.ldc*sz, acc, whole, step, (*byte)(unsafe.Pointer(g.ahead)))
	}
	for j := whole; j*g.cols < j1-j0; j++ {
		g.set.tail(h, min(g.cols, j1-j0-j*g.cols), sz, g.kk, ap, rsa, csa, advance(bp, j*step), ldb, advance(cp, j*g.cols*sz), g.ldc*sz, acc)
	}
}

// rowsA is where rows i… of the row block are, with the strides between rows and along them.
func (g *blocked[T]) rowsA(i int) (ap *byte, rsa, csa int) {
	sz := sizeOf[T]()
	switch {
	case g.packA && g.tA:
		return ptr(g.pa, i), sz, g.ld * sz
	case g.packA:
		return ptr(g.pa, i*g.ld), g.ld * sz, sz
	case g.tA:
		return ptr(g.a, g.pc*g.lda+g.ic+i), sz, g.lda * sz
	}
	return ptr(g.a, (g.ic+i)*g.lda+g.pc), g.lda * sz, sz
}

// adds is 1 if the inner block is added to C, 0 if it is the first and sets it.
func (g *blocked[T]) adds() int {
	if g.pc == 0 && g.beta == 0 {
		return 0
	}
	return 1
}
