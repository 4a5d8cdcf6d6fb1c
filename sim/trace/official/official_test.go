package official

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edgewise/sim/check"
	"edgewise/sim/trace"
	"edgewise/sim/trace/damage"
	"edgewise/sim/trace/genotype"
	"edgewise/sim/trace/npy"
	"edgewise/sim/trace/runlog"
	"edgewise/theory/cell"

	"codeberg.org/sbinet/npyio/npz"
)

const header = "2026-01-01 06:17:25,273 self.args = Namespace(snas=False, dsnas=True, seed=6, epochs=3, batch_size=64, subset=6000, learning_rate=0.025, learning_rate_min=0.001, momentum=0.9, weight_decay=0.0003, arch_learning_rate=0.001, arch_weight_decay=0.001, grad_clip=5, gen_max_child=True, init_channels=8, layers=1, steps=2, multiplier=2, imgsize=16, loc_mean=1, loc_std=0.01, temp=1, remark_fur='none')\n"

func matrix(f string, scale float64, tail string) string {
	var b strings.Builder
	b.WriteString("tensor([")
	for e := range 5 {
		if e > 0 {
			b.WriteString(",\n        ")
		}
		b.WriteString("[")
		for o := range 8 {
			if o > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, f, scale*math.Sin(float64(8*e+o)))
		}
		b.WriteString("]")
	}
	return b.String() + "]" + tail + ")\n"
}

// derived is the wiring of all edges that every matrix of positive scale gives.
func derived() genotype.Genotype {
	scores := make([][]float64, 5)
	for e := range scores {
		for o := range 8 {
			scores[e] = append(scores[e], math.Sin(float64(8*e+o)))
		}
	}
	c := genotype.Derive(cell.Minimal(), Primitives, scores, genotype.Rule{None: 0, AskNone: true})
	return genotype.Genotype{Kinds: []string{"normal"}, Cells: []genotype.Cell{c}}
}

const stamp = "2026-01-01 06:17:25,624 "

// log writes epochs as the SNAS scripts do: raw alpha, its softmax, the gradient,
// the cost means per cell, statistics per class of answer.
func log(epochs int) string {
	var b strings.Builder
	b.WriteString(header)
	for i := range epochs {
		alpha := matrix("%.5f", float64(i+1)/4, ", requires_grad=True")
		fmt.Fprintf(&b, "%sepoch %d lr 2.499737e-02 temp 1.000000e+00\n%s%s%s%s", stamp, i, stamp, alpha, stamp, alpha)
		fmt.Fprintf(&b, "%sgenotype_edge_all = %s\n", stamp, derived())
		fmt.Fprintf(&b, "%strain 000 2.386064e+00 10.9 37.5\n%s-------resource gradient--------\n%s0.0\n%s0.0\n%s-------total gradient--------\n%s%s%s0.0\n", stamp, stamp, stamp, stamp, stamp, stamp, matrix("%.5f", 0.001, ""), stamp)
		for _, s := range []string{"correct loss", "0.5", "correct entropy", "0.8", "correct cost", "-0.3", "correct count", "4000", "wrong loss", "2.5", "wrong entropy", "1.1", "wrong count", "2000", "total loss", "1.1", "total entropy", "0.9", "total count", "6000"} {
			fmt.Fprintf(&b, "%s%s\n", stamp, s)
		}
		fmt.Fprintf(&b, "%strain_acc 66.666667\n%sreward mean stat\n%s", stamp, stamp, stamp)
		b.WriteString(strings.Replace(strings.Replace(matrix("%.5f", 0.01, "]"), "tensor([[", "tensor([[[", 1), "\n        [", "\n         [", -1))
		fmt.Fprintf(&b, "%svalid_acc 60.0\n%svalid_acc_argmax_alpha 61.0\n", stamp, stamp)
	}
	fmt.Fprintf(&b, "%s%s", stamp, matrix("%.5f", float64(epochs+1)/4, ", requires_grad=True"))
	return b.String()
}

func TestLogIsReadWhole(t *testing.T) {
	tr, findings, err := Import(strings.NewReader(log(3)), filepath.Join(t.TempDir(), "log.txt"), runlog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(tr.Points) != 4 || !tr.Complete() || tr.Points[3].Steps != 0 || tr.Points[1].Step != 94 {
		t.Fatalf("%d points", len(tr.Points))
	}
	// column 7 of these scripts is sep_conv_5x5, Edgewise's number 5
	want := func(scale float64, e, col int) float64 { return math.Round(1e5*scale*math.Sin(float64(8*e+col))) / 1e5 }
	p := tr.Points[1]
	if p.Alpha[0][2][5] != want(.5, 2, 7) || p.Grad[0][2][5] != want(.001, 2, 7) || p.CostToDate[0][4][0] != want(.01, 4, 0) || tr.Points[3].Alpha[0][0][3] != want(1, 0, 3) {
		t.Errorf("tables are in the wrong place: %v %v %v", p.Alpha[0][2], p.Grad[0][2], p.CostToDate[0][4])
	}
	if s := p.Train; s.N != 6000 || s.Correct != 4000 || s.Loss != 1.1 || s.Entropy != .9 || s.LossCorrect != .5 || s.EntropyWrong != 1.1 {
		t.Errorf("%+v", s)
	}
	if s := tr.Manifest.Spec; s == nil || s.Estimator != "summed-log" || s.Alpha.InitMean != 1 || s.Level != "single" {
		t.Errorf("%+v", s)
	}
	text := fmt.Sprint(findings)
	if !strings.Contains(text, "P1.7") {
		t.Errorf("the estimator is not named: %s", text)
	}
}

// The NaN flag of these scripts is an error.
func TestNormalisedRewardIsAnError(t *testing.T) {
	text := strings.Replace(log(2), "gen_max_child=True", "gen_max_child=True, edge_reward_norm=True", 1)
	_, findings, err := Import(strings.NewReader(text), filepath.Join(t.TempDir(), "log.txt"), runlog.Options{})
	if err != nil || findings[0].Severity != check.Error || !strings.Contains(findings[0].What, "P1.8") {
		t.Errorf("%v %+v", err, findings)
	}
}

// record writes a per-step record of DSNAS.
func record(t *testing.T, dir string, n int) string {
	alpha, weights, cost, train := make([]float32, n*40), make([]float32, n*40), make([]float32, n*5), make([]float64, n*8)
	for i := range n {
		for e := range 5 {
			weights[i*40+e*8+(i+e)%8] = 1
			cost[i*5+e] = float32(i + e)
			for o := range 8 {
				alpha[i*40+e*8+o] = float32(i) / float32(1+o)
			}
		}
		copy(train[i*8:], []float64{64, 32, 128, 64, 64, 16, 8, 8})
	}
	path := filepath.Join(dir, "steps.npz")
	err := npz.Write(path, map[string]any{"alpha.npy": alpha, "weights.npy": weights, "edge_cost.npy": cost, "train.npy": train})
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// npyio writes flat arrays; the record needs their shapes.
func shaped(t *testing.T, path string, n int) map[string]*npy.Array {
	a, err := npy.OpenZip(path)
	if err != nil {
		t.Fatal(err)
	}
	for k, s := range map[string][]int{"alpha": {n, 5, 8}, "weights": {n, 5, 8}, "edge_cost": {n, 5}, "train": {n, 8}} {
		a[k].Shape = s
	}
	return a
}

func TestStepsBecomePoints(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "log.txt"), []byte(log(2)), 0o644); err != nil {
		t.Fatal(err)
	}
	path := record(t, dir, 6)
	arrays := shaped(t, path, 6)
	if !HasSteps(arrays) {
		t.Fatal("the record is not recognised")
	}
	tr, _, err := ImportSteps(arrays, path, runlog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := tr.Points[2] // edge 1 sampled column 3, avg_pool_3x3, which is operation 3
	if len(tr.Points) != 6 || p.Gate[0][1][3] != 1 || p.Cost.Count[0][1][3] != 1 || p.Cost.Mean[0][1][3] != 3 || p.EdgeCost[0][4] != 6 || p.Train.Loss != 2 || p.Train.LossWrong != (128.0-16)/32 || tr.Points[5].Steps != 0 {
		t.Errorf("%+v", p)
	}
	arrays["weights"].Shape = []int{6, 8, 5}
	if _, _, err := ImportSteps(arrays, path, runlog.Options{}); err == nil || !strings.Contains(err.Error(), "weights has shape") {
		t.Errorf("a wrong shape: %v", err)
	}
}

func TestDamage(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log.txt")
	damage.Text(t, damage.File{Name: "log.txt", Data: []byte(log(4)), Ranks: true, Read: func(data []byte) (*trace.Trace, []check.Finding, error) {
		return Import(bytes.NewReader(data), file, runlog.Options{})
	}})
}

func FuzzImport(f *testing.F) {
	f.Add([]byte(log(2)))
	f.Add([]byte(header + "epoch 0 lr 1\r\ntensor([[nan, inf]], requires_grad=True)\r\n-------total gradient--------\r\ntensor([[[1., 2.]]])\r\ncorrect count \r\n1e300\r\nreward mean stat\r\ntensor([[[1.]]])"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		tr, _, err := Import(bytes.NewReader(text), filepath.Join(dir, "log.txt"), runlog.Options{})
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
