package ode

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Rodas4 returns the Rosenbrock method RODAS of E. Hairer and G. Wanner,
// Solving Ordinary Differential Equations II, IV.7: six stages, order 4,
// embedded 3, L-stable, stiffly accurate, dense output of order 3. One LU
// factorisation and one Jacobian per step:
//
//	W = I/(gamma h) - J
//	W u_i = F(t + c_i h, y + sum_j a_ij u_j) + sum_j (g_ij/h) u_j + h d_i F_t
//	y1 = y + sum_j a_6j u_j + u_6,  err = u_6.
//
// Give the Jacobian at relative tolerances below 1e-7: differences are accurate
// to about 1e-8, which a Rosenbrock method, unlike an iterated one, does not
// repair where h|J| is huge.
func Rodas4() Method { return rodas{} }

type rodas struct{}

func (rodas) Name() string    { return "Rodas 4(3)" }
func (rodas) Order() int      { return 4 }
func (rodas) ErrorOrder() int { return 3 }

const (
	rodasStages = 6
	rodasGamma  = .25
)

var (
	rodasC = [rodasStages]float64{0, .386, .21, .63, 1, 1}
	rodasD = [rodasStages]float64{.25, -.1043, .1035, -.03620000000000023, 0, 0}
	rodasA = [rodasStages][]float64{
		{},
		{1.544},
		{.9466785280815826, .2557011698983284},
		{3.314825187068521, 2.896124015972201, .9986419139977817},
		{1.221224509226641, 6.019134481288629, 12.53708332932087, -.687886036105895},
		{1.221224509226641, 6.019134481288629, 12.53708332932087, -.687886036105895, 1},
	}
	rodasG = [rodasStages][]float64{
		{},
		{-5.6688},
		{-2.430093356833875, -.2063599157091915},
		{-.1073529058151375, -9.594562251023355, -20.47028614809616},
		{7.496443313967647, -10.24680431464352, -33.99990352819905, 11.7089089320616},
		{8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054},
	}
	rodasH = [2][rodasStages - 1]float64{
		{10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823, 1.025137723295662},
		{-.6762803392801253, 6.087714651680015, 16.43084320892478, 24.76722511418386, -6.594389125716872},
	}
)

func (rodas) begin(term Term, t float64, y []float64, w *Work) stepper {
	n := term.Dim
	s := &rodasStepper{term: term, work: w, t: t, y: append([]float64{}, y...)}
	s.f, s.ft = make([]float64, n), make([]float64, n)
	s.arg, s.rhs, s.y1, s.f1 = make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range s.u {
		s.u[i] = make([]float64, n)
	}
	s.jac, s.w = mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	s.evaluate(s.f, s.t, s.y)
	return s
}

type rodasStepper struct {
	term    Term
	work    *Work
	t, h    float64
	y, f    []float64
	ft      []float64
	arg     []float64
	rhs     []float64
	y1, f1  []float64
	u       [rodasStages][]float64
	jac, w  *mat.Dense
	current bool // jac and ft belong to (t, y)
}

func (s *rodasStepper) evaluate(dy []float64, t float64, y []float64) {
	s.term.F(dy, t, y)
	s.work.Evaluations++
}

func (s *rodasStepper) slope() []float64   { return s.f }
func (s *rodasStepper) stiffness() float64 { return 0 }

// linearise takes J and F_t at the current point, by differences where the
// term has none. h sets the scale of the difference in time.
func (s *rodasStepper) linearise(h float64) {
	if s.current {
		return
	}
	s.current = true
	s.work.Jacobians++
	if s.term.Jacobian != nil {
		s.term.Jacobian(s.jac, s.t, s.y)
	} else {
		copy(s.arg, s.y)
		for j, x := range s.y {
			// A change too small for y_j is too small for no other reason than
			// rounding; its floor is relative to the step's own movement.
			d := math.Sqrt(2.2e-16) * math.Max(math.Abs(x), math.Max(math.Abs(h*s.f[j]), 1e-5))
			s.arg[j] = x + d
			d = s.arg[j] - x
			s.evaluate(s.f1, s.t, s.arg)
			s.arg[j] = x
			for i := range s.f1 {
				s.jac.Set(i, j, (s.f1[i]-s.f[i])/d)
			}
		}
	}
	clear(s.ft)
	if !s.term.Autonomous {
		d := math.Copysign(math.Min(math.Abs(h), math.Sqrt(2.2e-16)*math.Max(math.Abs(s.t), math.Abs(h))), h)
		s.evaluate(s.f1, s.t+d, s.y)
		d = (s.t + d) - s.t
		for i := range s.ft {
			s.ft[i] = (s.f1[i] - s.f[i]) / d
		}
	}
}

func (s *rodasStepper) try(h, end float64) ([]float64, []float64, Outcome) {
	s.h = h
	s.linearise(h)
	n := len(s.y)
	for i := range n {
		for j := range n {
			v := -s.jac.At(i, j)
			if i == j {
				v += 1 / (rodasGamma * h)
			}
			s.w.Set(i, j, v)
		}
	}
	if firstNotFinite(s.w.RawMatrix().Data) >= 0 {
		return s.y1, s.u[rodasStages-1], NotFinite
	}
	var lu mat.LU
	lu.Factorize(s.w)
	s.work.Factorisations++
	for i := range rodasStages {
		copy(s.arg, s.y)
		for j, a := range rodasA[i] {
			for k, u := range s.u[j] {
				s.arg[k] += a * u
			}
		}
		f := s.f
		if i > 0 {
			f = s.f1
			at := end
			if rodasC[i] != 1 {
				at = s.t + rodasC[i]*h
			}
			s.evaluate(f, at, s.arg)
		}
		for k := range s.rhs {
			s.rhs[k] = f[k] + h*rodasD[i]*s.ft[k]
		}
		for j, g := range rodasG[i] {
			for k, u := range s.u[j] {
				s.rhs[k] += g / h * u
			}
		}
		x := mat.NewVecDense(n, s.u[i])
		if err := lu.SolveVecTo(x, false, mat.NewVecDense(n, s.rhs)); err != nil {
			if c, ok := err.(mat.Condition); !ok || math.IsInf(float64(c), 0) {
				return s.y1, s.u[rodasStages-1], SingularMatrix
			}
		}
	}
	for k := range s.y1 {
		s.y1[k] = s.arg[k] + s.u[rodasStages-1][k]
	}
	if firstNotFinite(s.y1) >= 0 {
		return s.y1, s.u[rodasStages-1], NotFinite
	}
	return s.y1, s.u[rodasStages-1], Reached
}

func (s *rodasStepper) accept(t1 float64, _ bool) Interpolant {
	// y(s) = (1-s) y + s (y1 + (1-s)(c2 + s c3)).
	n := len(s.y)
	p := Interpolant{T0: s.t, T1: t1, Powers: make([][]float64, 4)}
	p.Powers[0] = append([]float64{}, s.y...)
	for j := 1; j < 4; j++ {
		p.Powers[j] = make([]float64, n)
	}
	for k := range n {
		var c2, c3 float64
		for j := range rodasH[0] {
			c2 += rodasH[0][j] * s.u[j][k]
			c3 += rodasH[1][j] * s.u[j][k]
		}
		p.Powers[1][k] = s.y1[k] - s.y[k] + c2
		p.Powers[2][k] = c3 - c2
		p.Powers[3][k] = -c3
	}
	s.t = t1
	copy(s.y, s.y1)
	s.evaluate(s.f, s.t, s.y)
	s.current = false
	return p
}
