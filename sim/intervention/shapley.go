package intervention

import "edgewise/theory/cost"

// shapley shares L - log K out among the last cell's voters by their mean
// marginal contribution (P7.5). Soft gates have more voters than coalitions can
// be enumerated for: their operations are grouped by edge.
var shapley = Intervention{
	Name:    "shapley",
	Claim:   "P7.5",
	Formula: "C := Shapley value of the edge in the game L(z_S), per op in proportion to Z",
	Expects: "no catastrophe while the loss is below log K; O2 stays",
	Voters:  true,
	apply: func(v *View, _ float64) error {
		edges, at := v.voicesByEdge()
		if len(edges) == 0 {
			return nil
		}
		value := make([]float64, len(edges))
		return v.replaceVotes(func(dst []float64, s cost.Voters, label int) error {
			grouped := make(cost.Voters, len(edges))
			for i, row := range s {
				g := at[v.Voices[i].Edge]
				if grouped[g] == nil {
					grouped[g] = make([]float64, len(row))
				}
				for k, x := range row {
					grouped[g][k] += x
				}
			}
			if err := grouped.Shapley(value, label); err != nil {
				return err
			}
			for i, w := range v.Voices {
				dst[i] = value[at[w.Edge]] * w.Gate / edges[at[w.Edge]]
			}
			return nil
		})
	},
}

// voicesByEdge returns the total gate of every edge with voices, and the place of
// an edge among them.
func (v *View) voicesByEdge() (gates []float64, at map[int]int) {
	at = map[int]int{}
	for _, w := range v.Voices {
		g, ok := at[w.Edge]
		if !ok {
			g = len(gates)
			at[w.Edge] = g
			gates = append(gates, 0)
		}
		gates[g] += w.Gate
	}
	return gates, at
}
