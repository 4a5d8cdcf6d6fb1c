package foreign

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edgewise/reports/table"
	"edgewise/sim/trace"
	importer "edgewise/sim/trace/foreign"
	"edgewise/sim/trace/runlog"
	"edgewise/theory/cell"
)

// made is a trace of 4-node cells whose none-probability is a known linear
// function of its predictors, with noise per edge.
func made(name string, seed uint64, noise float64) *trace.Trace {
	rng := rand.New(rand.NewPCG(seed, 1))
	c, err := cell.DARTS(4, 4)
	if err != nil {
		panic(err)
	}
	m := trace.Manifest{Format: trace.Format, Origin: trace.Observed, Name: name, Run: name, Kinds: []string{"normal", "reduce"}, Nodes: 4, Concat: c.Concat, Ops: []string{"none", "a"}}
	own := make([]float64, 2*len(c.Edges))
	for i := range own {
		own[i] = noise * rng.NormFloat64()
	}
	for _, e := range c.Edges {
		m.Edges = append(m.Edges, [2]int{e.From, e.To})
	}
	t := &trace.Trace{Manifest: m}
	for i := range 21 {
		x := float64(i) / 20
		gap := x*x + 0.1*rng.Float64()
		p := trace.Point{Step: i, Steps: 1, Epoch: float64(i), Prob: runlog.Unknown(2, len(c.Edges), 2), Train: runlog.Percent(1, 50, 0), Search: runlog.Percent(1+gap, 50, 0)}
		for k := range p.Prob {
			for e, ed := range c.Edges {
				q := 0.2 + 0.05*depth(ed.From) - 0.01*float64(ed.To-2) - 0.06*float64(k) + 0.1*x + 0.03*gap + own[k*len(c.Edges)+e]
				if ed.From == 1 {
					q += 0.04
				}
				p.Prob[k][e][0], p.Prob[k][e][1] = q, 1-q
			}
		}
		t.Points = append(t.Points, p)
	}
	return t
}

// The regression finds known effects: exactly without noise, within its intervals
// with noise, in about 95 % of cases.
func TestRegressionFindsKnownEffects(t *testing.T) {
	want := map[string]float64{"input1": 0.04, "depth": 0.05, "target": -0.01, "reduce": -0.06, "epoch": 0.1, "gap": 0.03}
	observe := func(noise float64, seed uint64) []Observation {
		var obs []Observation
		for i := range uint64(3) {
			o, err := Observe(made(fmt.Sprint("t", i), 10*seed+i, noise))
			if err != nil {
				t.Fatal(err)
			}
			obs = append(obs, o...)
		}
		return obs
	}
	f, err := Regress(observe(0, 1))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Of) != len(want) || f.Edges != 84 || f.N != 420 {
		t.Fatalf("%+v", f)
	}
	for _, e := range f.Of {
		if math.Abs(e.Value-want[e.Name]) > 1e-9 {
			t.Errorf("%s: %g, want %g", e.Name, e.Value, want[e.Name])
		}
	}
	inside, all := 0, 0
	for seed := range uint64(4) {
		f, err := Regress(observe(0.05, 100+seed))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range f.Of[:4] { // epoch and gap have no noise of their own
			all++
			if e.Low <= want[e.Name] && want[e.Name] <= e.Top {
				inside++
			}
		}
	}
	if inside < all*80/100 {
		t.Errorf("%d of %d intervals hold the true effect", inside, all)
	}
}

func TestTracesThatCannotBeUsedAreNamed(t *testing.T) {
	short, nameless, blind := made("short", 1, 0), made("nameless", 1, 0), made("blind", 1, 0)
	short.Points = short.Points[:5]
	nameless.Manifest.Ops[0] = "column_0"
	for i := range blind.Points {
		blind.Points[i].Search = nil
	}
	tab, err := NoneRegression([]*trace.Trace{made("a", 1, .01), made("b", 2, .01), short, nameless, blind})
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(tab.Notes, "\n")
	for _, want := range []string{"short: it has 5 points", "nameless: it has no none", "blind: it has no train and search losses"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not among the notes:\n%s", want, text)
		}
	}
	if _, err := NoneRegression([]*trace.Trace{short}); err == nil {
		t.Error("a regression of nothing succeeded")
	}
}

func TestTablesRender(t *testing.T) {
	ts := []*trace.Trace{made("a", 1, .01), made("b", 2, .01)}
	reg, err := NoneRegression(ts)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, tab := range []*table.Table{Traces(ts), reg} {
		if err := table.Save(dir, tab); err != nil {
			t.Error(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "none-regression.tex"))
	if err != nil || !strings.Contains(string(text), "depth of the source node") {
		t.Errorf("%v\n%s", err, text)
	}
}

// The tables of the published runs: what they say is in the log of the test.
func TestTablesOfPublishedRuns(t *testing.T) {
	root := filepath.Join("..", "..", "..", "shared", "traces")
	if _, err := os.Stat(root); err != nil {
		t.Skipf("the published runs are not beside the repository: %v", err)
	}
	var ts []*trace.Trace
	for _, f := range []string{"ptdarts-*/*.log", "quark0-*/nohup.out", "robustdarts-*/log_1.txt", "official-*/log.txt", "sharpdarts-*/excerpts.txt"} {
		paths, err := filepath.Glob(filepath.Join(root, f))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range paths {
			tr, _, err := importer.Import(p, importer.Options{})
			if err != nil {
				t.Fatal(err)
			}
			ts = append(ts, tr)
		}
	}
	var b bytes.Buffer
	inventory := Traces(ts)
	if err := inventory.Terminal(&b, 0); err != nil {
		t.Fatal(err)
	}
	all := inventory.Notes[len(inventory.Notes)-1]
	var pairs int
	var equal, tied float64
	if _, err := fmt.Sscanf(all, "All: of %d pairs of wiring %f %% are equal, %f %%", &pairs, &equal, &tied); err != nil || pairs < 8000 || equal < 95 || tied < equal {
		t.Errorf("logged against derived wiring: %q", all)
	}
	for _, tr := range ts { // what falls short is said, with its reason
		a := runlog.Agreement(tr)
		short, text := float64(a.Same) < 0.95*float64(a.Pairs), strings.Join(inventory.Notes, "\n")
		if short != strings.Contains(text, tr.Manifest.Name+": ") || short && (a.Ranked != a.Different || !strings.Contains(text, "ranks edges by raw alpha") || !strings.Contains(text, "four places do not tell them apart")) {
			t.Errorf("%s: %+v, notes:\n%s", tr.Manifest.Name, a, text)
		}
	}
	var cifar []*trace.Trace
	for _, tr := range ts {
		if strings.Contains(tr.Manifest.Name, "jkooy") && !strings.Contains(tr.Manifest.Name, "9samples") && !strings.Contains(tr.Manifest.Name, "ignore") || strings.HasPrefix(tr.Manifest.Name, "quark0") {
			cifar = append(cifar, tr)
		}
	}
	reg, err := NoneRegression(cifar)
	if err != nil {
		t.Fatal(err)
	}
	if err := reg.Terminal(&b, 0); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + b.String())
	var obs []Observation
	for _, tr := range cifar {
		o, err := Observe(tr)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range o {
			if x.Kind == "normal" {
				obs = append(obs, x)
			}
		}
	}
	f, err := Regress(obs)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range f.Of[:2] { // P4.7: none rises with the depth of the source, inputs told apart
		if !(e.Low > 0) {
			t.Errorf("normal cells of the CIFAR logs: effect of %s is %.3f [%.3f, %.3f]", e.Name, e.Value, e.Low, e.Top)
		}
	}
}
