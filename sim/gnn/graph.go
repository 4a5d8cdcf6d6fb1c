// Package gnn is a supernet of graph neural networks: node classification on a
// generated citation-like graph by a minimal cell whose edges choose how
// messages are aggregated. It has the same local costs as the supernet of
// images, so that a controller's rewards can be held against them.
package gnn

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
)

// Model is a stochastic block model with features: nodes belong to classes of
// (nearly) equal size; two nodes are linked with probability In within a class
// and Out between classes; the features of a node are
//
//	x = Signal·mu_class + noise,  mu, noise ~ N(0, I_Dim).
//
// Train and Search nodes of each class are labelled for training and for
// validation; the rest is the test split.
type Model struct {
	Nodes, Classes, Dim int
	In, Out             float64
	Signal              float64
	Train, Search       int // labelled nodes per class
}

// Graph is an undirected graph with features and labels.
type Graph struct {
	Model  Model
	X      []float64 // [node][dim]
	Labels []uint8   // [node]
	near   [][]int   // neighbours of each node and the node itself, ascending
	Train  []int     // nodes of each split, ascending
	Search []int
	Test   []int
}

// Bounds of a graph that is held as dense matrices.
const (
	MaxNodes   = 4096
	MaxClasses = 64
	MaxDim     = 1024
)

// Check refuses a model that has no graph; the error names the field.
func (m Model) Check() error {
	switch {
	case m.Classes < 2 || m.Classes > MaxClasses:
		return fmt.Errorf("classes is %d: it must be 2 to %d", m.Classes, MaxClasses)
	case m.Nodes < m.Classes || m.Nodes > MaxNodes:
		return fmt.Errorf("nodes is %d: it must be %d (a node per class) to %d", m.Nodes, m.Classes, MaxNodes)
	case m.Dim < 1 || m.Dim > MaxDim:
		return fmt.Errorf("dim is %d: it must be 1 to %d", m.Dim, MaxDim)
	case !(m.In >= 0 && m.In <= 1):
		return fmt.Errorf("in is %v: a probability is 0 to 1", m.In)
	case !(m.Out >= 0 && m.Out <= 1):
		return fmt.Errorf("out is %v: a probability is 0 to 1", m.Out)
	case !(m.Signal >= 0 && m.Signal <= 1e6):
		return fmt.Errorf("signal is %v: it must be 0 to 1e6", m.Signal)
	case m.Train < 1 || m.Search < 1:
		return fmt.Errorf("train is %d and search is %d: each class needs at least one labelled node of either", m.Train, m.Search)
	case m.Train+m.Search >= m.Nodes/m.Classes:
		return fmt.Errorf("train %d + search %d leave no test nodes of the %d per class", m.Train, m.Search, m.Nodes/m.Classes)
	}
	return nil
}

// Generate draws the graph of a model.
func Generate(m Model, rnd *rand.Rand) (*Graph, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	g := &Graph{Model: m, X: make([]float64, m.Nodes*m.Dim), Labels: make([]uint8, m.Nodes), near: make([][]int, m.Nodes)}
	for i, at := range rnd.Perm(m.Nodes) {
		g.Labels[at] = uint8(i % m.Classes)
	}
	mu := make([]float64, m.Classes*m.Dim)
	for i := range mu {
		mu[i] = m.Signal * rnd.NormFloat64()
	}
	for i, y := range g.Labels {
		for d := range m.Dim {
			g.X[i*m.Dim+d] = mu[int(y)*m.Dim+d] + rnd.NormFloat64()
		}
	}
	linked := make([]bool, m.Nodes*m.Nodes)
	for i := range m.Nodes {
		linked[i*m.Nodes+i] = true
		for j := range i {
			p := m.Out
			if g.Labels[i] == g.Labels[j] {
				p = m.In
			}
			if rnd.Float64() < p {
				linked[i*m.Nodes+j], linked[j*m.Nodes+i] = true, true
			}
		}
	}
	seen := make([]int, m.Classes)
	for i, y := range g.Labels {
		for j := range m.Nodes {
			if linked[i*m.Nodes+j] {
				g.near[i] = append(g.near[i], j)
			}
		}
		switch k := seen[y]; {
		case k < m.Train:
			g.Train = append(g.Train, i)
		case k < m.Train+m.Search:
			g.Search = append(g.Search, i)
		default:
			g.Test = append(g.Test, i)
		}
		seen[y]++
	}
	return g, nil
}

// Near returns the neighbours of a node and the node itself, ascending. The
// slice is the graph's own.
func (g *Graph) Near(i int) []int { return g.near[i] }

// Links is the number of links between different nodes.
func (g *Graph) Links() int {
	n := 0
	for _, l := range g.near {
		n += len(l) - 1
	}
	return n / 2
}

// Homophily is the share of links that join nodes of one class.
func (g *Graph) Homophily() float64 {
	same, all := 0, 0
	for i, l := range g.near {
		for _, j := range l {
			if j != i {
				all++
				if g.Labels[i] == g.Labels[j] {
					same++
				}
			}
		}
	}
	return float64(same) / float64(all)
}

// Fingerprint is the SHA-256 of features, labels and links.
func (g *Graph) Fingerprint() string {
	h := sha256.New()
	var b []byte
	for _, v := range g.X {
		b = binary.LittleEndian.AppendUint64(b[:0], math.Float64bits(v))
		h.Write(b)
	}
	h.Write(g.Labels)
	for _, l := range g.near {
		b = binary.LittleEndian.AppendUint32(b[:0], uint32(len(l)))
		for _, j := range l {
			b = binary.LittleEndian.AppendUint32(b, uint32(j))
		}
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil))
}
