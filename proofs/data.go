package proofs

import (
	"fmt"
	"math"

	"edgewise/theory/bias"
	"edgewise/theory/cell"
)

// published is what a search that others ran ended with: the weight of none on
// each of the 14 edges of a cell with 4 nodes, in DARTS order, at the start of
// the last epoch.
type published struct {
	Run  string // dataset and kind of cell
	Log  string // where it was published
	None []float64
}

// publishedNone are the last "ALPHA" blocks of two logs of bi-level searches
// with 8 cells and 50 epochs (pt.darts family, column none), as printed.
// TestPublishedNumbers reads them from the logs again.
var publishedNone = []published{
	{"CIFAR-10 normal", jkooy + "cifar10/cifar10.log@aa1bc8b", []float64{.1121, .4224, .1511, .522, .6591, .2245, .456, .6585, .7984, .4174, .659, .7478, .8721, .8924}},
	{"CIFAR-10 reduce", jkooy + "cifar10/cifar10.log@aa1bc8b", []float64{.0904, .1326, .0858, .1187, .154, .091, .0909, .1269, .1974, .0929, .0965, .1762, .2098, .2956}},
	{"CIFAR-100 normal", jkooy + "cifar100/cifar100.log@bb8d727", []float64{.2156, .5614, .3104, .6, .8068, .4454, .7106, .8424, .8933, .5124, .7434, .8916, .904, .9156}},
	{"CIFAR-100 reduce", jkooy + "cifar100/cifar100.log@bb8d727", []float64{.0576, .1822, .0775, .104, .156, .0837, .1223, .1236, .2224, .0656, .0945, .0948, .194, .3329}},
}

const jkooy = "github.com/jkooy/darts_ignoring: searchs/"

// bySource averages a number per edge over the edges with the same source.
func bySource(c cell.Cell, value []float64) []float64 {
	mean, n := make([]float64, cell.Inputs+c.Nodes), make([]float64, cell.Inputs+c.Nodes)
	for i, e := range c.Edges {
		mean[e.From] += value[i]
		n[e.From]++
	}
	out := mean[:len(mean)-1] // the last node has no edges out
	for j := range out {
		out[j] /= n[j]
	}
	return out
}

// checkPublishedDepth: the rank correlation of none with the depth of the source
// is at least .9, which with five sources allows one pair of neighbours to be
// out of order.
func checkPublishedDepth(e *env) (Outcome, error) {
	c, err := cell.DARTS(4, 4)
	if err != nil {
		return Outcome{}, err
	}
	var m meter
	for _, p := range publishedNone {
		value := append([]float64(nil), p.None...)
		if e.mutated {
			for i, edge := range c.Edges { // the edges of each target in reverse
				into := c.Into(edge.To)
				value[i] = p.None[into[len(into)-1-edge.From]]
			}
		}
		rank := bias.Spearman([]float64{0, 1, 2, 3, 4}, bySource(c, value))
		if !rank.Known {
			return Outcome{}, fmt.Errorf("no rank correlation for %s: %s", p.Run, rank.Why)
		}
		m.add(math.Max(0, 0.9-rank.X))
	}
	return m.within(1e-12)
}
