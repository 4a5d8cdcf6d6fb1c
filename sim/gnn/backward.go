package gnn

import (
	"edgewise/theory/cell"
	"gonum.org/v1/gonum/blas"
)

// Backward fills the gradients of the mean loss of the last Forward in all
// weights, and dL/ds of every node.
func (n *Net[T]) Backward() {
	g := n.g
	c := g.Model.Classes
	for _, t := range n.weights {
		clear(t.grad)
	}
	clear(n.dlogits)
	for r, i := range n.split {
		copy(n.dlogits[i*c:][:c], n.drows[r*c:][:c])
		for k := range c {
			n.bias.grad[k] += n.drows[r*c+k]
		}
	}
	mul(blas.Trans, blas.NoTrans, n.out.Rows, c, g.Model.Nodes, n.comb, n.dlogits, 0, n.out.grad)
	mul(blas.NoTrans, blas.Trans, g.Model.Nodes, n.out.Rows, c, n.dlogits, n.out.value, 0, n.dcomb)
	for j := range n.dx {
		clear(n.dx[j])
	}
	n.combineBackward()
	edges := cell.Minimal().Edges
	for j := 3; j >= 2; j-- {
		n.activateBackward(j)
		for e, ed := range edges {
			if ed.To != j {
				continue
			}
			for k, m := range n.ops[e] {
				if z := n.gates[e][k]; m != nil && z != 0 {
					m.backward(g, n.agg, n.x[ed.From], n.ds[j], T(z), n.dx[ed.From])
				}
			}
		}
	}
	for j := range 2 {
		n.activateBackward(j)
		mul(blas.Trans, blas.NoTrans, g.Model.Dim, n.h, g.Model.Nodes, n.feat[j], n.ds[j], 0, n.in[j].grad)
	}
}

func (n *Net[T]) combineBackward() {
	h := n.h
	switch Combinations[n.Arch.Combination] {
	case "concat":
		for i := range n.g.Model.Nodes {
			copy(n.dx[2][i*h:][:h], n.dcomb[2*i*h:])
			copy(n.dx[3][i*h:][:h], n.dcomb[(2*i+1)*h:])
		}
	case "sum":
		copy(n.dx[2], n.dcomb)
		copy(n.dx[3], n.dcomb)
	default:
		for i, d := range n.dcomb {
			if n.x[2][i] >= n.x[3][i] {
				n.dx[2][i] = d
			} else {
				n.dx[3][i] = d
			}
		}
	}
}

// Costs returns C^k_e = <dL/ds_j, O^k(x_i)> [edge][op] of the last Forward and
// Backward, and which operations the net holds; the others are 0.
func (n *Net[T]) Costs() (c [5][]float64, held [5][]bool) {
	for e, ed := range cell.Minimal().Edges {
		c[e], held[e] = make([]float64, len(n.ops[e])), make([]bool, len(n.ops[e]))
		for k, m := range n.ops[e] {
			if m != nil {
				held[e][k] = true
				c[e][k] = dot(n.ds[ed.To], m.y)
			}
		}
	}
	return c, held
}
