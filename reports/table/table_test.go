package table_test

import (
	"bytes"
	"encoding/csv"
	"io"
	"math"
	"strings"
	"testing"

	"edgewise/reports/table"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func one(kind table.Kind, v table.Item) *table.Table {
	t := &table.Table{Name: "t", Columns: []table.Column{{Header: "x", Kind: kind}}}
	t.Add(v)
	return t
}

func TestBadTablesAreRefusedBeforeAByteIsWritten(t *testing.T) {
	nan := math.NaN()
	short := one(table.KindText, table.Text("a"))
	short.Add(table.Text("a"), table.Text("b"))
	for name, c := range map[string]struct {
		t    *table.Table
		want string
	}{
		"no columns":         {&table.Table{Name: "t"}, "no columns"},
		"name":               {&table.Table{Name: "a b}", Columns: []table.Column{{}}}, "table name"},
		"row length":         {short, "row 2: 2 cells for 1 columns"},
		"kind":               {one(table.KindNumber, table.Text("a")), "text in a column of kind number"},
		"NaN":                {one(table.KindNumber, table.Number(nan)), "use Missing with a reason"},
		"infinite mean":      {one(table.KindEstimate, table.Symmetric(math.Inf(1), 1, 3)), "use Missing"},
		"one bound":          {one(table.KindEstimate, table.Estimate{Mean: 1, Lo: nan, Hi: 2}), "both"},
		"bounds out of turn": {one(table.KindEstimate, table.Estimate{Mean: 1, Lo: 2, Hi: 0}), "in order"},
		"p-value":            {one(table.KindPValue, table.PValue(1.5)), "outside [0, 1]"},
		"verdict":            {one(table.KindVerdict, table.Verdict("")), "empty verdict"},
		"nil":                {one(table.KindText, nil), "no value"},
		"precision":          {&table.Table{Name: "t", Columns: []table.Column{{Precision: 40}}}, "precision 40"},
	} {
		for _, render := range []func(io.Writer) error{
			func(w io.Writer) error { return c.t.Terminal(w, 80) }, c.t.Markdown, c.t.CSV, c.t.JSON,
			func(w io.Writer) error { return c.t.LaTeX(w, table.AutoLayout) },
			func(w io.Writer) error { return c.t.Standalone(w, table.Long) },
		} {
			var b bytes.Buffer
			err := render(&b)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: error %v, want one that says %q", name, err, c.want)
			}
			if b.Len() > 0 {
				t.Errorf("%s: %d bytes were written", name, b.Len())
			}
		}
	}
}

func TestJSONReadsBack(t *testing.T) {
	for _, want := range []*table.Table{biases(), plain()} {
		var b bytes.Buffer
		if err := want.JSON(&b); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		got, err := table.Decode(&b)
		if err != nil {
			t.Fatal(err)
		}
		var again bytes.Buffer
		if err := got.JSON(&again); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(text, again.String()); d != "" {
			t.Errorf("%s: written again differs:\n%s", want.Name, d)
		}
		var a, c bytes.Buffer
		want.Terminal(&a, 0)
		got.Terminal(&c, 0)
		if a.String() != c.String() {
			t.Errorf("%s prints otherwise after JSON:\n%s\n%s", want.Name, a.String(), c.String())
		}
	}
	if _, err := table.Decode(strings.NewReader(`{"name":"t","columns":[{"kind":"number"}],"rows":[{"cells":[{"kind":"blob"}]}]}`)); err == nil || !strings.Contains(err.Error(), `row 1, cell 1: unknown kind "blob"`) {
		t.Errorf("an unknown kind gives %v", err)
	}
}

func TestCSVIsRectangularAndExact(t *testing.T) {
	var b bytes.Buffer
	if err := biases().CSV(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, k := range rows[0] {
		if _, twice := at[k]; twice {
			t.Errorf("column %s twice", k)
		}
		at[k] = i
	}
	if got := rows[1][at["observed_mean"]]; got != "0.31234" {
		t.Errorf("observed_mean is %q: not exact", got)
	}
	if got := rows[2][at["predicted_driven_mean"]]; got != "" {
		t.Errorf("a missing value is %q", got)
	}
	if got := rows[1][at["run_ids"]]; got != "3fa1c2" {
		t.Errorf("runs of the first row: %q", got)
	}
}

// Notes are printed once, and every cell that has one carries its mark.
func TestFootnotesAreSharedAndMarked(t *testing.T) {
	var b bytes.Buffer
	if err := biases().Terminal(&b, 0); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "one seed diverged"); n != 1 {
		t.Errorf("the note is printed %d times", n)
	}
	if n := strings.Count(b.String(), "ᵇ"); n != 3 {
		t.Errorf("mark b stands %d times, want 2 cells and 1 note:\n%s", n, b.String())
	}
}

func TestTerminalKeepsToItsWidth(t *testing.T) {
	var b bytes.Buffer
	if err := plain().Terminal(&b, 40); err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(b.String(), "\n") {
		if n := len([]rune(line)); n > 40 {
			t.Errorf("%d columns: %q", n, line)
		}
	}
}

// Escaped text has balanced braces, no command that is not ours, and none of
// the characters that end or comment out a line.
func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		`\{}$&#%_^~`: `\textbackslash{}\{\}\$\&\#\%\_\allowbreak{}\textasciicircum{}\ensuremath{\sim}`,
		"--seed":     `-{}-seed`,
		"[0,1] *":    `{}[0,1] *`,
		"α ≥ 2±1":    `\ensuremath{\alpha} \ensuremath{\ge} 2\ensuremath{\pm}1`,
		"é 中 \n x":   `é \texttt{U+4E2D}   x`,
		"a''b``c":    `a'{}'b\textasciigrave{}\textasciigrave{}c`,
		"e\u0301":    "é",
	} {
		if got := table.Escape(in); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		out := table.Escape(rapid.String().Draw(rt, "text"))
		depth, bare := 0, false
		for i := 0; i < len(out); i++ {
			switch c := out[i]; {
			case c == '\\':
				if i++; i < len(out) && strings.IndexByte(`\()[]`, out[i]) >= 0 {
					rt.Fatalf("command \\%c in %s", out[i], out)
				}
			case c == '{':
				depth++
			case c == '}':
				depth--
				bare = bare || depth < 0
			case c == '%', c == '\n', c == '$', c == '&', c == '#':
				rt.Fatalf("%q is not escaped in %s", c, out)
			case c == '^' || c == '_':
				if depth == 0 {
					rt.Fatalf("%q outside of maths in %s", c, out)
				}
			}
		}
		if depth != 0 || bare {
			rt.Fatalf("braces do not balance in %s", out)
		}
	})
}

// Every environment that is opened is closed, without a TeX to say so.
func TestLaTeXBalances(t *testing.T) {
	for _, tab := range []*table.Table{biases(), plain(), wide(), long(), longWide()} {
		for l := table.AutoLayout; l <= table.Long; l++ {
			var b bytes.Buffer
			if err := tab.LaTeX(&b, l); err != nil {
				t.Fatal(err)
			}
			var open []string
			for _, part := range strings.Split(b.String(), "\\")[1:] {
				name, _, _ := strings.Cut(strings.TrimLeft(part, "abcdefghijklmnopqrstuvwxyz"), "}")
				switch {
				case strings.HasPrefix(part, "begin{"):
					open = append(open, name)
				case strings.HasPrefix(part, "end{"):
					if len(open) == 0 || open[len(open)-1] != name {
						t.Fatalf("%s: \\end%s} closes %v", tab.Name, name, open)
					}
					open = open[:len(open)-1]
				}
			}
			if len(open) > 0 {
				t.Errorf("%s, layout %d: %v are left open", tab.Name, l, open)
			}
			if !strings.Contains(b.String(), "\\label{tab:"+tab.Name+"}") {
				t.Errorf("%s: no label", tab.Name)
			}
		}
	}
}

// A table whose text is hostile to every format still comes out whole.
func TestAnyTextInAnyFormat(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := rapid.String().Draw(rt, "text")
		tab := &table.Table{Name: "t", Caption: s, Columns: []table.Column{{Header: s, Unit: s}, {Header: "x", Kind: table.KindNumber}}, Notes: []string{s}, Runs: []string{s}}
		tab.Add(table.Noted(table.Text(s), s), table.Missing{Reason: s})
		var md, js, cs bytes.Buffer
		if err := tab.Markdown(&md); err != nil {
			rt.Fatal(err)
		}
		if err := tab.CSV(&cs); err != nil {
			rt.Fatal(err)
		}
		rows, err := csv.NewReader(&cs).ReadAll()
		if err != nil || len(rows) != 2 {
			rt.Fatalf("CSV of %q: %d rows, %v", s, len(rows), err)
		}
		if err := tab.JSON(&js); err != nil {
			rt.Fatal(err)
		}
		got, err := table.Decode(&js)
		if err != nil {
			rt.Fatal(err)
		}
		valid := strings.ToValidUTF8(s, "\uFFFD")
		if d := cmp.Diff(valid, got.Caption, cmpopts.EquateEmpty()); d != "" {
			rt.Fatal(d)
		}
		var term bytes.Buffer
		if err := tab.Terminal(&term, 60); err != nil {
			rt.Fatal(err)
		}
	})
}
