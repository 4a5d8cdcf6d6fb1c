package spec

import (
	"edgewise/theory/cell"
	"edgewise/theory/dynamics"
)

// Default is DSNAS, single-level, on one minimal cell of all eight operations
// with 8 channels and 16x16 images; optimisers as in the published analysis
// code (theta: SGD 0.025 to 0.001, momentum 0.9, L2 3e-4, clip 5; alpha:
// Adam(0.5, 0.999) at 3e-4 with L2 1e-3).
func Default() Spec {
	s := Spec{
		Name:      "default",
		Algorithm: DSNAS,
		Level:     Single,
		Order:     1,
		Estimator: PerEdge,
		Seed:      1,
		Precision: Float32,
		Steps:     1000,
		Batch:     64,
		Data:      Data{Side: 16, Train: 2000, Search: 1000, Test: 1000},
		Net: Net{
			Cells: 1, Nodes: 2, Multiplier: 2, Channels: 8, Stem: 3, Eps: 1e-5, HeadScale: 1,
		},
		Theta: Theta{Rate: 0.025, RateMin: 0.001, Momentum: 0.9, WeightDecay: 3e-4, Clip: 5},
		Alpha: Alpha{
			Optimiser: Adam, Rate: 3e-4, Beta1: 0.5, Beta2: 0.999, Eps: 1e-8,
			WeightDecay: 1e-3, InitStd: 1e-3,
		},
		Temperature: Temperature{Start: 1, End: 1},
		Record:      Record{Every: 1},
	}
	for _, o := range cell.Canonical() {
		s.Net.Ops = append(s.Net.Ops, o.Name)
	}
	return s
}

// AlphaSplit names the split on which alpha is trained: "search" in a
// bi-level search, "train" otherwise. Laws and null predictors that speak of
// L - H mean the one of this split.
func (s Spec) AlphaSplit() string {
	if s.Level == Bilevel {
		return "search"
	}
	return "train"
}

// OneHot says whether the algorithm samples one operation per edge, so that
// costs are known for sampled operations only.
func (s Spec) OneHot() bool { return s.Relaxation() == DSNAS || s.Relaxation() == Random }

// SoftmaxGate says whether alpha is turned into probabilities by a softmax, as
// everywhere but in searches with independent gates.
func (s Spec) SoftmaxGate() bool {
	return s.Alpha.Gate == "" || s.Alpha.Gate == dynamics.NameSoftmax
}

// BrokenLaw says which condition of the conservation laws (P3.3, P3.4) the search
// breaks by design, "" where they hold.
func (s Spec) BrokenLaw() string {
	if s.Alpha.Statistics == Running {
		return "costs are taken in evaluation mode"
	}
	if s.Net.Partial > 1 {
		return "channels go by the operations (R = <g, x> of these)"
	}
	if s.Net.Norm == NoNorm {
		return "without a norm operations are of degree 1, not 0"
	}
	return ""
}

// Gate is the map from alpha to weights; the spec must have been checked.
func (s Spec) Gate() dynamics.Gate {
	g, err := dynamics.GateByName(s.Alpha.Gate)
	if err != nil {
		panic("spec: a checked spec has a known gate: " + err.Error())
	}
	return g
}

// Space returns the search space that the spec describes.
func (s Spec) Space() (cell.Space, error) {
	ops, err := cell.OperationsByName(s.Net.Ops)
	if err != nil {
		return cell.Space{}, err
	}
	c, err := cell.DARTS(s.Net.Nodes, s.Net.Multiplier)
	if err != nil {
		return cell.Space{}, err
	}
	return cell.NewSpace(ops, c, s.Net.Cells, s.Net.Reductions)
}
