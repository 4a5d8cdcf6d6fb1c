package predict

import (
	"fmt"
	"math"

	"edgewise/sim/trace"
	"edgewise/theory/bias"
)

// Names of the null predictors, as rungs in manifests.
const (
	NullUniform = "null: uniform alpha"
	NullSame    = "null: same none-probability on every edge"
	NullDepth   = "null: regression on source depth"
	NullStart   = "null: the start held"
)

// Uniform predicts that alpha never leaves the uniform point: every allowed
// operation of an edge keeps the same probability. Nothing is fitted.
func Uniform(t *trace.Trace) (*trace.Trace, error) {
	return null(t, NullUniform, "null predictor: nothing is fitted", func(int) (float64, float64) { return math.NaN(), 0 })
}

// Start predicts that the probabilities of the first point stay: what a prediction that
// sees the start has to beat. Nothing is fitted.
func Start(t *trace.Trace) (*trace.Trace, error) {
	if len(t.Points) == 0 || !t.HasProb() {
		return nil, &MissingError{NullStart, "it has no probabilities", "record or import some"}
	}
	out := prediction(t, NullStart, "null predictor: the first point is held")
	for i := range t.Points {
		p := blank(&t.Points[i])
		p.Alpha, p.Prob = t.Points[0].Alpha, t.Points[0].Prob
		out.Points = append(out.Points, p)
	}
	return out, nil
}

// Same predicts one none-probability for all edges at each time,
//
//	q(t) = mean over fitted runs and free edges of q_e(t),
//
// fitted on the given runs at the same steps (the last point at or before), or,
// without any, in hindsight on t itself: no predictor that treats all edges
// alike can then have a smaller squared error.
func Same(t *trace.Trace, fit ...*trace.Trace) (*trace.Trace, error) {
	return fitted(t, NullSame, fit, false)
}

// Depth predicts q_e(t) = a(t) + b(t) depth_e, the least-squares regression of
// none-probability on the depth of the edge's source (bias.SourceDepth), fitted
// as in Same and clamped to [0,1]. Where all sources have one depth b = 0.
func Depth(t *trace.Trace, fit ...*trace.Trace) (*trace.Trace, error) {
	return fitted(t, NullDepth, fit, true)
}

func fitted(t *trace.Trace, name string, fit []*trace.Trace, depth bool) (*trace.Trace, error) {
	note := fmt.Sprintf("null predictor: fitted at each time on %d other runs", len(fit))
	if len(fit) == 0 {
		fit, note = []*trace.Trace{t}, "null predictor: fitted at each time on this run, in hindsight"
	}
	var sums []fitRun
	for _, r := range fit {
		f, err := newLayout(r, name)
		if err != nil {
			return nil, err
		}
		if f.none < 0 {
			return nil, &MissingError{name, fmt.Sprintf("run %q has no none", r.Manifest.Name), "choose runs of spaces with none"}
		}
		sums = append(sums, fitRun{t: r, f: f})
	}
	return null(t, name, note, func(step int) (float64, float64) {
		var x, y []float64
		for i := range sums {
			sums[i].collect(step, &x, &y)
		}
		return regress(x, y, depth)
	})
}

// fitRun is a run that a null predictor is fitted on, read forwards in time.
type fitRun struct {
	t  *trace.Trace
	f  *frame
	at int
}

// collect appends depth and none-probability of all free edges at the step.
func (r *fitRun) collect(step int, x, y *[]float64) {
	for r.at+1 < len(r.t.Points) && r.t.Points[r.at+1].Step <= step {
		r.at++
	}
	for _, s := range r.f.slots {
		if s.free(r.f.none) {
			*x = append(*x, float64(bias.SourceDepth(r.f.cell.Edges[s.edge].From)))
			*y = append(*y, r.t.Points[r.at].Prob[s.kind][s.edge][r.f.none])
		}
	}
}

// regress returns intercept and slope; slope 0 unless asked for and possible.
func regress(x, y []float64, slope bool) (a, b float64) {
	mx, my := 0.0, 0.0
	for i := range x {
		mx, my = mx+x[i]/float64(len(x)), my+y[i]/float64(len(x))
	}
	sxx, sxy := 0.0, 0.0
	for i := range x {
		sxx += (x[i] - mx) * (x[i] - mx)
		sxy += (x[i] - mx) * (y[i] - my)
	}
	if slope && sxx > 0 {
		b = sxy / sxx
	}
	return my - b*mx, b
}

// free says whether the edge may take none and something else.
func (s *slot) free(none int) bool {
	has := false
	for _, o := range s.op {
		has = has || o == none
	}
	return has && len(s.op) > 1
}

// null builds a trace from none-probability a + b*depth at each step of t, the
// rest shared equally by the other allowed operations; a NaN means uniform.
func null(t *trace.Trace, name, note string, at func(step int) (a, b float64)) (*trace.Trace, error) {
	f, err := newLayout(t, name)
	if err != nil {
		return nil, err
	}
	out := prediction(t, name, note)
	alpha := make([]float64, f.size)
	for i := range t.Points {
		p := blank(&t.Points[i])
		a, b := at(p.Step)
		for _, s := range f.slots {
			q := a + b*float64(bias.SourceDepth(f.cell.Edges[s.edge].From))
			for j, o := range s.op {
				alpha[s.lo+j] = 0
				if o == f.none && len(s.op) > 1 && !math.IsNaN(q) {
					q = math.Min(math.Max(q, 1e-12), 1-1e-12)
					alpha[s.lo+j] = math.Log(q/(1-q)) + math.Log(float64(len(s.op)-1))
				}
			}
		}
		f.put(&p, alpha)
		out.Points = append(out.Points, p)
	}
	return out, nil
}
