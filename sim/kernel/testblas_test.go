package kernel

import (
	"testing"

	"gonum.org/v1/gonum/blas/testblas"
)

// TestBlas runs gonum's own suite on what this package implements, and on some level
// 3 routines that Double inherits. The suite has no float32 half: Single is held by the
// gauge tests of this package, which run on both types.
func TestBlas(t *testing.T) {
	forPaths(t, func(t *testing.T) {
		d := Double{}
		t.Run("Dgemm", func(t *testing.T) { testblas.TestDgemm(t, d) })
		t.Run("Dgemv", func(t *testing.T) { testblas.DgemvTest(t, d) })
		t.Run("Dger", func(t *testing.T) { testblas.DgerTest(t, d) })
		t.Run("Daxpy", func(t *testing.T) { testblas.DaxpyTest(t, d) })
		t.Run("Ddot", func(t *testing.T) { testblas.DdotTest(t, d) })
		t.Run("Dscal", func(t *testing.T) { testblas.DscalTest(t, d) })
		t.Run("Dsyrk", func(t *testing.T) { testblas.DsyrkTest(t, d) })
		t.Run("Dtrsm", func(t *testing.T) { testblas.DtrsmTest(t, d) })
		t.Run("Dasum", func(t *testing.T) { testblas.DasumTest(t, d) })
		t.Run("Dnrm2", func(t *testing.T) { testblas.Dnrm2Test(t, d) })
	})
}
