package ode

import (
	"fmt"
	"math"
)

// SDE is dy = F dt + B dW in the sense of Ito, with diagonal noise: component k
// has a Brownian motion of its own and a diffusion B_k. Milstein and SRIW1 keep
// their strong order where B_k depends on t and y_k alone.
type SDE struct {
	Dim int
	F   func(dy []float64, t float64, y []float64)
	B   func(b []float64, t float64, y []float64)
	// Slope writes dB_k/dy_k. Nil: Milstein takes a difference of width
	// sqrt(h) B_k, which keeps its order.
	Slope func(db []float64, t float64, y []float64)
}

// SDEMethod is a fixed-step method for diagonal noise.
type SDEMethod interface {
	Name() string
	// StrongOrder is that of the root mean square error on given paths,
	// WeakOrder that of expectations.
	StrongOrder() float64
	WeakOrder() float64
	begin(SDE) func(y []float64, t, h float64, dw, i10 []float64)
}

// SolveSDE takes steps of size h from y0 at t0 and returns the final state; y0
// is not changed. visit, if not nil, sees every state from the start on (and
// must not keep y). A state that is not finite ends the run with a *Failure.
func SolveSDE(s SDE, m SDEMethod, y0 []float64, t0, h float64, steps int, noise Noise, visit func(t float64, y []float64)) ([]float64, error) {
	switch {
	case s.F == nil || s.B == nil:
		return nil, fmt.Errorf("ode: the stochastic term needs both F and B")
	case s.Dim < 1 || len(y0) != s.Dim:
		return nil, fmt.Errorf("ode: %d initial values for a stochastic term of dimension %d", len(y0), s.Dim)
	case !(h > 0) || math.IsInf(h, 0) || steps < 0:
		return nil, fmt.Errorf("ode: %d steps of size %v; both must be positive", steps, h)
	case m == nil || noise == nil:
		return nil, fmt.Errorf("ode: a method and a noise are needed")
	}
	y := append([]float64{}, y0...)
	dw, i10 := make([]float64, s.Dim), make([]float64, s.Dim)
	step := m.begin(s)
	if visit != nil {
		visit(t0, y)
	}
	for n := range steps {
		t := t0 + float64(n)*h
		if err := noise.Increments(dw, i10, n, h); err != nil {
			return nil, err
		}
		step(y, t, h, dw, i10)
		if k := firstNotFinite(y); k >= 0 {
			return y, &Failure{Outcome: NotFinite, T: t, Component: k, Step: h}
		}
		if visit != nil {
			visit(t0+float64(n+1)*h, y)
		}
	}
	return y, nil
}

// EulerMaruyama is y + F h + B dW: strong order 1/2, weak order 1.
func EulerMaruyama() SDEMethod { return eulerMaruyama{} }

type eulerMaruyama struct{}

func (eulerMaruyama) Name() string         { return "Euler-Maruyama" }
func (eulerMaruyama) StrongOrder() float64 { return .5 }
func (eulerMaruyama) WeakOrder() float64   { return 1 }

func (eulerMaruyama) begin(s SDE) func([]float64, float64, float64, []float64, []float64) {
	f, b := make([]float64, s.Dim), make([]float64, s.Dim)
	return func(y []float64, t, h float64, dw, _ []float64) {
		s.F(f, t, y)
		s.B(b, t, y)
		for k := range y {
			y[k] += f[k]*h + b[k]*dw[k]
		}
	}
}

// Milstein adds B B' (dW^2 - h)/2: strong order 1, weak order 1.
func Milstein() SDEMethod { return milstein{} }

type milstein struct{}

func (milstein) Name() string         { return "Milstein" }
func (milstein) StrongOrder() float64 { return 1 }
func (milstein) WeakOrder() float64   { return 1 }

func (milstein) begin(s SDE) func([]float64, float64, float64, []float64, []float64) {
	f, b, db, probe := make([]float64, s.Dim), make([]float64, s.Dim), make([]float64, s.Dim), make([]float64, s.Dim)
	return func(y []float64, t, h float64, dw, _ []float64) {
		s.F(f, t, y)
		s.B(b, t, y)
		if s.Slope != nil {
			s.Slope(db, t, y)
			for k := range db {
				db[k] *= b[k]
			}
		} else { // B B' ~ (B(y + sqrt(h) B) - B(y))/sqrt(h)
			root := math.Sqrt(h)
			for k := range probe {
				probe[k] = y[k] + root*b[k]
			}
			s.B(db, t, probe)
			for k := range db {
				db[k] = (db[k] - b[k]) / root
			}
		}
		for k := range y {
			y[k] += f[k]*h + b[k]*dw[k] + db[k]*(dw[k]*dw[k]-h)/2
		}
	}
}

// SRIW1 is the stochastic Runge-Kutta method of A. Roessler, SIAM J. Numer.
// Anal. 48 (2010), for diagonal noise: strong order 3/2, and order 2 on the
// drift without noise.
func SRIW1() SDEMethod { return sriw1{} }

type sriw1 struct{}

func (sriw1) Name() string         { return "SRIW1" }
func (sriw1) StrongOrder() float64 { return 1.5 }
func (sriw1) WeakOrder() float64   { return 2 }

func (sriw1) begin(s SDE) func([]float64, float64, float64, []float64, []float64) {
	vec := func() []float64 { return make([]float64, s.Dim) }
	f1, f2, arg := vec(), vec(), vec()
	b := [4][]float64{vec(), vec(), vec(), vec()}
	return func(y []float64, t, h float64, dw, i10 []float64) {
		root := math.Sqrt(h)
		stage := func(i int, c float64, value func(k int) float64) {
			for k := range arg {
				arg[k] = value(k)
			}
			s.B(b[i], t+c*h, arg)
		}
		s.F(f1, t, y)
		s.B(b[0], t, y)
		for k := range arg {
			arg[k] = y[k] + .75*h*f1[k] + 1.5*b[0][k]*i10[k]/h
		}
		s.F(f2, t+.75*h, arg)
		stage(1, .25, func(k int) float64 { return y[k] + .25*h*f1[k] + .5*root*b[0][k] })
		stage(2, 1, func(k int) float64 { return y[k] + h*f1[k] - root*b[0][k] })
		stage(3, .25, func(k int) float64 {
			return y[k] + .25*h*f1[k] + root*(-5*b[0][k]+3*b[1][k]+.5*b[2][k])
		})
		for k := range y {
			w := dw[k]
			i11 := (w*w - h) / 2 / root
			i111 := (w*w*w - 3*h*w) / 6 / h
			z := i10[k] / h
			y[k] += h*(f1[k]+2*f2[k])/3 +
				(-w-i11+2*z-2*i111)*b[0][k] +
				(4*w+4*i11-4*z+5*i111)/3*b[1][k] +
				(2*w-i11-2*z-2*i111)/3*b[2][k] +
				i111*b[3][k]
		}
	}
}
