// Package agnn is Auto-GNN (arXiv 1909.03184): a controller that changes one
// decision of the incumbent architecture at a time, with weights shared only
// between homogeneous architectures, on graph neural networks.
//
// With M the validation measure of an architecture, b the incumbent, o the
// offspring that differs from b in decision d,
//
//	R = M(o) - M(b),   theta_d <- theta_d + rate · (R - EMA(R)) · grad log p_d(o_d | b without d),
//
// and o replaces b when R > 0. R is the finite difference of M along one
// coordinate of the architecture, so that it measures without a gradient what
// the local cost C^k - C^b of that coordinate estimates with one.
//
// Ours where the paper's text was not at hand: the encoder is linear in the
// one-hot incumbent (the paper's is recurrent), each decision is a class of its
// own, the option that the incumbent already takes is not offered again, and
// entropies are divided by the log of the number of options.
package agnn

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"edgewise/sim/gnn"
)

// Controllers.
const (
	Conservative = "conservative" // changes one decision of the incumbent
	Resample     = "resample"     // draws all decisions anew
	Uniform      = "uniform"      // draws all decisions with equal probability, learns nothing
)

// Sharing of weights between architectures.
const (
	Constrained = "constrained" // same shape, same message function, same activation
	Free        = "free"        // same place, cut to shape
	Scratch     = "none"        // every offspring is trained from scratch
)

// Rewards.
const (
	Accuracy = "accuracy" // of the validation nodes
	Loss     = "loss"     // minus their mean loss
)

// Config is a search; zero fields take Defaults' values.
type Config struct {
	Controller  string  `toml:"controller,omitempty" json:"controller,omitempty"`
	Sharing     string  `toml:"sharing,omitempty" json:"sharing,omitempty"`
	Reward      string  `toml:"reward,omitempty" json:"reward,omitempty"`
	Rate        float64 `toml:"rate,omitempty" json:"rate,omitempty"`                 // of the controller's Adam
	Temperature float64 `toml:"temperature,omitempty" json:"temperature,omitempty"`   // of the controller's softmax
	Decay       float64 `toml:"decay,omitempty" json:"decay,omitempty"`               // of the reward's moving average
	Epochs      int     `toml:"epochs,omitempty" json:"epochs,omitempty"`             // of an offspring
	WeightRate  float64 `toml:"weight_rate,omitempty" json:"weight_rate,omitempty"`   // of the weights' Adam
	WeightDecay float64 `toml:"weight_decay,omitempty" json:"weight_decay,omitempty"` // L2 of the weights

	Nodes   int     `toml:"nodes,omitempty" json:"nodes,omitempty"` // of the graph: see gnn.Model
	Classes int     `toml:"classes,omitempty" json:"classes,omitempty"`
	Dim     int     `toml:"dim,omitempty" json:"dim,omitempty"`
	In      float64 `toml:"in,omitempty" json:"in,omitempty"`
	Out     float64 `toml:"out,omitempty" json:"out,omitempty"`
	Signal  float64 `toml:"signal,omitempty" json:"signal,omitempty"`
	Train   int     `toml:"train,omitempty" json:"train,omitempty"` // labelled nodes per class
	Search  int     `toml:"search,omitempty" json:"search,omitempty"`
}

// Defaults is a graph of the citation kind, small enough for an offspring in
// some 30 ms, and a search of which Edgewise's study says what it finds.
func Defaults() Config {
	return Config{
		Controller: Conservative, Sharing: Constrained, Reward: Accuracy,
		Rate: 0.05, Temperature: 1, Decay: 0.1, Epochs: 15, WeightRate: 0.01, WeightDecay: 5e-4,
		Nodes: 240, Classes: 6, Dim: 24, In: 0.08, Out: 0.012, Signal: 0.35, Train: 5, Search: 15,
	}
}

// Full returns c with the defaults in its zero fields.
func (c Config) Full() Config {
	d := Defaults()
	text := func(v *string, d string) {
		if *v == "" {
			*v = d
		}
	}
	real := func(v *float64, d float64) {
		if *v == 0 {
			*v = d
		}
	}
	number := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	text(&c.Controller, d.Controller)
	text(&c.Sharing, d.Sharing)
	text(&c.Reward, d.Reward)
	real(&c.Rate, d.Rate)
	real(&c.Temperature, d.Temperature)
	real(&c.Decay, d.Decay)
	real(&c.WeightRate, d.WeightRate)
	real(&c.WeightDecay, d.WeightDecay)
	real(&c.In, d.In)
	real(&c.Out, d.Out)
	real(&c.Signal, d.Signal)
	number(&c.Epochs, d.Epochs)
	number(&c.Nodes, d.Nodes)
	number(&c.Classes, d.Classes)
	number(&c.Dim, d.Dim)
	number(&c.Train, d.Train)
	number(&c.Search, d.Search)
	return c
}

// Model is the graph of the config.
func (c Config) Model() gnn.Model {
	return gnn.Model{
		Nodes: c.Nodes, Classes: c.Classes, Dim: c.Dim, In: c.In, Out: c.Out,
		Signal: c.Signal, Train: c.Train, Search: c.Search,
	}
}

// Recipe is how an offspring is trained.
func (c Config) Recipe() gnn.Recipe {
	return gnn.Recipe{Epochs: c.Epochs, Rate: c.WeightRate, WeightDecay: c.WeightDecay}
}

// Check refuses a config that cannot be searched, with its zero fields at the
// defaults; the error names the field.
func (c Config) Check() error {
	c = c.Full()
	for _, f := range []struct {
		name, v string
		may     []string
	}{
		{"controller", c.Controller, []string{Conservative, Resample, Uniform}},
		{"sharing", c.Sharing, []string{Constrained, Free, Scratch}},
		{"reward", c.Reward, []string{Accuracy, Loss}},
	} {
		if !slices.Contains(f.may, f.v) {
			return fmt.Errorf("%s is %q: it must be one of %v", f.name, f.v, f.may)
		}
	}
	for _, f := range []struct {
		name      string
		v, lo, hi float64
	}{
		{"rate", c.Rate, 0, 1e3}, {"temperature", c.Temperature, 1e-3, 1e3}, {"decay", c.Decay, 0, 1},
		{"weight_rate", c.WeightRate, 0, 1e3}, {"weight_decay", c.WeightDecay, 0, 1e3}, {"epochs", float64(c.Epochs), 1, 1e5},
	} {
		if !(f.v >= f.lo && f.v <= f.hi) {
			return fmt.Errorf("%s is %v: it must be %v to %v", f.name, f.v, f.lo, f.hi)
		}
	}
	return c.Model().Check()
}

// Streams returns the random stream of that name and number under the search's
// seed.
type Streams func(name string, number int) *rand.Rand
