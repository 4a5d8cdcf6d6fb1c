package foreign

import (
	"fmt"
	"io"
	"math"
	"slices"

	"edgewise/sim/trace"
	"edgewise/sim/trace/genotype"
	"edgewise/sim/trace/tidy"
)

// Forms are the forms in which a trace can be written besides Edgewise's own, with
// the name of the file.
var Forms = map[string]string{"csv": "trace.csv", "parquet": "trace.parquet", "genotype": "genotype.txt"}

// Export writes a trace in one of Forms.
func Export(w io.Writer, t *trace.Trace, form string) error {
	switch form {
	case "csv":
		return tidy.WriteCSV(w, t)
	case "parquet":
		return tidy.WriteParquet(w, t)
	case "genotype":
		g, err := Genotype(t)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(w, g)
		return err
	}
	return fmt.Errorf("there is no form %q: the known ones are csv, parquet and genotype", form)
}

// Genotype derives the wiring of a trace as DARTS does, from the last point with
// probabilities: two edges per node, none not a candidate.
func Genotype(t *trace.Trace) (genotype.Genotype, error) {
	c := t.Manifest.Cell()
	for i := len(t.Points) - 1; i >= 0; i-- {
		p := &t.Points[i]
		known := !slices.ContainsFunc(p.Prob, func(k [][]float64) bool {
			return slices.ContainsFunc(k, func(e []float64) bool { return slices.ContainsFunc(e, math.IsNaN) })
		})
		if !known || p.Prob == nil {
			continue
		}
		g := genotype.Genotype{Kinds: t.Manifest.Kinds}
		for k := range t.Manifest.Kinds {
			g.Cells = append(g.Cells, genotype.Derive(c, t.Manifest.Ops, p.Prob[k], genotype.Rule{PerNode: 2, None: t.Manifest.None()}))
		}
		return g, nil
	}
	return genotype.Genotype{}, fmt.Errorf("the trace has no probabilities to derive a wiring from")
}
