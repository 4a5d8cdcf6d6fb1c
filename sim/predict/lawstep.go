package predict

import (
	"fmt"
	"math"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/theory/cell"
	"edgewise/theory/dynamics"
)

// LawStep predicts alpha from L - H of every step, on the split that alpha is
// trained on, and the sampled wiring, with nothing per edge observed (rung 2 at
// step resolution, P5.12): the last cell's cost is L - H in equal shares of its
// voters (P4.8; see Votes), the cells before it follow the given law of the
// tournament (P4.7). Gates are the recorded samples, and the softmax of the
// predicted alpha for darts. The predicted trace has the points of t and, per
// step, the costs that the law assigned.
func LawStep(t *trace.Trace, law Tournament) (*trace.Trace, error) {
	f, err := newFrame(t, RungLawStep)
	if err != nil {
		return nil, err
	}
	if err := f.needSteps(t, RungLawStep, false); err != nil {
		return nil, err
	}
	assign, err := f.newAssignment(&t.Manifest, RungLawStep, law)
	if err != nil {
		return nil, err
	}
	opti, err := newStepper(f.spec.Alpha, RungLawStep)
	if err != nil {
		return nil, err
	}
	out := prediction(t, RungLawStep, "law-step: L - H of every step and the sampled gates are taken from the observed trace; tournament: "+law.Name())
	alpha := f.gather(nil, t.Points[0].Alpha)
	c, g := make([]float64, f.size), make([]float64, f.size)
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
			if f.spec.Algorithm == spec.DARTS {
				gate = q.Prob
			}
			q.Cost = assign.costs(gate, s, f.spec.OneHot())
			f.gather(c, q.Cost.Mean)
			if err := f.gradient(g, alpha, c, p); err != nil {
				return nil, fmt.Errorf("law-step: step %d: %w", p.Step, err)
			}
			opti.rate(p)
			opti.step(alpha, g)
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
	if s == nil || math.IsNaN(s.Gap()) {
		return nil, &MissingError{rung, fmt.Sprintf("step %d has no loss and entropy of the %s split, on which alpha is trained", p.Step, name), "record losses, or use a rung that needs none"}
	}
	return s, nil
}

// assignment turns L, H and gates into costs per kind, edge and operation.
type assignment struct {
	f      *frame
	votes  *Votes
	law    Tournament
	stack  []int // index of each cell's kind in the manifest
	shares [][]float64
}

func (f *frame) newAssignment(m *trace.Manifest, rung string, law Tournament) (*assignment, error) {
	a := &assignment{f: f, votes: NewVotes(f.cell, f.ops), law: law}
	for _, name := range m.Stack {
		at := -1
		for k, n := range m.Kinds {
			if n == name {
				at = k
			}
		}
		if at < 0 {
			return nil, fmt.Errorf("%s: stack names a cell of kind %q, which is not among the kinds %v", rung, name, m.Kinds)
		}
		a.stack = append(a.stack, at)
	}
	if len(a.stack) == 0 {
		return nil, &MissingError{rung, "field stack is missing, so it is not known which cell is the last", "give the kinds of the cells in the manifest"}
	}
	for range f.edges {
		a.shares = append(a.shares, make([]float64, len(f.ops)))
	}
	return a, nil
}

// costs assigns the costs of one step: the last cell's from L - H, the others'
// from the tournament, summed over the cells of a kind. For one-hot gates only
// the sampled operations have a count.
func (a *assignment) costs(gate [][][]float64, s *trace.Split, oneHot bool) *trace.Cost {
	c := &trace.Cost{Count: a.f.cube(1), Mean: a.f.cube(0)}
	last := a.stack[len(a.stack)-1]
	a.votes.Shares(a.shares, gate[last])
	for e, row := range a.shares {
		for o, share := range row {
			c.Mean[last][e][o] += share * s.Gap()
		}
	}
	for i, k := range a.stack[:len(a.stack)-1] {
		a.votes.Shares(a.shares, gate[k])
		a.law.Add(c.Mean[k], Earlier{Cell: a.f.cell, Ops: a.f.ops, Gate: gate[k], Shares: a.shares, Index: i, Cells: len(a.stack), Split: s})
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

// Earlier is what a law of the tournament may see of one cell before the last,
// in one step.
type Earlier struct {
	Cell   cell.Cell
	Ops    []cell.Operation
	Gate   [][]float64  // [edge][op]
	Shares [][]float64  // as Votes gives them for these gates
	Index  int          // of the cell in the stack
	Cells  int          // in the stack
	Split  *trace.Split // loss and entropy of the step
}

// Tournament is a law for the costs of the cells before the last. Their totals
// are zero (P3.4); a law says how the edges of a cell differ.
type Tournament interface {
	Name() string
	// Add adds the costs of one cell, dst[edge][op].
	Add(dst [][]float64, cell Earlier)
}

// EqualShares is the law without a tournament: with equal shares and a zero
// total every edge of a cell before the last costs nothing.
type EqualShares struct{}

// Name implements Tournament.
func (EqualShares) Name() string { return "equal shares (no cost before the last cell)" }

// Add implements Tournament.
func (EqualShares) Add([][]float64, Earlier) {}
