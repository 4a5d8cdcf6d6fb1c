package agnn

import (
	"context"
	"fmt"
	"math/rand/v2"

	"edgewise/sim/gnn"
	"edgewise/sim/kernel"
	"edgewise/sim/supernet"
)

// Outcome is what one search came to.
type Outcome struct {
	Seed    uint64
	Best    gnn.Arch
	Curve   []float64 // best validation accuracy so far, per iteration
	Test    float64   // test accuracy of the best architecture, trained from scratch
	Reused  float64   // mean share of an offspring's weights that had been trained before
	Changes []float64 // C^k - C^b of every iteration that changed an edge
	Gains   []float64 // and the rewards of those iterations
	Losses  []float64 // and their changes of validation loss
}

// Final is the training of the architecture that a search ends with.
var Final = gnn.Recipe{Epochs: 150, Rate: 0.01, WeightDecay: 5e-4}

// Outcomes runs a search of so many iterations and trains what it finds from
// scratch.
func Outcomes(ctx context.Context, c Config, seed uint64, streams Streams, steps int) (Outcome, error) {
	x, err := New[float32](c, streams)
	if err != nil {
		return Outcome{}, err
	}
	out := Outcome{Seed: seed}
	best := 0.0
	for i := range steps {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		s, err := x.Advance()
		if err != nil {
			return out, err
		}
		best = max(best, accuracy(s.Valid))
		out.Curve = append(out.Curve, best)
		out.Reused += float64(s.Reused) / float64(s.Weights) / float64(steps)
		if i == 0 {
			continue
		}
		if e := s.Decision; e >= 0 && e < 5 {
			out.Changes = append(out.Changes, s.Cost[e][s.Offspring.At(e)]-s.Cost[e][s.Incumbent.At(e)])
			out.Gains = append(out.Gains, s.Reward)
			out.Losses = append(out.Losses, s.Loss)
		}
	}
	out.Best, _ = x.Best()
	test, err := Retrain(x.Bench, out.Best, streams, Final)
	if err != nil {
		return out, err
	}
	out.Test = accuracy(test)
	return out, nil
}

// Retrain trains an architecture from scratch and returns what it says of the
// test nodes.
func Retrain[T kernel.Float](b *gnn.Bench[T], a gnn.Arch, streams Streams, r gnn.Recipe) ([]supernet.Sample, error) {
	n, err := gnn.NewNet(b, a, newStore(Scratch, func(name string, number int) *rand.Rand { return streams("final/"+name, number) }), false)
	if err != nil {
		return nil, err
	}
	if err := gnn.Train(n, r); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDiverged, err)
	}
	if err := n.Forward(b.Graph.Test); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDiverged, err)
	}
	return n.Samples, nil
}

func accuracy(samples []supernet.Sample) float64 {
	ok := 0.0
	for _, v := range samples {
		if v.Correct {
			ok++
		}
	}
	return ok / float64(len(samples))
}
