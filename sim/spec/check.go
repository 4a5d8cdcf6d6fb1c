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
		oneOf("level", s.Level, Single, Bilevel, Mixed),
		oneOf("estimator", s.Estimator, PerEdge, SummedLog),
		oneOf("precision", s.Precision, Float32, Float64),
		oneOf("alpha.optimiser", s.Alpha.Optimiser, Adam, SGD, Natural),
		oneOf("net.norm", s.Net.Norm, "", GroupNorm, LayerNorm, NoNorm),
		oneOf("alpha.statistics", s.Alpha.Statistics, "", Running),
		real("alpha.search_weight", s.Alpha.SearchWeight, 0, 1e3),
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
	if s.Net.Norm == GroupNorm && (s.Net.Channels < 4 || s.Net.Channels%2 != 0) {
		return fmt.Errorf("net.channels is %d: norm group makes two groups of them, and a group of one channel has a pooled mean of 0, which the head cannot read: choose an even number from 4 on", s.Net.Channels)
	}
	if s.Net.Partial != 0 {
		switch {
		case s.Net.Partial < 2 || s.Net.Channels%s.Net.Partial != 0:
			return fmt.Errorf("net.partial is %d: it must be 2 or more and divide the %d channels", s.Net.Partial, s.Net.Channels)
		case s.Algorithm != DARTS || s.Level == Mixed || !s.SoftmaxGate() || s.Order != 1 || s.Alpha.Optimiser == Natural:
			return fmt.Errorf("net.partial is %d: partial channels with edge weights belong to first-order darts with a softmax, at level single or bilevel, by adam or sgd", s.Net.Partial)
		case len(s.Net.Reductions) > 0 || len(s.Edges) > 0:
			return fmt.Errorf("net.partial is %d: partial channels need cells that do not reduce and edges without rules", s.Net.Partial)
		}
	}
	if s.Alpha.Statistics == Running && s.Net.Norm != "" {
		return fmt.Errorf("alpha.statistics is %q: norm %s keeps no running statistics", Running, s.Net.Norm)
	}
	if s.Level != Single && s.Data.Search < 1 {
		return fmt.Errorf("data.search is 0: a %s search needs a search split", s.Level)
	}
	if (s.Level == Mixed) != (s.Alpha.SearchWeight > 0) {
		return fmt.Errorf("alpha.search_weight is %v at level %s: level mixed, and it alone, has a positive one", s.Alpha.SearchWeight, s.Level)
	}
	if s.Batch > s.Data.Train || s.Level != Single && s.Batch > s.Data.Search {
		return fmt.Errorf("batch is %d: it must not exceed the split it is drawn from (train %d, search %d)", s.Batch, s.Data.Train, s.Data.Search)
	}
	space, err := s.Space()
	if err != nil {
		return fmt.Errorf("net: %w", err)
	}
	if len(space.Ops) == 1 && space.Ops[0].Name == cell.None {
		return fmt.Errorf("net.ops is [none]: nothing would reach the head; name an operation beside it")
	}
	if s.Seed > math.MaxInt64 {
		return fmt.Errorf("seed is %d: it must be 0 to %d", s.Seed, int64(math.MaxInt64))
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
	if err := s.checkInterventions(); err != nil {
		return err
	}
	if voters, _ := intervention.Needs(s.Interventions); voters && s.Net.NodeNorm {
		return fmt.Errorf("interventions with net.node_norm: logits are no sum of voters behind a node's batch norm; drop one of the two")
	}
	if s.Net.NodeNorm && (s.Net.Norm != "" || s.Net.Partial > 1) {
		return fmt.Errorf("net.node_norm: it goes with batch norm in the operations and all channels; drop net.norm and net.partial")
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

// checkInterventions refuses interventions that the search cannot apply.
func (s Spec) checkInterventions() error {
	if err := intervention.Check(s.Interventions); err != nil {
		return err
	}
	if len(s.Interventions) > 0 && s.Order == 2 {
		return fmt.Errorf("interventions with order 2: the unrolled gradient has no costs of one batch to intervene on; choose order 1")
	}
	for n, u := range s.Interventions {
		i, err := intervention.ByName(u.Name)
		if err != nil {
			return err
		}
		at := fmt.Sprintf("interventions[%d] %s", n, u.Name)
		switch {
		case i.Soft && s.Relaxation() != DARTS:
			return fmt.Errorf("%s: it moves the weights of soft operations: it belongs to darts, not %s", at, s.Algorithm)
		case (i.Voters || i.Removal) && s.Net.Partial > 1:
			return fmt.Errorf("%s: it has no voters of the channels that go by the operations", at)
		case (i.Voters || i.Removal) && s.Level == Mixed:
			return fmt.Errorf("%s: it reads one batch's logits: level mixed has two", at)
		case (i.Voters || i.Removal) && s.Alpha.Statistics == Running:
			return fmt.Errorf("%s: it reads the logits of a pass at the batch's own statistics, not at running ones", at)
		case (i.Voters || i.Removal) && (s.Relaxation() == GDAS || s.Relaxation() == Proxyless):
			return fmt.Errorf("%s: it has no voters of operations that the one-hot wiring leaves out, whose costs %s needs", at, s.Algorithm)
		}
	}
	return nil
}
