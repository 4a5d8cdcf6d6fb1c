package predict

import (
	"fmt"
	"math"

	"edgewise/sim/intervention"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/theory/dynamics"
)

// LawStep predicts alpha from L - H of every step, on the split that alpha is
// trained on, and the sampled wiring, with nothing per edge observed (rung 2 at
// step resolution, P5.12): the law gives every cost. Gates are the recorded
// samples, and the softmax of the predicted alpha for darts. The noise of the
// law enters E[g^2] of the optimiser (P5.11). The predicted trace has the points
// of t with the costs that the law assigned.
func LawStep(t *trace.Trace, law Law) (*trace.Trace, error) {
	f, err := newFrame(t, RungLawStep)
	if err != nil {
		return nil, err
	}
	if err := f.needSteps(t, RungLawStep, false); err != nil {
		return nil, err
	}
	if err := f.needLosses(t, RungLawStep); err != nil {
		return nil, err
	}
	assign, err := f.newAssignment(&t.Manifest, law)
	if err != nil {
		return nil, fmt.Errorf("law-step: %w", err)
	}
	opti, err := newStepper(f.spec.Alpha, len(f.ops), RungLawStep)
	if err != nil {
		return nil, err
	}
	out := prediction(t, RungLawStep, fmt.Sprintf("law-step: L - H of every step and the sampled gates are taken from the observed trace; law: %s", law.Name))
	alpha := f.gather(nil, t.Points[0].Alpha)
	c, g, g2 := make([]float64, f.size), make([]float64, f.size), make([]float64, f.size)
	for i := range t.Points {
		p := &t.Points[i]
		q := blank(p)
		f.put(&q, alpha)
		if moves(p, f.spec) {
			s, err := f.alphaSplit(p, RungLawStep)
			if err != nil {
				return nil, err
			}
			gate := p.Gate
			if f.spec.Relaxation() == spec.DARTS {
				gate = q.Prob
			}
			q.Cost = assign.costs(gate, s, f.spec.OneHot())
			if err := assign.intervene(q.Cost, gate, q.Prob); err != nil {
				return nil, fmt.Errorf("law-step: step %d: %w", p.Step, err)
			}
			f.gather(c, q.Cost.Mean)
			if err := f.gradient(g, alpha, c, p); err != nil {
				return nil, fmt.Errorf("law-step: step %d: %w", p.Step, err)
			}
			if err := assign.second(g2, g, alpha, c, p); err != nil {
				return nil, fmt.Errorf("law-step: step %d: %w", p.Step, err)
			}
			opti.rate(p)
			opti.stepMoments(alpha, g, g2)
			if err := dynamics.Diverged(alpha); err != nil {
				return nil, fmt.Errorf("law-step: step %d: %w", p.Step, err)
			}
		}
		out.Points = append(out.Points, q)
	}
	return out, nil
}

// alphaSplit returns the losses of the split that alpha is trained on.
func (f *frame) alphaSplit(p *trace.Point, rung string) (*trace.Split, error) {
	s, name := p.Train, f.spec.AlphaSplit()
	if name == "search" {
		s = p.Search
	}
	if s == nil || math.IsNaN(s.Gap()) || math.IsInf(s.Gap(), 0) {
		return nil, &MissingError{rung, fmt.Sprintf("step %d has no loss and entropy of the %s split, on which alpha is trained", p.Step, name), "record losses, or use a rung that needs none"}
	}
	return s, nil
}

// assignment turns L, H and gates into costs per kind, edge and operation.
type assignment struct {
	f      *frame
	law    Law
	votes  *Votes
	stack  []int // index of each cell's kind in the manifest
	shares [][]float64
	scale  scale
	past   []*intervention.Past // per kind
	noise  []float64            // of the last step, per flat entry: variance of its cost in units of the law's noise
}

// scale is the mean square of the share (L-H)/V over about the last 50 steps.
type scale struct{ sum, weight float64 }

const forget = .98

func (s *scale) add(x float64) {
	s.sum, s.weight = forget*s.sum+(1-forget)*x*x, forget*s.weight+1-forget
}

func (s *scale) square() float64 {
	if s.weight == 0 {
		return 0
	}
	return s.sum / s.weight
}

func (f *frame) newAssignment(m *trace.Manifest, law Law) (*assignment, error) {
	a := &assignment{f: f, law: law, votes: NewVotes(f.cell, f.ops), noise: make([]float64, f.size)}
	for range f.kinds {
		a.past = append(a.past, intervention.NewPast(f.edges))
	}
	a.votes.Flat = law.Flat
	if law.Energy != 0 {
		a.votes.Energy = law.Energy
	}
	var err error
	if a.stack, err = kindStack(m); err != nil {
		return nil, err
	}
	for range f.edges {
		a.shares = append(a.shares, make([]float64, len(f.ops)))
	}
	return a, nil
}

// costs assigns the costs of one step: the shares of the last cell and the
// tournaments of all cells, summed over the cells of a kind. For one-hot gates
// only the sampled operations have a count.
func (a *assignment) costs(gate [][][]float64, s *trace.Split, oneHot bool) *trace.Cost {
	f := a.f
	c := &trace.Cost{Count: f.cube(1), Mean: f.cube(0)}
	last := a.stack[len(a.stack)-1]
	voters := a.votes.Shares(a.shares, gate[last])
	if voters > 0 {
		a.scale.add(s.Gap() / voters)
	}
	for e, row := range a.shares {
		for o, share := range row {
			c.Mean[last][e][o] = share * s.Gap()
		}
	}
	l := losses{loss: s.Loss, entropy: s.Entropy}
	amplitude := a.law.amplitude(math.Sqrt(a.scale.square()), l)
	clear(a.noise)
	in := routes(len(a.stack))
	var lack [][]float64
	if a.law.Hops != 0 && voters > 0 {
		lack = a.law.meanRoutes(a.stack, f.cell, gatesActive(gate, f.none))
	}
	noises := a.law.noises(a.stack, f.kinds, l)
	for k := range f.kinds {
		a.votes.Shares(a.shares, gate[k])
		for i, kind := range a.stack {
			if kind == k {
				a.law.tournament(c.Mean[k], f.cell, gate[k], a.shares, in[i], amplitude)
				if lack != nil {
					contest(c.Mean[k], f.cell, gate[k], a.shares, lack[i], l.scale()/voters)
				}
			}
		}
		for _, s := range f.kindSlots(k) {
			for i, o := range s.op {
				if a.shares[s.edge][o] != 0 {
					a.noise[s.lo+i] = noises[k] * a.scale.square()
				}
			}
		}
	}
	if oneHot {
		for k := range gate {
			for e := range gate[k] {
				for o, z := range gate[k][e] {
					if z == 0 {
						c.Count[k][e][o], c.Mean[k][e][o] = 0, 0
					}
				}
			}
		}
	}
	return c
}

// intervene rewrites the costs of one step by the spec's interventions.
func (a *assignment) intervene(c *trace.Cost, gate, prob [][][]float64) error {
	if len(a.f.spec.Interventions) == 0 {
		return nil
	}
	for k := range c.Mean {
		v := &intervention.View{Cell: a.f.cell, None: a.f.none, Prob: prob[k], Gate: gate[k], Cost: c.Mean[k], Past: a.past[k]}
		costs, active := v.Observed()
		if err := intervention.Apply(a.f.spec.Interventions, v); err != nil {
			return err
		}
		a.past[k].LearnStep(costs, active)
	}
	return nil
}

// second writes E[g^2] = g^2 + sum over noises of (dg/dC)^2 Var C: the gradient
// is linear in the costs, and the noises of edges and operations are
// independent.
func (a *assignment) second(g2, g, alpha, c []float64, p *trace.Point) error {
	for k, x := range g {
		g2[k] = x * x
	}
	unit, d := make([]float64, len(g)), make([]float64, len(g))
	add := func(variance float64, part func(i int) bool) error {
		any := false
		clear(unit)
		for _, s := range a.f.slots { // edges do not mix: all at a time
			for i := range s.op {
				if part(i) && a.noise[s.lo+i] > 0 {
					unit[s.lo+i], any = math.Sqrt(variance*a.noise[s.lo+i]), true
				}
			}
		}
		if !any || variance == 0 {
			return nil
		}
		err := a.f.gradient(d, alpha, unit, p)
		for k, x := range d {
			g2[k] += x * x
		}
		return err
	}
	if a.f.spec.OneHot() {
		return add(a.law.Noise+a.law.OpNoise, func(int) bool { return true })
	}
	err := add(a.law.Noise, func(int) bool { return true })
	for o := range a.f.ops {
		if err == nil {
			err = add(a.law.OpNoise, func(i int) bool { return i == o })
		}
	}
	return err
}
