package table

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
)

type wireTable struct {
	Name    string       `json:"name"`
	Caption string       `json:"caption,omitempty"`
	Columns []wireColumn `json:"columns"`
	Rows    []wireRow    `json:"rows"`
	Notes   []string     `json:"notes,omitempty"`
	Runs    []string     `json:"runs,omitempty"`
}

type wireColumn struct {
	Header    string `json:"header"`
	Group     string `json:"group,omitempty"`
	Key       string `json:"key"`
	Unit      string `json:"unit,omitempty"`
	Kind      string `json:"kind"`
	Precision int    `json:"precision,omitempty"`
	Align     int    `json:"align,omitempty"`
}

type wireRow struct {
	Cells []wireCell `json:"cells"`
	Runs  []string   `json:"runs,omitempty"`
	Rule  bool       `json:"rule,omitempty"`
}

type wireCell struct {
	Kind          string   `json:"kind"`
	Text          string   `json:"text,omitempty"`
	Value         *float64 `json:"value,omitempty"`
	Integer       *int64   `json:"integer,omitempty"`
	Mean          *float64 `json:"mean,omitempty"`
	Lo            *float64 `json:"lo,omitempty"`
	Hi            *float64 `json:"hi,omitempty"`
	N             int      `json:"n,omitempty"`
	Equal         bool     `json:"equal,omitempty"`
	Reason        string   `json:"reason,omitempty"`
	NotApplicable bool     `json:"not_applicable,omitempty"`
	Notes         []string `json:"notes,omitempty"`
	Runs          []string `json:"runs,omitempty"`
}

// JSON writes the table as one indented object that Decode reads back. Nothing
// is rounded; a bound that is not known is left out.
func (t *Table) JSON(w io.Writer) error {
	if err := t.Check(); err != nil {
		return err
	}
	out := wireTable{Name: t.Name, Caption: t.Caption, Notes: t.Notes, Runs: t.Runs, Rows: []wireRow{}}
	for j, k := range t.keys() {
		c := t.Columns[j]
		out.Columns = append(out.Columns, wireColumn{Header: c.Header, Group: c.Group, Key: k, Unit: c.Unit, Kind: c.Kind.String(), Precision: c.Precision, Align: int(c.Align)})
	}
	for _, r := range t.rows() {
		row := wireRow{Runs: r.Runs, Rule: r.Rule}
		for _, c := range r.Cells {
			row.Cells = append(row.Cells, encodeCell(c))
		}
		out.Rows = append(out.Rows, row)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(out); err != nil {
		return fmt.Errorf("table %s: %w", t.Name, err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

func encodeCell(c Cell) wireCell {
	real := func(x float64) *float64 {
		if math.IsNaN(x) {
			return nil
		}
		return &x
	}
	out := wireCell{Kind: c.Value.kind().String(), Notes: c.Notes, Runs: c.Runs}
	switch v := c.Value.(type) {
	case Text:
		out.Text = string(v)
	case Verdict:
		out.Text = string(v)
	case Integer:
		n := int64(v)
		out.Integer = &n
	case Number:
		out.Value = real(float64(v))
	case PValue:
		out.Value = real(float64(v))
	case Estimate:
		out.Mean, out.Lo, out.Hi, out.N, out.Equal = real(v.Mean), real(v.Lo), real(v.Hi), v.N, v.Equal
	case Missing:
		out.Reason, out.NotApplicable = v.Reason, v.NotApplicable
	}
	return out
}

// Decode reads a table that JSON wrote.
func Decode(r io.Reader) (*Table, error) {
	var in wireTable
	if err := json.NewDecoder(r).Decode(&in); err != nil {
		return nil, fmt.Errorf("reading a table: %w", err)
	}
	t := &Table{Name: in.Name, Caption: in.Caption, Notes: in.Notes, Runs: in.Runs}
	for _, c := range in.Columns {
		col := Column{Header: c.Header, Group: c.Group, Key: c.Key, Unit: c.Unit, Kind: -1, Precision: c.Precision, Align: Align(c.Align)}
		for k, name := range kindNames {
			if name == c.Kind {
				col.Kind = Kind(k)
			}
		}
		t.Columns = append(t.Columns, col)
	}
	for i, r := range in.Rows {
		row := Row{Runs: r.Runs, Rule: r.Rule}
		for j, c := range r.Cells {
			v, err := c.value()
			if err != nil {
				return nil, fmt.Errorf("reading table %s, row %d, cell %d: %w", in.Name, i+1, j+1, err)
			}
			row.Cells = append(row.Cells, Cell{Value: v, Notes: c.Notes, Runs: c.Runs})
		}
		t.Rows = append(t.Rows, row)
	}
	return t, t.Check()
}

func (c wireCell) value() (Value, error) {
	real := func(p *float64) float64 {
		if p == nil {
			return math.NaN()
		}
		return *p
	}
	switch c.Kind {
	case "text":
		return Text(c.Text), nil
	case "verdict":
		return Verdict(c.Text), nil
	case "integer":
		if c.Integer == nil {
			return nil, fmt.Errorf("field integer is missing")
		}
		return Integer(*c.Integer), nil
	case "number":
		return Number(real(c.Value)), nil
	case "p-value":
		return PValue(real(c.Value)), nil
	case "estimate":
		return Estimate{Mean: real(c.Mean), Lo: real(c.Lo), Hi: real(c.Hi), N: c.N, Equal: c.Equal}, nil
	case "missing":
		return Missing{Reason: c.Reason, NotApplicable: c.NotApplicable}, nil
	}
	return nil, fmt.Errorf("unknown kind %q", c.Kind)
}
