package figure

import (
	"bytes"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"edgewise/sim/trace"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

func TestResidualIsPredictedMinusObservedWhereBothAreKnown(t *testing.T) {
	predicted := plotter.XYs{{X: 0, Y: 0}, {X: 10, Y: 1}}
	observed := plotter.XYs{{X: -1, Y: 5}, {X: 0, Y: 0.1}, {X: 5, Y: 0.25}, {X: 10, Y: 1}, {X: 11, Y: 0}}
	want := plotter.XYs{{X: 0, Y: -0.1}, {X: 5, Y: 0.25}, {X: 10, Y: 0}}
	got := residual(predicted, observed)
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i].X != want[i].X || math.Abs(got[i].Y-want[i].Y) > 1e-15 {
			t.Errorf("got %v, want %v", got[i], want[i])
		}
	}
}

func TestThinningKeepsTheExtremes(t *testing.T) {
	xy := make(plotter.XYs, 15000)
	for i := range xy {
		xy[i] = plotter.XY{X: float64(i), Y: math.Sin(float64(i) / 700)}
	}
	xy[7777].Y, xy[9999].Y = 40, -30
	got := thin(xy, 100)
	if len(got) > 404 {
		t.Errorf("%d points are left", len(got))
	}
	lo, hi := 0.0, 0.0
	for i, p := range got {
		lo, hi = min(lo, p.Y), max(hi, p.Y)
		if i > 0 && p.X <= got[i-1].X {
			t.Fatalf("x goes back at %v", p)
		}
	}
	if lo != -30 || hi != 40 || got[0] != xy[0] || got[len(got)-1] != xy[len(xy)-1] {
		t.Errorf("range [%v, %v], ends %v and %v", lo, hi, got[0], got[len(got)-1])
	}
}

func TestSimplifyStaysWithinItsTolerance(t *testing.T) {
	var pts []vg.Point
	for i := range 1000 {
		pts = append(pts, vg.Point{X: vg.Length(i) / 10, Y: vg.Length(20 * math.Sin(float64(i)/80))})
	}
	got := simplify(pts, 0.1)
	if len(got) > 100 || got[0] != pts[0] || got[len(got)-1] != pts[999] {
		t.Fatalf("%d points are left", len(got))
	}
	var line plotter.XYs
	for _, p := range got {
		line = append(line, plotter.XY{X: float64(p.X), Y: float64(p.Y)})
	}
	for _, p := range pts {
		if d := math.Abs(interpolate(line, float64(p.X)) - float64(p.Y)); !(d < 0.1*math.Hypot(1, 2.5)) { // the slope is at most 2.5
			t.Errorf("%v is %v away", p, d)
		}
	}
}

func TestWindowsWeighPointsByTheirSteps(t *testing.T) {
	tr := &trace.Trace{Points: []trace.Point{{Step: 0, Steps: 1}, {Step: 1, Steps: 3}, {Step: 4, Steps: 1}}}
	values := map[int]float64{0: 1, 1: 5, 4: math.NaN()}
	got := windows(tr, 1, func(p *trace.Point) float64 { return values[p.Step] })
	if len(got) != 1 || got[0].Y != 4 {
		t.Errorf("got %v, want one window of mean (1 + 3*5)/4 = 4", got)
	}
}

func TestGenotype(t *testing.T) {
	tr := sample(2, 10, 1)
	m := &tr.Manifest
	prob := tr.Points[3].Prob[0]
	for e := range prob {
		for o := range prob[e] {
			prob[e][o] = 0
		}
	}
	// node 3: edges from 0, 1 and 2; none is never chosen
	prob[0][m.None()], prob[0][1] = 0.9, 0.1
	prob[1][4] = 1
	prob[2][2], prob[3][3], prob[4][5] = 0.5, 0.2, 0.7
	got, err := Genotype(tr, 3)
	if err != nil {
		t.Fatal(err)
	}
	want := "Genotype(normal=[('skip_connect', 0), ('sep_conv_3x3', 1), ('max_pool_3x3', 0), ('sep_conv_5x5', 2)], normal_concat=[2, 3], reduce="
	if !strings.HasPrefix(got, want) {
		t.Errorf("got  %s\nwant %s...", got, want)
	}
	if _, err := Genotype(tr, 11); err == nil {
		t.Error("a point that is not there has a genotype")
	}
}

func TestDeterminationOfABadPredictionIsNegative(t *testing.T) {
	if r := determination([]Pair{{Predicted: 1, Observed: 0}, {Predicted: 0, Observed: 1}}); r != -3 {
		t.Errorf("R² = %v, want -3", r)
	}
	if r := determination([]Pair{{Predicted: 1, Observed: 2}, {Predicted: 0, Observed: 2}}); !math.IsNaN(r) {
		t.Errorf("constant observations have R² = %v", r)
	}
}

func TestFiguresThatCannotBeDrawnSayWhy(t *testing.T) {
	tr, other := sample(2, 10, 1), sample(3, 10, 1)
	noNone := sample(2, 10, 1)
	noNone.Manifest.Ops = append([]string{"zero"}, noNone.Manifest.Ops[1:]...)
	bare := sample(2, 10, 1)
	for i := range bare.Points {
		p := &bare.Points[i]
		p.Cost, p.EdgeCost, p.Train, p.Search, p.Alpha = nil, nil, nil, nil, nil
	}
	for want, err := range map[string]error{
		"has no points":                      second(NoneProbability(&trace.Trace{}, 0)),
		"no cell kind number 2":              second(NoneProbability(tr, 2)),
		"prediction law: it has edges":       second(NoneProbability(tr, 0, Prediction{"law", other})),
		"have no none":                       second(NoneProbability(noNone, 0)),
		"holds no costs":                     second(EdgeCost(bare, 0)),
		"holds no loss":                      second(Losses(bare)),
		"holds no alpha":                     second(HeatMap(bare, 0, Alpha, 0)),
		"must be positive and ascend":        second(Chart("c", "", Axis{"x", []float64{2, 1}}, Axis{"y", []float64{1, 2}}, 0, 1, []string{"a"}, [][][]float64{{{1, 2}, {1, 2}}})),
		"has 1 values of 2":                  second(Chart("c", "", Axis{"x", []float64{1, 2}}, Axis{"y", []float64{1, 2}}, 0, 1, []string{"a"}, [][][]float64{{{1}, {1, 2}}})),
		"unknown quantity":                   second(HeatMap(tr, 0, "beta", 0)),
		"0 steps":                            second(HeatMap(tr, 0, Prob)),
		"needs an interval":                  second(PhasePortrait("", 1, 0)),
		"needs a rectangle":                  second(PhasePlane("", Plane{})),
		"no pairs":                           second(Calibration("", "p", nil)),
		"both must be finite":                second(Calibration("", "p", []Pair{{math.NaN(), 1, "a"}})),
		"no estimates":                       second(Forest("", "x", 0, []Effect{{Label: "a"}})),
		`unknown format "gif": use svg, pdf`: New("x", "", 10, 10, nil).Encode(&bytes.Buffer{}, "gif"),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
}

func second(_ *Figure, err error) error { return err }

// The fonts of a PDF are in code page 1252: what is in it must come out as the
// byte that it has there, and what is not must be spelled out.
func TestPDFText(t *testing.T) {
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not installed: the text of the PDF is not read back (Debian: poppler-utils)")
	}
	f := New("text", "", 200, 40, func(c draw.Canvas) error {
		c.FillText(TextStyle(8, 0, 0), vg.Point{X: 5, Y: 10}, "L − H ± R² of α, 中")
		return nil
	})
	dir := t.TempDir()
	if err := f.Save(dir, PDF); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool, filepath.Join(dir, "text.pdf"), "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.TrimSpace(string(out)), "L – H ± R² of alpha, ?"; got != want {
		t.Errorf("the PDF says %q, want %q", got, want)
	}
}

// Every figure compiles as a document and, by \input, inside an article, with
// the characters of its labels intact.
func TestPGFCompiles(t *testing.T) {
	tex, err := exec.LookPath("pdflatex")
	if err != nil {
		t.Skip("pdflatex is not installed: the PGF figures are not compiled (Debian: texlive-pictures texlive-latex-extra)")
	}
	dir := t.TempDir()
	var b bytes.Buffer
	b.WriteString("\\documentclass{article}\n" + TeXPreamble + "\\begin{document}\n")
	all := figures(t)
	for _, name := range []string{"none_small", "heat_prob", "forest", "calibration"} {
		f := all[name]
		if err := f.Save(dir, PGF, TeX); err != nil {
			t.Fatal(err)
		}
		b.WriteString("\\noindent\\input{" + name + ".pgf}\n\n")
	}
	b.WriteString("\\end{document}\n")
	if err := os.WriteFile(filepath.Join(dir, "article.tex"), b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, doc := range []string{"article.tex", "forest.tex"} {
		cmd := exec.Command(tex, "-interaction=nonstopmode", "-halt-on-error", doc)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("pdflatex %s: %v\n%s", doc, err, out)
		}
		if bytes.Contains(out, []byte("Missing character")) || bytes.Contains(out, []byte("Overfull")) {
			t.Errorf("%s: %s", doc, out)
		}
	}
	if keep := os.Getenv("EDGEWISE_FIGURE_DIR"); keep != "" {
		if text, err := os.ReadFile(filepath.Join(dir, "article.pdf")); err == nil {
			os.WriteFile(filepath.Join(keep, "article.pdf"), text, 0o644)
		}
	}
}
