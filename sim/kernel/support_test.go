package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// forPaths runs f once per path that this machine and build have.
func forPaths(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	before, _ := CurrentPath()
	defer UsePath(before)
	for _, p := range Paths() {
		if err := UsePath(p); err != nil {
			t.Fatal(err)
		}
		t.Run(p.String(), f)
	}
}

func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0xed6e)) }

// normal fills a slice of n standard normal values.
func normal[T Float](r *rand.Rand, n int) []T {
	s := make([]T, n)
	for i := range s {
		s[i] = T(r.NormFloat64())
	}
	return s
}

// planes fills the values of a layout, leaving its borders zero.
func planes[T Float](r *rand.Rand, p Planes) []T {
	s := make([]T, p.Len())
	for c := range p.C {
		for y := range p.H {
			for x := range p.W {
				s[p.At(c, y, x)] = T(r.NormFloat64())
			}
		}
	}
	return s
}

// outside lists the values of s that no (c, y, x) of p reaches.
func outside[T Float](s []T, p Planes) []T {
	in := make([]bool, len(s))
	for c := range p.C {
		for y := range p.H {
			for x := range p.W {
				in[p.At(c, y, x)] = true
			}
		}
	}
	var o []T
	for i, v := range s {
		if !in[i] {
			o = append(o, v)
		}
	}
	return o
}

// eps is the distance from 1 to the next value of T.
func eps[T Float]() float64 {
	if sizeOf[T]() == 4 {
		return 0x1p-23
	}
	return 0x1p-52
}

// tiny is the smallest value of T above 0, which is subnormal.
func tiny[T Float]() T {
	if sizeOf[T]() == 4 {
		return T(math.SmallestNonzeroFloat32)
	}
	return T(math.SmallestNonzeroFloat64)
}

// bits is the representation of v, with all NaN alike.
func bits[T Float](v T) uint64 {
	if v != v {
		return math.MaxUint64
	}
	if sizeOf[T]() == 4 {
		return uint64(math.Float32bits(float32(v)))
	}
	return math.Float64bits(float64(v))
}

// sameBits tells where two slices differ in their bits, or "".
func sameBits[T Float](got, want []T) string {
	if len(got) != len(want) {
		return fmt.Sprintf("%d values, want %d", len(got), len(want))
	}
	for i := range got {
		if bits(got[i]) != bits(want[i]) {
			return fmt.Sprintf("value %d of %d is %v, want %v", i, len(got), got[i], want[i])
		}
	}
	return ""
}

// both runs a generic test at both element types.
func both(t *testing.T, f32, f64 func(t *testing.T)) {
	forPaths(t, func(t *testing.T) {
		t.Run("float32", f32)
		t.Run("float64", f64)
	})
}
