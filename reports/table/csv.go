package table

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// CSV writes the table for programs: one header line, nothing rounded, an empty
// field for what is missing. A column of estimates becomes four: KEY_mean,
// KEY_lo, KEY_hi and KEY_n. The last two columns, footnotes and run_ids, hold
// the notes of the row and the runs that it was made from.
func (t *Table) CSV(w io.Writer) error {
	if err := t.Check(); err != nil {
		return err
	}
	var b bytes.Buffer
	c := csv.NewWriter(&b)
	var head []string
	keys := t.keys()
	for j, col := range t.Columns {
		if col.Kind == KindEstimate {
			head = append(head, keys[j]+"_mean", keys[j]+"_lo", keys[j]+"_hi", keys[j]+"_n")
		} else {
			head = append(head, keys[j])
		}
	}
	c.Write(append(head, "footnotes", "run_ids"))
	f := t.footnotes()
	for _, r := range t.rows() {
		var line, notes []string
		runs := slices.Clone(r.Runs)
		for j, cell := range r.Cells {
			fields := csvFields(cell.Value)
			if t.Columns[j].Kind == KindEstimate {
				for len(fields) < 4 {
					fields = append(fields, "")
				}
			}
			line = append(line, fields...)
			for _, n := range f.of(cell) {
				notes = append(notes, fmt.Sprintf("%s: %s", keys[j], oneLine(n)))
			}
			for _, id := range cell.Runs {
				if !slices.Contains(runs, id) {
					runs = append(runs, id)
				}
			}
		}
		if len(runs) == 0 {
			runs = t.Runs
		}
		c.Write(append(line, strings.Join(notes, "; "), strings.Join(runs, " ")))
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return fmt.Errorf("table %s: %w", t.Name, err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

func csvFields(v Value) []string {
	real := func(x float64) string {
		if x != x {
			return ""
		}
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	switch v := v.(type) {
	case Text:
		return []string{oneLine(string(v))}
	case Verdict:
		return []string{oneLine(string(v))}
	case Integer:
		return []string{strconv.FormatInt(int64(v), 10)}
	case Number:
		return []string{real(float64(v))}
	case PValue:
		return []string{real(float64(v))}
	case Estimate:
		n := ""
		if v.N > 0 {
			n = strconv.Itoa(v.N)
		}
		return []string{real(v.Mean), real(v.Lo), real(v.Hi), n}
	}
	return []string{""}
}
