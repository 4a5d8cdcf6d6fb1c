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
