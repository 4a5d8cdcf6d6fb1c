package robust

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edgewise/sim/check"
	"edgewise/sim/trace"
	"edgewise/sim/trace/damage"
	"edgewise/sim/trace/runlog"
)

// records writes derivatives of a loss that is gauge invariant, with weight decay
// inside; the last one is of a dead supernet.
func records(n, ops int, dead bool) string {
	rng := rand.New(rand.NewPCG(7, 8))
	size := 28 * ops
	var b strings.Builder
	for i := range n {
		u := make([]float64, size)
		for e := range 28 {
			sum := 0.0
			for o := range ops {
				u[e*ops+o] = rng.NormFloat64()
				sum += u[e*ops+o]
			}
			for o := range ops {
				u[e*ops+o] -= sum / float64(ops)
			}
		}
		scale := 1.0
		if dead && i == n-1 {
			scale = 0
		}
		h := make([][]float64, size)
		g := make([]float64, size)
		for r := range h {
			h[r] = make([]float64, size)
			for c := range h[r] {
				h[r][c] = scale * u[r] * u[c]
			}
			h[r][r] += decay
			g[r] = scale * u[r]
		}
		text, err := json.Marshal(map[string]any{"epoch": 2 * i, "H": h, "g": g})
		if err != nil {
			panic(err)
		}
		b.Write(text)
		b.WriteString("\n")
	}
	return b.String()
}

const genotypeText = "Genotype(normal=[('a', 0), ('b', 1), ('a', 0), ('b', 1), ('a', 0), ('b', 1), ('a', 0), ('b', 1)], normal_concat=range(2, 6), reduce=[('a', 0), ('b', 1), ('a', 0), ('b', 1), ('a', 0), ('b', 1), ('a', 0), ('b', 1)], reduce_concat=range(2, 6))"

func write(t *testing.T, files map[string]string) string {
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// logText is the text log of such a search.
func logText(epochs int) (text string) {
	for i := range epochs {
		text += fmt.Sprintf("2019-07-16 13:28:39,383 epoch %d lr 2.5e-02\n2019-07-16 13:28:45,572 train 000 2.3e+00 9.4 57.8\n2019-07-16 13:38:49,215 train_acc 43.0\n2019-07-16 13:39:20,852 valid_acc 53.0\n2019-07-16 13:39:20,853 genotype = %s\n", i, genotypeText)
	}
	return text
}

func TestRecordIsReadTogether(t *testing.T) {
	dir := write(t, map[string]string{
		"log_2.txt": logText(6), "derivatives_2.json": records(3, 2, true), "arch_2": genotypeText,
		"errors_2.json": `{"train_acc":[50,40,30,20,10,5],"train_loss":[2,1.5,1.2,1,0.5,0.25],"valid_acc":[60,50,40,30,30,30],"valid_loss":[2.1,1.6,1.4,1.3,1.2,NaN]}`,
	})
	for _, f := range []string{"log_2.txt", "derivatives_2.json", "errors_2.json", "arch_2"} {
		tr, findings, err := Import(filepath.Join(dir, f), runlog.Options{Ops: []string{"skip_connect", "sep_conv_3x3"}})
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		if len(tr.Points) != 6 || len(findings) > 0 || !tr.Complete() {
			t.Errorf("%s: %d points, %+v", f, len(tr.Points), findings)
		}
		p := tr.Points[2]
		if p.Train.Loss != 1.2 || p.Train.Accuracy() != .7 || p.Search.Accuracy() != .6 || p.Hessian == nil || len(p.Grad) != 2 || tr.Points[1].Hessian != nil || p.Genotype == "" {
			t.Errorf("%s: %+v %+v", f, p.Train, p.Search)
		}
		r := check.Trace(tr)
		dead := false
		for _, x := range r.Findings {
			dead = dead || strings.Contains(x.What, "exactly zero") && x.Severity == check.Error && x.Point == 4 && x.Count == 1
		}
		if !dead {
			t.Errorf("%s: the dead record is not flagged: %+v", f, r.Findings)
		}
		for _, x := range r.Residuals {
			if strings.HasPrefix(x.Law, "Hessian") && x.Max > 1e-12 {
				t.Errorf("%s: gauge residual %g", f, x.Max)
			}
		}
	}
}

func TestDamagedRecordsAreNamed(t *testing.T) {
	good := records(3, 3, false)
	lines := strings.SplitAfter(good, "\n")
	for name, c := range map[string]struct {
		text, want string
		line, left int
	}{
		"cut":      {good[:len(good)-9], "", 3, 2},
		"no json":  {lines[0] + "oops\n" + lines[1], "not a record", 2, 2},
		"repeated": {lines[0] + lines[0] + lines[1], "comes after epoch", 2, 2},
		"ragged":   {lines[0] + `{"epoch":9,"H":[[1,2]],"g":[1,2]}` + "\n", "H 1 rows", 2, 1},
		"resized":  {lines[0] + `{"epoch":9,"H":[[1,2],[1,2]],"g":[1,2]}` + "\n", "has 2 numbers", 2, 1},
		"CRLF BOM": {"\ufeff" + strings.ReplaceAll(good, "\n", "\r\n"), "", 0, 3},
	} {
		got, findings, err := Derivatives(strings.NewReader(c.text), "derivatives_1.json")
		if err != nil || len(got) != c.left {
			t.Errorf("%s: %d records, %v", name, len(got), err)
		}
		if c.line == 0 && len(findings) > 0 || c.line > 0 && (len(findings) != 1 || findings[0].Line != c.line || !strings.Contains(findings[0].What, c.want)) {
			t.Errorf("%s: %+v", name, findings)
		}
	}
	got, _, err := Derivatives(strings.NewReader(`{"epoch":1,"H":[[NaN,-Infinity],[1,2]],"g":[NaN,1]}`), "x")
	if err != nil || len(got) != 1 || !math.IsNaN(got[0].G[0]) || !math.IsNaN(got[0].H[0][1]) {
		t.Errorf("NaN of Python: %+v %v", got, err)
	}
}

func TestDamage(t *testing.T) {
	dir := t.TempDir()
	for _, f := range []damage.File{
		{Name: "derivatives_1.json", Data: []byte(records(3, 2, false)), Size: map[string][]byte{
			"10^6 rows":    append(append([]byte(`{"epoch":1,"g":[1,2],"H":[`), bytes.Repeat([]byte("[1,2],"), 1_000_000)...), "[1,2]]}\n"...),
			"10^6 numbers": append(append([]byte(`{"epoch":1,"H":[[1,2],[1,2]],"g":[`), bytes.Repeat([]byte("1,"), 1_000_000)...), "1]}\n"...),
			"deep":         append([]byte(`{"epoch":1,"H":`), bytes.Repeat([]byte("["), 1<<20)...),
		}},
		{Name: "log_1.txt", Data: []byte(logText(4)), Ranks: true},
	} {
		path := filepath.Join(dir, f.Name)
		f.Read = func(data []byte) (*trace.Trace, []check.Finding, error) {
			if err := os.WriteFile(path, data, 0o644); err != nil {
				return nil, nil, err
			}
			return Import(path, runlog.Options{})
		}
		damage.Text(t, f)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// The tables of losses and the final genotype cannot be read in part: a damaged
// one is named and left out, and the records beside it are read.
func TestDamageBesideRecordsIsNamed(t *testing.T) {
	good := `{"train_acc":[50,40],"train_loss":[2,1.5],"valid_acc":[60,50],"valid_loss":[2.1,1.6]}`
	for name, text := range map[string]string{"errors_1.json": good, "arch_1": genotypeText} {
		for at := 1; at < len(text); at += 7 {
			dir := write(t, map[string]string{"derivatives_1.json": records(2, 2, false), name: text[:at]})
			tr, findings, err := Import(filepath.Join(dir, "derivatives_1.json"), runlog.Options{})
			if err != nil || len(tr.Points) != 2 || tr.Points[1].Hessian == nil {
				t.Fatalf("%s cut at %d: %v", name, at, err)
			}
			if len(findings) != 1 || !strings.Contains(findings[0].What, name) || findings[0].Severity != check.Warning {
				t.Errorf("%s cut at %d: %+v", name, at, findings)
			}
		}
	}
}

func FuzzDerivatives(f *testing.F) {
	f.Add([]byte(records(2, 2, true)))
	f.Add([]byte(`{"epoch":0,"H":[[NaN]],"g":[1e308]}` + "\r\n" + `{"epoch":-1}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, _, err := Derivatives(bytes.NewReader(text), "fuzz")
		if err != nil {
			return
		}
		for _, r := range got {
			if len(r.H) != len(r.G) || r.Line < 1 {
				t.Fatalf("%+v", r)
			}
		}
	})
}
