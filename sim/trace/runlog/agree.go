package runlog

import (
	"edgewise/sim/trace"
	"edgewise/sim/trace/genotype"
)

// Agreement compares the genotypes that a trace holds with those that its
// parameters give, by the rule of the code that it comes from (pt.darts ranks edges
// by raw alpha, the others by probability).
func Agreement(t *trace.Trace) genotype.Agreement {
	c := t.Manifest.Cell()
	raw := t.Manifest.Source == "import ptdarts"
	var a genotype.Agreement
	for k, kind := range t.Manifest.Kinds {
		var probs [][][]float64
		var at []int
		for i := range t.Points {
			if p := &t.Points[i]; p.Prob != nil && finite(p.Prob[k]) {
				probs, at = append(probs, p.Prob[k]), append(at, i)
			}
		}
		unit := place(probs)
		var gauge, slack [][]float64
		if raw {
			gauge, slack = Gauge(probs, unit)
		}
		for n, i := range at {
			g, err := genotype.Parse(t.Points[i].Genotype)
			if err != nil {
				continue
			}
			logged, ok := g.Cell(kind)
			if !ok || len(logged.Nodes) != c.Nodes {
				continue
			}
			o := genotype.Observation{Scores: probs[n], Logged: logged}
			if raw {
				o.Gauge, o.Slack = gauge[n], slack[n]
			}
			a = a.Add(genotype.Match(logged, c, t.Manifest.Ops, probs[n], genotype.RuleFor(o, c, t.Manifest.None()), unit))
		}
	}
	return a
}

func finite(table [][]float64) bool {
	for _, e := range table {
		for _, v := range e {
			if v != v {
				return false
			}
		}
	}
	return true
}

// place is one unit of the last printed place of tables.
func place(tables [][][]float64) float64 {
	snaps := make([]Snapshot, 0, len(tables))
	for _, t := range tables {
		snaps = append(snaps, Snapshot{Prob: Tables{"normal": t}})
	}
	return printed(snaps)
}
