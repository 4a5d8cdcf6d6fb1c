package agnn

import (
	"fmt"

	"edgewise/sim/gnn"
)

// Pair is one decision of an edge on one supernet with its weights held fixed:
// what the local cost says of it, and what the loss says.
type Pair struct {
	Incumbent gnn.Arch
	Edge      int
	Option    int
	Local     float64 // C^k - C^b, from one backward pass at the incumbent
	Global    float64 // L(incumbent with k) - L(incumbent), on the same nodes
}

// Pairs holds local costs against finite differences of the loss on the
// validation nodes: for so many drawn incumbents, every other operation of every
// edge. The supernet, with the activation, hidden size and combination of base,
// is trained for epochs steps on wirings drawn with equal probability (0: as
// drawn).
func Pairs(c Config, streams Streams, base gnn.Arch, epochs, incumbents int) ([]Pair, error) {
	c = c.Full()
	g, err := gnn.Generate(c.Model(), streams("graph", 0))
	if err != nil {
		return nil, err
	}
	net, err := gnn.NewNet(gnn.NewBench[float64](g), base, newStore(Scratch, streams), true)
	if err != nil {
		return nil, err
	}
	rnd := streams("lens/train", 0)
	r := c.Recipe()
	r.Epochs = epochs
	wiring := func(a gnn.Arch) {
		var z [5][]float64
		for e := range z {
			z[e] = make([]float64, len(gnn.Operations()))
			z[e][a.Edges[e]] = 1
		}
		net.SetGates(z)
	}
	random := func() gnn.Arch {
		a := base
		for e := range a.Edges {
			a.Edges[e] = rnd.IntN(len(gnn.Operations()))
		}
		return a
	}
	if err := gnn.TrainWith(net, r, func(int) { wiring(random()) }); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDiverged, err)
	}
	var out []Pair
	for range incumbents {
		a := random()
		wiring(a)
		if err := net.Forward(g.Search); err != nil {
			return nil, err
		}
		loss := net.Loss()
		net.Backward()
		cost, _ := net.Costs()
		for e := range a.Edges {
			for k := range gnn.Operations() {
				if k == a.Edges[e] {
					continue
				}
				wiring(a.With(e, k))
				if err := net.Forward(g.Search); err != nil {
					return nil, err
				}
				out = append(out, Pair{a, e, k, cost[e][k] - cost[e][a.Edges[e]], net.Loss() - loss})
			}
		}
	}
	return out, nil
}
