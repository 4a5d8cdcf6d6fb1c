//go:build amd64 && !purego

package kernel

// dotBytes is how much of a row gemmDots sums in registers before it adds to C: eight
// rows of a tile fit the first cache, and the rows of all tiles the second.
const dotBytes = 4096

// dotBlock is the number of inner indices in dotBytes.
func dotBlock[T Float]() int { return dotBytes / sizeOf[T]() }

// dotShape tells which products A·Bᵀ are computed as dot products along the inner
// index: those whose inner index is so long, against the columns, that transposing B
// would cost more. It depends on the shape alone, never on the path.
func dotShape(m, n, k int) bool { return k >= 64 && m <= 64 && n <= 64 }

// dotAhead is the number of cache lines that a tile of dot products takes off the queue.
const dotAhead = 16

type dotFunc func(k int, a *byte, lda int, b *byte, ldb int, c *byte, ldc int, alpha uint64, acc, near int)

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
func gemmDots[T Float](m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int, ahead *Ahead) {
	sz, block := sizeOf[T](), dotBlock[T]()
	s := &dotSets[path-AVX2][sz/4-1]
	near := 1
	if twice { // there the processor's own fetching is enough, and asking costs it loads
		near = 0
	}
	for p := 0; p < k; p += block {
		kk := min(block, k-p)
		acc := 1
		if p == 0 && beta == 0 {
			acc = 0
		}
		for i, di := 0, 0; i < m; i += di {
			if di = s.edge; m-i < di {
				di = 1
			}
			for j, dj := 0, 0; j < n; j += dj {
				ahead.take(dotAhead)
				f := s.square
				switch {
				case n-j >= s.edge && di > 1:
					dj = s.edge
				case n-j >= s.edge:
					dj, f = s.edge, s.across
				case di > 1:
					dj, f = 1, s.down
				default:
					dj, f = 1, s.at
				}
				f(kk, ptr(a, i*lda+p), lda*sz, ptr(b, j*ldb+p), ldb*sz, ptr(c, i*ldc+j), ldc*sz, word(alpha), acc, near)
			}
		}
	}
}
