package agnn

import (
	"errors"
	"fmt"
	"math"

	"edgewise/sim/gnn"
	"edgewise/sim/kernel"
	"edgewise/sim/supernet"
)

// ErrDiverged is wrapped by the error of an offspring whose loss or weights
// stopped being numbers.
var ErrDiverged = errors.New("the offspring diverged")

// Search is a search in motion. Iteration 0 evaluates a first, drawn
// architecture; every later one an offspring.
type Search[T kernel.Float] struct {
	Config  Config
	Bench   *gnn.Bench[T]
	streams Streams

	policies []*policy
	store    *store
	mean     float64 // moving average of the reward
	step     int
	best     gnn.Arch
	measure  float64 // M of the incumbent
	loss     float64 // validation loss of the incumbent
	own      keeper  // trained weights of the incumbent
}

// Step is what one iteration did.
type Step struct {
	Incumbent gnn.Arch // as the iteration began; at iteration 0 the architecture evaluated
	Offspring gnn.Arch
	Decision  int     // that was changed; -1 where all were drawn
	Reward    float64 // M(offspring) - M(incumbent); 0 at iteration 0
	Loss      float64 // validation loss of the offspring minus the incumbent's
	Taken     bool    // whether the offspring became the incumbent
	Reused    int     // weights of the offspring that had been trained before
	Weights   int     // weights that the offspring has

	Logits, Prob [gnn.Choices][]float64 // of the controller as the iteration began, at the incumbent
	Cost         [5][]float64           // local costs at the incumbent on the validation nodes, before the step
	Train        []supernet.Sample      // the offspring's
	Valid        []supernet.Sample
}

// New begins a search.
func New[T kernel.Float](c Config, s Streams) (*Search[T], error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	c = c.Full()
	g, err := gnn.Generate(c.Model(), s("graph", 0))
	if err != nil {
		return nil, err
	}
	x := &Search[T]{Config: c, Bench: gnn.NewBench[T](g), streams: s, store: newStore(c.Sharing, s)}
	for d := range gnn.Choices {
		x.policies = append(x.policies, newPolicy(d, c.Rate))
	}
	rnd := s("agnn/first", 0)
	for d := range gnn.Choices {
		x.best = x.best.With(d, rnd.IntN(gnn.Options(d)))
	}
	return x, nil
}

// Best is the incumbent and its validation measure; NaN before it was evaluated.
func (x *Search[T]) Best() (gnn.Arch, float64) {
	if x.step == 0 {
		return x.best, math.NaN()
	}
	return x.best, x.measure
}

// At is the number of iterations done.
func (x *Search[T]) At() int { return x.step }

// Controller returns the logits and probabilities of every decision at the
// incumbent.
func (x *Search[T]) Controller() (logits, prob [gnn.Choices][]float64) {
	for d, p := range x.policies {
		logits[d] = p.logits(x.best)
		prob[d] = p.prob(x.best, x.Config.Temperature, -1)
	}
	return logits, prob
}

// Advance makes one iteration.
func (x *Search[T]) Advance() (Step, error) {
	s := Step{Incumbent: x.best, Offspring: x.best, Decision: -1}
	s.Logits, s.Prob = x.Controller()
	x.store.fresh = x.step
	if x.step > 0 {
		if err := x.costs(&s); err != nil {
			return s, fmt.Errorf("iteration %d: %w", x.step, err)
		}
		s.Offspring, s.Decision = x.propose()
	}
	net, err := x.evaluate(&s)
	if err != nil {
		return s, fmt.Errorf("iteration %d: %w", x.step, err)
	}
	m := net.Accuracy()
	if x.Config.Reward == Loss {
		m = -net.Loss()
	}
	if x.step == 0 {
		x.accept(s.Offspring, m, net)
		s.Taken = true
		for e := range s.Cost {
			s.Cost[e] = nil
		}
		x.step++
		return s, nil
	}
	s.Reward, s.Loss = m-x.measure, net.Loss()-x.loss
	x.learn(s)
	if s.Reward > 0 {
		x.accept(s.Offspring, m, net)
		s.Taken = true
	}
	x.step++
	return s, nil
}

// propose draws the offspring and says which decision it changes.
func (x *Search[T]) propose() (gnn.Arch, int) {
	rnd := x.streams("agnn/propose", x.step)
	c := x.Config
	if c.Controller == Conservative {
		d := mostUncertain(x.policies, x.best, c.Temperature, rnd)
		return x.best.With(d, draw(x.policies[d].prob(x.best, c.Temperature, x.best.At(d)), rnd)), d
	}
	var a gnn.Arch
	for d, p := range x.policies {
		a = a.With(d, draw(p.prob(gnn.Arch{}, c.Temperature, -1), rnd))
	}
	return a, -1
}

// learn moves the controller. A resampling controller knows no incumbent: its
// reward is M itself against its moving average, and its policies see nothing.
func (x *Search[T]) learn(s Step) {
	c := x.Config
	reward := s.Reward
	if c.Controller == Resample {
		reward += x.measure
	}
	advantage := reward - x.mean
	if x.step == 1 && c.Controller == Resample {
		advantage = 0 // no average yet
		x.mean = reward
	}
	switch c.Controller {
	case Conservative:
		x.policies[s.Decision].learn(s.Incumbent, c.Temperature, s.Incumbent.At(s.Decision), s.Offspring.At(s.Decision), advantage)
	case Resample:
		for d, p := range x.policies {
			p.learn(gnn.Arch{}, c.Temperature, -1, s.Offspring.At(d), advantage)
		}
	}
	x.mean += c.Decay * (reward - x.mean)
}

// evaluate trains the offspring from the shared weights, hands them back, and
// measures it on the validation nodes.
func (x *Search[T]) evaluate(s *Step) (*gnn.Net[T], error) {
	x.store.reused = 0
	net, err := gnn.NewNet(x.Bench, s.Offspring, x.store, false)
	if err != nil {
		return nil, err
	}
	s.Reused, s.Weights = x.store.reused, net.Tensors()
	if err := gnn.Train(net, x.Config.Recipe()); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDiverged, err)
	}
	net.Give(x.store)
	if err := net.Forward(x.Bench.Graph.Train); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDiverged, err)
	}
	s.Train = append(s.Train, net.Samples...)
	if err := net.Forward(x.Bench.Graph.Search); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDiverged, err)
	}
	s.Valid = append(s.Valid, net.Samples...)
	return net, nil
}

func (x *Search[T]) accept(a gnn.Arch, m float64, net *gnn.Net[T]) {
	x.best, x.measure, x.loss = a, m, net.Loss()
	x.own = keeper{}
	net.Give(x.own)
}

// costs fills the local costs of every operation at the incumbent: its own
// trained weights, the shared ones for the operations that it does not take.
func (x *Search[T]) costs(s *Step) error {
	net, err := gnn.NewNet(x.Bench, x.best, overlay{x.own, x.store}, true)
	if err != nil {
		return err
	}
	if err := net.Forward(x.Bench.Graph.Search); err != nil {
		return fmt.Errorf("%w: %w", ErrDiverged, err)
	}
	net.Backward()
	s.Cost, _ = net.Costs()
	return nil
}
