package ptdarts

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
)

// log writes a run of pt.darts whose raw alpha has a different constant on every
// edge, which its softmax does not show.
func log(epochs, columns int, names []string) string {
	rng := rand.New(rand.NewPCG(1, 9))
	c, err := cell.DARTS(4, 4)
	if err != nil {
		panic(err)
	}
	alpha := [2][][]float64{}
	for k := range alpha {
		for range 14 {
			row := make([]float64, columns)
			for o := range row {
				row[o] = 1e-3 * rng.NormFloat64()
			}
			alpha[k] = append(alpha[k], row)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "07/27 06:41:12 AM | \n07/27 06:41:12 AM | Parameters:\n07/27 06:41:12 AM | ALPHA_LR=0.0003\n07/27 06:41:12 AM | BATCH_SIZE=64\n07/27 06:41:12 AM | DATASET=cifar10\n07/27 06:41:12 AM | EPOCHS=%d\n07/27 06:41:12 AM | LAYERS=8\n07/27 06:41:12 AM | \n07/27 06:41:12 AM | Logger is set - training start\n", epochs)
	for i := range epochs {
		b.WriteString("####### ALPHA #######\n")
		for k, kind := range []string{"normal", "reduce"} {
			fmt.Fprintf(&b, "# Alpha - %s\n", kind)
			p := runlog.Softmax([][][]float64{alpha[k]})[0]
			for n, at := 2, 0; n < 6; n, at = n+1, at+n {
				b.WriteString("tensor([")
				for r := range n {
					if r > 0 {
						b.WriteString(",\n        ")
					}
					b.WriteString("[")
					for o, v := range p[at+r] {
						if o > 0 {
							b.WriteString(", ")
						}
						fmt.Fprintf(&b, "%.4f", v)
					}
					b.WriteString("]")
				}
				b.WriteString("],\n       device='cuda:0', grad_fn=<SoftmaxBackward>)\n")
			}
			b.WriteString("\n")
		}
		b.WriteString("#####################\n")
		fmt.Fprintf(&b, "07/27 06:41:29 AM | Train: [%2d/%d] Step 000/390 Loss 2.370 Prec@(1,5) (12.5%%, 51.6%%)\n07/27 06:41:29 AM | Train: [%2d/%d] Step 390/390 Loss 1.5%d Prec@(1,5) (41.9%%, 51.6%%)\n07/27 07:07:36 AM | Train: [%2d/%d] Final Prec@1 4%d.9080%%\n", i+1, epochs, i+1, epochs, i, i+1, epochs, i)
		fmt.Fprintf(&b, "07/27 06:41:29 AM | Valid: [%2d/%d] Step 390/390 Loss 1.3 Prec@(1,5) (52.4%%, 51.6%%)\n07/27 07:07:36 AM | Valid: [%2d/%d] Final Prec@1 52.3840%%\n", i+1, epochs, i+1, epochs)
		g := genotype.Genotype{Kinds: []string{"normal", "reduce"}}
		for k := range alpha {
			for e := range alpha[k] { // an epoch of Adam: every parameter moves about as far
				q := runlog.Softmax([][][]float64{{alpha[k][e]}})[0][0]
				weight, sum := make([]float64, columns), 0.0
				step := make([]float64, columns)
				total := 0.0
				for o := range step {
					step[o] = 0.1 * rng.NormFloat64()
					weight[o] = math.Sqrt(q[o] * (1 - q[o]))
					sum += weight[o] * step[o]
					total += weight[o]
				}
				for o := range step {
					alpha[k][e][o] += step[o] - sum/total
				}
			}
			g.Cells = append(g.Cells, genotype.Derive(c, names, alpha[k], genotype.Rule{PerNode: 2, None: len(names) - 1}))
		}
		text := g.String()
		fmt.Fprintf(&b, "07/27 07:08:49 AM | genotype = %s\n", text)
	}
	return b.String()
}

func TestNodesAreJoinedAndGenotypesMovedOn(t *testing.T) {
	text := log(12, 8, Primitives)
	tr, _, err := Import(strings.NewReader("07/27 06:00:00 AM | Parameters:\n07/27 06:00:00 AM | ALPHA_LR=0.5\n"+text), "d/x.log", runlog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(tr.Points) != 12 || len(tr.Manifest.Edges) != 14 || tr.Points[0].Genotype != "" || tr.Points[1].Genotype == "" || !tr.Complete() {
		t.Fatalf("%d points, genotypes %q %q", len(tr.Points), tr.Points[0].Genotype, tr.Points[1].Genotype)
	}
	p := tr.Points[3]
	if p.Step != 3*391 || p.Train.Loss != 1.53 || math.Abs(p.Train.Accuracy()-.43908) > 1e-9 || math.Abs(p.Search.Accuracy()-.52384) > 1e-9 || p.AlphaRate != 3e-4 {
		t.Errorf("%d %+v %+v", p.Step, p.Train, p.Search)
	}
	// The gauge that the softmax hides is recovered well enough for the ranking.
	if a := runlog.Agreement(tr); a.Pairs != 11*16 || a.Share() < 0.97 {
		t.Errorf("%+v", a)
	}
}

// A fork with other operations: the genotypes name the columns.
func TestColumnsOfForksAreToldByTheirGenotypes(t *testing.T) {
	names := []string{"sep_conv_3x3", "mb_conv_3x3", "fused_mb_conv_3x3", "none"}
	tr, _, err := Import(strings.NewReader(log(20, 4, names)), "x.log", runlog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(tr.Manifest.Ops, " "); got != "none sep_conv_3x3 mb_conv_3x3 fused_mb_conv_3x3" {
		t.Errorf("ops %s", got)
	}
}

func TestSeveralRunsInOneFile(t *testing.T) {
	text := log(2, 8, Primitives) + log(5, 8, Primitives) + log(1, 8, Primitives)
	for want, epochs := range map[int]int{0: 5, 1: 2, 3: 1} {
		tr, findings, err := Import(strings.NewReader(text), "x.log", runlog.Options{Run: want})
		if err != nil || len(tr.Points) != epochs {
			t.Fatalf("run %d: %d points, %v", want, len(tr.Points), err)
		}
		if !strings.Contains(findings[0].What, "the file holds 3 runs") {
			t.Errorf("%+v", findings[0])
		}
	}
	if _, _, err := Import(strings.NewReader(text), "x.log", runlog.Options{Run: 4}); err == nil {
		t.Error("a fourth run of three was read")
	}
}

// The steps of an epoch are those that the log counts. Where they are fewer than the data
// set has batches, it says so, and the accuracies tell how many images there were.
func TestStepsAreThoseThatTheLogCounts(t *testing.T) {
	text := strings.ReplaceAll(log(12, 8, Primitives), "/390 ", "/001 ")
	for i := range 12 {
		text = strings.Replace(text, fmt.Sprintf("Final Prec@1 4%d.9080%%", i), fmt.Sprintf("Final Prec@1 %.4f%%", 100*float64(i%10)/9), 1)
	}
	tr, findings, err := Import(strings.NewReader(text), "x.log", runlog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if p := tr.Points[3]; p.Step != 6 || p.Steps != 2 || p.Train.N != 9 || p.Train.Correct != 3 || p.Search.N != 25000 || tr.Manifest.Data.Train != 9 {
		t.Errorf("%d %d %+v %+v", p.Step, p.Steps, p.Train, p.Search)
	}
	if len(findings) == 0 || !strings.Contains(fmt.Sprint(findings), "an epoch has 2 steps, where the arguments and cifar10 give 391") {
		t.Errorf("%+v", findings)
	}
	if s := tr.Manifest.Spec; s == nil || s.Steps != 24 || s.Data.Train != s.Batch || !strings.Contains(strings.Join(tr.Manifest.Blanks, "; "), "of 9 images as far as accuracies tell") {
		t.Errorf("%+v %v", tr.Manifest.Spec, tr.Manifest.Blanks)
	}
}

// A broken tensor costs its epoch only, and is positioned.
func TestBrokenEpochIsLeftOut(t *testing.T) {
	text := log(4, 8, Primitives)
	at := strings.LastIndex(text, "# Alpha - normal\n") + len("# Alpha - normal\n")
	broken := text[:at] + "tensor([[0.1, x" + text[at+15:]
	tr, findings, err := Import(strings.NewReader(broken), "x.log", runlog.Options{})
	if err != nil || len(tr.Points) != 3 {
		t.Fatalf("%v, %d points", err, len(tr.Points))
	}
	line := strings.Count(text[:at], "\n") + 1
	if findings[0].Line != line && findings[1].Line != line && findings[2].Line != line {
		t.Errorf("line %d is not named: %+v", line, findings)
	}
}

func TestDamage(t *testing.T) {
	damage.Text(t, damage.File{Name: "x.log", Data: []byte(log(4, 8, Primitives)), Ranks: true, Read: func(data []byte) (*trace.Trace, []check.Finding, error) {
		return Import(bytes.NewReader(data), "d/x.log", runlog.Options{})
	}})
}

func FuzzImport(f *testing.F) {
	f.Add([]byte(log(2, 8, Primitives)))
	f.Add([]byte("| Parameters:\r\n| EPOCHS=nan\r\n####### ALPHA #######\r\n# Alpha - normal\r\ntensor([[0.5, 0.5],\r\n [nan, inf]])\r\nTrain: [ 1/ 1] Step 000/390 Loss 1e999 Prec@(1,5) (12.5%, 51.6%)"))
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
