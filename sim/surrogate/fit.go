package surrogate

import (
	"fmt"
	"math"
	"math/rand/v2"

	"edgewise/theory/cell"
)

// Pair is a wiring with an accuracy, measured or predicted.
type Pair struct {
	Wiring   cell.Wiring
	Accuracy float64
}

// Scale sets the z-score from the labels of evaluated pairs, of which at least two
// must differ for the scale to be other than 1.
func (m *Model) Scale(pairs []Pair) error {
	if err := m.check(pairs); err != nil {
		return err
	}
	m.mean, m.std = 0, 0
	for _, p := range pairs {
		m.mean += p.Accuracy / float64(len(pairs))
	}
	for _, p := range pairs {
		m.std += (p.Accuracy - m.mean) * (p.Accuracy - m.mean) / float64(len(pairs))
	}
	if m.std = math.Sqrt(m.std); m.std == 0 {
		m.std = 1
	}
	return nil
}

func (m *Model) check(pairs []Pair) error {
	if len(pairs) == 0 {
		return fmt.Errorf("a surrogate learns from at least one evaluated wiring")
	}
	for i, p := range pairs {
		if len(p.Wiring) != m.cfg.Tokens {
			return fmt.Errorf("pair %d: a wiring of %d edges for a surrogate of %d", i, len(p.Wiring), m.cfg.Tokens)
		}
		for e, o := range p.Wiring {
			if o < 0 || o >= m.cfg.Ops {
				return fmt.Errorf("pair %d: edge %d takes operation %d of %d", i, e, o, m.cfg.Ops)
			}
		}
		if math.IsNaN(p.Accuracy) || math.IsInf(p.Accuracy, 0) {
			return fmt.Errorf("pair %d: its accuracy is %v", i, p.Accuracy)
		}
	}
	return nil
}

// Fit makes the given number of passes over the pairs, shuffled anew by rnd for
// each, in batches of Config.Batch. It returns the mean loss of the last pass.
func (m *Model) Fit(pairs []Pair, passes int, rnd *rand.Rand) (float64, error) {
	if err := m.check(pairs); err != nil {
		return 0, err
	}
	w, z := make([]cell.Wiring, 0, m.cfg.Batch), make([]float64, 0, m.cfg.Batch)
	loss := math.NaN()
	for range passes {
		order, sum := rnd.Perm(len(pairs)), 0.0
		for lo := 0; lo < len(order); lo += m.cfg.Batch {
			w, z = w[:0], z[:0]
			for _, i := range order[lo:min(lo+m.cfg.Batch, len(order))] {
				w, z = append(w, pairs[i].Wiring), append(z, (pairs[i].Accuracy-m.mean)/m.std)
			}
			m.tape.reset()
			clear(m.grad)
			m.losses(w, z)
			m.tape.backward()
			norm := math.Sqrt(dot(m.grad, m.grad))
			if math.IsNaN(norm) || math.IsInf(norm, 0) {
				return 0, fmt.Errorf("the surrogate diverged: its gradient is not finite")
			}
			if norm > m.cfg.Clip {
				for i := range m.grad {
					m.grad[i] *= m.cfg.Clip / norm
				}
			}
			m.optim.Step(m.value, m.grad)
			sum += m.tape.loss * float64(len(w))
		}
		loss = sum / float64(len(order))
	}
	return loss, nil
}

// Teach trains semi-supervised, once through the paper's inner loop: passes over the
// labelled pairs alone; then the model labels the unlabelled wirings, and learns from
// them together with repeat copies of the labelled pairs for as many gradient steps as
// the first phase would have taken over that union for more passes.
func (m *Model) Teach(labelled []Pair, unlabelled []cell.Wiring, passes, more, repeat int, rnd *rand.Rand) error {
	if err := m.Scale(labelled); err != nil {
		return err
	}
	if _, err := m.Fit(labelled, passes, rnd); err != nil {
		return err
	}
	if len(unlabelled) == 0 || more == 0 {
		return nil
	}
	all := make([]Pair, 0, len(unlabelled)+repeat*len(labelled))
	for i, y := range m.Predict(unlabelled) {
		all = append(all, Pair{unlabelled[i], y})
	}
	for range repeat {
		all = append(all, labelled...)
	}
	_, err := m.Fit(all, more, rnd)
	return err
}
