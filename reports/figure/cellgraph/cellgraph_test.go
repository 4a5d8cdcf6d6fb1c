package cellgraph

import (
	"bytes"
	"math"
	"os"
	"strings"
	"testing"

	"edgewise/reports/figure"
	"edgewise/sim/trace"
	"edgewise/theory/cell"
)

// fading is a cell whose edges lose a tenth of their none-probability per edge.
func fading(t *testing.T, nodes int) *trace.Trace {
	t.Helper()
	c, err := cell.DARTS(nodes, nodes)
	if err != nil {
		t.Fatal(err)
	}
	s, err := cell.NewSpace(cell.Canonical(), c, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	tr := &trace.Trace{Manifest: trace.Manifest{Run: "0f0f", Name: "fading"}}
	tr.Manifest.SetCell(s)
	for i := range 3 {
		prob := make([][]float64, len(c.Edges))
		for e := range prob {
			prob[e] = make([]float64, len(s.Ops))
			none := math.Max(0.02, 0.95-0.1*float64(e)-0.2*float64(i))
			for o := range prob[e] {
				prob[e][o] = (1 - none) * 0.4 / float64(len(s.Ops)-2)
			}
			prob[e][0] = none
			prob[e][1+e%(len(s.Ops)-1)] = (1 - none) * 0.6
		}
		tr.Points = append(tr.Points, trace.Point{Step: 100 * i, Prob: [][][]float64{prob}})
	}
	return tr
}

func TestCellIsDrawnTheSameTwiceInEveryFormat(t *testing.T) {
	for name, n := range map[string]int{"cell_small": 2, "cell_large": 4} {
		var first [][]byte
		for range 2 {
			f, err := Cell(fading(t, n), 0, 0, 250)
			if err != nil {
				t.Fatal(err)
			}
			f.Name = name
			for i, format := range []figure.Format{figure.SVG, figure.PDF, figure.PNG, figure.PGF} {
				var b bytes.Buffer
				if err := f.Encode(&b, format); err != nil {
					t.Fatal(err)
				}
				if len(first) <= i {
					first = append(first, b.Bytes())
				} else if !bytes.Equal(first[i], b.Bytes()) {
					t.Errorf("%s.%s differs when it is drawn again", name, format)
				}
			}
			if dir := os.Getenv("EDGEWISE_FIGURE_DIR"); dir != "" {
				if err := f.Save(dir, figure.PNG); err != nil {
					t.Fatal(err)
				}
			}
		}
		if !strings.Contains(string(first[0]), "max_pool_3x3") {
			t.Errorf("%s: no operation is named", name)
		}
	}
}

func TestDOTSaysWhatTheEdgesAre(t *testing.T) {
	dot, err := DOT(fading(t, 2), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	// none-probability 0.95: width 0.3 + 3.2 * 0.05
	for _, want := range []string{`n0 -> n2 [label="skip_connect", penwidth=0.460, color="#d55e00", style=dashed`, `n2 -> n3 [label="sep_conv_5x5"`, "n3 -> out"} {
		if !strings.Contains(dot, want) {
			t.Errorf("no %s in\n%s", want, dot)
		}
	}
	if _, err := DOT(fading(t, 2), 1, 0); err == nil {
		t.Error("a kind that the trace does not have is drawn")
	}
	if _, err := Cell(fading(t, 2), 0); err == nil {
		t.Error("a cell is drawn at no step")
	}
	if _, err := Cell(fading(t, MaxNodes+1), 0, 0); err == nil {
		t.Error("a cell is drawn for which there is no layout")
	}
}
