package ode

import "math"

// explicit is an FSAL Runge-Kutta pair.
type explicit struct{ tab *Tableau }

func (e explicit) Name() string    { return e.tab.Name }
func (e explicit) Order() int      { return e.tab.Order }
func (e explicit) ErrorOrder() int { return e.tab.EmbeddedOrder }

func (e explicit) begin(term Term, t float64, y []float64, w *Work) stepper {
	s := &explicitStepper{tab: e.tab, term: term, work: w, t: t}
	n := term.Dim
	s.y = append([]float64{}, y...)
	s.y1, s.err, s.before = make([]float64, n), make([]float64, n), make([]float64, n)
	s.k = make([][]float64, len(e.tab.A))
	for i := range s.k {
		s.k[i] = make([]float64, n)
	}
	term.F(s.k[0], t, s.y)
	w.Evaluations++
	return s
}

type explicitStepper struct {
	tab            *Tableau
	term           Term
	work           *Work
	t, h           float64
	y, y1, err     []float64
	before         []float64 // argument of the last stage but one
	k              [][]float64
	lambdaRelative float64
}

func (s *explicitStepper) slope() []float64 { return s.k[0] }

func (s *explicitStepper) try(h, end float64) ([]float64, []float64, Outcome) {
	s.h = h
	last := len(s.k) - 1
	for i := 1; i <= last; i++ {
		// h a_ij is summed stage by stage, as y + h*(sum a k).
		for n := range s.y1 {
			sum := 0.0
			for j, a := range s.tab.a[i][:i] {
				sum += a * s.k[j][n]
			}
			s.y1[n] = s.y[n] + h*sum
		}
		at := end
		if s.tab.c[i] != 1 {
			at = s.t + s.tab.c[i]*h
		}
		s.term.F(s.k[i], at, s.y1)
		s.work.Evaluations++
		if i == last-1 {
			copy(s.before, s.y1)
		}
	}
	var dk, dy float64
	for n := range s.err {
		sum := 0.0
		for i, e := range s.tab.e {
			sum += e * s.k[i][n]
		}
		s.err[n] = h * sum
		a, b := s.k[last][n]-s.k[last-1][n], s.y1[n]-s.before[n]
		dk += a * a
		dy += b * b
	}
	// Where the last two stages are at one time, their slopes differ by
	// lambda times their arguments (Hairer & Wanner IV.2); the pair's stability
	// interval is about 3.3.
	s.lambdaRelative = 0
	if s.tab.c[last] == s.tab.c[last-1] && dy > 0 {
		s.lambdaRelative = math.Abs(h) * math.Sqrt(dk/dy) / 3.25
	}
	if firstNotFinite(s.y1) >= 0 || firstNotFinite(s.err) >= 0 || firstNotFinite(s.k[last]) >= 0 {
		return s.y1, s.err, NotFinite
	}
	return s.y1, s.err, Reached
}

func (s *explicitStepper) accept(t1 float64, jumped bool) Interpolant {
	p := Interpolant{T0: s.t, T1: t1, Powers: make([][]float64, 1+len(s.tab.dense[0]))}
	p.Powers[0] = append([]float64{}, s.y...)
	for j := range s.tab.dense[0] {
		c := make([]float64, len(s.y))
		for n := range c {
			for i := range s.k {
				c[n] += s.tab.dense[i][j] * s.k[i][n]
			}
			c[n] *= s.h
		}
		p.Powers[j+1] = c
	}
	s.t = t1
	copy(s.y, s.y1)
	last := len(s.k) - 1
	s.k[0], s.k[last] = s.k[last], s.k[0]
	if jumped {
		s.term.F(s.k[0], s.t, s.y)
		s.work.Evaluations++
	}
	return p
}

func (s *explicitStepper) stiffness() float64 { return s.lambdaRelative }
