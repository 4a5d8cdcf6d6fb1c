package ode

import (
	"math/big"
	"strings"
	"testing"
)

// 1, 1, 2, 4, 9, 20 trees (OEIS A000081), and a few known densities.
func TestRootedTrees(t *testing.T) {
	counts := map[int]int{}
	seen := map[string]bool{}
	for _, tree := range RootedTrees(6) {
		counts[tree.Nodes()]++
		if seen[tree.String()] {
			t.Errorf("tree %s twice", tree)
		}
		seen[tree.String()] = true
	}
	for n, want := range map[int]int{1: 1, 2: 1, 3: 2, 4: 4, 5: 9, 6: 20} {
		if counts[n] != want {
			t.Errorf("%d trees of %d nodes, want %d", counts[n], n, want)
		}
	}
	leaf := &Tree{}
	chain := &Tree{[]*Tree{{[]*Tree{leaf}}}}
	for _, c := range []struct {
		tree *Tree
		want int64
	}{{leaf, 1}, {&Tree{[]*Tree{leaf}}, 2}, {&Tree{[]*Tree{leaf, leaf}}, 3}, {chain, 6}, {&Tree{[]*Tree{leaf, leaf, leaf, leaf}}, 5}} {
		if g := c.tree.Density(); g != c.want {
			t.Errorf("density of %s is %d, want %d", c.tree, g, c.want)
		}
	}
}

// Exactly zero residuals up to the claimed orders, of the solution, the
// embedded solution and the dense output; and no higher order.
func TestOrderConditionsHoldExactly(t *testing.T) {
	for _, tab := range Tableaux() {
		if err := tab.Verify(); err != nil {
			t.Error(err)
		}
		exceeds := func(what string, order int, weights []*big.Rat) {
			for _, tree := range RootedTrees(order + 1) {
				if tree.Nodes() == order+1 && tab.Residual(weights, tree).Sign() != 0 {
					return
				}
			}
			t.Errorf("%s: the %s has a higher order than %d", tab.Name, what, order)
		}
		exceeds("solution", tab.Order, tab.B)
		exceeds("embedded solution", tab.EmbeddedOrder, tab.Embedded())
		sum := new(big.Rat)
		for i := range tab.Dense { // the dense output ends at y1
			b := new(big.Rat)
			for _, x := range tab.Dense[i] {
				b.Add(b, x)
			}
			if b.Cmp(tab.B[i]) != 0 {
				t.Errorf("%s: the dense output misses y1 in stage %d", tab.Name, i)
			}
			sum.Add(sum, tab.Dense[i][0])
		}
		if sum.Cmp(big.NewRat(1, 1)) != 0 || tab.Dense[0][0].Cmp(sum) != 0 {
			t.Errorf("%s: the dense output does not leave with the slope", tab.Name)
		}
	}
}

// Any coefficient that is changed is caught.
func TestChangedCoefficientsAreCaught(t *testing.T) {
	tab := newTableau("changed", 3, 2, 3,
		[][]string{{}, {"1/2"}, {"0", "3/4"}, {"2/9", "1/3", "4/9"}},
		[]string{"-5/72", "1/12", "1/9", "-1/8"},
		[][]string{{"1", "-4/3", "5/9"}, {"0", "1", "-2/3"}, {"0", "4/3", "-8/9"}, {"0", "-1", "1"}})
	if err := tab.Verify(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		x    *big.Rat
		says string
	}{{tab.A[2][1], "order condition"}, {tab.B[1], "solution"}, {tab.E[3], "embedded"}, {tab.Dense[2][1], "dense"}} {
		old := new(big.Rat).Set(c.x)
		c.x.Add(c.x, big.NewRat(1, 1000))
		if err := tab.Verify(); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("a changed coefficient: %v, want an error that says %q", err, c.says)
		}
		c.x.Set(old)
	}
}
