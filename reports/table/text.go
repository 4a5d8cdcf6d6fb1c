package table

import (
	"fmt"
	"strings"
	"unicode"
)

// text is the rounded content of a cell in plain Unicode, without marks.
func text(v Value, c Column, bounds bool) string {
	switch v := v.(type) {
	case Text:
		return oneLine(string(v))
	case Verdict:
		return oneLine(string(v))
	case Integer:
		return fmt.Sprintf("%d", int64(v))
	case PValue:
		return roundP(float64(v))
	case Number:
		return withExp(roundNumber(float64(v), c.Precision))
	case Missing:
		if v.NotApplicable {
			return "–"
		}
		return "~"
	case Estimate:
		return estimateText(v, bounds)
	}
	return ""
}

func estimateText(v Estimate, bounds bool) string {
	d := roundEstimate(v)
	switch {
	case v.bare():
		return withExp(d)
	case bounds:
		lo, hi := interval(v)
		s := d.mean + " [" + lo + ", " + hi + "]"
		if d.exp != 0 {
			return fmt.Sprintf("(%s)e%d", s, d.exp)
		}
		return s
	case d.exp != 0:
		return fmt.Sprintf("(%s ± %s)e%d", d.mean, d.half, d.exp)
	}
	return d.mean + " ± " + d.half
}

func withExp(d decimal) string {
	if d.exp != 0 {
		return fmt.Sprintf("%se%d", d.mean, d.exp)
	}
	return d.mean
}

// oneLine replaces line breaks and control characters by spaces.
func oneLine(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s))
}

// Text returns the rounded cells as plain text, headers first, as the terminal
// shows them but without footnote marks.
func (t *Table) Text() ([][]string, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	head := make([]string, len(t.Columns))
	for j, c := range t.Columns {
		head[j] = c.title()
		if c.Group != "" {
			head[j] = c.Group + ": " + head[j]
		}
	}
	out := [][]string{head}
	bounds := t.bounds()
	for _, r := range t.rows() {
		line := make([]string, len(r.Cells))
		for j, c := range r.Cells {
			line[j] = text(c.Value, t.Columns[j], bounds[j])
		}
		out = append(out, line)
	}
	return out, nil
}
