package tidy

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
	"edgewise/theory/cell"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/parquet-go/parquet-go"
)

// example is a trace of two kinds with everything that a table can hold.
func example() *trace.Trace {
	rng := rand.New(rand.NewPCG(1, 2))
	c := cell.Minimal()
	m := trace.Manifest{Format: trace.Format, Origin: trace.Observed, Run: "r", Kinds: []string{"normal", "reduce"}, Nodes: 2, Concat: c.Concat, Ops: []string{"none", "skip_connect", "mine"}}
	for _, e := range c.Edges {
		m.Edges = append(m.Edges, [2]int{e.From, e.To})
	}
	t := &trace.Trace{Manifest: m}
	for i := range 3 {
		cube := func() [][][]float64 {
			out := runlog.Unknown(2, 5, 3)
			for _, k := range out {
				for _, e := range k {
					for o := range e {
						e[o] = rng.Float64()
					}
				}
			}
			return out
		}
		p := trace.Point{Step: 10 * i, Steps: 10, Epoch: float64(i), Rate: math.NaN(), AlphaRate: math.NaN(), Temperature: math.NaN(), HeadNorm: math.NaN(),
			Alpha: cube(), Cost: &trace.Cost{Count: cube(), Mean: cube(), Square: cube()}, Train: runlog.Percent(1.5, 50, 0), Search: runlog.Percent(2.5, 25, 0)}
		p.Prob = runlog.Softmax(p.Alpha)
		p.Train.Entropy, p.Search.Entropy = 1, math.NaN()
		t.Points = append(t.Points, p)
	}
	last := &t.Points[2]
	last.Steps, last.Cost, last.Train, last.Search, last.Status = 0, nil, nil, nil, trace.Complete
	return t
}

func TestCSVReadsBackAsItWasWritten(t *testing.T) {
	want := example()
	var b bytes.Buffer
	if err := WriteCSV(&b, want); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"plain": b.String(), "BOM and CRLF": "\ufeff" + strings.ReplaceAll(b.String(), "\n", "\r\n")} {
		if !Detect(strings.SplitN(text, "\n", 2)[0]) {
			t.Errorf("%s: its own header is not recognised", name)
		}
		got, findings, err := Import(strings.NewReader(text), "x.csv", runlog.Options{Name: "n"})
		if err != nil || len(findings) > 0 {
			t.Fatalf("%s: %v %v", name, findings, err)
		}
		if d := cmp.Diff(want.Points, got.Points, cmpopts.EquateNaNs(), cmpopts.IgnoreFields(trace.Point{}, "Line")); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if d := cmp.Diff(want.Manifest.Edges, got.Manifest.Edges); d != "" || !cmp.Equal(want.Manifest.Ops, got.Manifest.Ops) {
			t.Errorf("%s: %s %v", name, d, got.Manifest.Ops)
		}
	}
}

func TestParquetHoldsTheRows(t *testing.T) {
	want := example()
	var b bytes.Buffer
	if err := WriteParquet(&b, want); err != nil {
		t.Fatal(err)
	}
	rows, err := parquet.Read[Row](bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var all []Row
	if err := Rows(want, func(r *Row) error { all = append(all, *r); return nil }); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(all, rows, cmpopts.EquateNaNs()); d != "" || len(rows) != 90 {
		t.Errorf("%d rows: %s", len(rows), d)
	}
}

const table = "epoch,cell,edge,op,log_alpha,prob,cost_mean,cost_n,loss,entropy,acc\n" +
	"-1,normal,0,none,0.5,0.5,,0,,,\n-1,normal,0,skip_connect,0.5,0.5,,0,,,\n-1,normal,1,none,0.1,0.5,,0,,,\n-1,normal,1,skip_connect,0.1,0.5,,0,,,\n" +
	"0,normal,0,none,0.6,0.4,0,7,2.0,1.9,30\n0,normal,0,skip_connect,0.4,0.6,-0.25,3,2.0,1.9,30\n0,normal,1,none,0.1,0.5,0,9,2.0,1.9,30\n0,normal,1,skip_connect,0.1,0.5,0.125,1,2.0,1.9,30\n"

// Tables with an epoch -1 hold the state at the end of each epoch.
func TestEpochMinusOneIsTheStart(t *testing.T) {
	tr, findings, err := Import(strings.NewReader(table), "x.csv", runlog.Options{})
	if err != nil || len(findings) > 0 {
		t.Fatal(err, findings)
	}
	p := tr.Points[0]
	if len(tr.Points) != 2 || p.Alpha[0][0][0] != 0.5 || p.Cost.Mean[0][0][1] != -0.25 || p.Cost.Count[0][0][1] != 3 || p.Train.Loss != 2 || tr.Points[1].Alpha[0][0][0] != 0.6 || !tr.Complete() {
		t.Errorf("%+v", tr.Points)
	}
}

func TestBadRowsAreNamedAndLeftOut(t *testing.T) {
	for bad, want := range map[string]string{
		"0,normal,0,none,0.6,0.4,0,7,2.0,1.9,30": "occurs twice",
		"0,normal,99999,none,1,1,,,,,":           "none of a cell",
		"0,other,0,none,1,1,,,,,":                "neither normal nor reduce",
		"x,normal,0,none,1,1,,,,,":               "no number",
		"0,normal,0":                             "has 3 fields",
		"0,normal,0,,1,1,,,,,":                   "no name",
	} {
		tr, findings, err := Import(strings.NewReader(table+bad+"\n"), "x.csv", runlog.Options{})
		if err != nil || len(tr.Points) != 2 {
			t.Errorf("%s: %v", bad, err)
		}
		if len(findings) != 1 || findings[0].Line != 10 || !strings.Contains(findings[0].What, "x.csv:10: ") || !strings.Contains(findings[0].What, want) {
			t.Errorf("%s: %+v", bad, findings)
		}
	}
	for text, want := range map[string]string{
		"a,b\n1,2\n":                   "no column step or epoch",
		"epoch,loss\n":                 "no sound row",
		"epoch,step,alpha,log_alpha\n": "two columns mean alpha",
		"epoch,cell,edge,op,alpha\n0,normal,1000000000,none,0.5\n1,normal,0,,0.5\n": `x.csv:2: edge "1000000000" is none of a cell; the table has no sound row: the 2 that`,
	} {
		if _, _, err := Import(strings.NewReader(text), "x.csv", runlog.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestDamage(t *testing.T) {
	var b bytes.Buffer
	if err := WriteCSV(&b, example()); err != nil {
		t.Fatal(err)
	}
	size := map[string][]byte{
		"10^9 edges":           []byte("epoch,cell,edge,op,alpha\n0,normal,1000000000,none,0.5\n"),
		"a field of 4 MB":      append(append([]byte("epoch,cell,edge,op,alpha\n0,normal,0,"), bytes.Repeat([]byte("n"), 4<<20)...), ",0.5\n"...),
		"a quote never closed": append(append([]byte("epoch,cell,edge,op,alpha\n0,normal,0,\""), bytes.Repeat([]byte("n\n"), 2<<20)...), ",0.5\n"...),
	}
	many := []byte("epoch,cell,edge,op,alpha\n")
	for i := range 20_000 {
		many = fmt.Appendf(many, "%d,normal,%d,op_%d,0.5\n", i, i%500, i%200)
	}
	size["one row for each of 20,000 epochs, 500 edges, 200 operations"] = many
	damage.Text(t, damage.File{Name: "x.csv", Data: b.Bytes(), Size: size, Read: func(data []byte) (*trace.Trace, []check.Finding, error) {
		return Import(bytes.NewReader(data), "d/x.csv", runlog.Options{})
	}})
}

func FuzzImport(f *testing.F) {
	f.Add([]byte(table))
	f.Add([]byte("\xef\xbb\xbfstep,from,to,op,prob\r\n0,0,2,none,0.5\r\n0,0,2,\"a,b\",nan\r\n5,1,2,none,inf"))
	f.Add([]byte("epoch,split,n,acc,loss\n0,train,100,50,1.5\n0,valid,100,40,1e308\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		tr, _, err := Import(bytes.NewReader(text), "fuzz.csv", runlog.Options{})
		if err != nil || len(tr.Manifest.Ops) > 64 || len(tr.Manifest.Edges) > 128 {
			return
		}
		var b bytes.Buffer
		if err := WriteCSV(&b, tr); err != nil {
			t.Fatal(err)
		}
	})
}
