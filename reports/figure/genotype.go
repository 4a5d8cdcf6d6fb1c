package figure

import (
	"fmt"
	"sort"
	"strings"

	"edgewise/sim/trace"
)

// Genotype is the cell that DARTS would derive from point i of the trace, in
// the notation of its code: for every intermediate node the two incoming edges
// (or as many as there are) whose most probable operation other than none has
// the highest probability, in order of their source. An edge on which none wins
// is kept, as in DARTS.
func Genotype(t *trace.Trace, i int) (string, error) {
	m := &t.Manifest
	if i < 0 || i >= len(t.Points) {
		return "", fmt.Errorf("genotype of %s: no point %d of %d", m.Name, i, len(t.Points))
	}
	var parts []string
	for k, kind := range m.Kinds {
		var pairs []string
		for e := 0; e < len(m.Edges); {
			var in []choice
			for node := m.Edges[e][1]; e < len(m.Edges) && m.Edges[e][1] == node; e++ {
				in = append(in, best(m, t.Points[i].Prob[k][e], m.Edges[e][0]))
			}
			sort.SliceStable(in, func(a, b int) bool { return in[a].p > in[b].p })
			in = in[:min(2, len(in))]
			sort.SliceStable(in, func(a, b int) bool { return in[a].from < in[b].from })
			for _, c := range in {
				pairs = append(pairs, fmt.Sprintf("('%s', %d)", c.op, c.from))
			}
		}
		var concat []string
		for _, j := range m.Concat {
			concat = append(concat, fmt.Sprint(j))
		}
		parts = append(parts, fmt.Sprintf("%s=[%s], %s_concat=[%s]", kind, strings.Join(pairs, ", "), kind, strings.Join(concat, ", ")))
	}
	return "Genotype(" + strings.Join(parts, ", ") + ")", nil
}

type choice struct {
	op   string
	p    float64
	from int
}

func best(m *trace.Manifest, prob []float64, from int) choice {
	c := choice{from: from, p: -1}
	for o, p := range prob {
		if o != m.None() && p > c.p {
			c.op, c.p = m.Ops[o], p
		}
	}
	return c
}
