package ablation

import (
	"edgewise/sim/intervention"
	"edgewise/theory/cell"
	"edgewise/theory/cost"
)

// Show returns the view that voters give of a step: the local costs
// C^k_e = mean of (p - y).z^k_e (P2.1, P5.10), and the loss without an operation, in
// a cell where operations pass nothing back but the reach of a node. voters is
// [sample][voice][class], each row weighted by its voice's gate.
func Show(c cell.Cell, none int, prob, gate [][]float64, voices []intervention.Voice, voters []cost.Voters, labels []int) (*intervention.View, error) {
	v := &intervention.View{Cell: c, None: none, Prob: prob, Gate: gate, Voices: voices, Voters: voters, Labels: labels}
	for e := range gate {
		v.Cost = append(v.Cost, make([]float64, len(gate[e])))
	}
	one := make([]float64, len(voices))
	for n, s := range voters {
		if len(voices) == 0 {
			break
		}
		if err := s.LocalCosts(one, labels[n]); err != nil {
			return nil, err
		}
		for i, w := range voices {
			v.Cost[w.Edge][w.Op] += one[i] / w.Gate / float64(len(voters))
		}
	}
	v.Without = func(edge, op int) (float64, float64, error) {
		return lossWithout(v, -1, -1), lossWithout(v, edge, op), nil
	}
	return v, nil
}

// lossWithout is the mean loss of the voters that are left when an operation is
// taken out: its own is gone, and those of edges that are no longer effective.
func lossWithout(v *intervention.View, edge, op int) float64 {
	active := make([]bool, len(v.Gate))
	for e, row := range v.Gate {
		for k, z := range row {
			active[e] = active[e] || k != v.None && z != 0 && !(e == edge && k == op)
		}
	}
	effective := v.Cell.Effective(active)
	sum := 0.0
	z := make([]float64, classes)
	for n, s := range v.Voters {
		if len(s) > 0 {
			z = make([]float64, len(s[0]))
		}
		clear(z)
		for i, w := range v.Voices {
			if !effective[w.Edge] || w.Edge == edge && w.Op == op {
				continue
			}
			for k, x := range s[i] {
				z[k] += x
			}
		}
		loss, _, _, err := cost.Output(z, v.Labels[n])
		if err == nil {
			sum += loss
		}
	}
	return sum / float64(len(v.Voters))
}

// view shows a batch of the world at gates of which only the effective edges vote.
func (f *field) view(gate [][]float64, effective []float64, batch []image, training bool) *intervention.View {
	var voices []intervention.Voice
	for e, row := range gate {
		for k, z := range row {
			if k != f.space.NoneIndex() && z != 0 && effective[e] > 0 {
				voices = append(voices, intervention.Voice{Edge: e, Op: k, Gate: z})
			}
		}
	}
	voters, labels := make([]cost.Voters, len(batch)), make([]int, len(batch))
	rows := make([][]float64, len(batch)*len(voices))
	values := make([]float64, len(rows)*classes)
	unit := make([]float64, classes)
	for n := range batch {
		labels[n] = batch[n].label
		last := -1
		for i, w := range voices {
			if w.Edge != last {
				f.w.voter(unit, &f.st, w.Edge, &batch[n], training)
				last = w.Edge
			}
			at := n*len(voices) + i
			rows[at] = values[at*classes:][:classes]
			for k := range unit {
				rows[at][k] = w.Gate * unit[k]
			}
		}
		voters[n] = rows[n*len(voices):][:len(voices)]
	}
	v, err := Show(f.space.Cell, f.space.NoneIndex(), f.prob, gate, voices, voters, labels)
	if err != nil { // voters and labels are ours
		panic("ablation: the world's own voters: " + err.Error())
	}
	v.Past = f.past
	return v
}

// account adds the loss and entropy of alpha's split.
func (f *field) account(v *intervention.View, weight float64) error {
	for n, s := range v.Voters {
		z := s.Logits()
		if z == nil {
			z = make([]float64, classes)
		}
		loss, entropy, _, err := cost.Output(z, v.Labels[n])
		if err != nil {
			return err
		}
		f.loss += weight * loss / float64(len(v.Voters))
		f.entropy += weight * entropy / float64(len(v.Voters))
	}
	return nil
}
