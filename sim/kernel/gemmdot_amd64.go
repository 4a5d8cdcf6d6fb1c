//go:build amd64 && !purego

package kernel

import "unsafe"

// dotBlock is the number of inner indices that gemmDots sums in registers before it
// adds to C: two blocks of eight rows fit the first cache.
const dotBlock = 1024

// dotShape tells which products A·Bᵀ are computed as dot products along the inner
// index: those whose inner index is so long, against the columns, that transposing B
// would cost more. It depends on the shape alone, never on the path.
func dotShape(m, n, k int) bool { return k >= 64 && m <= 64 && n <= 64 }

type dotFunc func(k int, a *byte, lda int, b *byte, ldb int, c *byte, ldc int, alpha *byte, acc int)

// dotSet holds the tiles of one path and type: edge×edge, 1×edge, edge×1 and 1×1.
type dotSet struct {
	edge                     int
	square, across, down, at dotFunc
}

var dotSets = [2][2]dotSet{
	{{2, sdot2x2y, sdot1x2y, sdot2x1y, sdot1x1y}, {2, ddot2x2y, ddot1x2y, ddot2x1y, ddot1x1y}},
	{{4, sdot4x4z, sdot1x4z, sdot4x1z, sdot1x1z}, {4, ddot4x4z, ddot1x4z, ddot4x1z, ddot1x1z}},
}

// gemmDots computes C = alpha·A·Bᵀ + beta·C, beta 0 or 1: per block of the inner
// index, lane sums added by halves, times alpha, added to C.
func gemmDots[T Float](m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	sz := sizeOf[T]()
	s := &dotSets[path-AVX2][sz/4-1]
	sc := takeScratch()
	defer sc.give()
	al := scratchOf[T](sc, 1)
	al[0] = alpha
	alp := (*byte)(unsafe.Pointer(&al[0]))
	for p := 0; p < k; p += dotBlock {
		kk := min(dotBlock, k-p)
		acc := 1
		if p == 0 && beta == 0 {
			acc = 0
		}
		for j, dj := 0, 0; j < n; j += dj {
			if dj = s.edge; n-j < dj {
				dj = 1
			}
			for i, di := 0, 0; i < m; i += di {
				f := s.square
				switch {
				case m-i >= s.edge && dj > 1:
					di = s.edge
				case m-i >= s.edge:
					di, f = s.edge, s.down
				case dj > 1:
					di, f = 1, s.across
				default:
					di, f = 1, s.at
				}
				f(kk, ptr(a, i*lda+p), lda*sz, ptr(b, j*ldb+p), ldb*sz, ptr(c, i*ldc+j), ldc*sz, alp, acc)
			}
		}
	}
}
