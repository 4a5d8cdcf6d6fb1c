package intervention

import "fmt"

// PastDecay is the weight of older steps in the running moments: the memory is
// about a hundred steps.
const PastDecay = 0.99

// Past holds, per edge, the running mean and mean square of the edge's cost over
// the steps in which it was active, before any intervention:
//
//	m <- PastDecay m + (1 - PastDecay) C_e,  divided by 1 - PastDecay^steps
//
// It is 0 before the edge's first active step.
type Past struct {
	steps, mean, square []float64
}

// NewPast returns the empty past of a cell of that many edges.
func NewPast(edges int) *Past {
	return &Past{make([]float64, edges), make([]float64, edges), make([]float64, edges)}
}

// Mean and Square are the running moments of an edge's cost.
func (p *Past) Mean(e int) float64   { return p.over(e, p.mean) }
func (p *Past) Square(e int) float64 { return p.over(e, p.square) }

func (p *Past) over(e int, sum []float64) float64 {
	if p.steps[e] == 0 {
		return 0
	}
	return sum[e] / p.steps[e]
}

// Learn takes the moments of one more step's edge cost, with a weight of 1 for an
// edge that was active, or of the probability that it was.
func (p *Past) Learn(e int, mean, square, weight float64) {
	f := (1 - PastDecay) * weight
	p.steps[e] += f * (1 - p.steps[e])
	p.mean[e] += f * (mean - p.mean[e])
	p.square[e] += f * (square - p.square[e])
}

// Observed returns, per edge, the cost that v shows and whether the edge is
// active: what Past learns from a step before an intervention changes it.
func (v *View) Observed() (costs []float64, active []bool) {
	costs = make([]float64, len(v.Gate))
	for e := range costs {
		costs[e] = v.edgeCost(e)
	}
	return costs, v.active()
}

// LearnStep takes what Observed returned.
func (p *Past) LearnStep(costs []float64, active []bool) {
	for e, c := range costs {
		if active[e] {
			p.Learn(e, c, c*c, 1)
		}
	}
}

// State returns the moments in one slice; SetState takes them back.
func (p *Past) State() []float64 {
	return append(append(append([]float64{}, p.steps...), p.mean...), p.square...)
}

// SetState refuses a slice of another length.
func (p *Past) SetState(s []float64) error {
	n := len(p.steps)
	if len(s) != 3*n {
		return fmt.Errorf("running moments of %d edges are %d numbers, not %d", n, 3*n, len(s))
	}
	copy(p.steps, s)
	copy(p.mean, s[n:])
	copy(p.square, s[2*n:])
	return nil
}
