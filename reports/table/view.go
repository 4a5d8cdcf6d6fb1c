package table

import (
	"fmt"
	"strconv"
)

// View is a table as a reader sees it, rounded and with its footnote marks, for
// renderers that live elsewhere, such as the HTML page.
type View struct {
	Heads  []Head
	Rows   []ViewRow
	Notes  []string     // about the whole table
	Marked []MarkedNote // tied to cells
	Runs   []string     // of the table, its rows and its cells
}

// Head is the header of a column.
type Head struct {
	Group, Title string
	Number       bool // set right
}

// ViewRow is a row; Rule asks for a rule above it.
type ViewRow struct {
	Cells []Shown
	Runs  []string
	Rule  bool
}

// Shown is a cell: its text, its footnote marks, and a key by which a column
// sorts: a number where Sortable, the text otherwise.
type Shown struct {
	Text, Marks string
	Key         string
	Sortable    bool
	Number      bool    // of a column that is set right
	Verdict     Verdict // of a verdict column
	Missing     bool
}

// MarkedNote is a footnote and its mark.
type MarkedNote struct{ Mark, Text string }

// View returns the table as it is read.
func (t *Table) View() (*View, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	v := &View{Runs: t.runs()}
	for _, c := range t.Columns {
		v.Heads = append(v.Heads, Head{Group: c.Group, Title: c.title(), Number: c.Kind != KindText && c.Kind != KindVerdict})
	}
	f := t.footnotes()
	bounds := t.bounds()
	for _, r := range t.rows() {
		row := ViewRow{Rule: r.Rule, Runs: r.Runs}
		for j, c := range r.Cells {
			s := Shown{Text: text(c.Value, t.Columns[j], bounds[j]), Marks: f.marks(c, []rune(letters)), Number: v.Heads[j].Number}
			s.Key = s.Text
			number := func(x float64) { s.Key, s.Sortable = strconv.FormatFloat(x, 'g', -1, 64), true }
			switch x := c.Value.(type) {
			case Number:
				number(float64(x))
			case PValue:
				number(float64(x))
			case Estimate:
				number(x.Mean)
			case Integer:
				s.Key, s.Sortable = fmt.Sprint(int64(x)), true
			case Verdict:
				s.Verdict = x
			case Missing:
				s.Missing, s.Key = true, ""
			}
			row.Cells = append(row.Cells, s)
		}
		v.Rows = append(v.Rows, row)
	}
	v.Notes = f.general
	for i, n := range f.marked {
		v.Marked = append(v.Marked, MarkedNote{mark(i, []rune(letters)), n})
	}
	return v, nil
}
