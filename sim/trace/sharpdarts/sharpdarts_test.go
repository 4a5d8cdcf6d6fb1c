package sharpdarts

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"edgewise/sim/check"
	"edgewise/sim/trace"
	"edgewise/sim/trace/damage"
	"edgewise/sim/trace/genotype"
	"edgewise/sim/trace/quark0"
	"edgewise/sim/trace/runlog"
	"edgewise/theory/cell"
)

func tables(seed uint64) (text string, g genotype.Genotype) {
	rng := rand.New(rand.NewPCG(seed, 1))
	c := cell.Minimal()
	g.Kinds = []string{"normal", "reduce"}
	for _, k := range g.Kinds {
		var m [][]float64
		text += "2019_01_15_18_59_41 alphas_" + k + " = tensor(["
		for e := range 5 {
			w, sum := make([]float64, 8), 0.0
			for o := range w {
				w[o] = 1 + rng.Float64()
				sum += w[o]
			}
			if e > 0 {
				text += ",\n        "
			}
			row := make([]string, 8)
			for o := range w {
				row[o] = fmt.Sprintf("%.4f", w[o]/sum)
				fmt.Sscan(row[o], &w[o])
			}
			text += "[" + strings.Join(row, ", ") + "]"
			m = append(m, w)
		}
		text += "],\n       device='cuda:0', grad_fn=<SoftmaxBackward>)\n"
		g.Cells = append(g.Cells, genotype.Derive(c, quark0.Primitives, m, genotype.Rule{PerNode: 2}))
	}
	return text, g
}

func log() string {
	a, g := tables(1)
	b, h := tables(2)
	broken := g.String()[:60] + "\n" + g.String()[60:] // as pasted from a narrow terminal
	return "2019_01_13_23_24_09 args = Namespace(arch_learning_rate=0.0003, batch_size=32, epochs=60, layers_of_cells=8, unrolled=False)\n" +
		"2019_01_15_18_59_41 epoch, 56, train_acc, 99.8, valid_acc, 91.4, train_loss, 0.013, valid_loss, 0.29, lr, 1.2e-03\n" +
		"2019_01_15_18_59_41 genotype = " + broken + "\n" + a + b +
		"2019_01_15_21_19_12 epoch, 60, train_acc, 99.9, valid_acc, 91.2, train_loss, 0.012, valid_loss, 0.28, lr, 1.0e-03\n" +
		"2019_01_15_21_19_12 genotype = " + h.String() + "\n\n=== next block ===\n\n--weighting_algorithm max_w\nargs = Namespace(arch_learning_rate=0.0003, epochs=3)\nprimitives: ['none', 'x', 'avg_pool_3x3', 'skip_connect', 'sep_conv_3x3', 'sep_conv_5x5', 'dil_conv_3x3', 'dil_conv_5x5']\n" + a
}

func TestBlocksAndEpochs(t *testing.T) {
	tr, _, err := Import(strings.NewReader(log()), "x.txt", runlog.Options{Run: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(tr.Points) != 2 || tr.Points[0].Epoch != 56 || tr.Points[1].Epoch != 59 || tr.Points[0].Search.Loss != .29 || !strings.Contains(strings.Join(tr.Manifest.Notes, " "), "final genotype") {
		t.Errorf("%+v", tr.Points)
	}
	if a := runlog.Agreement(tr); a.Pairs != 8 || a.Different > 0 {
		t.Errorf("%+v", a)
	}
	tr, findings, err := Import(strings.NewReader(log()), "x.txt", runlog.Options{Run: 2})
	if err != nil || len(tr.Points) != 1 || tr.Manifest.Ops[len(tr.Manifest.Ops)-1] != "x" {
		t.Fatalf("%v %+v", err, tr)
	}
	if !strings.Contains(fmt.Sprint(findings), "max_w") {
		t.Errorf("%+v", findings)
	}
}

func TestDamage(t *testing.T) {
	text := "2019_01_13_23_24_09 args = Namespace(arch_learning_rate=0.0003, batch_size=32, epochs=60, layers_of_cells=8, unrolled=False)\n"
	for i := range 4 {
		a, g := tables(uint64(i))
		text += fmt.Sprintf("2019_01_15_18_59_41 epoch, %d, train_acc, 9%d.8, valid_acc, 91.4, train_loss, 0.013, valid_loss, 0.29, lr, 1.2e-03\n2019_01_15_18_59_41 genotype = %s\n%s", 50+i, i, g, a)
	}
	damage.Text(t, damage.File{Name: "x.txt", Data: []byte(text), Ranks: true, Read: func(data []byte) (*trace.Trace, []check.Finding, error) {
		return Import(bytes.NewReader(data), "d/x.txt", runlog.Options{})
	}})
}

func FuzzImport(f *testing.F) {
	f.Add([]byte(log()))
	f.Add([]byte("epoch, 3, train_acc, nan\r\nalphas_normal = tensor([[1e308, nan],\r\n [inf, 1]])\r\ngenotype = Genotype(normal=["))
	f.Fuzz(func(t *testing.T, text []byte) {
		tr, _, err := Import(bytes.NewReader(text), "fuzz", runlog.Options{})
		if err == nil {
			check.Trace(tr)
		}
	})
}
