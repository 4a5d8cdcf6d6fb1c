package spec

import "fmt"

// Names of the methods whose controllers set or prune the op probabilities.
const (
	SemiNAS = "seminas" // arXiv 2002.10389
	RADARS  = "radars"  // arXiv 2109.05691
)

// SemiNASRule sizes a search by a semi-supervised accuracy predictor (SemiNAS,
// arXiv 2002.10389). The steps are cut into Rounds + 1 equal parts. After each part
// but the last, wirings are evaluated with the shared weights on the search split,
// the predictor learns from them and from its own labels of others, new wirings are
// proposed by ascent in its latent space, and the best so far become the op
// probabilities that the next part trains the weights with. The last part ends with
// an evaluation alone. A zero field takes the default in brackets.
type SemiNASRule struct {
	Rounds     int     `toml:"rounds,omitempty" json:"rounds,omitempty"`         // [3] as published
	Evaluate   int     `toml:"evaluate,omitempty" json:"evaluate,omitempty"`     // wirings evaluated first, and anew in each round [20]
	Unlabelled int     `toml:"unlabelled,omitempty" json:"unlabelled,omitempty"` // wirings that the predictor labels [200]; at most those of the space
	Passes     int     `toml:"passes,omitempty" json:"passes,omitempty"`         // over the labelled pairs [200]
	More       int     `toml:"more,omitempty" json:"more,omitempty"`             // over both kinds of pairs [30]
	Repeat     int     `toml:"repeat,omitempty" json:"repeat,omitempty"`         // of labelled among pseudo-labelled pairs [10, as published]
	Top        int     `toml:"top,omitempty" json:"top,omitempty"`               // wirings to ascend from and to sample by [10]; halved in each round
	Smooth     float64 `toml:"smooth,omitempty" json:"smooth,omitempty"`         // share of the uniform distribution in the probabilities [0.1]
	Supervised bool    `toml:"supervised,omitempty" json:"supervised,omitempty"` // without pseudo-labels: the control
}

// RADARSRule sizes a search in which reinforcement learning prunes the space until
// differentiable search fits into memory (RADARS, arXiv 2109.05691). The controller
// is REINFORCE on the accuracy of sampled wirings on the search split, one scalar for
// all edges; the differentiable search is DARTS on what is left. A zero field takes
// the default in brackets.
type RADARSRule struct {
	Memory     float64 `toml:"memory,omitempty" json:"memory,omitempty"`         // bound in MiB [half way from one operation per edge to all]
	Share      float64 `toml:"share,omitempty" json:"share,omitempty"`           // of the steps that the controller takes [0.5]
	Prunings   int     `toml:"prunings,omitempty" json:"prunings,omitempty"`     // times at which it prunes, evenly spaced [10, or each step of fewer]
	Rate       float64 `toml:"rate,omitempty" json:"rate,omitempty"`             // of its Adam(0.9, 0.999) [0.02]
	Baseline   float64 `toml:"baseline,omitempty" json:"baseline,omitempty"`     // decay of the moving mean of rewards [0.95]
	Controller bool    `toml:"controller,omitempty" json:"controller,omitempty"` // reinforcement learning alone, to the end and without pruning: the control
}

// SemiNASDefaults returns the rule with its defaults filled in.
func (s Spec) SemiNASDefaults() SemiNASRule {
	var r SemiNASRule
	if s.SemiNAS != nil {
		r = *s.SemiNAS
	}
	fill(&r.Rounds, 3)
	fill(&r.Evaluate, 20)
	fill(&r.Unlabelled, 200)
	fill(&r.Passes, 200)
	fill(&r.More, 30)
	fill(&r.Repeat, 10)
	fill(&r.Top, 10)
	fill(&r.Smooth, 0.1)
	return r
}

// RADARSDefaults returns the rule with its defaults filled in; a Memory of 0 is for
// the search to choose.
func (s Spec) RADARSDefaults() RADARSRule {
	var r RADARSRule
	if s.RADARS != nil {
		r = *s.RADARS
	}
	fill(&r.Share, 0.5)
	fill(&r.Rate, 0.02)
	fill(&r.Baseline, 0.95)
	if r.Controller {
		r.Share = 1
	}
	fill(&r.Prunings, max(1, min(10, int(r.Share*float64(s.Steps)))))
	return r
}

func fill[T int | float64](v *T, d T) {
	if *v == 0 {
		*v = d
	}
}

// ControllerSteps is the number of steps that the controller of RADARS takes.
func (s Spec) ControllerSteps() int { return int(s.RADARSDefaults().Share * float64(s.Steps)) }

// whole and real refuse a parameter outside its range.
func whole(field string, v, lo, hi int) error {
	if v < lo || v > hi {
		return fmt.Errorf("%s is %d: it must be %d to %d", field, v, lo, hi)
	}
	return nil
}

func number(field string, v, lo, hi float64) error {
	if !(v >= lo && v <= hi) {
		return fmt.Errorf("%s is %v: it must be %v to %v", field, v, lo, hi)
	}
	return nil
}

// checkController refuses what neither controller can take.
func (s Spec) checkController() error {
	if s.Data.Search < s.Batch {
		return fmt.Errorf("data.search is %d: %s measures wirings on batches of %d images of the search split", s.Data.Search, s.Algorithm, s.Batch)
	}
	if s.Alpha.Freeze || s.Alpha.Warmup > 0 {
		return fmt.Errorf("alpha.freeze and alpha.warmup have no meaning for %s, whose controller sets the probabilities", s.Algorithm)
	}
	if s.Alpha.Optimiser == Natural {
		return fmt.Errorf("alpha.optimiser is %q: %s has other numbers of operations on its edges; choose adam or sgd", Natural, s.Algorithm)
	}
	return nil
}

func checkSemiNAS(s Spec) error {
	r := s.SemiNASDefaults()
	for _, err := range []error{
		s.checkController(),
		whole("seminas.rounds", r.Rounds, 1, max(1, s.Steps-1)), whole("seminas.evaluate", r.Evaluate, 2, 10_000),
		whole("seminas.unlabelled", r.Unlabelled, 1, 100_000), whole("seminas.passes", r.Passes, 1, 100_000),
		whole("seminas.more", r.More, 1, 100_000), whole("seminas.repeat", r.Repeat, 1, 1000),
		whole("seminas.top", r.Top, 1, 10_000), number("seminas.smooth", r.Smooth, 1e-6, 1),
	} {
		if err != nil {
			return err
		}
	}
	if len(s.Interventions) > 0 {
		return fmt.Errorf("interventions change what alpha sees of the costs, and seminas sees none")
	}
	return nil
}

func checkRADARS(s Spec) error {
	r := s.RADARSDefaults()
	for _, err := range []error{
		s.checkController(),
		number("radars.memory", r.Memory, 0, 1<<20), number("radars.share", r.Share, 0, 1), number("radars.rate", r.Rate, 0, 10),
		number("radars.baseline", r.Baseline, 0, 0.9999), whole("radars.prunings", r.Prunings, 1, max(1, s.ControllerSteps())),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}
