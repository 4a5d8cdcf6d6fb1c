package spec

import (
	"fmt"
	"math"
	"slices"

	"edgewise/sim/intervention"
	"edgewise/theory/cell"
	"edgewise/theory/dynamics"
)

// Check refuses a spec that cannot be run; the error names the field, its value
// and what it may be.
func (s Spec) Check() error {
	oneOf := func(field, v string, may ...string) error {
		if !slices.Contains(may, v) {
			return fmt.Errorf("%s is %q: it must be one of %v", field, v, may)
		}
		return nil
	}
	between := func(field string, v, lo, hi int) error {
		if v < lo || v > hi {
			return fmt.Errorf("%s is %d: it must be %d to %d", field, v, lo, hi)
		}
		return nil
	}
	real := func(field string, v, lo, hi float64) error {
		if math.IsNaN(v) || v < lo || v > hi {
			return fmt.Errorf("%s is %v: it must be %v to %v", field, v, lo, hi)
		}
		return nil
	}
	for _, err := range []error{
		oneOf("algorithm", s.Algorithm, Algorithms()...),
		oneOf("level", s.Level, Single, Bilevel),
		oneOf("estimator", s.Estimator, PerEdge, SummedLog),
		oneOf("precision", s.Precision, Float32, Float64),
		oneOf("alpha.optimiser", s.Alpha.Optimiser, Adam, SGD, Natural),
		between("order", s.Order, 1, 2),
		between("steps", s.Steps, 1, 10_000_000),
		between("batch", s.Batch, 2, 4096),
		between("data.train", s.Data.Train, 1, 10_000_000),
		between("data.search", s.Data.Search, 0, 10_000_000),
		between("data.test", s.Data.Test, 0, 10_000_000),
		between("net.channels", s.Net.Channels, 1, 512),
		between("net.stem", s.Net.Stem, 1, 16),
		between("record.every", s.Record.Every, 1, s.Steps),
		between("record.eval", s.Record.Eval, 0, s.Steps),
		between("theta.warmup", s.Theta.Warmup, 0, s.Steps),
		between("alpha.warmup", s.Alpha.Warmup, 0, s.Steps),
		real("data.label_noise", s.Data.LabelNoise, 0, 1),
		real("net.eps", s.Net.Eps, 1e-300, 1),
		real("net.head_scale", s.Net.HeadScale, 0, 1e3),
		real("theta.rate", s.Theta.Rate, 0, 1e3),
		real("theta.rate_min", s.Theta.RateMin, 0, 1e3),
		real("theta.momentum", s.Theta.Momentum, 0, 0.9999),
		real("theta.weight_decay", s.Theta.WeightDecay, 0, 1e3),
		real("theta.clip", s.Theta.Clip, 0, 1e9),
		real("alpha.rate", s.Alpha.Rate, 0, 1e3),
		real("alpha.beta1", s.Alpha.Beta1, 0, 0.9999),
		real("alpha.beta2", s.Alpha.Beta2, 0, 0.9999999),
		real("alpha.eps", s.Alpha.Eps, 0, 1),
		real("alpha.weight_decay", s.Alpha.WeightDecay, 0, 1e3),
		real("alpha.init_mean", s.Alpha.InitMean, -1e3, 1e3),
		real("alpha.init_std", s.Alpha.InitStd, 0, 1e3),
		real("temperature.start", s.Temperature.Start, 1e-3, 1e3),
		real("temperature.end", s.Temperature.End, 1e-3, 1e3),
	} {
		if err != nil {
			return err
		}
	}
	return s.checkFields()
}

// checkFields refuses what each field allows by itself but not together.
func (s Spec) checkFields() error {
	if s.Data.Side != 8 && s.Data.Side != 16 && s.Data.Side != 32 {
		return fmt.Errorf("data.side is %d: it must be 8, 16 or 32", s.Data.Side)
	}
	if s.Order == 2 && (s.Algorithm != DARTS || s.Level != Bilevel) {
		return fmt.Errorf("order is 2: the unrolled gradient belongs to bi-level darts, not %s-level %s", s.Level, s.Algorithm)
	}
	if s.Estimator == SummedLog && s.Algorithm != DSNAS {
		return fmt.Errorf("estimator is %q: it belongs to dsnas, not %s", SummedLog, s.Algorithm)
	}
	if s.Level == Bilevel && s.Data.Search < 1 {
		return fmt.Errorf("data.search is 0: a bi-level search needs a search split")
	}
	if s.Batch > s.Data.Train || s.Level == Bilevel && s.Batch > s.Data.Search {
		return fmt.Errorf("batch is %d: it must not exceed the split it is drawn from (train %d, search %d)", s.Batch, s.Data.Train, s.Data.Search)
	}
	space, err := s.Space()
	if err != nil {
		return fmt.Errorf("net: %w", err)
	}
	side := s.Data.Side
	for _, k := range space.Stack {
		if k == cell.Reduction {
			side /= 2
		}
	}
	if side < 2 {
		return fmt.Errorf("net.reductions: %d reduction cells shrink images of side %d below 2 pixels", len(s.Net.Reductions), s.Data.Side)
	}
	if err := s.checkGate(); err != nil {
		return err
	}
	if err := s.checkMethod(); err != nil {
		return err
	}
	if err := intervention.Check(s.Interventions); err != nil {
		return err
	}
	if len(s.Interventions) > 0 && s.Order == 2 {
		return fmt.Errorf("interventions with order 2: the unrolled gradient has no costs of one batch to intervene on; choose order 1")
	}
	if s.Alpha.Optimiser == Natural && len(s.Edges) > 0 {
		return fmt.Errorf("alpha.optimiser is %q: the natural gradient needs the same operations on every edge; drop the edge rules, or choose adam or sgd", Natural)
	}
	_, err = s.Allowed()
	return err
}

// checkGate refuses gates that the algorithm or the optimiser cannot take.
func (s Spec) checkGate() error {
	if _, err := dynamics.GateByName(s.Alpha.Gate); err != nil {
		return fmt.Errorf("alpha.gate: %w", err)
	}
	switch {
	case s.SoftmaxGate():
	case s.Relaxation() != DARTS:
		return fmt.Errorf("alpha.gate is %q: its weights are no distribution to sample from; it belongs to darts, not %s", s.Alpha.Gate, s.Algorithm)
	case s.Alpha.Optimiser == Natural:
		return fmt.Errorf("alpha.gate is %q: the natural gradient is that of a softmax; choose adam or sgd", s.Alpha.Gate)
	case s.clamped() && s.Alpha.InitMean <= 0:
		return fmt.Errorf("alpha.init_mean is %v: weights of the clamp gate that start at 0 stay there; start above it, such as at 1/%d", s.Alpha.InitMean, len(s.Net.Ops))
	}
	return nil
}
