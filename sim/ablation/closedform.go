package ablation

import (
	"fmt"
	"math"
)

// Curve is what a closed-form search is told about its net, per step: the mean L - H
// and the redundancy slope v of P4.3.
type Curve struct{ Gap, Slope []float64 }

// GrowthCurve is the curve of P6 over the given number of steps, which span 150 units
// of its time t:
//
//	L - H = .30 e^(-t/10) - .16 (1 - e^(-t/15)) e^(-t/120),   v = .07 + .03 (1 - e^(-t/20))
func GrowthCurve(steps int) Curve {
	c := Curve{make([]float64, steps), make([]float64, steps)}
	for i := range steps {
		t := 150 * float64(i) / float64(steps)
		c.Gap[i] = .30*math.Exp(-t/10) - .16*(1-math.Exp(-t/15))*math.Exp(-t/120)
		c.Slope[i] = .07 + .03*(1-math.Exp(-t/20))
	}
	return c
}

// Closed is a search on one minimal cell in closed form: every edge has none and Ops
// alike operations of cost C_e(p, L - H; v) (P4.3), and alpha moves by Adam along the
// expected gradient p_k (C_k - sum p C), none at cost 0.
type Closed struct {
	Ops       int     // operations other than none
	NonePrior float64 // none-probability of every edge at the start
	Rate      float64
	Beta1     float64
	Beta2     float64
	Eps       float64
}

// minimal is the number of edges of the minimal cell.
const minimal = 5

// Check refuses searches without a meaning.
func (c Closed) Check() error {
	if c.Ops < 1 || !(c.NonePrior > 0 && c.NonePrior < 1) || !(c.Rate >= 0) || math.IsInf(c.Rate, 1) ||
		!(c.Beta1 >= 0 && c.Beta1 < 1) || !(c.Beta2 >= 0 && c.Beta2 < 1) || !(c.Eps > 0) {
		return fmt.Errorf("a closed-form search of %d operations, none prior %v, rate %v, beta %v and %v, eps %v: operations must be 1 or more, the prior in (0,1), the rate not negative, beta in [0,1), eps positive",
			c.Ops, c.NonePrior, c.Rate, c.Beta1, c.Beta2, c.Eps)
	}
	return nil
}

// Corrections are the bias corrections of Adam per step, which all searches of a
// chart share: 1/(1-Beta1^t) and 1/sqrt(1-Beta2^t).
type Corrections struct{ first, root []float64 }

// NewCorrections prepares them.
func NewCorrections(beta1, beta2 float64, steps int) Corrections {
	c := Corrections{make([]float64, steps), make([]float64, steps)}
	a, b := 1.0, 1.0
	for i := range steps {
		a *= beta1
		b *= beta2
		c.first[i], c.root[i] = 1/(1-a), 1/math.Sqrt(1-b)
	}
	return c
}

// Run integrates the search along the curve, one Adam step per entry, and returns the
// final none-probability of every edge of the minimal cell. The gradient of each of the
// alike operations is that of none divided by -Ops, and so are its moments: with
// m, v those of none and s = sqrt(v) corrected, the difference of the two logits moves by
//
//	-Rate m (1/(s + Eps) + 1/(s + Ops Eps)).
func (c Closed) Run(curve Curve, k Corrections) [minimal]float64 {
	ops := float64(c.Ops)
	var d, p, q, cost, m, v [minimal]float64 // d: logit of none less that of each operation
	for e := range d {
		d[e] = math.Log(c.NonePrior / (1 - c.NonePrior) * ops)
	}
	b1, b2, d1, d2, far := c.Beta1, c.Beta2, 1-c.Beta1, 1-c.Beta2, ops*c.Eps
	for t, gap := range curve.Gap {
		for e := range p {
			r := math.Exp(d[e]) / ops
			p[e] = 1 / (1 + r)
			q[e] = r * p[e]
		}
		share(&cost, &p, &q, gap, curve.Slope[t])
		rate, root := c.Rate*k.first[t], k.root[t]
		for e := range p {
			g := -q[e] * p[e] * cost[e]
			m[e] = b1*m[e] + d1*g
			v[e] = b2*v[e] + d2*g*g
			s := math.Sqrt(v[e]) * root
			x, y := s+c.Eps, s+far
			d[e] -= rate * m[e] * (x + y) / (x * y)
		}
	}
	for e := range q {
		r := math.Exp(d[e]) / ops
		q[e] = r / (1 + r)
	}
	return q
}

// share writes C_e = v r_e - u h_e of the minimal cell (P4.3). The integrals h_e are
// of polynomials of degree at most 4: three Gauss nodes are exact.
func share(cost, p, q *[minimal]float64, gap, v float64) {
	both := q[0] * q[1]
	var h [minimal]float64
	for n, s := range gaussNode {
		a0, a1, a2, a3, a4 := q[0]+p[0]*s, q[1]+p[1]*s, q[2]+p[2]*s, q[3]+p[3]*s, q[4]+p[4]*s
		w := gaussWeight[n]
		rest := w * a2 * a3 * a4
		reached := a0*a1 - both
		open := w * (both + reached*a4)
		h[0] += a1 * rest
		h[1] += a0 * rest
		h[2] += a3 * open
		h[3] += a2 * open
		h[4] += w * a2 * a3 * reached
	}
	reach := 1 - both
	sum := p[0] + p[1] + p[2] + p[3] + p[4]*reach
	some := 0.0
	for e := range h {
		some += p[e] * h[e]
	}
	u := 0.0
	if some > 0 {
		u = (v*sum - gap) / some
	}
	for e := range h {
		cost[e] = v - u*h[e]
	}
	cost[4] = v*reach - u*h[4]
}

// Three-point Gauss rule on [0,1].
var (
	gaussNode   = [3]float64{0.5 - 0.5*0.7745966692414834, 0.5, 0.5 + 0.5*0.7745966692414834}
	gaussWeight = [3]float64{5. / 18, 8. / 18, 5. / 18}
)

// Chart is a map of searches over two axes; Final is [prior][rate][edge].
type Chart struct {
	Priors, Rates []float64
	Steps         int
	Final         [][][minimal]float64
}

// Map runs the search at every none prior and learning rate, jobs at a time. start
// says the rest.
func Map(start Closed, priors, rates []float64, curve Curve, jobs int) (*Chart, error) {
	c := &Chart{Priors: priors, Rates: rates, Steps: len(curve.Gap)}
	for _, p := range priors {
		for _, r := range rates {
			s := start
			s.NonePrior, s.Rate = p, r
			if err := s.Check(); err != nil {
				return nil, err
			}
		}
		c.Final = append(c.Final, make([][minimal]float64, len(rates)))
	}
	k := NewCorrections(start.Beta1, start.Beta2, len(curve.Gap))
	Each(len(priors), jobs, func(i int) {
		for j, r := range rates {
			s := start
			s.NonePrior, s.Rate = priors[i], r
			c.Final[i][j] = s.Run(curve, k)
		}
	})
	return c, nil
}

// Thin keeps at most n values of each axis, evenly spread, ends included.
func (c *Chart) Thin(n int) *Chart {
	pick := func(have int) []int {
		if have <= n {
			n = have
		}
		var at []int
		for i := range n {
			at = append(at, i*(have-1)/max(1, n-1))
		}
		return at
	}
	out := &Chart{Steps: c.Steps}
	for _, i := range pick(len(c.Priors)) {
		out.Priors = append(out.Priors, c.Priors[i])
		var row [][minimal]float64
		for _, j := range pick(len(c.Rates)) {
			row = append(row, c.Final[i][j])
		}
		out.Final = append(out.Final, row)
	}
	for _, j := range pick(len(c.Rates)) {
		out.Rates = append(out.Rates, c.Rates[j])
	}
	return out
}
