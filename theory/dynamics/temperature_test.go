package dynamics

import (
	"math/rand/v2"
	"testing"

	"edgewise/theory/cost"
)

// P5.7 on synthetic logits: train separates better than validation.
func TestTemperatureGame(t *testing.T) {
	sample := func(seed uint64, margin, noise float64, flipped int) [][]float64 {
		r := rand.New(rand.NewPCG(seed, 3))
		z := make([][]float64, 300)
		for i := range z {
			z[i] = make([]float64, 5)
			for k := range z[i] {
				z[i][k] = noise * r.NormFloat64()
			}
			z[i][0] += margin
			if i < flipped {
				for k := range z[i] {
					z[i][k] = -z[i][k]
				}
			}
		}
		return z
	}
	lossLessEntropy := func(z [][]float64) func(float64) float64 {
		return func(s float64) float64 {
			sum := 0.0
			p := make([]float64, 5)
			for _, row := range z {
				for k, x := range row {
					p[k] = s * x
				}
				cost.Softmax(p, p)
				for k, x := range row {
					sum += p[k] * s * x / float64(len(z))
				}
				sum -= s * row[0] / float64(len(z))
			}
			return sum
		}
	}
	train, val := lossLessEntropy(sample(1, 1.2, .5, 9)), lossLessEntropy(sample(2, .8, .6, 0))
	play := func(decay float64, validation func(float64) float64, steps int) (gate, scale float64) {
		a, w := 0.0, 2.0
		for range steps {
			g := Probability(a)
			s := g * w
			lt, lv := train(s), validation(s)
			a -= .5 * lv * (1 - g)
			w -= .5 * (lt/w + decay*w)
		}
		return Probability(a), Probability(a) * w
	}
	game := TemperatureGame{Train: train, Validation: val}
	tauVal, err := BestScale(val, .05, 60)
	if err != nil {
		t.Fatal(err)
	}
	tauTrain, err := BestScale(train, .05, 60)
	if err != nil {
		t.Fatal(err)
	}
	if !(tauVal < tauTrain) {
		t.Fatalf("no held-out over-confidence: tau %g and %g", tauVal, tauTrain)
	}
	game.Decay = 1e-2
	eq, err := game.Solve(.05, 60)
	if err != nil {
		t.Fatal(err)
	}
	if !eq.Interior {
		t.Fatalf("equilibrium %+v", eq)
	}
	gate, scale := play(game.Decay, val, 4000)
	approx(t, "gate", gate, eq.Gate, 1e-3)
	approx(t, "scale", scale, eq.Scale, 1e-2)
	game.Decay = 0
	if eq, err = game.Solve(.05, 60); err != nil || eq.Gate != 0 || eq.Interior {
		t.Errorf("no weight decay: %+v, %v", eq, err)
	}
	if gate, _ = play(0, val, 4000); gate > .3 {
		t.Errorf("without weight decay the gate stays at %g", gate)
	}
	game.Decay, game.Validation = 1e-3, train // single level
	if eq, err = game.Solve(.05, 60); err != nil || eq.Gate != 1 {
		t.Errorf("single level: %+v, %v", eq, err)
	}
	if gate, _ = play(1e-3, train, 4000); gate < .9 {
		t.Errorf("single level closes the gate to %g", gate)
	}
	// With the gate open the training side alone sets the scale:
	// L-H_train(s) + decay s^2 = 0.
	approx(t, "open gate", train(eq.Scale), -game.Decay*eq.Scale*eq.Scale, 1e-12)
	if _, err := BestScale(val, 50, 60); err == nil {
		t.Error("an interval without a crossing was accepted")
	}
}
