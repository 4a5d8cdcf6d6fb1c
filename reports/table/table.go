package table

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Table is a table before it is rendered.
type Table struct {
	Name    string   // stem of file names and of \label{tab:NAME}: letters, digits, '-', '_', ':', '.'
	Caption string   // plain text; callers print the sign convention in it
	Columns []Column // at least one
	Rows    []Row
	Notes   []string // about the whole table
	Runs    []string // ids of the runs it was made from
}

// Column describes the cells below one header.
type Column struct {
	Header    string
	Group     string // header over neighbouring columns of the same group
	Key       string // name in CSV and JSON; empty: made from group and header
	Unit      string // printed in parentheses after the header
	Kind      Kind
	Precision int   // decimals of a Number; 0: three significant digits; Whole: none
	Align     Align // Auto: text left, numbers by their decimal marker
}

// Whole is the Precision of a column of numbers without decimals.
const Whole = -1

// Align is where the content of a column stands.
type Align int

// The alignments. Auto sets text and verdicts left, and numbers by their
// decimal marker in LaTeX and right elsewhere.
const (
	Auto Align = iota
	Left
	Right
	Centre
)

// Row is one line of a table; its runs are those that its cells were made from.
type Row struct {
	Cells []Cell
	Runs  []string
	Rule  bool // draw a rule above the row
}

// Cell is a value with its footnotes and, where they differ from the row's, its
// runs.
type Cell struct {
	Value Value
	Notes []string
	Runs  []string
}

func (c Cell) cell() Cell { return c }

// Noted is the item with footnotes added.
func Noted(item Item, notes ...string) Cell {
	c := item.cell()
	c.Notes = append(c.Notes[:len(c.Notes):len(c.Notes)], notes...)
	return c
}

// From is the item with the runs that it was made from.
func From(item Item, runs ...string) Cell {
	c := item.cell()
	c.Runs = append(c.Runs[:len(c.Runs):len(c.Runs)], runs...)
	return c
}

// Add appends a row of the items.
func (t *Table) Add(items ...Item) { t.AddFrom(nil, items...) }

// AddFrom appends a row of the items that was made from the runs.
func (t *Table) AddFrom(runs []string, items ...Item) {
	r := Row{Runs: runs, Cells: make([]Cell, len(items))}
	for i, it := range items {
		if it != nil {
			r.Cells[i] = it.cell()
		}
	}
	t.Rows = append(t.Rows, r)
}

// Rule asks for a rule above the row that is added next.
func (t *Table) Rule() { t.Rows = append(t.Rows, Row{Rule: true}) }

// rows are the rows with the marks of Rule folded into the row that follows.
func (t *Table) rows() []Row {
	out := make([]Row, 0, len(t.Rows))
	rule := false
	for _, r := range t.Rows {
		if len(r.Cells) == 0 && r.Rule {
			rule = true
			continue
		}
		r.Rule = (r.Rule || rule) && len(out) > 0
		rule = false
		out = append(out, r)
	}
	return out
}

// Check refuses a table that no renderer could print: no name or columns, rows
// of another length, values of another kind than their column (an Integer may
// stand among numbers, a Number or an Integer among estimates, Missing
// anywhere), NaN and infinities. Every renderer calls it first, so that nothing
// is half-written.
func (t *Table) Check() error {
	if t.Name == "" || strings.ContainsFunc(t.Name, func(r rune) bool {
		return !(r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_:.", r)))
	}) {
		return fmt.Errorf("table name %q: it must be letters, digits, '-', '_', ':' and '.'", t.Name)
	}
	if len(t.Columns) == 0 {
		return fmt.Errorf("table %s has no columns", t.Name)
	}
	for i, c := range t.Columns {
		if c.Kind < KindText || c.Kind > KindVerdict {
			return fmt.Errorf("table %s, column %d (%s): unknown %v", t.Name, i+1, c.Header, c.Kind)
		}
		if c.Precision < Whole || c.Precision > 15 {
			return fmt.Errorf("table %s, column %d (%s): precision %d: it must be Whole or 0 to 15", t.Name, i+1, c.Header, c.Precision)
		}
	}
	for i, r := range t.rows() {
		if len(r.Cells) != len(t.Columns) {
			return fmt.Errorf("table %s, row %d: %d cells for %d columns", t.Name, i+1, len(r.Cells), len(t.Columns))
		}
		for j, c := range r.Cells {
			if err := c.fits(t.Columns[j].Kind); err != nil {
				return fmt.Errorf("table %s, row %d, column %d (%s): %w", t.Name, i+1, j+1, t.Columns[j].Header, err)
			}
		}
	}
	return nil
}

func (c Cell) fits(want Kind) error {
	if c.Value == nil {
		return fmt.Errorf("no value: use Missing")
	}
	got := c.Value.kind()
	ok := got == want || got == kindMissing ||
		want == KindNumber && got == KindInteger ||
		want == KindEstimate && (got == KindNumber || got == KindInteger)
	if !ok {
		return fmt.Errorf("%v in a column of kind %v", got, want)
	}
	return c.Value.check()
}

// keys are the machine-readable names of the columns: distinct also once CSV
// has made four columns of each estimate and added its own.
func (t *Table) keys() []string {
	seen := map[string]bool{"footnotes": true, "run_ids": true}
	out := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		base := c.Key
		if base == "" {
			base = slug(c.Group + " " + c.Header)
		}
		if base == "" {
			base = fmt.Sprintf("column_%d", i+1)
		}
		names := func(k string) []string {
			if c.Kind == KindEstimate {
				return []string{k + "_mean", k + "_lo", k + "_hi", k + "_n"}
			}
			return []string{k}
		}
		k := base
		for n := 2; slices.ContainsFunc(names(k), func(s string) bool { return seen[s] }); n++ {
			k = fmt.Sprintf("%s_%d", base, n)
		}
		for _, s := range names(k) {
			seen[s] = true
		}
		out[i] = k
	}
	return out
}

// slug is the lower-case letters and digits of s, joined by '_'.
func slug(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.Join(words, "_")
}

// title is the header with its unit.
func (c Column) title() string {
	if c.Unit == "" {
		return c.Header
	}
	return c.Header + " (" + c.Unit + ")"
}
