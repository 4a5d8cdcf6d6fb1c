package dynamics

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"edgewise/theory/cost"
)

// RelaxedMoments are the gradient moments of SNAS: soft samples
// z = softmax((alpha + G)/Lambda), G Gumbel, with
// g_k = z_k (C_k - sum_l z_l C_l)/Lambda. The expectation over G is a fixed
// equal-weight quadrature, so the map stays deterministic; that over the costs
// uses their window moments as if they were independent of the sample (the
// model assumption: in truth costs are taken at the sampled gates). Lambda may
// be changed between steps (annealing).
type RelaxedMoments struct {
	Lambda float64

	soft   *SoftMoments
	nodes  [][]float64 // Gumbel nodes, one slice of ops per node
	z      []float64
	n1, n2 []float64
}

// NewRelaxedMoments checks the costs as NewSoftMoments does; nodes is the size
// of the quadrature (256 gives about two digits).
func NewRelaxedMoments(edges []SoftCosts, lambda float64, nodes int) (*RelaxedMoments, error) {
	soft, err := NewSoftMoments(edges)
	if err != nil {
		return nil, err
	}
	if !(lambda > 0) || math.IsInf(lambda, 0) {
		return nil, fmt.Errorf("temperature lambda is %v; it must be positive and finite", lambda)
	}
	if nodes < 1 {
		return nil, fmt.Errorf("a quadrature of %d nodes; at least 1 is needed", nodes)
	}
	n := soft.ops
	return &RelaxedMoments{Lambda: lambda, soft: soft, nodes: GumbelNodes(n, nodes), z: make([]float64, n), n1: make([]float64, n), n2: make([]float64, n)}, nil
}

// Moments implements GradientMoments.
func (m *RelaxedMoments) Moments(g1, g2, alpha []float64) {
	n := m.soft.ops
	w := 1 / (float64(len(m.nodes)) * m.Lambda)
	for e := range m.soft.edges {
		lo := e * n
		d1, d2 := g1[lo:lo+n], g2[lo:lo+n]
		clear(d1)
		clear(d2)
		for _, noise := range m.nodes {
			for k, g := range noise {
				m.z[k] = (alpha[lo+k] + g) / m.Lambda
			}
			cost.Softmax(m.z, m.z)
			softGateMoments(m.n1, m.n2, m.z, m.soft.sq, &m.soft.edges[e])
			for k := range d1 {
				d1[k] += m.n1[k] * w
				d2[k] += m.n2[k] * w / m.Lambda
			}
		}
	}
}

// GumbelNodes returns at least count equal-weight nodes of dim independent
// standard Gumbel variables G = -log(-log u): a Latin hypercube whose
// coordinates take the midpoints (r+1/2)/n, in the order of Roberts' Kronecker
// sequence frac(1/2 + (i+1) phi^-(j+1)), phi^(dim+1) = phi + 1, which spreads
// them evenly and needs no random numbers. All cyclic shifts of each point are
// nodes, so that no operation is preferred; the count is rounded up to a
// multiple of dim.
func GumbelNodes(dim, count int) [][]float64 {
	phi := 2.0
	for range 60 {
		phi = math.Pow(1+phi, 1/float64(dim+1))
	}
	n := (count + dim - 1) / dim
	gumbel := make([][]float64, dim) // by coordinate
	for j := range gumbel {
		step := math.Pow(phi, -float64(j+1))
		order, at := make([]int, n), make([]float64, n)
		for i := range n {
			order[i] = i
			_, at[i] = math.Modf(.5 + float64(i+1)*step)
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Compare(at[a], at[b]) })
		gumbel[j] = make([]float64, n)
		for rank, i := range order {
			gumbel[j][i] = -math.Log(-math.Log((float64(rank) + .5) / float64(n)))
		}
	}
	nodes := make([][]float64, 0, n*dim)
	for i := range n {
		for shift := range dim {
			node := make([]float64, dim)
			for j := range node {
				node[j] = gumbel[(j+shift)%dim][i]
			}
			nodes = append(nodes, node)
		}
	}
	return nodes
}
