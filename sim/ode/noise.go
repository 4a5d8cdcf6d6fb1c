package ode

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Noise gives the Brownian increments of step n of size h, per component:
// dW = W(t+h) - W(t) and I10 = int_t^(t+h) (W(s) - W(t)) ds.
type Noise interface {
	Increments(dw, i10 []float64, n int, h float64) error
}

// Gaussian draws fresh increments: dW is normal with variance h, and
// I10 = h (dW + Z/sqrt 3)/2 with Z independent of dW and of the same law.
type Gaussian struct{ Rand *rand.Rand }

// Increments implements Noise.
func (g Gaussian) Increments(dw, i10 []float64, _ int, h float64) error {
	root := math.Sqrt(h)
	for k := range dw {
		dw[k] = root * g.Rand.NormFloat64()
		i10[k] = h / 2 * (dw[k] + root*g.Rand.NormFloat64()/math.Sqrt(3))
	}
	return nil
}

// Path is one Brownian path on a grid of spacing H, so that several step sizes
// can be driven by the same noise.
type Path struct {
	H       float64
	DW, I10 [][]float64 // per grid interval and component
}

// NewPath draws a path of n intervals.
func NewPath(r *rand.Rand, dim, n int, h float64) *Path {
	p := &Path{H: h, DW: make([][]float64, n), I10: make([][]float64, n)}
	for i := range n {
		p.DW[i], p.I10[i] = make([]float64, dim), make([]float64, dim)
		_ = Gaussian{r}.Increments(p.DW[i], p.I10[i], i, h) // cannot fail
	}
	return p
}

// Coarsen returns the same path on a grid k times wider:
// dW = sum dW_i, I10 = sum (I10_i + H (W_i - W_0)).
func (p *Path) Coarsen(k int) *Path {
	n := len(p.DW) / k
	c := &Path{H: p.H * float64(k), DW: make([][]float64, n), I10: make([][]float64, n)}
	for i := range n {
		dim := len(p.DW[0])
		c.DW[i], c.I10[i] = make([]float64, dim), make([]float64, dim)
		for j := i * k; j < (i+1)*k; j++ {
			for m := range dim {
				c.I10[i][m] += p.I10[j][m] + p.H*c.DW[i][m]
				c.DW[i][m] += p.DW[j][m]
			}
		}
	}
	return c
}

// Increments implements Noise; the step size must be the grid's.
func (p *Path) Increments(dw, i10 []float64, n int, h float64) error {
	if math.Abs(h-p.H) > 1e-12*p.H {
		return fmt.Errorf("ode: steps of %g on a path of spacing %g: coarsen the path to the step", h, p.H)
	}
	if n >= len(p.DW) {
		return fmt.Errorf("ode: step %d is beyond the path's %d intervals", n, len(p.DW))
	}
	copy(dw, p.DW[n])
	copy(i10, p.I10[n])
	return nil
}

// Value returns W at the end of the path, per component.
func (p *Path) Value() []float64 {
	w := make([]float64, len(p.DW[0]))
	for _, d := range p.DW {
		for k, x := range d {
			w[k] += x
		}
	}
	return w
}
