package runlog

import "math"

// Gauge recovers, per snapshot and edge, the constant by which raw alpha differs
// from the logarithm of its printed softmax: alpha_k = log p_k - gauge. The
// softmax hides it, but the search moves it in a known way: the gradients of an
// edge sum to zero (P1.1), and Adam divides each by its own root mean square r_k, so
//
//	sum_k r_k (alpha_k(t+1) - alpha_k(t)) = 0,
//
// which fixes the change of the gauge given the ratios of the r_k. Taken is
// r_k ~ sqrt(p_k (1 - p_k)), between the p_k of independent costs and the equal
// r_k of a two-way competition; weight decay is neglected. The start is the mean
// of log p, as alpha starts as small noise. Against searches that log raw alpha too
// the constant is off by 0.08 at the end (DARTS, alpha rate 3e-3; a zero mean would be
// off by 0.20) and by 0.40 (rate 1e-2; 0.13); on the genotypes of five pt.darts logs
// it gives 94 to 98 % of the pairs. Slack is how much of an edge's gauge
// is left open by printed units and by the start: it is an estimate, not a bound.
// A row with numbers that are none has no gauge; the next one goes on from the row before.
// unit is one unit of the last printed place.
func Gauge(prob [][][]float64, unit float64) (gauge, slack [][]float64) {
	const start = 1e-3 // standard deviation of alpha at the start in every known code
	type state struct {
		prob, logs []float64
		gauge      float64
	}
	last := map[int]state{} // by edge: its last sound row
	for _, table := range prob {
		g, s := make([]float64, len(table)), make([]float64, len(table))
		for e, row := range table {
			g[e] = math.NaN()
			if !finiteRow(row) {
				continue
			}
			logs, mean := make([]float64, len(row)), 0.0
			for k, p := range row {
				logs[k] = math.Log(math.Max(p, math.Max(unit/2, 1e-12)))
				mean += logs[k] / float64(len(row))
			}
			if old, ok := last[e]; !ok || len(old.logs) != len(row) {
				g[e] = mean
			} else {
				sum, weight, round := 0.0, 0.0, 0.0
				for k, p := range row {
					mid := (p + old.prob[k]) / 2
					r := math.Sqrt(math.Max(mid, unit/2) * math.Max(1-mid, unit/2))
					sum += r * (logs[k] - old.logs[k])
					weight += r
					round += r * unit / 2 / math.Max(mid, unit/2)
				}
				g[e] = old.gauge + sum/weight
				s[e] = round / weight
			}
			s[e] += start * 2 / math.Sqrt(float64(len(row)))
			last[e] = state{row, logs, g[e]}
		}
		gauge, slack = append(gauge, g), append(slack, s)
	}
	return gauge, slack
}

func finiteRow(row []float64) bool {
	for _, v := range row {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
