package foreign

import (
	"fmt"
	"math"
	"slices"

	"edgewise/reports/stat"
	"edgewise/reports/table"
	"edgewise/sim/trace"

	"gonum.org/v1/gonum/stat/distuv"
)

// slices of time at which a trace is read: enough to see a trend, few enough that
// an edge does not count as many.
const times = 5

// Observation is the none-probability of one edge at one time of one trace.
type Observation struct {
	Trace, Kind string
	Edge        int
	None        float64
	Input1      float64 // 1 where the edge starts at input 1, one cell back; input 0 is the reference (P4.7)
	Depth       float64 // of the source: 0 at the inputs, 1 at node 2, 2 at node 3, ...
	Target      float64 // number of the target node, from 0
	Reduce      float64 // 1 in reduction cells
	Epoch       float64 // share of the run that has passed
	Gap         float64 // search loss - train loss in nats at that time
}

// Observe reads a trace at five equally spaced times, the start left out. A trace
// without none, without losses on both splits or with fewer than ten points gives
// nothing, and says why.
func Observe(tr *trace.Trace) ([]Observation, error) {
	m := &tr.Manifest
	none := m.None()
	fail := func(why string) ([]Observation, error) {
		return nil, fmt.Errorf("trace %s: %s", m.Name, why)
	}
	if none < 0 {
		return fail("it has no none")
	}
	if len(tr.Points) < 2*times {
		return fail(fmt.Sprintf("it has %d points, fewer than %d", len(tr.Points), 2*times))
	}
	var out []Observation
	for i := 1; i <= times; i++ {
		at := i * (len(tr.Points) - 1) / times
		p := &tr.Points[at]
		if p.Train != nil && p.Train.Impossible() {
			return fail("its train losses are no mean cross-entropies")
		}
		gap := lossGap(tr, at)
		if math.IsNaN(gap) {
			return fail("it has no train and search losses")
		}
		for k, kind := range m.Kinds {
			for e, ed := range m.Edges {
				q := p.Prob[k][e][none]
				if math.IsNaN(q) {
					return fail(fmt.Sprintf("point %d has no probabilities", at))
				}
				o := Observation{Trace: m.Name, Kind: kind, Edge: e, None: q, Depth: depth(ed[0]), Target: float64(ed[1] - 2),
					Epoch: float64(at) / float64(len(tr.Points)-1), Gap: gap}
				if ed[0] == 1 {
					o.Input1 = 1
				}
				if kind == "reduce" {
					o.Reduce = 1
				}
				out = append(out, o)
			}
		}
	}
	return out, nil
}

// lossGap is search minus train loss at a point, or at the last before it that has
// both.
func lossGap(tr *trace.Trace, at int) float64 {
	for ; at >= 0; at-- {
		p := &tr.Points[at]
		held := p.Search
		if held == nil {
			held = p.Test
		}
		if p.Train != nil && held != nil && !math.IsNaN(p.Train.Loss) && !math.IsNaN(held.Loss) {
			return held.Loss - p.Train.Loss
		}
	}
	return math.NaN()
}

var predictors = []struct {
	name, label string
	of          func(Observation) float64
}{
	{"input1", "source is input 1, not input 0", func(o Observation) float64 { return o.Input1 }},
	{"depth", "depth of the source node", func(o Observation) float64 { return o.Depth }},
	{"target", "number of the target node", func(o Observation) float64 { return o.Target }},
	{"reduce", "reduction cell", func(o Observation) float64 { return o.Reduce }},
	{"epoch", "share of the run passed", func(o Observation) float64 { return o.Epoch }},
	{"gap", "search loss - train loss", func(o Observation) float64 { return o.Gap }},
}

// Effect is one coefficient with an interval that allows for the dependence of the
// observations of one edge.
type Effect struct {
	Name     string
	Value    float64
	Low, Top float64 // 95 %
	P        float64
}

// Effects is a fit of the none-probability with a block per trace.
type Effects struct {
	Of       []Effect
	N, Edges int // observations; edges that they come from
	R2       float64
	Notes    []string
}

// Regress fits None on all predictors that vary, with an indicator per trace. The
// estimates are those of package stat. Observations of one edge at five times are
// not independent, so standard errors come from leaving out one edge at a time
// (delete-one-cluster jackknife): SE^2 = (G-1)/G sum_g (b_(-g) - mean b_(-g))^2, with
// G - p degrees of freedom.
func Regress(obs []Observation) (Effects, error) {
	full, names, err := fit(obs)
	if err != nil {
		return Effects{}, err
	}
	clusters := map[string][]int{}
	var order []string
	for i, o := range obs {
		key := fmt.Sprint(o.Trace, "\x00", o.Kind, "\x00", o.Edge)
		if clusters[key] == nil {
			order = append(order, key)
		}
		clusters[key] = append(clusters[key], i)
	}
	g := len(order)
	df := float64(g - len(full.Coefficients))
	if df < 2 {
		return Effects{}, fmt.Errorf("regression of none: %d edges for %d coefficients", g, len(full.Coefficients))
	}
	values := make([][]float64, len(names))
	for _, key := range order {
		out := clusters[key]
		part := make([]Observation, 0, len(obs)-len(out))
		for i, o := range obs {
			if !slices.Contains(out, i) {
				part = append(part, o)
			}
		}
		r, left, err := fit(part)
		if err != nil || !slices.Equal(left, names) {
			return Effects{}, fmt.Errorf("regression of none: without one edge the predictors do not vary any more: %v", err)
		}
		for j := range names {
			values[j] = append(values[j], r.Coefficients[j+1].Value)
		}
	}
	res := Effects{N: len(obs), Edges: g, R2: full.R2, Notes: full.Notes}
	t := distuv.StudentsT{Sigma: 1, Nu: df}
	quantile := t.Quantile(0.5 + stat.Level/2)
	for j, n := range names {
		centre, sum := mean(values[j]), 0.0
		for _, v := range values[j] {
			sum += (v - centre) * (v - centre)
		}
		se := math.Sqrt(float64(g-1) / float64(g) * sum)
		b := full.Coefficients[j+1].Value
		e := Effect{Name: n, Value: b, Low: b - quantile*se, Top: b + quantile*se, P: 1}
		if se > 0 {
			e.P = math.Min(1, 2*t.CDF(-math.Abs(b)/se))
		}
		res.Of = append(res.Of, e)
	}
	return res, nil
}

// fit is the least-squares fit on the predictors that vary; names are theirs.
func fit(obs []Observation) (*stat.Regression, []string, error) {
	y := stat.Column{Name: "none"}
	levels := make([]string, len(obs))
	for i, o := range obs {
		y.Values = append(y.Values, o.None)
		levels[i] = o.Trace
	}
	var x []stat.Column
	var names []string
	for _, p := range predictors {
		c := stat.Column{Name: p.name}
		varies := false
		for _, o := range obs {
			v := p.of(o)
			c.Values = append(c.Values, v)
			varies = varies || v != c.Values[0]
		}
		if varies {
			x, names = append(x, c), append(names, p.name)
		}
	}
	if blocks, err := stat.Indicators("trace", levels); err == nil {
		x = append(x, blocks...)
	}
	if len(x) == 0 {
		return nil, nil, fmt.Errorf("regression of none: no predictor varies")
	}
	r, err := stat.Regress(y, x...)
	return r, names, err
}

// NoneRegression is the table of what the none-probability depends on, over the
// traces that allow it: all cells, normal cells alone, reduction cells alone.
func NoneRegression(ts []*trace.Trace) (*table.Table, error) {
	var all []Observation
	var runs, left []string
	for _, tr := range ts {
		obs, err := Observe(tr)
		if err != nil {
			left = append(left, err.Error())
			continue
		}
		all = append(all, obs...)
		runs = append(runs, tr.Manifest.Run)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no trace can be used: %v", left)
	}
	t := &table.Table{
		Name:    "none-regression",
		Caption: "Effects on the none-probability of an edge, with trace as a block. Positive: more none. The reference is an edge from input 0 into node 2 of a normal cell.",
		Columns: []table.Column{{Header: "Effect of"}},
		Runs:    runs,
		Notes: []string{
			fmt.Sprintf("each trace is read at %d equally spaced times; 95 %% intervals by leaving out one edge at a time", times),
		},
	}
	var groups []Effects
	for _, g := range []struct {
		name string
		keep func(Observation) bool
	}{
		{"all cells", func(Observation) bool { return true }},
		{"normal cells", func(o Observation) bool { return o.Kind == "normal" }},
		{"reduction cells", func(o Observation) bool { return o.Kind == "reduce" }},
	} {
		var part []Observation
		for _, o := range all {
			if g.keep(o) {
				part = append(part, o)
			}
		}
		if len(part) == 0 || len(part) == len(all) && g.name != "all cells" {
			continue
		}
		f, err := Regress(part)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", g.name, err)
		}
		groups = append(groups, f)
		t.Columns = append(t.Columns, table.Column{Header: "effect", Group: g.name, Kind: table.KindEstimate}, table.Column{Header: "p", Group: g.name, Kind: table.KindPValue})
		t.Notes = append(t.Notes, fmt.Sprintf("%s: %d observations of %d edges, R² %.2f", g.name, f.N, f.Edges, f.R2))
		for _, n := range f.Notes {
			t.Notes = append(t.Notes, g.name+": "+n)
		}
	}
	for _, p := range predictors {
		row := []table.Item{table.Text(p.label)}
		seen := false
		for _, f := range groups {
			i := slices.IndexFunc(f.Of, func(e Effect) bool { return e.Name == p.name })
			if i < 0 {
				row = append(row, table.NotApplicable(), table.NotApplicable())
				continue
			}
			seen = true
			e := f.Of[i]
			row = append(row, table.Estimate{Mean: e.Value, Lo: e.Low, Hi: e.Top, N: f.Edges}, table.PValue(e.P))
		}
		if seen {
			t.Add(row...)
		}
	}
	for _, w := range left {
		t.Notes = append(t.Notes, "left out: "+w)
	}
	return t, nil
}
