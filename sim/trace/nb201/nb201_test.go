package nb201

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
	"edgewise/sim/trace/runlog"
)

func log(epochs int) (string, [][][]float64) {
	rng := rand.New(rand.NewPCG(2, 2))
	var b strings.Builder
	var tables [][][]float64
	for i := range epochs {
		table := make([][]float64, 6)
		text := "tensor(["
		for e := range table {
			sum := 0.0
			for range 5 {
				v := math.Exp(rng.NormFloat64())
				table[e], sum = append(table[e], v), sum+v
			}
			row := make([]string, 5)
			for o := range table[e] {
				table[e][o] = math.Round(1e4*table[e][o]/sum) / 1e4
				row[o] = fmt.Sprintf("%.4f", table[e][o])
			}
			if e > 0 {
				text += ",\n        "
			}
			text += "[" + strings.Join(row, ", ") + "]"
		}
		tables = append(tables, table)
		best := func(e int) string {
			k := 0
			for o, v := range table[e] {
				if v > table[e][k] {
					k = o
				}
			}
			return Primitives[k]
		}
		s := fmt.Sprintf("|%s~0|+|%s~0|%s~1|+|%s~0|%s~1|%s~2|", best(0), best(1), best(2), best(3), best(4), best(5))
		fmt.Fprintf(&b, "[%03d-%03d] searching : loss=1.%d0, accuracy@1=3%d.10%%, accuracy@5=80.00%%, time-cost=1.0 s\n[%03d-%03d] evaluate  : loss=2.01, accuracy@1=28.00%%, accuracy@5=70.00%%\n<<<--->>> The %03d-%03d-th epoch : Structure(4 nodes with %s)\narch-parameters :\n%s])\n", i, epochs, i, i, i, epochs, i, epochs, s, text)
	}
	return b.String(), tables
}

func TestLogIsReadWhole(t *testing.T) {
	text, tables := log(4)
	for name, text := range map[string]string{"plain": text, "CRLF": strings.ReplaceAll(text, "\n", "\r\n")} {
		tr, findings, err := Import(strings.NewReader(text), "x.log", runlog.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(tr.Points) != 4 || !tr.Complete() || len(tr.Manifest.Edges) != 6 || tr.Manifest.Edges[5] != [2]int{3, 4} || tr.Manifest.Concat[0] != 4 {
			t.Fatalf("%s: %d points, %+v", name, len(tr.Points), tr.Manifest)
		}
		p := tr.Points[1] // the table after epoch 1 begins epoch 2
		if p.Step != 2 || p.Train.Loss != 1.2 || p.Prob[0][3][0] != tables[1][3][0] || p.Prob[0][3][2] != tables[1][3][4] {
			t.Errorf("%s: %+v %v %v ops %v", name, p.Train, p.Prob[0][3], tables[1][3], tr.Manifest.Ops)
		}
		if len(findings) != 1 || !strings.Contains(findings[0].What, "of 24 logged (operation, edge) pairs 24 are derived") {
			t.Errorf("%s: %+v", name, findings)
		}
		if err := trace.Write(t.TempDir(), tr); err != nil {
			t.Error(err)
		}
	}
	if _, _, err := Import(strings.NewReader("arch-parameters :\ntensor([[0.5, 0.5]])\n"), "x.log", runlog.Options{}); err == nil || !strings.Contains(err.Error(), "--ops") {
		t.Errorf("two unnamed columns: %v", err)
	}
}

func TestDamage(t *testing.T) {
	text, _ := log(5)
	damage.Text(t, damage.File{Name: "x.log", Data: []byte(text), Ranks: true, Read: func(data []byte) (*trace.Trace, []check.Finding, error) {
		return Import(bytes.NewReader(data), "d/x.log", runlog.Options{})
	}})
}

func FuzzImport(f *testing.F) {
	text, _ := log(2)
	f.Add([]byte(text))
	f.Add([]byte("arch-parameters :\r\ntensor([[nan, inf, 1, 1, 1]])\n[999-000] searching : loss=nan, accuracy@1=1e300%\narch-parameters : tensor([[1.,"))
	f.Fuzz(func(t *testing.T, text []byte) {
		tr, _, err := Import(bytes.NewReader(text), "fuzz", runlog.Options{})
		if err == nil {
			check.Trace(tr)
		}
	})
}
