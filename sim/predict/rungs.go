package predict

import (
	"fmt"

	"edgewise/sim/intervention"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// Possible says whether a rung can be computed from a trace.
type Possible struct {
	Rung string
	OK   bool
	Err  error // why not; a *MissingError where content is missing
}

// Rungs says which rungs the content of a trace allows, from replay down to
// blind, and for the others what is missing.
func Rungs(t *trace.Trace) []Possible {
	checks := []struct {
		rung  string
		check func() error
	}{
		{RungReplay, func() error {
			f, err := newFrame(t, RungReplay)
			if err != nil {
				return err
			}
			return f.needSteps(t, RungReplay, true)
		}},
		{RungDriven, func() error {
			f, err := newFrame(t, RungDriven)
			if err != nil {
				return err
			}
			return f.needMoments(t, RungDriven)
		}},
		{RungLawStep, func() error {
			f, err := newFrame(t, RungLawStep)
			if err != nil {
				return err
			}
			if err := f.needSteps(t, RungLawStep, false); err != nil {
				return err
			}
			return f.needLosses(t, RungLawStep)
		}},
		{RungLaw, func() error {
			f, err := newFrame(t, RungLaw)
			if err != nil {
				return err
			}
			seen, _, err := lossesOf(t, f.spec)
			if err != nil {
				return err
			}
			return f.needLosses(seen, RungLaw)
		}},
		{RungBlind, func() error {
			if t.Manifest.Spec == nil {
				return &MissingError{RungBlind, "its manifest has no spec", "give the importer a spec"}
			}
			return (&frame{spec: t.Manifest.Spec}).needAssignment(RungBlind)
		}},
	}
	var out []Possible
	for _, c := range checks {
		err := c.check()
		out = append(out, Possible{Rung: c.rung, OK: err == nil, Err: err})
	}
	return out
}

// needLosses refuses a trace without what the laws need: the kinds of the cells
// and, wherever alpha moves, loss and entropy of the split it is trained on.
func (f *frame) needLosses(t *trace.Trace, rung string) error {
	if f.spec.Algorithm == spec.Random {
		return nil
	}
	if err := f.needAssignment(rung); err != nil {
		return err
	}
	if f.none < 0 {
		return &MissingError{rung, "its space has no none, about which the laws speak", "use rung replay or driven"}
	}
	if len(t.Manifest.Stack) == 0 {
		return &MissingError{rung, "field stack is missing, so it is not known which cell is the last", "give the kinds of the cells in the manifest"}
	}
	for i := range t.Points {
		p := &t.Points[i]
		if !moves(p, f.spec) {
			continue
		}
		if _, err := f.alphaSplit(p, rung); err != nil {
			return fmt.Errorf("point %d: %w", i, err)
		}
	}
	return nil
}

// needAssignment refuses a spec whose interventions the rung cannot follow: the
// voters of every image are in no trace, and expected costs are plain ones.
func (f *frame) needAssignment(rung string) error {
	voters, removal := intervention.Needs(f.spec.Interventions)
	switch {
	case rung == RungLawStep && (voters || removal):
		return &MissingError{rung, "its spec intervenes with the voters of every image, which a trace does not hold", "use rung replay or driven"}
	case f.spec.Algorithm != f.spec.Relaxation():
		return &MissingError{rung, fmt.Sprintf("%s adds terms to the costs, of which this rung expects those of the loss alone", f.spec.Algorithm), "use rung replay or driven"}
	case rung != RungLawStep && len(f.spec.Interventions) > 0:
		return &MissingError{rung, "its spec intervenes in the assignment of costs, of which this rung expects the plain one", "use rung replay, driven or law-step"}
	}
	return nil
}
