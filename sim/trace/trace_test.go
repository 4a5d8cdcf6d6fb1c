package trace

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edgewise/sim/spec"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func manifest(t testing.TB) Manifest {
	s := spec.Default()
	space, err := s.Space()
	if err != nil {
		t.Fatal(err)
	}
	m := Manifest{Format: Format, Version: "test", Run: s.ID(), Name: s.Name, Origin: Observed, Source: "test", Spec: &s}
	m.SetCell(space)
	return m
}

// drawPoint draws a one-step point with soft gates or one-hot ones.
func drawPoint(rt *rapid.T, m *Manifest, step int, soft bool) Point {
	real := rapid.Float64Range(-10, 10)
	cube := func(name string) [][][]float64 {
		out := make([][][]float64, len(m.Kinds))
		for k := range out {
			out[k] = make([][]float64, len(m.Edges))
			for e := range out[k] {
				out[k][e] = make([]float64, len(m.Ops))
				for o := range out[k][e] {
					out[k][e][o] = real.Draw(rt, name)
				}
			}
		}
		return out
	}
	p := Point{Step: step, Steps: 1, Epoch: real.Draw(rt, "epoch"), Rate: math.NaN(), AlphaRate: 1e-3, Temperature: 1, HeadNorm: 2,
		Alpha: cube("alpha"), Prob: cube("prob"), Gate: cube("gate"),
		Cost:  &Cost{Count: cube("count"), Mean: cube("cost")},
		Train: &Split{N: 64, Correct: rapid.IntRange(0, 64).Draw(rt, "correct"), Loss: real.Draw(rt, "loss"), Entropy: 1, LossCorrect: 2, EntropyCorrect: 3, LossWrong: 4, EntropyWrong: 5},
	}
	for k := range p.Cost.Count {
		for e := range p.Cost.Count[k] {
			sampled := rapid.IntRange(0, len(m.Ops)-1).Draw(rt, "sampled")
			for o := range p.Cost.Count[k][e] {
				p.Cost.Count[k][e][o] = 0
				if soft || o == sampled {
					p.Cost.Count[k][e][o] = 1
				} else {
					p.Cost.Mean[k][e][o] = 0
				}
			}
		}
	}
	return p
}

func TestPointsReadBackExactly(t *testing.T) {
	m := manifest(t)
	rapid.Check(t, func(rt *rapid.T) {
		p := drawPoint(rt, &m, 3, true)
		p.Alpha[0][0][0] = math.NaN()
		p.CostToDate, p.Grad, p.Hessian = p.Cost.Mean, p.Alpha, p.Alpha[0]
		p.Genotype, p.Line = rapid.String().Draw(rt, "genotype"), 7
		p.Test = &Split{N: 10, Correct: 3, Loss: math.NaN(), Entropy: math.NaN(), LossCorrect: math.NaN(), EntropyCorrect: math.NaN(), LossWrong: math.NaN(), EntropyWrong: math.NaN()}
		text := AppendPoint(nil, &p)
		got, err := DecodePoint(text)
		if err != nil {
			rt.Fatal(err)
		}
		if d := cmp.Diff(p, got, cmpopts.EquateNaNs()); d != "" {
			rt.Fatalf("read back differs (-wrote +read):\n%s", d)
		}
		if again := AppendPoint(nil, &got); !bytes.Equal(text, again) {
			rt.Fatalf("writing again differs:\n%s\n%s", text, again)
		}
	})
}

// Every cut and every flipped bit of a stored trace must be noticed, and the
// points before the damage kept.
func TestDamageIsNoticed(t *testing.T) {
	m := manifest(t)
	m.Edges, m.Ops = m.Edges[:2], m.Ops[:2]
	dir := t.TempDir()
	var tr Trace
	tr.Manifest = m
	rapid.Check(t, func(rt *rapid.T) {
		if len(tr.Points) < 3 {
			tr.Points = append(tr.Points, drawPoint(rt, &m, len(tr.Points), false))
		}
	})
	if err := Write(dir, &tr); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, PointsFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ends := []int{0}
	for i, b := range whole {
		if b == '\n' {
			ends = append(ends, i+1)
		}
	}
	sound := func(at int) int { // lines that end at or before byte at
		n := 0
		for n+1 < len(ends) && ends[n+1] <= at {
			n++
		}
		return n
	}
	check := func(what string, text []byte, want int, mayBeSound bool) {
		points, err := readPoints(bytes.NewReader(text), &m)
		if len(points) < want {
			t.Fatalf("%s: %d sound points, want %d (%v)", what, len(points), want, err)
		}
		for i := range points {
			if d := cmp.Diff(tr.Points[i], points[i], cmpopts.EquateNaNs()); d != "" {
				t.Fatalf("%s: point %d is wrong, not refused: %s", what, i, d)
			}
		}
		if err == nil && !mayBeSound {
			t.Fatalf("%s: not noticed", what)
		}
	}
	for cut := range len(whole) {
		lineEnd := ends[sound(cut)] == cut || cut+1 == ends[min(sound(cut)+1, len(ends)-1)]
		check("cut", whole[:cut], sound(cut), lineEnd)
	}
	for at := range whole {
		damaged := bytes.Clone(whole)
		damaged[at] ^= 1 << (at % 8)
		check("flip", damaged, sound(at), false)
	}
}

// Merging single steps into windows gives the same moments in one go or two.
func TestCoarsenIsAssociative(t *testing.T) {
	m := manifest(t)
	for _, soft := range []bool{false, true} {
		rapid.Check(t, func(rt *rapid.T) {
			tr := Trace{Manifest: m}
			for i := range 12 {
				tr.Points = append(tr.Points, drawPoint(rt, &m, i, soft))
			}
			tr.Points = append(tr.Points, Point{Step: 12, Prob: tr.Points[0].Prob, Status: Complete})
			once, twice := tr.Coarsen(6), tr.Coarsen(3).Coarsen(6)
			if len(once.Points) != 3 || once.Points[1].Step != 6 || !once.Complete() {
				rt.Fatalf("windows start at the wrong steps: %+v", once.Points)
			}
			if d := cmp.Diff(once, twice, cmpopts.EquateNaNs(), cmpopts.EquateApprox(1e-12, 1e-12)); d != "" {
				rt.Fatal(d)
			}
			c := once.Points[0].Cost
			var n, mean, square float64
			for i := range 6 {
				q := tr.Points[i].Cost
				n += q.Count[0][2][3]
				mean += q.Count[0][2][3] * q.Mean[0][2][3]
				square += q.Count[0][2][3] * q.Mean[0][2][3] * q.Mean[0][2][3]
			}
			if n != c.Count[0][2][3] || n > 0 && (math.Abs(mean/n-c.Mean[0][2][3]) > 1e-12 || math.Abs(square/n-c.Square[0][2][3]) > 1e-12) {
				rt.Fatalf("moments of edge 2, op 3: count %v mean %v square %v, want %v %v %v", c.Count[0][2][3], c.Mean[0][2][3], c.Square[0][2][3], n, mean/n, square/n)
			}
		})
	}
}

// Every array of a point must have the manifest's shape.
func TestArraysOfAnotherShapeAreRefused(t *testing.T) {
	m := manifest(t)
	prob := func() [][][]float64 {
		k := make([][]float64, len(m.Edges))
		for e := range k {
			k[e] = make([]float64, len(m.Ops))
		}
		return [][][]float64{k}
	}
	square := func(n int) [][]float64 {
		h := make([][]float64, n)
		for i := range h {
			h[i] = make([]float64, n)
		}
		return h
	}
	n := len(m.Edges) * len(m.Ops)
	if err := m.checkPoint(&Point{Prob: prob(), Grad: prob(), CostToDate: prob(), Hessian: square(n), Line: 3}); err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]Point{
		"grad":         {Prob: prob(), Grad: prob()[0:0]},
		"cost_to_date": {Prob: prob(), CostToDate: [][][]float64{prob()[0][1:]}},
		"hessian":      {Prob: prob(), Hessian: square(n - 1)},
		"line":         {Prob: prob(), Line: -1},
		"prob":         {},
	} {
		if err := m.checkPoint(&p); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestResumeCutsBehindItsOffset(t *testing.T) {
	m := manifest(t)
	dir := t.TempDir()
	w, err := Create(dir, m)
	if err != nil {
		t.Fatal(err)
	}
	prob := [][][]float64{{{1, 0, 0, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0, 0}}}
	for i := range 2 {
		if err := w.Append(&Point{Step: i, Steps: 1, Prob: prob}); err != nil {
			t.Fatal(err)
		}
	}
	at, err := w.Sync()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Append(&Point{Step: 2, Steps: 1, Prob: prob, Status: "lost"}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(dir, m); err == nil || !strings.Contains(err.Error(), "already holds one") {
		t.Fatalf("a second trace in one folder: %v", err)
	}
	w, err = Resume(dir, at)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Append(&Point{Step: 2, Prob: prob, Status: Complete}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	tr, err := Read(dir)
	if err != nil || len(tr.Points) != 3 || !tr.Complete() {
		t.Fatalf("read %d points, complete %v, %v", len(tr.Points), tr.Complete(), err)
	}
	if _, err := Resume(dir, 1<<30); err == nil {
		t.Fatal("resuming behind the end of the file was not refused")
	}
}

func FuzzDecodePoint(f *testing.F) {
	m := manifest(f)
	p := Point{Step: 1, Steps: 2, Prob: [][][]float64{{{0.5, math.NaN()}}}, Train: &Split{N: 3, Correct: 1, Loss: 1, Entropy: 2}}
	f.Add(AppendPoint(nil, &p))
	f.Add([]byte(`{"step":1,"crc":"00000000"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := DecodePoint(text)
		if err == nil && m.checkPoint(&p) == nil {
			AppendPoint(nil, &p)
		}
	})
}
