package agnn

import (
	"encoding/json"
	"fmt"

	"edgewise/sim/gnn"
)

// state is a search as JSON: float64 numbers read back exactly.
type state struct {
	Step     int                  `json:"step"`
	Best     gnn.Arch             `json:"best"`
	Measure  float64              `json:"measure"`
	Loss     float64              `json:"loss"`
	Mean     float64              `json:"mean"`
	Policies [][2][]float64       `json:"policies"` // weights and optimiser of each decision
	Kept     map[string][]float64 `json:"kept"`
	Own      map[string][]float64 `json:"own"`
}

// Save returns all that a search needs to continue.
func (x *Search[T]) Save() ([]byte, error) {
	s := state{Step: x.step, Best: x.best, Measure: x.measure, Loss: x.loss, Mean: x.mean, Kept: x.store.kept, Own: x.own}
	for _, p := range x.policies {
		s.Policies = append(s.Policies, [2][]float64{p.weights, p.optim.State()})
	}
	return json.Marshal(s)
}

// Load continues from what Save returned.
func (x *Search[T]) Load(text []byte) error {
	var s state
	if err := json.Unmarshal(text, &s); err != nil {
		return fmt.Errorf("the state of the controller: %w", err)
	}
	if s.Step < 0 || len(s.Policies) != len(x.policies) {
		return fmt.Errorf("the state of the controller has %d decisions at iteration %d: this search has %d", len(s.Policies), s.Step, len(x.policies))
	}
	if err := s.Best.Check(); err != nil {
		return fmt.Errorf("the state of the controller: %w", err)
	}
	for d, p := range x.policies {
		if len(s.Policies[d][0]) != len(p.weights) {
			return fmt.Errorf("the state of decision %s has %d weights, not %d", gnn.Decision(d), len(s.Policies[d][0]), len(p.weights))
		}
		if n := len(s.Policies[d][1]); n != 0 && n != 2*len(p.weights)+1 {
			return fmt.Errorf("the optimiser of decision %s has a state of %d numbers for %d weights", gnn.Decision(d), n, len(p.weights))
		}
		if err := p.optim.SetState(s.Policies[d][1]); err != nil {
			return fmt.Errorf("the state of decision %s: %w", gnn.Decision(d), err)
		}
		copy(p.weights, s.Policies[d][0])
	}
	x.step, x.best, x.measure, x.loss, x.mean = s.Step, s.Best, s.Measure, s.Loss, s.Mean
	x.own = s.Own
	if x.store.kept = s.Kept; s.Kept == nil {
		x.store.kept = map[string][]float64{}
	}
	return nil
}

// StateBytes bounds the length of what Save returns at any iteration: every
// weight of every shape and activation (or, shared freely, once at its largest
// shape), the incumbent's own, and the controller, at 26 bytes a number.
func (x *Search[T]) StateBytes() int64 {
	c := x.Config
	numbers := 3 * gnn.Choices * len(gnn.Operations()) * (inputs() + 1)
	tall, wide := full(c.Dim, c.Classes)
	tensors := 2 + 5*7 + 2
	numbers += 2 * tensors * tall * wide
	for _, h := range gnn.Hidden {
		shape := 2*c.Dim*h + 25*h*h + 10*h + 3*h*c.Classes + c.Classes
		numbers += (len(gnn.Activations) + 1) * shape
	}
	return int64(26*numbers) + 1<<16
}
