package check

import (
	"math"
	"testing"

	"edgewise/sim/trace"
)

// gradients gives the sound trace the gradients that its costs imply (P1.1), and a
// Hessian that obeys the gauge.
func gradients(t *testing.T) *trace.Trace { return gradientsWith(t, 1e-3) }

func gradientsWith(t *testing.T, decay float64) *trace.Trace {
	tr := sound(t)
	tr.Manifest.Decay = decay
	n := len(tr.Manifest.Edges) * len(tr.Manifest.Ops)
	for i := range tr.Points {
		p := &tr.Points[i]
		var g [][]float64
		for e, q := range p.Prob[0] {
			mean := 0.0
			for o := range q {
				mean += q[o] * p.Cost.Mean[0][e][o]
			}
			row := make([]float64, len(q))
			for o := range q {
				row[o] = q[o]*(p.Cost.Mean[0][e][o]-mean) + tr.Manifest.Decay*p.Alpha[0][e][o]
			}
			g = append(g, row)
		}
		p.Grad = [][][]float64{g}
		p.Hessian = make([][]float64, n)
		for a := range n {
			p.Hessian[a] = make([]float64, n)
			p.Hessian[a][a] += tr.Manifest.Decay
			for b := 0; b < n; b += 3 {
				p.Hessian[a][b] += float64(a%3) - 1
				p.Hessian[a][b+1] -= float64(a%3) - 1
			}
		}
	}
	return tr
}

func TestGaugeAndNoneLogitHold(t *testing.T) {
	r := Trace(gradients(t))
	if len(r.Findings) > 0 {
		t.Fatalf("%+v", r.Findings)
	}
	seen := map[string]bool{}
	for _, v := range r.Residuals {
		seen[v.Source] = true
		if v.Max > 1e-9 {
			t.Errorf("%s: residual %g where it holds exactly", v.Law, v.Max)
		}
	}
	if !seen["P1.1"] || !seen["P3.6"] {
		t.Errorf("the laws were not computed: %+v", r.Residuals)
	}
}

// What a log does not print at all is a blank; what it prints once must not be NaN
// later.
func TestBlanksAreNoDamage(t *testing.T) {
	tr := sound(t)
	for i := range tr.Points {
		p := &tr.Points[i]
		p.EdgeCost, p.Train.Entropy, p.Alpha = nil, math.NaN(), nil
		for _, e := range p.Prob[0] {
			for o := range e {
				e[o] = math.NaN()
			}
		}
	}
	if r := Trace(tr); len(r.Findings) > 0 {
		t.Errorf("%+v", r.Findings)
	}
	tr.Points[0].Train.Entropy = 1
	if r := Trace(tr); r.Worst() != Error {
		t.Errorf("entropy that vanishes is not named: %+v", r.Findings)
	}
	tr.Points[1].Line = 77
	tr.Points[1].Step = 9
	for _, f := range Trace(tr).Findings {
		if f.Point == 1 && f.Line != 77 {
			t.Errorf("the line of the source is lost: %+v", f)
		}
	}
}
