package ode

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func rationalTerm() Term {
	return Term{Dim: 2, F: func(d []float64, t float64, y []float64) {
		d[0] = y[1] / t
		d[1] = y[1] * (y[0] + 2*y[1] - 1) / (t * (y[0] - 1))
	}}
}

func rationalExact(t float64) []float64 {
	return []float64{t / (t + 10), 10 * t / (t + 10) / (t + 10)}
}

func vanDerPol(mu float64) Term {
	return Term{Dim: 2, Autonomous: true, F: func(d []float64, _ float64, y []float64) {
		d[0], d[1] = y[1], mu*(1-y[0]*y[0])*y[1]-y[0]
	}}
}

// problems are those of testdata/solve_ivp.py.
func problems() map[string]Term {
	return map[string]Term{
		"rational":      rationalTerm(),
		"rational back": rationalTerm(),
		"linear": {Dim: 2, Autonomous: true, F: func(d []float64, _ float64, y []float64) {
			d[0], d[1] = -y[0]-5*y[1], y[0]+y[1]
		}},
		"volterra": {Dim: 2, Autonomous: true, F: func(d []float64, _ float64, y []float64) {
			d[0], d[1] = 1.5*y[0]-y[0]*y[1], -3*y[1]+y[0]*y[1]
		}},
		"van der pol":       vanDerPol(2),
		"van der pol stiff": vanDerPol(1000),
		"arenstorf": {Dim: 4, Autonomous: true, F: func(d []float64, _ float64, y []float64) {
			const mu, nu = 0.012277471, 1 - 0.012277471
			d1 := math.Pow((y[0]+mu)*(y[0]+mu)+y[1]*y[1], 1.5)
			d2 := math.Pow((y[0]-nu)*(y[0]-nu)+y[1]*y[1], 1.5)
			d[0], d[1] = y[2], y[3]
			d[2] = y[0] + 2*y[3] - nu*(y[0]+mu)/d1 - mu*(y[0]-nu)/d2
			d[3] = y[1] - 2*y[2] - nu*y[1]/d1 - mu*y[1]/d2
		}},
		"robertson": {Dim: 3, Autonomous: true, F: func(d []float64, _ float64, y []float64) {
			d[0] = -.04*y[0] + 1e4*y[1]*y[2]
			d[1] = .04*y[0] - 1e4*y[1]*y[2] - 3e7*y[1]*y[1]
			d[2] = 3e7 * y[1] * y[1]
		}},
		"prothero": {Dim: 1, F: func(d []float64, t float64, y []float64) {
			d[0] = -1e6*(y[0]-math.Cos(t)) - math.Sin(t)
		}},
	}
}

type scipyRun struct {
	Problem, Method string
	RTol, ATol      float64
	T0, T1          float64
	Y0, Exact, End  []float64
	Steps           int
	NFev, NJev, NLU int
	Success         bool
}

func scipyRuns(t *testing.T) []scipyRun {
	t.Helper()
	raw, err := os.ReadFile("testdata/solve_ivp.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct{ Runs []scipyRun }
	if err := json.Unmarshal(raw, &golden); err != nil {
		t.Fatal(err)
	}
	if len(golden.Runs) < 30 {
		t.Fatalf("only %d golden runs", len(golden.Runs))
	}
	return golden.Runs
}

// scaledError is the root mean square of e/(atol + rtol |exact|).
func scaledError(y, exact []float64, rtol, atol float64) float64 {
	s := 0.0
	for k := range y {
		e := (y[k] - exact[k]) / (atol + rtol*math.Abs(exact[k]))
		s += e * e
	}
	return math.Sqrt(s / float64(len(y)))
}

// With the elementary controller the explicit pairs take SciPy's steps: equal
// numbers of them and of evaluations, equal results. SciPy 1.10.1, source
// testdata/solve_ivp.py.
func TestExplicitPairsTakeSciPysSteps(t *testing.T) {
	seen := 0
	for _, g := range scipyRuns(t) {
		var m Method
		switch g.Method {
		case "RK45":
			m = DormandPrince()
		case "RK23":
			m = BogackiShampine()
		default:
			continue
		}
		seen++
		s, err := Solve(problems()[g.Problem], g.Y0, g.T0, g.T1, Options{Method: m, Controller: Integral(g.RTol, g.ATol)})
		if err != nil {
			t.Errorf("%s, %s: %v", g.Problem, g.Method, err)
			continue
		}
		// The orbit is chaotic enough for rounding to move single steps.
		slack := 0
		if g.Problem == "arenstorf" {
			slack = g.NFev / 50
		}
		if d := s.Work.Evaluations - g.NFev; d > slack || -d > slack {
			t.Errorf("%s, %s, rtol %g: %d evaluations, SciPy %d", g.Problem, g.Method, g.RTol, s.Work.Evaluations, g.NFev)
		}
		if d := s.Work.Steps - g.Steps; d > slack || -d > slack {
			t.Errorf("%s, %s, rtol %g: %d steps, SciPy %d", g.Problem, g.Method, g.RTol, s.Work.Steps, g.Steps)
		}
		if slack == 0 {
			// 1e-6 tolerances, or the rounding of a thousand steps.
			if e := scaledError(s.EndY, g.End, g.RTol, g.ATol); e > 1e-6+1e-13/g.RTol {
				t.Errorf("%s, %s, rtol %g: %g tolerances from SciPy's result", g.Problem, g.Method, g.RTol, e)
			}
		}
	}
	if seen < 25 {
		t.Errorf("only %d explicit runs", seen)
	}
}

// The PI controller: no more work than 1.35 times SciPy's, no worse an error
// than 3 times SciPy's plus 5 tolerances.
func TestPIControllerAgainstSciPy(t *testing.T) {
	for _, g := range scipyRuns(t) {
		if g.Method != "RK45" {
			continue
		}
		s, err := Solve(problems()[g.Problem], g.Y0, g.T0, g.T1, Options{Controller: PI(g.RTol, g.ATol)})
		if err != nil {
			t.Errorf("%s: %v", g.Problem, err)
			continue
		}
		ours, theirs := scaledError(s.EndY, g.Exact, g.RTol, g.ATol), scaledError(g.End, g.Exact, g.RTol, g.ATol)
		t.Logf("%-14s rtol %g: %d evaluations (SciPy %d), error %.3g tolerances (SciPy %.3g)", g.Problem, g.RTol, s.Work.Evaluations, g.NFev, ours, theirs)
		if float64(s.Work.Evaluations) > 1.35*float64(g.NFev)+12 {
			t.Errorf("%s, rtol %g: %d evaluations, SciPy %d", g.Problem, g.RTol, s.Work.Evaluations, g.NFev)
		}
		if ours > 3*theirs+5 {
			t.Errorf("%s, rtol %g: error %g tolerances, SciPy %g", g.Problem, g.RTol, ours, theirs)
		}
	}
}

// Rodas4 against SciPy's Radau, a method of order 5: at tolerances of 1e-3 and
// 1e-6 no more than 1.5 times its evaluations (and 40 for short runs), where it
// has the Jacobian by differences as SciPy has; error below 5 tolerances. At
// 1e-9 order 4 costs more steps, and differences are too rough a Jacobian for
// Robertson's eigenvalues: the error is asserted with the exact one.
func TestRodasAgainstSciPysRadau(t *testing.T) {
	for _, g := range scipyRuns(t) {
		if g.Method != "Radau" {
			continue
		}
		term := problems()[g.Problem]
		tight := g.RTol < 1e-8
		if tight && g.Problem == "robertson" {
			term.Jacobian = func(j *mat.Dense, _ float64, y []float64) {
				j.SetRow(0, []float64{-.04, 1e4 * y[2], 1e4 * y[1]})
				j.SetRow(1, []float64{.04, -1e4*y[2] - 6e7*y[1], -1e4 * y[1]})
				j.SetRow(2, []float64{0, 6e7 * y[1], 0})
			}
		}
		s, err := Solve(term, g.Y0, g.T0, g.T1, Options{Method: Rodas4(), Controller: PI(g.RTol, g.ATol)})
		if err != nil {
			t.Errorf("%s, rtol %g: %v", g.Problem, g.RTol, err)
			continue
		}
		ours, theirs := scaledError(s.EndY, g.Exact, g.RTol, g.ATol), scaledError(g.End, g.Exact, g.RTol, g.ATol)
		t.Logf("%-18s rtol %g: %d steps, %d evaluations, %d factorisations, error %.3g (Radau %d, %d, %d, %.3g)", g.Problem, g.RTol, s.Work.Steps, s.Work.Evaluations, s.Work.Factorisations, ours, g.Steps, g.NFev, g.NLU, theirs)
		if ours > 5 {
			t.Errorf("%s, rtol %g: error of %g tolerances", g.Problem, g.RTol, ours)
		}
		if !tight && float64(s.Work.Evaluations) > 1.5*float64(g.NFev)+40 {
			t.Errorf("%s, rtol %g: %d evaluations, Radau %d", g.Problem, g.RTol, s.Work.Evaluations, g.NFev)
		}
	}
}

// The Medical Akzo Nobel problem of SciPy's test_integration_sparse_difference:
// 400 stiff equations whose boundary value jumps at t = 5. Values and
// tolerances from there.
func TestMedicalAkzoNobel(t *testing.T) {
	const n, k, c = 200, 100.0, 4.0
	term := Term{Dim: 2 * n, F: func(d []float64, t float64, y []float64) {
		phi := 0.0
		if t < 5 {
			phi = 2
		}
		const h = 1.0 / n
		for j := 1; j <= n; j++ {
			x := float64(j)*h - 1
			alpha, beta := 2*x*x*x/(c*c), x*x*x*x/(c*c)
			u, v := y[2*j-2], y[2*j-1]
			left, right := phi, u
			if j > 1 {
				left = y[2*j-4]
			}
			if j < n {
				right = y[2*j]
			}
			d[2*j-2] = alpha*(right-left)/(2*h) + beta*(left-2*u+right)/(h*h) - k*u*v
			d[2*j-1] = -k * u * v
		}
	}}
	y0 := make([]float64, 2*n)
	for j := 1; j < 2*n; j += 2 {
		y0[j] = 1
	}
	s, err := Solve(term, y0, 0, 20, Options{Method: Rodas4(), Controller: PI(1e-3, 1e-6), Stops: []float64{5}})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", s.Work)
	for _, w := range []struct {
		k          int
		want       float64
		rtol, atol float64
	}{{78, .233994e-3, 1e-2, 0}, {79, 0, 0, 1e-3}, {148, .359561e-3, 1e-2, 0}, {149, 0, 0, 1e-3}, {198, .117374129e-3, 1e-2, 0},
		{199, .6190807e-5, 0, 1e-3}, {238, 0, 0, 1e-3}, {239, .9999997, 1e-2, 0}} {
		if math.Abs(s.EndY[w.k]-w.want) > w.atol+w.rtol*math.Abs(w.want) {
			t.Errorf("y[%d] = %g, want %g", w.k, s.EndY[w.k], w.want)
		}
	}
}
