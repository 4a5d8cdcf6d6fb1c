// Command gen writes the assembly of package kernel, for AVX-512 (names in z) and
// for AVX2 with FMA (names in y), on float32 (s) and float64 (d). Run it with
// go generate in sim/kernel; the output is committed.
package main

import . "github.com/mmcloughlin/avo/build"

func main() {
	ConstraintExpr("amd64,!purego")
	for _, v := range []vector{{wide: true}, {wide: true, f64: true}, {}, {f64: true}} {
		products(v)
		dots(v)
		rows(v)
		reductions(v)
		depthwise(v)
		pools(v)
		peak(v)
		if !v.wide {
			transpose(v)
		}
	}
	prefetch()
	Generate()
}
