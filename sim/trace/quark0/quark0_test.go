package quark0

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"edgewise/sim/check"
	"edgewise/sim/trace"
	"edgewise/sim/trace/damage"
	"edgewise/sim/trace/genotype"
	"edgewise/sim/trace/runlog"
	"edgewise/theory/cell"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// printed is a tensor as PyTorch prints it.
func printed(m [][]float64) string {
	var b strings.Builder
	b.WriteString("tensor([")
	for i, row := range m {
		if i > 0 {
			b.WriteString(",\n        ")
		}
		b.WriteString("[")
		for k, v := range row {
			if k > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%.4f", v)
		}
		b.WriteString("]")
	}
	b.WriteString("],\n       device='cuda:0', grad_fn=<SoftmaxBackward>)\n")
	return b.String()
}

func table(rng *rand.Rand, edges int) [][]float64 {
	out := make([][]float64, edges)
	for e := range out {
		sum := 0.0
		for range 8 {
			v := math.Exp(rng.NormFloat64())
			out[e], sum = append(out[e], v), sum+v
		}
		for o := range out[e] {
			out[e][o] = math.Round(1e4*out[e][o]/sum) / 1e4
		}
	}
	return out
}

// log writes epochs as the DARTS code does.
func log(epochs int) (text string, tables [][2][][]float64) {
	rng := rand.New(rand.NewPCG(3, 4))
	c, err := cell.DARTS(4, 4)
	if err != nil {
		panic(err)
	}
	var b strings.Builder
	b.WriteString("Experiment dir : search-EXP\n07/30 04:31:09 PM args = Namespace(arch_learning_rate=0.0003, arch_weight_decay=0.001, batch_size=64, cutout=False, data='../data', epochs=3, grad_clip=5, init_channels=16, layers=8, learning_rate=0.025, learning_rate_min=0.001, momentum=0.9, seed=2, train_portion=0.5, unrolled=True, weight_decay=0.0003)\n")
	for i := range epochs {
		t := [2][][]float64{table(rng, 14), table(rng, 14)}
		tables = append(tables, t)
		g := genotype.Genotype{Kinds: []string{"normal", "reduce"}}
		for k := range t {
			g.Cells = append(g.Cells, genotype.Derive(c, Primitives, t[k], genotype.Rule{PerNode: 2}))
		}
		fmt.Fprintf(&b, "07/30 04:31:13 PM epoch %d lr 2.4%de-02\n07/30 04:31:13 PM genotype = %s\n%s%s", i, i, g, printed(t[0]), printed(t[1]))
		fmt.Fprintf(&b, "07/30 04:31:27 PM train 000 2.4e+00 6.25 39.06\n07/30 04:40:01 PM train 050 1.%de+00 25.4 78.6\n07/30 05:37:48 PM train_acc %d.776\n07/30 05:37:48 PM valid 000 1.5e+00 53.1 90.6\n07/30 05:38:02 PM valid_acc %d.5\n", i+1, 40+i, 50+i)
	}
	return b.String(), tables
}

func read(t *testing.T, text string) (*trace.Trace, []check.Finding) {
	t.Helper()
	tr, findings, err := Import(strings.NewReader(text), "x/nohup.out", runlog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return tr, findings
}

func TestLogIsReadWhole(t *testing.T) {
	text, tables := log(3)
	tr, findings := read(t, text)
	if len(tr.Points) != 3 || !tr.Complete() || tr.Points[1].Step != 391 || tr.Points[1].Steps != 391 {
		t.Fatalf("%d points, step %d", len(tr.Points), tr.Points[1].Step)
	}
	none, skip := tr.Manifest.None(), 1
	for i, p := range tr.Points {
		for k := range 2 {
			for e := range 14 {
				if p.Prob[k][e][none] != tables[i][k][e][0] || p.Prob[k][e][skip] != tables[i][k][e][3] {
					t.Fatalf("epoch %d kind %d edge %d: columns are mixed up", i, k, e)
				}
			}
		}
		if p.Train.Correct != int(math.Round(float64(40776+1000*i)/100000*25000)) || p.Search.Accuracy() != float64(50+i)/100+.005 || p.Line == 0 {
			t.Errorf("epoch %d: %+v %+v line %d", i, p.Train, p.Search, p.Line)
		}
	}
	if a := runlog.Agreement(tr); a.Pairs != 48 || a.Different > 0 {
		t.Errorf("%+v", a)
	}
	s := tr.Manifest.Spec
	if s == nil || s.Order != 2 || s.Alpha.Rate != 3e-4 || s.Net.Cells != 8 || s.Steps != 3*391 || len(tr.Manifest.Stack) != 8 {
		t.Errorf("spec %+v", s)
	}
	for _, f := range findings {
		if f.Severity > check.Note {
			t.Errorf("%+v", f)
		}
	}
}

// The same log in other dress gives the same trace.
func TestDressMakesNoDifference(t *testing.T) {
	text, _ := log(3)
	want, _ := read(t, text)
	rng := rand.New(rand.NewPCG(5, 6))
	noisy := func(line string) string {
		var b strings.Builder
		for _, l := range strings.SplitAfter(text, "\n") {
			b.WriteString(l)
			if rng.IntN(4) == 0 {
				b.WriteString(line)
			}
		}
		return b.String()
	}
	for name, other := range map[string]string{
		"CRLF and BOM":        "\ufeff" + strings.ReplaceAll(text, "\n", "\r\n"),
		"warnings in between": noisy("/lib/x.py:3: UserWarning: sub(Number alpha, Tensor other) is deprecated\n"),
		"empty lines":         noisy("\n"),
		"another rank":        noisy("[rank1]: epoch 7 lr 1e-02\n"),
		"no line ending":      strings.TrimSuffix(text, "\n"),
	} {
		got, _ := read(t, other)
		if d := cmp.Diff(want.Points, got.Points, cmpopts.EquateNaNs(), cmpopts.IgnoreFields(trace.Point{}, "Line")); d != "" {
			t.Errorf("%s: %s", name, d[:min(len(d), 600)])
		}
	}
}

func TestDamageIsPositionedAndTheRestRead(t *testing.T) {
	text, _ := log(3)
	for name, c := range map[string]struct {
		old, new string
		points   int
		want     string
	}{
		"a row is missing":  {"epoch 1 lr", "epoch 1 lr", 3, ""},
		"nan loss":          {"train 050 1.2e+00", "train 050 nan", 3, ""},
		"garbled loss":      {"train 050 1.2e+00", "train 050 1.2q+00", 3, "no loss and accuracy"},
		"an epoch repeated": {"epoch 2 lr", "epoch 1 lr", 2, "epoch 1 comes after epoch 1"},
		"genotype cut":      {"epoch 1 lr 2.41e-02\n07/30 04:31:13 PM genotype = Genotype(normal=[", "epoch 1 lr 2.41e-02\n07/30 04:31:13 PM genotype = Genotype(normal=(", 3, "genotype:"},
	} {
		tr, findings := read(t, strings.Replace(text, c.old, c.new, 1))
		if len(tr.Points) != c.points {
			t.Errorf("%s: %d points", name, len(tr.Points))
		}
		found := c.want == ""
		for _, f := range findings {
			found = found || strings.Contains(f.What, c.want) && strings.HasPrefix(f.What, "x/nohup.out:") && f.Line > 0
		}
		if !found {
			t.Errorf("%s: %+v", name, findings)
		}
	}
	// Cut anywhere, the log gives what stands before the cut.
	for cut := 400; cut < len(text); cut += 97 {
		tr, _, err := Import(strings.NewReader(text[:cut]), "x", runlog.Options{})
		if err == nil && len(tr.Points) == 0 {
			t.Errorf("cut at %d: a trace without points", cut)
		}
	}
}

func TestDamage(t *testing.T) {
	text, _ := log(4)
	damage.Text(t, damage.File{Name: "nohup.out", Data: []byte(text), Ranks: true, Read: func(data []byte) (*trace.Trace, []check.Finding, error) {
		return Import(bytes.NewReader(data), "x/nohup.out", runlog.Options{})
	}})
}

// A log without anything that can be used is refused, and the first problem named.
func TestNothingSoundIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"epoch 0 lr 2.5e-02\n": "x.log:1: the run has neither parameters nor a genotype nor losses",
		"epoch 0 lr 2.5e-02\ntensor([" + strings.Repeat("[0.5, 0.5],\n", 40000) + "[0.5, 0.5]])\n": "x.log:2: a printed tensor is larger",
	} {
		if _, _, err := Import(strings.NewReader(text), "x.log", runlog.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v", text, err)
		}
	}
}

func FuzzImport(f *testing.F) {
	text, _ := log(2)
	f.Add([]byte(text))
	f.Add([]byte("epoch 0 lr nan\r\ntensor([[0.5, 0.5],\r\n [inf, 0.5]], grad_fn=<SoftmaxBackward>)\r\ntrain 000 1e308 50 50"))
	f.Add([]byte("\xef\xbb\xbfargs = Namespace(epochs=1e9, layers=-3)\nepoch 999999 lr 1\n[rank1]: epoch 2 lr 1\ngenotype = Genotype(normal=[('a', 0)]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		tr, _, err := Import(bytes.NewReader(text), "fuzz", runlog.Options{})
		if err != nil {
			return
		}
		for i := range tr.Points {
			if _, err := trace.DecodePoint(trace.AppendPoint(nil, &tr.Points[i])); err != nil {
				t.Fatal(err)
			}
		}
		check.Trace(tr)
	})
}
