// Command gen writes the assembly of package kernel, one file for AVX-512 (names in z)
// or AVX2 with FMA (names in y) on float32 (s) or float64 (d). Run it with go generate
// in sim/kernel; the output is committed.
package main

import (
	"flag"
	"log"

	. "github.com/mmcloughlin/avo/build"
)

func main() {
	set := flag.String("set", "", "instructions and type: avx512-float32, avx512-float64, avx2-float32 or avx2-float64")
	flag.Parse()
	v, ok := map[string]vector{
		"avx512-float32": {wide: true},
		"avx512-float64": {wide: true, f64: true},
		"avx2-float32":   {},
		"avx2-float64":   {f64: true},
	}[*set]
	if !ok {
		log.Fatalf("gen: -set %q: want avx512-float32, avx512-float64, avx2-float32 or avx2-float64", *set)
	}
	ConstraintExpr("amd64,!purego")
	products(v)
	dots(v)
	rows(v)
	reductions(v)
	blend(v)
	if !v.f64 {
		blockSums(v)
	}
	depthwise(v)
	if v.wide {
		depthwise(vector{wide: true, f64: v.f64, half: true})
	}
	pools(v)
	peak(v)
	if !v.wide {
		transpose(v)
	}
	if !v.wide && !v.f64 {
		prefetch()
	}
	Generate()
}
