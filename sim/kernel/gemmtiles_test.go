package kernel

import "testing"

func TestGemmTiles(t *testing.T) { both(t, testGemmTiles[float32], testGemmTiles[float64]) }

// testGemmTiles takes every number of rows that a micro-kernel may have, by itself
// and left over below whole tiles, with columns below, at and above one and two
// vectors of either width: no micro-kernel of any path goes unvisited.
func testGemmTiles[T Float](t *testing.T) {
	r := random(41)
	step := 0
	for rows := 1; rows <= 33; rows++ {
		for _, lanes := range []int{4, 8, 16} {
			for _, n := range []int{lanes - 1, lanes, lanes + 1, 2*lanes - 1, 2 * lanes, 2*lanes + 1, 4 * lanes, 5*lanes + 1} {
				for _, tA := range transposes {
					step++
					k := []int{1, 7, 70}[step%3]
					if raceEnabled && step%5 != 0 {
						continue // the portable loops run some twenty times slower
					}
					newProduct(r, tA, transposes[0], rows, n, k, step%2, 1, []T{0, 1}[step/2%2]).check(t)
				}
			}
		}
	}
}

func TestGemmStream(t *testing.T) { both(t, testGemmStream[float32], testGemmStream[float64]) }

// testGemmStream takes products of few rows with a B that no first or second cache
// holds: each equals, bit by bit, its columns computed few at a time.
func testGemmStream[T Float](t *testing.T) {
	r := random(42)
	step := 0
	for _, m := range []int{15, 16, 17, 29, 30, 43, 100} {
		for _, s := range [][2]int{{40, 4096}, {128, 1536}, {129, 1057}, {384, 512}, {768, 512}, {768, 1152}, {16, 105001}} {
			if step++; raceEnabled && step%5 != 0 || s[1] > 1e5 && m != 16 {
				continue // the portable loops run some twenty times slower
			}
			k, n := s[0], s[1]
			p := newProduct(r, transposes[step%2], transposes[0], m, n, k, step%5/4, []T{1, 1, 2}[step%3], []T{0, 1}[step/2%2])
			c, want := append([]T(nil), p.c...), append([]T(nil), p.c...)
			p.run(c)
			for j := 0; j < n; j += 48 {
				w := min(48, n-j)
				Gemm(p.tA, p.tB, m, w, k, p.alpha, p.a, p.lda, p.b[j:], p.ldb, p.beta, want[j:], p.ldc)
			}
			if d := sameBits(want, c); d != "" {
				t.Fatalf("%v: %s", p, d)
			}
		}
	}
}
