package search

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"edgewise/sim/kernel"
	"edgewise/sim/mixop"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/theory/dynamics"
)

func init() {
	own[spec.RADARS] = func(s spec.Spec, m *trace.Manifest, workers int) (driver, error) {
		if s.Precision == spec.Float64 {
			return newRADARS[float64](s, m, workers)
		}
		return newRADARS[float32](s, m, workers)
	}
}

// radars is RADARS (arXiv 2109.05691) on one supernet: a controller by reinforcement
// learning prunes the space until the tensors of all that is left, run together, fit
// into the bound; then DARTS searches there with the weights as they are and alpha
// anew. The abstract gives the two stages and the bound; schedule, controller and
// pruning order are ours: after each of Prunings equal parts the operations of lowest
// probability go, one per edge at least remains, until the plan is under a line that
// falls from the whole space's bytes to the bound.
type radars[T kernel.Float] struct {
	*run[T]
	outer   spec.Spec
	rule    spec.RADARSRule
	control *reinforce
	last    int   // controller steps
	bound   int64 // bytes
	full    int64 // of the whole space under soft gates
}

func newRADARS[T kernel.Float](s spec.Spec, m *trace.Manifest, workers int) (driver, error) {
	data, err := openSplits(s)
	if err != nil {
		return nil, err
	}
	m.Data = data.describe()
	inner := s
	inner.Algorithm, inner.RADARS, inner.Estimator = spec.DSNAS, nil, spec.PerEdge
	r, err := newRun[T](inner, data, workers)
	if err != nil {
		return nil, err
	}
	d := &radars[T]{run: r, outer: s, rule: s.RADARSDefaults(), last: s.ControllerSteps()}
	all := r.arch.perCell(r.arch.allowed())
	d.full = held(r.net.Planned(all, false))
	one := held(r.net.Planned(all, true))
	d.bound = int64(d.rule.Memory * (1 << 20))
	if d.rule.Memory == 0 {
		d.bound = one + (d.full-one)/2
	}
	if d.bound < one && !d.rule.Controller {
		r.close()
		return nil, fmt.Errorf("radars.memory is %.3f MiB: sampling one operation per edge already takes %.3f; all together take %.3f", d.rule.Memory, mib(one), mib(d.full))
	}
	if d.rule.Controller {
		d.bound = d.full
	}
	m.Notes = append(m.Notes, fmt.Sprintf("memory without scratch: all operations together %d bytes, one per edge %d, bound %d", d.full, one, d.bound))
	if d.last == 0 && d.full > d.bound {
		r.close()
		return nil, fmt.Errorf("radars.share is %v of %d steps: the controller takes no step, and the whole space needs %.3f MiB of %.3f", d.rule.Share, s.Steps, mib(d.full), mib(d.bound))
	}
	d.control = &reinforce{decay: d.rule.Baseline, reward: func() float64 {
		n := 0
		for _, x := range r.samples[:s.Batch] {
			if x.Correct {
				n++
			}
		}
		return float64(n) / float64(s.Batch)
	}}
	r.algo = d.control
	r.arch.optim = &dynamics.Adam{LR: d.rule.Rate, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}
	r.spec.Alpha.Rate = d.rule.Rate
	if d.last == 0 {
		err = d.differentiate()
	}
	return d, err
}

// held is the memory of tensors and weights. Scratch grows with the workers, which
// must not decide what is found.
func held(b mixop.Bytes) int64 { return b.Total() - b.Scratch }

func mib(v int64) float64 { return float64(v) / (1 << 20) }

// advance makes a step, and behind it what the end of a part asks for.
func (d *radars[T]) advance() (*trace.Point, error) {
	waiting := d.step < d.last && !d.control.begun // the first reward is its own baseline
	p, err := d.run.advance()
	if waiting {
		p.AlphaRate = 0
	}
	if err != nil || d.step > d.last || d.rule.Controller {
		return p, err
	}
	if part := d.step * d.rule.Prunings / d.last; part > (d.step-1)*d.rule.Prunings/d.last {
		line := d.bound + (d.full-d.bound)*int64(d.rule.Prunings-part)/int64(d.rule.Prunings)
		if err := d.prune(line); err != nil {
			return p, err
		}
	}
	if d.step == d.last && d.last < d.outer.Steps {
		err = d.differentiate()
	}
	return p, err
}

// prune takes the least probable operations until the plan of the rest, under soft
// gates, is at most line.
func (d *radars[T]) prune(line int64) error {
	a := d.arch
	keep := a.allowed()
	for held(d.net.Planned(a.perCell(keep), false)) > line {
		worst, at := math.Inf(1), [3]int{-1}
		for k := range keep {
			for e := range keep[k] {
				n := 0
				for _, ok := range keep[k][e] {
					if ok {
						n++
					}
				}
				for o, ok := range keep[k][e] {
					if ok && n > 1 && a.prob[k][e][o] < worst {
						worst, at = a.prob[k][e][o], [3]int{k, e, o}
					}
				}
			}
		}
		if at[0] < 0 {
			return fmt.Errorf("one operation per edge takes %d bytes, more than %d", held(d.net.Planned(a.perCell(keep), false)), line)
		}
		keep[at[0]][at[1]][at[2]] = false
	}
	a.restrict(keep)
	d.net.Release(a.perCell(keep), true)
	return nil
}

// differentiate begins the second stage.
func (d *radars[T]) differentiate() error {
	d.run.spec.Alpha.Rate = d.outer.Alpha.Rate
	fresh, err := newArch(d.run.spec)
	if err != nil {
		return err
	}
	fresh.restrict(d.arch.allowed())
	d.arch = fresh
	d.algo = darts{}
	d.run.spec.Algorithm = spec.DARTS
	return nil
}

// final derives the cell as the method does, whatever stage it ended in.
func (d *radars[T]) final() (*trace.Point, error) {
	d.run.spec.Algorithm = d.outer.Algorithm
	return d.run.final()
}

// save packs which operations are left, the controller's baseline and the run.
func (d *radars[T]) save() []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(d.step))
	state := []float64{d.control.baseline, 0}
	if d.control.begun {
		state[1] = 1
	}
	for _, k := range d.arch.allowed() {
		for _, e := range k {
			for _, ok := range e {
				v := 0.0
				if ok {
					v = 1
				}
				state = append(state, v)
			}
		}
	}
	return append(appendList(b, state), d.run.save()...)
}

func (d *radars[T]) load(b []byte) error {
	if len(b) < 8 {
		return errors.New("the checkpoint is too short")
	}
	step := int(binary.LittleEndian.Uint64(b))
	keep := d.arch.allowed()
	n := 2
	for k := range keep {
		for e := range keep[k] {
			n += len(keep[k][e])
		}
	}
	state := make([]float64, n)
	b, err := takeList(b[8:], state)
	if err != nil {
		return err
	}
	d.control.baseline, d.control.begun = state[0], state[1] == 1
	state = state[2:]
	for k := range keep {
		for e := range keep[k] {
			for o := range keep[k][e] {
				keep[k][e][o] = keep[k][e][o] && state[0] == 1
				state = state[1:]
			}
		}
	}
	d.arch.restrict(keep)
	if step >= d.last && !d.rule.Controller && d.last < d.outer.Steps {
		if err := d.differentiate(); err != nil {
			return err
		}
	}
	return d.run.load(b)
}
