package ode

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Tree is a rooted tree: its children, in canonical order. Every tree with n
// nodes is one condition for a Runge-Kutta method to have order n.
type Tree struct {
	Children []*Tree
}

// String writes the tree as nested brackets; the single node is "[]".
func (t *Tree) String() string {
	var b strings.Builder
	b.WriteByte('[')
	for _, c := range t.Children {
		b.WriteString(c.String())
	}
	b.WriteByte(']')
	return b.String()
}

// Nodes returns the number of nodes r(t).
func (t *Tree) Nodes() int {
	n := 1
	for _, c := range t.Children {
		n += c.Nodes()
	}
	return n
}

// Density returns gamma(t) = r(t) prod gamma(children).
func (t *Tree) Density() int64 {
	g := int64(t.Nodes())
	for _, c := range t.Children {
		g *= c.Density()
	}
	return g
}

// RootedTrees returns all rooted trees with 1 to order nodes, by size: 1, 1, 2,
// 4, 9, 20, ... of each.
func RootedTrees(order int) []*Tree {
	bySize := make([][]*Tree, order+1)
	var all []*Tree
	for n := 1; n <= order; n++ {
		// A tree of n nodes is a multiset of smaller trees with n-1 nodes.
		var smaller []*Tree
		for s := 1; s < n; s++ {
			smaller = append(smaller, bySize[s]...)
		}
		var grow func(from, left int, children []*Tree)
		grow = func(from, left int, children []*Tree) {
			if left == 0 {
				bySize[n] = append(bySize[n], &Tree{slices.Clone(children)})
				return
			}
			for i := from; i < len(smaller); i++ {
				if size := smaller[i].Nodes(); size <= left {
					grow(i, left-size, append(children, smaller[i]))
				}
			}
		}
		grow(0, n-1, nil)
		all = append(all, bySize[n]...)
	}
	return all
}

// stageWeights returns, per stage i, the product over the children c of
// sum_j A_ij stageWeights(c)_j: the elementary weight's inner factor.
func (tab *Tableau) stageWeights(t *Tree) []*big.Rat {
	out := make([]*big.Rat, len(tab.A))
	for i := range out {
		out[i] = big.NewRat(1, 1)
	}
	for _, c := range t.Children {
		inner := tab.stageWeights(c)
		for i := range out {
			sum := new(big.Rat)
			for j, a := range tab.A[i] {
				sum.Add(sum, new(big.Rat).Mul(a, inner[j]))
			}
			out[i].Mul(out[i], sum)
		}
	}
	return out
}

// Residual returns sum_i weights_i Phi_i(t) - 1/gamma(t), exactly: 0 for all
// trees with up to n nodes if and only if the weights give order n.
func (tab *Tableau) Residual(weights []*big.Rat, t *Tree) *big.Rat {
	sum := new(big.Rat)
	for i, phi := range tab.stageWeights(t) {
		sum.Add(sum, new(big.Rat).Mul(weights[i], phi))
	}
	return sum.Sub(sum, big.NewRat(1, t.Density()))
}

// Embedded returns the embedded weights B - E.
func (tab *Tableau) Embedded() []*big.Rat {
	out := make([]*big.Rat, len(tab.B))
	for i := range out {
		out[i] = new(big.Rat).Sub(tab.B[i], tab.E[i])
	}
	return out
}

// DenseResidual returns the coefficients in s of
// sum_i b_i(s) Phi_i(t) - s^r/gamma(t), b_i(s) = sum_j Dense_ij s^(j+1), r = r(t):
// all 0 for the trees with up to n nodes if and only if the dense output has
// order n at every point of the step.
func (tab *Tableau) DenseResidual(t *Tree) []*big.Rat {
	phi := tab.stageWeights(t)
	r := t.Nodes()
	out := make([]*big.Rat, max(r, len(tab.Dense[0])))
	for j := range out {
		out[j] = new(big.Rat)
		if j < len(tab.Dense[0]) {
			for i := range phi {
				out[j].Add(out[j], new(big.Rat).Mul(tab.Dense[i][j], phi[i]))
			}
		}
		if j == r-1 {
			out[j].Sub(out[j], big.NewRat(1, t.Density()))
		}
	}
	return out
}

// Verify checks every order condition that the tableau claims, exactly: those
// of B, of the embedded weights and of the dense output. The error names the
// first tree that fails.
func (tab *Tableau) Verify() error {
	for _, t := range RootedTrees(tab.Order) {
		n := t.Nodes()
		if r := tab.Residual(tab.B, t); r.Sign() != 0 {
			return fmt.Errorf("%s: the solution misses the order condition of %s by %s", tab.Name, t, r.RatString())
		}
		if n <= tab.EmbeddedOrder {
			if r := tab.Residual(tab.Embedded(), t); r.Sign() != 0 {
				return fmt.Errorf("%s: the embedded solution misses the order condition of %s by %s", tab.Name, t, r.RatString())
			}
		}
		if n <= tab.DenseOrder {
			for j, r := range tab.DenseResidual(t) {
				if r.Sign() != 0 {
					return fmt.Errorf("%s: the dense output misses the order condition of %s by %s s^%d", tab.Name, t, r.RatString(), j+1)
				}
			}
		}
	}
	return nil
}
