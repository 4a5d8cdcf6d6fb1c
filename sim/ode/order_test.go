package ode

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"edgewise/theory/cost"
	"edgewise/theory/dynamics"
)

// slopeOf is the least-squares slope of log2(err) against log2(h).
func slopeOf(h, err []float64) float64 {
	var sx, sy, sxx, sxy float64
	n := float64(len(h))
	for i := range h {
		x, y := math.Log2(h[i]), math.Log2(err[i])
		sx += x
		sy += y
		sxx += x * x
		sxy += x * y
	}
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}

// solved is a term with its exact solution.
type solved struct {
	name  string
	term  Term
	y0    []float64
	end   float64
	exact func(t float64) []float64
}

func solvedProblems() []solved {
	r := rand.New(rand.NewPCG(1, 1))
	const n = 10
	a := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			a.Set(i, j, r.NormFloat64()/math.Sqrt(n))
		}
	}
	y0 := make([]float64, n)
	for i := range y0 {
		y0[i] = r.NormFloat64()
	}
	costs := []float64{0, .7, -.4, 1.3}
	p0 := []float64{.4, .3, .2, .1}
	return []solved{
		{"linear", Term{Dim: n, Autonomous: true, F: func(d []float64, _ float64, y []float64) {
			mat.NewVecDense(n, d).MulVec(a, mat.NewVecDense(n, y))
		}}, y0, 2, func(t float64) []float64 {
			var scaled, e mat.Dense
			scaled.Scale(t, a)
			e.Exp(&scaled)
			out := make([]float64, n)
			mat.NewVecDense(n, out).MulVec(&e, mat.NewVecDense(n, y0))
			return out
		}},
		{"logistic", Term{Dim: 1, Autonomous: true, F: func(d []float64, _ float64, y []float64) { d[0] = y[0] * (1 - y[0]) }},
			[]float64{.1}, 4, func(t float64) []float64 { return []float64{1 / (1 + 9*math.Exp(-t))} }},
		{"replicator", Term{Dim: 4, Autonomous: true, F: func(d []float64, _ float64, y []float64) {
			cost.DARTS(d, y, costs)
			for k := range d {
				d[k] = -d[k]
			}
		}}, p0, 3, func(t float64) []float64 {
			p, x := make([]float64, 4), make([]float64, 4)
			for k := range x {
				x[k] = t * costs[k]
			}
			dynamics.Replicator(p, p0, x)
			return p
		}},
		{"sine", Term{Dim: 1, Autonomous: true, F: func(d []float64, _ float64, y []float64) { d[0] = math.Sin(y[0]) }},
			[]float64{.1}, 6, func(t float64) []float64 { return []float64{2 * math.Atan(math.Tan(.05)*math.Exp(t))} }},
		{"forced", Term{Dim: 1, F: func(d []float64, t float64, y []float64) { d[0] = -y[0] + math.Sin(3*t) }},
			[]float64{1}, 2, func(t float64) []float64 {
				return []float64{(math.Sin(3*t)-3*math.Cos(3*t))/10 + 1.3*math.Exp(-t)}
			}},
	}
}

func distance(a, b []float64) float64 {
	s := 0.0
	for k := range a {
		s += (a[k] - b[k]) * (a[k] - b[k])
	}
	return math.Sqrt(s)
}

// The order of every method by regression over halved steps: the largest error
// at the steps, and between them for the dense output. The steps start where
// the error has become a power of the step and end above rounding.
func TestOrderOfConvergence(t *testing.T) {
	for _, c := range []struct {
		m           Method
		first, last int // steps 2^-first ... 2^-last
		dense       float64
	}{{DormandPrince(), 3, 6, 4}, {BogackiShampine(), 4, 8, 3}, {Rodas4(), 3, 6, 3}} {
		for _, p := range solvedProblems() {
			var h, node, dense []float64
			for k := c.first; k <= c.last; k++ {
				step := math.Pow(2, -float64(k))
				s, err := Solve(p.term, p.y0, 0, p.end, Options{Method: c.m, Controller: Fixed{step}, Dense: true})
				if err != nil {
					t.Fatalf("%s, %s: %v", c.m.Name(), p.name, err)
				}
				atNodes, between := 0.0, 0.0
				y := make([]float64, p.term.Dim)
				for i, at := range s.T {
					atNodes = max(atNodes, distance(s.Y[i], p.exact(at)))
				}
				for _, piece := range s.Curve {
					for _, f := range []float64{.3, .5, .8} {
						at := piece.T0 + f*step
						s.Curve.At(y, at)
						between = max(between, distance(y, p.exact(at)))
					}
				}
				if atNodes > 1e-13 {
					h, node, dense = append(h, step), append(node, atNodes), append(dense, between)
				}
			}
			if len(h) < 3 {
				t.Fatalf("%s on %s: only %d errors above rounding", c.m.Name(), p.name, len(h))
			}
			got, gotDense := slopeOf(h, node), slopeOf(h, dense)
			t.Logf("%-20s %-10s order %.2f, dense output %.2f", c.m.Name(), p.name, got, gotDense)
			if math.Abs(got-float64(c.m.Order())) > .2 {
				t.Errorf("%s on %s: order %.2f, want %d; errors %v", c.m.Name(), p.name, got, c.m.Order(), node)
			}
			// The interpolant of local order q adds an error of order q+1.
			if want := math.Min(float64(c.m.Order()), c.dense+1); gotDense < want-.3 {
				t.Errorf("%s on %s: dense output of order %.2f, want %g; errors %v", c.m.Name(), p.name, gotDense, want, dense)
			}
		}
	}
}

// Rodas4 is L-stable: one step of y' = lambda y at h lambda = -1e10 ends near 0,
// where an explicit pair explodes.
func TestRodasIsLStable(t *testing.T) {
	term := Term{Dim: 1, Autonomous: true, F: func(d []float64, _ float64, y []float64) { d[0] = -1e10 * y[0] },
		Jacobian: func(j *mat.Dense, _ float64, _ []float64) { j.Set(0, 0, -1e10) }}
	s, err := Solve(term, []float64{1}, 0, 1, Options{Method: Rodas4(), Controller: Fixed{1}})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(s.EndY[0]) > 1e-7 {
		t.Errorf("y(1) = %g after one step", s.EndY[0])
	}
	s, _ = Solve(term, []float64{1}, 0, 1, Options{Controller: Fixed{1}})
	if math.Abs(s.EndY[0]) < 1e30 {
		t.Errorf("the explicit pair gives %g", s.EndY[0])
	}
}
