package ode

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"edgewise/theory/dynamics"
)

// tanhSDE has the pathwise solution X = tanh(c W + artanh X0):
// dX = -c^2 X(1-X^2) dt + c (1-X^2) dW.
func tanhSDE(c float64) (SDE, func(x0, w float64) float64) {
	return SDE{Dim: 1,
		F:     func(d []float64, _ float64, y []float64) { d[0] = -c * c * y[0] * (1 - y[0]*y[0]) },
		B:     func(b []float64, _ float64, y []float64) { b[0] = c * (1 - y[0]*y[0]) },
		Slope: func(b []float64, _ float64, y []float64) { b[0] = -2 * c * y[0] },
	}, func(x0, w float64) float64 { return math.Tanh(c*w + math.Atanh(x0)) }
}

// geometric has X = X0 exp((a - c^2/2) t + c W) in each of two components.
func geometric(a, c float64) SDE {
	return SDE{Dim: 2,
		F: func(d []float64, _ float64, y []float64) { d[0], d[1] = a*y[0], a*y[1] },
		B: func(b []float64, _ float64, y []float64) { b[0], b[1] = c*y[0], -2*c*y[1] },
	}
}

// Strong orders: root mean square error at the end over 400 paths, every step
// size on the same paths; regression within .3 of the claim.
func TestStrongOrders(t *testing.T) {
	const paths, fine = 400, 256
	term, exact := tanhSDE(.8)
	gbm := geometric(.3, .4)
	free := term
	free.Slope = nil
	coarse := []int{4, 8, 16, 32}
	type problem struct {
		name  string
		term  SDE
		y0    []float64
		exact func(w []float64) []float64
	}
	all := []problem{
		{"tanh", term, []float64{.2}, func(w []float64) []float64 { return []float64{exact(.2, w[0])} }},
		{"tanh, no slope", free, []float64{.2}, func(w []float64) []float64 { return []float64{exact(.2, w[0])} }},
		{"geometric", gbm, []float64{1, 2}, func(w []float64) []float64 {
			return []float64{math.Exp(.3 - .08 + .4*w[0]), 2 * math.Exp(.3-.32-.8*w[1])}
		}},
	}
	for _, m := range []SDEMethod{EulerMaruyama(), Milstein(), SRIW1()} {
		for _, p := range all {
			r := rand.New(rand.NewPCG(5, 1))
			square := make([]float64, len(coarse))
			for range paths {
				path := NewPath(r, p.term.Dim, fine, 1./fine)
				want := p.exact(path.Value())
				for i, k := range coarse {
					c := path.Coarsen(k)
					y, err := SolveSDE(p.term, m, p.y0, 0, c.H, len(c.DW), c, nil)
					if err != nil {
						t.Fatal(err)
					}
					d := distance(y, want)
					square[i] += d * d / paths
				}
			}
			h, e := make([]float64, len(coarse)), make([]float64, len(coarse))
			for i, k := range coarse {
				h[i], e[i] = float64(k)/fine, math.Sqrt(square[i])
			}
			got := slopeOf(h, e)
			t.Logf("%-15s %-15s strong order %.2f", m.Name(), p.name, got)
			if math.Abs(got-m.StrongOrder()) > .3 {
				t.Errorf("%s on %s: strong order %.2f, want %g; errors %v", m.Name(), p.name, got, m.StrongOrder(), e)
			}
		}
	}
}

// Weak orders: error of E[X^2], the exact solution on the same paths being the
// control; regression within .3 of the claim. Every error must stand 4 standard
// errors above the sampling noise.
func TestWeakOrders(t *testing.T) {
	const paths = 30000
	term := SDE{Dim: 1,
		F: func(d []float64, _ float64, y []float64) { d[0] = 1.2 * y[0] },
		B: func(b []float64, _ float64, y []float64) { b[0] = .3 * y[0] },
	}
	for _, m := range []SDEMethod{EulerMaruyama(), Milstein(), SRIW1()} {
		var h, e []float64
		for _, steps := range []int{8, 16, 32} {
			r := rand.New(rand.NewPCG(6, 1))
			mean, square := 0.0, 0.0
			for range paths {
				path := NewPath(r, 1, steps, 1/float64(steps))
				y, err := SolveSDE(term, m, []float64{1}, 0, path.H, steps, path, nil)
				if err != nil {
					t.Fatal(err)
				}
				x := math.Exp(1.2 - .045 + .3*path.Value()[0])
				d := y[0]*y[0] - x*x
				mean += d / paths
				square += d * d / paths
			}
			se := math.Sqrt((square - mean*mean) / paths)
			if math.Abs(mean) < 4*se {
				t.Fatalf("%s: weak error %g with standard error %g: too few paths", m.Name(), mean, se)
			}
			h, e = append(h, 1/float64(steps)), append(e, math.Abs(mean))
		}
		got := slopeOf(h, e)
		t.Logf("%-15s weak order %.2f; errors %v", m.Name(), got, e)
		if math.Abs(got-m.WeakOrder()) > .3 {
			t.Errorf("%s: weak order %.2f, want %g; errors %v", m.Name(), got, m.WeakOrder(), e)
		}
	}
}

// A path keeps its values when it is coarsened, and the increments have the
// moments of Brownian motion: Var dW = h, Var I10 = h^3/3, Cov = h^2/2.
func TestBrownianIncrements(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 1))
	const n, h = 40000, .25
	p := NewPath(r, 2, n, h)
	for _, q := range []*Path{p, p.Coarsen(4)} {
		var ww, wi, ii float64
		for i := range q.DW {
			ww += q.DW[i][1] * q.DW[i][1] / float64(len(q.DW))
			wi += q.DW[i][1] * q.I10[i][1] / float64(len(q.DW))
			ii += q.I10[i][1] * q.I10[i][1] / float64(len(q.DW))
		}
		tol := 5 * math.Sqrt(2/float64(len(q.DW)))
		for _, c := range []struct{ got, want float64 }{{ww, q.H}, {wi, q.H * q.H / 2}, {ii, q.H * q.H * q.H / 3}} {
			if math.Abs(c.got/c.want-1) > tol {
				t.Errorf("H = %g: moment %g, want %g", q.H, c.got, c.want)
			}
		}
	}
	if a, b := p.Value(), p.Coarsen(4).Value(); math.Abs(a[0]-b[0]) > 1e-9 {
		t.Errorf("coarsening moved W from %g to %g", a[0], b[0])
	}
	d := make([]float64, 2)
	if p.Increments(d, d, 0, .3) == nil || p.Increments(d, d, n, h) == nil {
		t.Error("a step off the path's grid was accepted")
	}
}

// Without noise SRIW1 is a Runge-Kutta method of order 2, Euler-Maruyama and
// Milstein are Euler's.
func TestNoiselessOrders(t *testing.T) {
	term := SDE{Dim: 1,
		F: func(d []float64, _ float64, y []float64) { d[0] = y[0] * (1 - y[0]) },
		B: func(b []float64, _ float64, _ []float64) { b[0] = 0 },
	}
	for _, c := range []struct {
		m    SDEMethod
		want float64
	}{{EulerMaruyama(), 1}, {Milstein(), 1}, {SRIW1(), 2}} {
		var h, e []float64
		for _, steps := range []int{32, 64, 128} {
			y, err := SolveSDE(term, c.m, []float64{.1}, 0, 2/float64(steps), steps, Gaussian{rand.New(rand.NewPCG(1, 1))}, nil)
			if err != nil {
				t.Fatal(err)
			}
			h, e = append(h, 1/float64(steps)), append(e, math.Abs(y[0]-1/(1+9*math.Exp(-2))))
		}
		if got := slopeOf(h, e); math.Abs(got-c.want) > .15 {
			t.Errorf("%s: order %.2f without noise, want %g", c.m.Name(), got, c.want)
		}
	}
}

func TestSameSeedSamePath(t *testing.T) {
	term, _ := tanhSDE(1)
	run := func() []float64 {
		var seen []float64
		_, err := SolveSDE(term, SRIW1(), []float64{0}, 0, .01, 100, Gaussian{rand.New(rand.NewPCG(3, 9))}, func(_ float64, y []float64) { seen = append(seen, y[0]) })
		if err != nil {
			t.Fatal(err)
		}
		return seen
	}
	a, b := run(), run()
	if !slices.Equal(a, b) || len(a) != 101 {
		t.Error("the same seed gave another path")
	}
}

func TestSDEFailures(t *testing.T) {
	term, _ := tanhSDE(1)
	noise := Gaussian{rand.New(rand.NewPCG(1, 1))}
	for _, call := range []func() ([]float64, error){
		func() ([]float64, error) {
			return SolveSDE(SDE{Dim: 1}, Milstein(), []float64{0}, 0, .1, 1, noise, nil)
		},
		func() ([]float64, error) { return SolveSDE(term, Milstein(), []float64{0, 1}, 0, .1, 1, noise, nil) },
		func() ([]float64, error) { return SolveSDE(term, Milstein(), []float64{0}, 0, 0, 1, noise, nil) },
		func() ([]float64, error) { return SolveSDE(term, nil, []float64{0}, 0, .1, 1, noise, nil) },
		func() ([]float64, error) { return SolveSDE(term, Milstein(), []float64{0}, 0, .1, 1, nil, nil) },
	} {
		if _, err := call(); err == nil {
			t.Error("bad arguments were accepted")
		}
	}
	explode := SDE{Dim: 1, F: func(d []float64, _ float64, y []float64) { d[0] = y[0] * y[0] * y[0] }, B: func(b []float64, _ float64, _ []float64) { b[0] = 0 }}
	_, err := SolveSDE(explode, EulerMaruyama(), []float64{10}, 0, .1, 50, noise, nil)
	var f *Failure
	if !errors.As(err, &f) || f.Outcome != NotFinite {
		t.Errorf("explosion: %v", err)
	}
}

// P5.9: the SDE of a one-sample search under weight decay reaches the
// stationary density of theory/dynamics.
func TestSampledEdgeSDEReachesItsDensity(t *testing.T) {
	edge, err := dynamics.NewSampledEdge(.02, .02, .0104, .05)
	if err != nil {
		t.Fatal(err)
	}
	term := SDE{Dim: 1,
		F: func(d []float64, _ float64, y []float64) { d[0] = edge.Drift(y[0]) },
		B: func(b []float64, _ float64, y []float64) { b[0] = edge.Diffusion(y[0]) },
	}
	rest, _ := edge.Rest()
	spread, _ := edge.StationarySpread()
	const n = 2001
	d, rho := make([]float64, n), make([]float64, n)
	for i := range d {
		d[i] = rest + 12*spread*(float64(i)/(n-1)-.5)
	}
	if err := edge.StationaryDensity(rho, d); err != nil {
		t.Fatal(err)
	}
	var mean, square float64
	for i, x := range d {
		mean += (d[1] - d[0]) * rho[i] * x
		square += (d[1] - d[0]) * rho[i] * x * x
	}
	var m1, m2 float64
	count := 0
	_, err = SolveSDE(term, SRIW1(), []float64{rest}, 0, 25, 80000, Gaussian{rand.New(rand.NewPCG(8, 1))}, func(_ float64, y []float64) {
		m1 += y[0]
		m2 += y[0] * y[0]
		count++
	})
	if err != nil {
		t.Fatal(err)
	}
	m1 /= float64(count)
	m2 = m2/float64(count) - m1*m1
	// Correlation time 1/(eta decay) = 1000 steps in 2e6: 1000 effective samples.
	if want := square - mean*mean; math.Abs(m1-mean) > 5*math.Sqrt(want/1000) || math.Abs(m2/want-1) > .25 {
		t.Errorf("simulated mean %g, variance %g; density %g, %g", m1, m2, mean, want)
	}
}
