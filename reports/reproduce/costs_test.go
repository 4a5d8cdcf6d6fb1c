package reproduce

import (
	"bytes"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"edgewise/reports/table"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// costly20 is a run of 20 steps on a normal and a reduction cell with one edge and
// two operations. The first two steps (its first tenth) have the costs of early,
// the last two those of late, the others none that may be seen.
func costly20(run string, early, late float64) *trace.Trace {
	t := &trace.Trace{Manifest: trace.Manifest{Run: run, Name: run, Kinds: []string{"normal", "reduce"}, Nodes: 1, Concat: []int{2},
		Edges: [][2]int{{0, 2}}, Ops: []string{"none", "skip_connect"}, Stack: []string{"normal", "reduce", "normal"}}}
	for i := range 20 {
		c := 1e6
		switch {
		case i < 2:
			c = early
		case i >= 18:
			c = late
		}
		n := float64(1 + i%2*2) // skip_connect is sampled once at even and three times at odd steps
		half := []float64{0.5, 0.5}
		t.Points = append(t.Points, trace.Point{Step: i, Steps: 1, Prob: [][][]float64{{half}, {half}},
			EdgeCost: [][]float64{{c}, {-c}, {c + 1}}, // of the cells of the stack
			Cost:     &trace.Cost{Count: [][][]float64{{{1, n}}, {{0, 0}}}, Mean: [][][]float64{{{0, c * float64(1+i%2)}}, {{0, 0}}}}})
	}
	t.Points = append(t.Points, trace.Point{Step: 20, Prob: t.Points[0].Prob, Status: trace.Complete})
	return t
}

// Costs are summed over the cells of a kind, not over all; an operation's are over
// the steps that had it in the wiring; early and late are the tenths at the ends;
// one run has no interval, and never "± 0".
func TestCostsPerEdgeOperationAndKind(t *testing.T) {
	tr := costly20("a", 0.25, -0.5)
	for _, x := range []struct {
		kind int
		when string
		want float64
	}{{0, initialisation, 1.5}, {0, convergence, 0}, {1, initialisation, -0.25}, {1, convergence, 0.5}} {
		if got := edgeCost(tr, x.kind, 0, x.when); math.Abs(got-x.want) > 1e-12 {
			t.Errorf("kind %d, %s: edge cost %v, want %v", x.kind, x.when, got, x.want)
		}
	}
	if got := opCost(tr, 0, 0, 1, convergence); got != -0.875 {
		t.Errorf("skip_connect costs %v at the end, want (1 · -0.5 + 3 · -1)/4", got)
	}
	if got := opCost(tr, 1, 0, 1, convergence); !math.IsNaN(got) {
		t.Errorf("an operation that was never in the wiring costs %v", got)
	}
	runs := []Run{{Arm: Arm{Name: "one"}, Observed: tr}}
	for name, x := range map[string]table.Table{"costs": CostTable(runs), "operations": OperationCostTable(runs)} {
		var b bytes.Buffer
		if err := x.Markdown(&b); err != nil {
			t.Fatal(err)
		}
		if s := b.String(); strings.Contains(s, "±") || !strings.Contains(s, "n = 1: no intervals") || !strings.Contains(s, "reduce") {
			t.Errorf("%s of one run:\n%s", name, s)
		}
	}
	runs = append(runs, Run{Arm: Arm{Name: "one"}, Seed: 2, Observed: costly20("b", 0.25, -0.25)})
	x := CostTable(runs)
	first, last := x.Rows[0].Cells[3].Value.(table.Estimate), x.Rows[1].Cells[3].Value.(table.Estimate)
	if !first.Equal || first.Mean != 1.5 || !math.IsNaN(first.Lo) {
		t.Errorf("equal costs of two runs: %+v", first)
	}
	if last.N != 2 || last.Mean != 0.25 || !(last.Lo < 0 && last.Hi > 0.5) {
		t.Errorf("costs of two runs at the end: %+v", last)
	}
}

// Stored runs of one spec under several seeds are one arm, runs of an arm of the
// study, also cut short, are that arm, and arms of one name are told apart.
func TestStoredRunsAreArranged(t *testing.T) {
	run := func(folder, name string, s spec.Spec, seed uint64) Run {
		s.Seed, s.Name = seed, name
		m := trace.Manifest{Run: s.ID(), Name: name, Spec: &s, Source: "edgewise search"}
		return Run{Arm: armOf(&m), Seed: seed, Folder: folder, Observed: &trace.Trace{Manifest: m}}
	}
	study := Arms()[2]
	cut := study.Spec
	cut.Steps, cut.Record.Eval = 12, 12
	other := spec.Default()
	wider := other
	wider.Net.Channels++
	runs := arranged([]Run{
		run("x/three-cells-s2", "three-cells-s2", cut, 2), run("x/a", "search", other, 1), run("y/three-cells", "three-cells", wider, 7),
		run("x/three-cells-s1", "three-cells-s1", cut, 1), run("x/b-s4", "pair-s4", study.Spec, 4), run("z/a", "search", wider, 8),
		{Arm: Arm{Name: "a"}, Folder: filepath.Join("w", "a"), Observed: &trace.Trace{Manifest: trace.Manifest{Run: "import-1"}}},
	})
	var got []string
	for _, r := range runs {
		got = append(got, r.Arm.Name)
	}
	want := "three-cells three-cells a three-cells (2) three-cells (2) three-cells, 1000 steps w/a"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("arms %s, want %s", s, want)
	}
	if !runs[0].Arm.Claimed || runs[0].Seed != 1 || runs[1].Seed != 2 || runs[3].Arm.Claimed || runs[5].Arm.Claimed {
		t.Errorf("claims and seeds of %+v", runs)
	}
}
