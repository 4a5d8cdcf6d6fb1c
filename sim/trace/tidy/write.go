package tidy

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"

	"edgewise/sim/trace"

	"github.com/parquet-go/parquet-go"
)

// Row is one row of the exported table: one operation of one edge at one point.
// What is not known is NaN.
type Row struct {
	Run         string  `parquet:"run,dict"`
	Step        int64   `parquet:"step"`
	Steps       int64   `parquet:"steps"`
	Epoch       float64 `parquet:"epoch"`
	Kind        string  `parquet:"kind,dict"`
	Edge        int64   `parquet:"edge"`
	From        int64   `parquet:"from"`
	To          int64   `parquet:"to"`
	Op          string  `parquet:"op,dict"`
	Alpha       float64 `parquet:"alpha"`
	Prob        float64 `parquet:"prob"`
	Cost        float64 `parquet:"cost"`
	CostCount   float64 `parquet:"cost_count"`
	CostSquare  float64 `parquet:"cost_square"`
	TrainLoss   float64 `parquet:"train_loss"`
	TrainEnt    float64 `parquet:"train_entropy"`
	TrainAcc    float64 `parquet:"train_acc"`
	SearchLoss  float64 `parquet:"search_loss"`
	SearchEnt   float64 `parquet:"search_entropy"`
	SearchAcc   float64 `parquet:"search_acc"`
	TestLoss    float64 `parquet:"test_loss"`
	TestEntropy float64 `parquet:"test_entropy"`
	TestAcc     float64 `parquet:"test_acc"`
}

// Rows calls f for each row of a trace, in order of time, kind, edge, operation.
// Accuracies are in percent.
func Rows(t *trace.Trace, f func(*Row) error) error {
	nan := math.NaN()
	at := func(c [][][]float64, k, e, o int) float64 {
		if c == nil {
			return nan
		}
		return c[k][e][o]
	}
	split := func(s *trace.Split) (loss, entropy, acc float64) {
		if s == nil {
			return nan, nan, nan
		}
		return s.Loss, s.Entropy, 100 * s.Accuracy()
	}
	for i := range t.Points {
		p := &t.Points[i]
		r := Row{Run: t.Manifest.Run, Step: int64(p.Step), Steps: int64(p.Steps), Epoch: p.Epoch}
		r.TrainLoss, r.TrainEnt, r.TrainAcc = split(p.Train)
		r.SearchLoss, r.SearchEnt, r.SearchAcc = split(p.Search)
		r.TestLoss, r.TestEntropy, r.TestAcc = split(p.Test)
		for k, kind := range t.Manifest.Kinds {
			for e, ed := range t.Manifest.Edges {
				for o, op := range t.Manifest.Ops {
					r.Kind, r.Edge, r.From, r.To, r.Op = kind, int64(e), int64(ed[0]), int64(ed[1]), op
					r.Alpha, r.Prob = at(p.Alpha, k, e, o), at(p.Prob, k, e, o)
					r.Cost, r.CostCount, r.CostSquare = nan, nan, nan
					if c := p.Cost; c != nil && at(c.Count, k, e, o) != 0 {
						r.Cost, r.CostCount, r.CostSquare = at(c.Mean, k, e, o), at(c.Count, k, e, o), at(c.Square, k, e, o)
					}
					if err := f(&r); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// WriteCSV writes a trace as a table that Import reads back; what is not known is
// an empty field.
func WriteCSV(w io.Writer, t *trace.Trace) error {
	c := csv.NewWriter(w)
	head := []string{"run", "step", "steps", "epoch", "kind", "from", "to", "op", "alpha", "prob", "cost", "cost_count", "cost_square",
		"train_loss", "train_entropy", "train_acc", "search_loss", "search_entropy", "search_acc", "test_loss", "test_entropy", "test_acc"}
	if err := c.Write(head); err != nil {
		return fmt.Errorf("exporting CSV: %w", err)
	}
	num := func(v float64) string {
		if math.IsNaN(v) {
			return ""
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	integer := func(v int64) string { return strconv.FormatInt(v, 10) }
	err := Rows(t, func(r *Row) error {
		return c.Write([]string{r.Run, integer(r.Step), integer(r.Steps), num(r.Epoch), r.Kind, integer(r.From), integer(r.To), r.Op,
			num(r.Alpha), num(r.Prob), num(r.Cost), num(r.CostCount), num(r.CostSquare),
			num(r.TrainLoss), num(r.TrainEnt), num(r.TrainAcc), num(r.SearchLoss), num(r.SearchEnt), num(r.SearchAcc), num(r.TestLoss), num(r.TestEntropy), num(r.TestAcc)})
	})
	c.Flush()
	if err == nil {
		err = c.Error()
	}
	if err != nil {
		return fmt.Errorf("exporting CSV: %w", err)
	}
	return nil
}

// WriteParquet writes a trace as a Parquet file of Rows.
func WriteParquet(w io.Writer, t *trace.Trace) error {
	p := parquet.NewGenericWriter[Row](w, parquet.Compression(&parquet.Zstd))
	buf := make([]Row, 0, 1024)
	flush := func() error {
		_, err := p.Write(buf)
		buf = buf[:0]
		return err
	}
	err := Rows(t, func(r *Row) error {
		if buf = append(buf, *r); len(buf) == cap(buf) {
			return flush()
		}
		return nil
	})
	if err == nil {
		err = flush()
	}
	if cerr := p.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("exporting Parquet: %w", err)
	}
	return nil
}
