//go:build amd64 && !purego

package kernel

import "unsafe"

// firstCache is the size of a first-level data cache.
const firstCache = 32 << 10

// direct computes a product of a B that the first cache holds, without the blocking; it
// tells whether it did. While k is small the stores of C hold up the sums: tiles of few
// rows store in short bursts that the sums of the next tile cover. Where sums are added
// twice as fast a tile needs eight rows to keep them coming.
func direct[T Float](tA bool, m, n, k int, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int, ahead *Ahead) bool {
	sz := sizeOf[T]()
	s := &tileSets[path-AVX2][sz/4-1]
	lanes := s.vector / sz
	cols, rows := 2*lanes, m
	switch bytes := n * k * sz; {
	case n <= lanes && m <= s.narrow:
		cols = lanes
	case n <= 2*lanes && m <= s.rows:
	case bytes > firstCache || k > 32 && ldb*sz%2048 == 0 || !tA && lda*sz%4096 == 0:
		return false
	case n <= lanes:
		cols, rows = lanes, evenly(m, s.narrow)
	default:
		most := 8
		if n%cols == 0 && !(path == AVX512 && twice) { // a tail takes more rows to hide the latency and the call
			if bytes <= firstCache/2 {
				most = 5
			} else if k <= 16 {
				most = 6
			}
		}
		rows = evenly(m, min(most, s.rows))
	}
	rsa, csa, acc := lda*sz, sz, 1
	if tA {
		rsa, csa = sz, lda*sz
	}
	if beta == 0 {
		acc = 0
	}
	whole, width := 0, s.vector*2
	if cols > lanes {
		whole = n / cols
	}
	for i := 0; i < m; i += rows {
		h := min(rows, m-i)
		ap, bp, cp := advance(ptr(a, 0), i*rsa), ptr(b, 0), ptr(c, i*ldc)
		if whole > 0 {
			s.full[h](k, ap, rsa, csa, bp, ldb*sz, cp, ldc*sz, acc, whole, width, (*byte)(unsafe.Pointer(ahead)))
		}
		if w := n - whole*cols; w > 0 {
			s.tail(h, w, sz, k, ap, rsa, csa, advance(bp, whole*width), ldb*sz, advance(cp, whole*width), ldc*sz, acc)
		}
	}
	return true
}

// evenly is the least size of equal parts of m, of which there are as few as most lets be.
func evenly(m, most int) int {
	if m <= most {
		return m
	}
	parts := (m + most - 1) / most
	return (m + parts - 1) / parts
}
