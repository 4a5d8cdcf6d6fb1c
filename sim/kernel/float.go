// Package kernel holds the numeric loops that a search step spends its time in:
// matrix products behind gonum's blas.Float32 and blas.Float64, direct depthwise
// convolution, pooling, batch normalisation and ReLU, forward and backward.
//
// Every function works on one image (or one matrix), on the calling goroutine,
// without allocation in the steady state; callers parallelise over images. The
// bytes of a result depend on the arguments and the instruction path alone, never
// on GOMAXPROCS.
//
// # Not-a-number policy
//
// Every product is computed: zero coefficients, zero weights and zero entries are
// multiplied like any other, so 0·NaN = NaN and 0·Inf = NaN reach the result.
// (gonum's own Gemm skips zero entries of A.) The two exceptions are BLAS's:
// beta = 0 means that C is not read, and alpha = 0 that A and B are not read.
// Padding cells that lie outside an image are the number 0 and are multiplied too.
// ReLU, max pooling and the moments pass NaN on.
//
// # Which paths agree
//
// The path (portable, AVX2 with FMA, AVX-512) is chosen at start, see PathVariable.
// Element-wise passes, pools, channel sums and level 1 give the same bits on all paths
// and machines: element-wise passes and level 1 round after every operation, channel
// sums use fused multiply-add in float64 on sixteen lanes.
//
// Matrix products and depthwise sums use fused multiply-add in the type itself on the
// vector paths, which give the same bits as each other and as the exact fused twins in
// the tests: Gemm adds products along the inner index in blocks of 384 (A·Bᵀ with small
// m and n: on 64 bytes of lanes, in blocks of 1024), Depthwise adds taps in row-major
// order, DepthwiseBackwardWeights adds columns on 64 bytes of lanes, strip by strip,
// rows by their residue modulo the dilation. The portable path rounds products
// separately, because exact fused float32 arithmetic costs ten operations in Go, and
// agrees within 16·eps times the gauge Σ|a·b|.
package kernel

import "unsafe"

// Float is the element type of every kernel.
type Float interface{ float32 | float64 }

// sizeOf is the size of T in bytes.
func sizeOf[T Float]() int {
	var z T
	return int(unsafe.Sizeof(z))
}

// lanesOf is the number of values of T in 64 bytes: the fixed lane count of the
// reductions that promise the same bits on every path.
func lanesOf[T Float]() int { return 64 / sizeOf[T]() }
