package predict

import (
	"fmt"
	"math"

	"edgewise/sim/trace"
	"edgewise/theory/bias"
)

// R2 is the coefficient of determination of a prediction over N pairs,
//
//	Value = 1 - SSE/SST,  SST about the mean of the N observations,
//
// which is not defined where the observations do not vary; Varies is then false
// and Value 0. They do not vary when SST <= 1e-12 N (a spread of 1e-6).
type R2 struct {
	Value  float64
	RMSE   float64 // sqrt(SSE/N)
	SST    float64
	N      int
	Varies bool
}

// String prints the value, or that there is nothing to explain.
func (r R2) String() string {
	if !r.Varies {
		return fmt.Sprintf("(observed values do not vary; rmse %.4g)", r.RMSE)
	}
	return fmt.Sprintf("%.4f", r.Value)
}

// pairs of predicted and observed values.
type pairs struct{ pred, obs []float64 }

func (s *pairs) add(pred, obs float64) {
	s.pred, s.obs = append(s.pred, pred), append(s.obs, obs)
}

func (s *pairs) r2() R2 {
	r := R2{N: len(s.obs)}
	if r.N == 0 {
		return r
	}
	mean := 0.0
	for _, x := range s.obs {
		mean += x
	}
	mean /= float64(r.N)
	sse := 0.0
	for i, x := range s.obs {
		r.SST += (x - mean) * (x - mean)
		sse += (s.pred[i] - x) * (s.pred[i] - x)
	}
	r.RMSE = math.Sqrt(sse / float64(r.N))
	if r.Varies = r.SST > 1e-12*float64(r.N); r.Varies {
		r.Value = 1 - sse/r.SST
	}
	return r
}

// Score says how good a prediction is.
type Score struct {
	Rung   string // of the predicted manifest
	Points int    // that both traces have
	Pooled R2     // of none-probability over all kinds, edges and common points
	Kinds  []KindScore
}

// KindScore is the score of one kind of cell. Spearman is the rank correlation
// over edges of predicted and observed final none-probabilities. NoneAgrees is
// the share of edges on which none wins in both or in neither at the end.
// GapAgrees says whether the width gaps (bias.Width.Gap) have the same sign;
// GapKnown whether both exist.
type KindScore struct {
	Kind       string
	R2         R2
	Edge       []R2 // per edge over time
	Spearman   bias.Value
	NoneAgrees float64
	GapKnown   bool
	GapAgrees  bool
	Predicted  bias.Measures
	Observed   bias.Measures
}

// Compare scores a predicted trace against the observed one, at the steps that
// both have; the bias measures are taken at those points too, the last of which
// stands for the end. Traces of different shape, of spaces without none and
// without a step in common are errors.
func Compare(pred, obs *trace.Trace) (Score, error) {
	s := Score{Rung: pred.Manifest.Rung}
	if err := sameShape(&pred.Manifest, &obs.Manifest); err != nil {
		return s, fmt.Errorf("comparing %q with %q: %w", pred.Manifest.Source, obs.Manifest.Source, err)
	}
	if obs.Manifest.None() < 0 {
		return s, fmt.Errorf("comparing %q with %q: the space has no none, so there is no none-probability to compare", pred.Manifest.Source, obs.Manifest.Source)
	}
	at := matched(pred, obs)
	if s.Points = len(at); s.Points == 0 {
		return s, fmt.Errorf("comparing %q with %q: no step is in both traces", pred.Manifest.Source, obs.Manifest.Source)
	}
	var all pairs
	for k := range obs.Manifest.Kinds {
		ks, err := compareKind(pred, obs, k, at, &all)
		if err != nil {
			return s, fmt.Errorf("comparing %q with %q, %s cells: %w", pred.Manifest.Source, obs.Manifest.Source, obs.Manifest.Kinds[k], err)
		}
		s.Kinds = append(s.Kinds, ks)
	}
	s.Pooled = all.r2()
	return s, nil
}

func compareKind(pred, obs *trace.Trace, kind int, at [][2]int, all *pairs) (KindScore, error) {
	m := &obs.Manifest
	ks := KindScore{Kind: m.Kinds[kind]}
	none := m.None()
	var pooled, final pairs
	edges := make([]pairs, len(m.Edges))
	p, o := bias.Trajectory{Cell: m.Cell(), None: none}, bias.Trajectory{Cell: m.Cell(), None: none}
	for _, ij := range at {
		pp, op := &pred.Points[ij[0]], &obs.Points[ij[1]]
		p.Step, p.Prob = append(p.Step, pp.Step), append(p.Prob, pp.Prob[kind])
		o.Step, o.Prob = append(o.Step, op.Step), append(o.Prob, op.Prob[kind])
		for e := range edges {
			x, y := pp.Prob[kind][e][none], op.Prob[kind][e][none]
			edges[e].add(x, y)
			pooled.add(x, y)
			all.add(x, y)
		}
	}
	ks.R2 = pooled.r2()
	var err error
	if ks.Predicted, err = bias.Measure(p, bias.Options{}); err != nil {
		return ks, fmt.Errorf("predicted: %w", err)
	}
	if ks.Observed, err = bias.Measure(o, bias.Options{}); err != nil {
		return ks, fmt.Errorf("observed: %w", err)
	}
	agree := 0
	for e := range edges {
		ks.Edge = append(ks.Edge, edges[e].r2())
		last := edges[e].last()
		final.add(last[0], last[1])
		if ks.Predicted.Argmax.Active[e] == ks.Observed.Argmax.Active[e] {
			agree++
		}
	}
	ks.NoneAgrees = float64(agree) / float64(len(edges))
	ks.Spearman = bias.Spearman(final.pred, final.obs)
	pg, og := ks.Predicted.Width.Gap, ks.Observed.Width.Gap
	ks.GapKnown = pg.Known && og.Known
	ks.GapAgrees = ks.GapKnown && (pg.X > 0) == (og.X > 0)
	return ks, nil
}

func (s *pairs) last() [2]float64 {
	n := len(s.obs) - 1
	return [2]float64{s.pred[n], s.obs[n]}
}

// sameShape refuses manifests whose arrays do not mean the same.
func sameShape(a, b *trace.Manifest) error {
	switch {
	case fmt.Sprint(a.Kinds) != fmt.Sprint(b.Kinds):
		return fmt.Errorf("kinds %v and %v differ", a.Kinds, b.Kinds)
	case fmt.Sprint(a.Edges) != fmt.Sprint(b.Edges):
		return fmt.Errorf("edges %v and %v differ", a.Edges, b.Edges)
	case fmt.Sprint(a.Ops) != fmt.Sprint(b.Ops):
		return fmt.Errorf("operations %v and %v differ", a.Ops, b.Ops)
	}
	return nil
}

// matched pairs the points of two traces by their step, the first point of each
// step in each.
func matched(pred, obs *trace.Trace) [][2]int {
	var out [][2]int
	j := 0
	for i := range pred.Points {
		if i > 0 && pred.Points[i].Step == pred.Points[i-1].Step {
			continue
		}
		for j < len(obs.Points) && obs.Points[j].Step < pred.Points[i].Step {
			j++
		}
		if j < len(obs.Points) && obs.Points[j].Step == pred.Points[i].Step {
			out = append(out, [2]int{i, j})
		}
	}
	return out
}
