package table

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// letters are the footnote marks; q has no superscript form and is left out.
const letters = "abcdefghijklmnoprstuvwxyz"

var superscripts = []rune("ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")

// footnotes are the notes below a table: general ones, and those that a mark
// ties to cells, numbered in reading order and each printed once.
type footnotes struct {
	general []string
	marked  []string
	index   map[string]int
	usual   int // the number of runs of most estimates
	single  int // where no estimate has an interval: the number of runs of all of them, else 0
}

func (t *Table) footnotes() *footnotes {
	f := &footnotes{index: map[string]int{}, usual: t.usualN(), single: t.singleN()}
	for _, r := range t.rows() {
		for _, c := range r.Cells {
			for _, n := range f.of(c) {
				if _, ok := f.index[n]; !ok {
					f.index[n] = len(f.marked)
					f.marked = append(f.marked, n)
				}
			}
		}
	}
	if f.single > 0 {
		f.general = append(f.general, fmt.Sprintf("n = %d: no intervals.", f.single))
	}
	f.general = append(f.general, t.intervalNote(f.usual)...)
	f.general = append(f.general, t.missingNote()...)
	f.general = append(f.general, t.Notes...)
	return f
}

// of lists the footnotes of one cell: its own, the reason of a missing value,
// and the number of runs where it is not that of the other estimates.
func (f *footnotes) of(c Cell) []string {
	var out []string
	switch v := c.Value.(type) {
	case Missing:
		if v.Reason != "" {
			out = append(out, v.Reason)
		}
	case Estimate:
		switch {
		case v.bare() && !v.Equal && v.N == f.single && v.N > 0:
		case v.bare() && v.Equal && v.N > 1:
			out = append(out, fmt.Sprintf("all %d values are equal: no interval", v.N))
		case v.bare() && v.N > 0:
			out = append(out, fmt.Sprintf("n = %d: no interval", v.N))
		case v.bare():
			out = append(out, "no interval")
		case v.N != f.usual && v.N > 0:
			out = append(out, fmt.Sprintf("n = %d", v.N))
		}
	}
	return append(out, c.Notes...)
}

// marks are the marks of a cell, such as "ac", in order; double letters follow
// after z and are set apart by commas.
func (f *footnotes) marks(c Cell, alphabet []rune) string {
	var at []int
	for _, n := range f.of(c) {
		at = append(at, f.index[n])
	}
	sort.Ints(at)
	at = slices.Compact(at)
	var out []string
	for _, i := range at {
		out = append(out, mark(i, alphabet))
	}
	return strings.Join(out, ",")
}

// mark is the i-th mark: a, b, ..., z, aa, bb, ...
func mark(i int, alphabet []rune) string {
	return strings.Repeat(string(alphabet[i%len(alphabet)]), i/len(alphabet)+1)
}

// usualN is the most frequent number of runs of the estimates that have an
// interval; the smaller one of two equally frequent.
func (t *Table) usualN() int {
	count := map[int]int{}
	for _, r := range t.rows() {
		for _, c := range r.Cells {
			if v, ok := c.Value.(Estimate); ok && !v.bare() && v.N > 0 {
				count[v.N]++
			}
		}
	}
	best := 0
	for n, k := range count {
		if best == 0 || k > count[best] || k == count[best] && n < best {
			best = n
		}
	}
	return best
}

// singleN is the number of runs of all estimates where none has an interval for
// being of that many runs; 0 otherwise.
func (t *Table) singleN() int {
	n := 0
	for _, r := range t.rows() {
		for _, c := range r.Cells {
			v, ok := c.Value.(Estimate)
			if !ok {
				continue
			}
			if !v.bare() || v.Equal || v.N < 1 || n > 0 && v.N != n {
				return 0
			}
			n = v.N
		}
	}
	return n
}

func (t *Table) intervalNote(usual int) []string {
	plain, bounds := false, false
	for j, skew := range t.bounds() {
		if t.hasInterval(j) {
			bounds, plain = bounds || skew, plain || !skew
		}
	}
	var what string
	switch {
	case plain && bounds:
		what = "Mean ± half-width, or [bounds], of the 95 % confidence interval"
	case plain:
		what = "Mean ± half-width of the 95 % confidence interval"
	case bounds:
		what = "Mean and [bounds] of the 95 % confidence interval"
	default:
		return nil
	}
	if usual > 0 {
		what += fmt.Sprintf(", n = %d unless noted", usual)
	}
	return []string{what + "."}
}

func (t *Table) missingNote() []string {
	var none, dash bool
	for _, r := range t.rows() {
		for _, c := range r.Cells {
			if v, ok := c.Value.(Missing); ok {
				none, dash = none || !v.NotApplicable, dash || v.NotApplicable
			}
		}
	}
	switch {
	case none && dash:
		return []string{"~: no evidence; –: not applicable."}
	case none:
		return []string{"~: no evidence."}
	case dash:
		return []string{"–: not applicable."}
	}
	return nil
}

func (t *Table) hasInterval(col int) bool {
	for _, r := range t.rows() {
		if v, ok := r.Cells[col].Value.(Estimate); ok && !v.bare() {
			return true
		}
	}
	return false
}

// bounds says per column whether it holds an interval that is not symmetric
// after rounding, so that all of the column is printed with bounds.
func (t *Table) bounds() []bool {
	out := make([]bool, len(t.Columns))
	for _, r := range t.rows() {
		for j, c := range r.Cells {
			if v, ok := c.Value.(Estimate); ok && !v.bare() && roundEstimate(v).lo != "" {
				out[j] = true
			}
		}
	}
	return out
}

// runs are the ids of the table, its rows and its cells, each once, in order.
func (t *Table) runs() []string {
	var out []string
	add := func(ids []string) {
		for _, id := range ids {
			if !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	add(t.Runs)
	for _, r := range t.rows() {
		add(r.Runs)
		for _, c := range r.Cells {
			add(c.Runs)
		}
	}
	return out
}
