package cost

import (
	"fmt"
	"math/big"

	"edgewise/theory/cell"
	"edgewise/theory/symbolic"
)

// NoneProbability is the symbol q[i,j]: the probability that edge (i,j) is
// none.
func NoneProbability(e cell.Edge) symbolic.Symbol { return edgeSymbol("q", e) }

// ActiveProbability is the symbol p[i,j] = 1 - q[i,j].
func ActiveProbability(e cell.Edge) symbolic.Symbol { return edgeSymbol("p", e) }

func edgeSymbol(base string, e cell.Edge) symbolic.Symbol {
	return symbolic.Var(base, symbolic.Int(e.From), symbolic.Int(e.To))
}

// Polynomials are the expectations E[phi(n) 1_e | e active] of every edge as
// multilinear polynomials in the none-probabilities q, with exact rational
// coefficients.
type Polynomials []symbolic.Poly

// ReachPolynomials returns r_e (phi = 1) and SharePolynomials h_e (phi = 1/n)
// of P4.3. Cells of more than MaxEnumerated edges are an error; their shares
// are computed by an Expectation.
func ReachPolynomials(c cell.Cell) (Polynomials, error) {
	return CostPolynomials(c, func(int) *big.Rat { return big.NewRat(1, 1) })
}

// SharePolynomials returns h_e = E[1_e/n | e active]: the integral of P4.3.
func SharePolynomials(c cell.Cell) (Polynomials, error) {
	return CostPolynomials(c, func(n int) *big.Rat { return big.NewRat(1, int64(n)) })
}

// CostPolynomials returns E[phi(n) 1_e | e active] for a rational phi(n),
// n = 1..edges. The coefficient of prod_{i in S} q_i is the alternating sum
// over the subsets T of S of (-1)^{|S|-|T|} times the value at the wiring whose
// none edges are T (Moebius inversion), so it is exact.
func CostPolynomials(c cell.Cell, phi func(n int) *big.Rat) (Polynomials, error) {
	n := len(c.Edges)
	count := make([]int, 1<<min(n, MaxEnumerated))
	effective := make([]uint32, len(count))
	err := patterns(c, func(active, eff uint32, k int) { count[active], effective[active] = k, eff })
	if err != nil {
		return nil, fmt.Errorf("cost polynomials: %w", err)
	}
	values, denominator, err := integers(n, phi)
	if err != nil {
		return nil, err
	}
	out := make(Polynomials, n)
	all := uint32(1)<<n - 1
	for e := range out {
		symbols := make([]symbolic.Symbol, 0, n)
		for i, ed := range c.Edges {
			if i != e {
				symbols = append(symbols, NoneProbability(ed))
			}
		}
		table := make([]int64, 1<<(n-1))
		for s := range table { // s: the none edges among the others
			active := all &^ spread(uint32(s), e)
			if effective[active]>>e&1 == 1 {
				table[s] = values[count[active]]
			}
		}
		moebius(table)
		coefficients := make([]*big.Rat, len(table))
		for s, v := range table {
			if v != 0 {
				coefficients[s] = new(big.Rat).SetFrac(big.NewInt(v), denominator)
			}
		}
		if out[e], err = symbolic.Multilinear(symbols, coefficients); err != nil {
			return nil, fmt.Errorf("cost polynomials: %w", err)
		}
	}
	return out, nil
}

// integers scales phi(1..n) to integers over a common denominator. Values whose
// alternating sums could leave int64 are refused.
func integers(n int, phi func(int) *big.Rat) ([]int64, *big.Int, error) {
	list := make([]*big.Rat, n+1)
	den := big.NewInt(1)
	for k := 1; k <= n; k++ {
		list[k] = phi(k)
		d := list[k].Denom()
		g := new(big.Int).GCD(nil, nil, den, d)
		den.Mul(den, new(big.Int).Quo(d, g))
	}
	out := make([]int64, n+1)
	for k := 1; k <= n; k++ {
		v := new(big.Int).Mul(list[k].Num(), new(big.Int).Quo(den, list[k].Denom()))
		if v.BitLen() > 62-n {
			return nil, nil, fmt.Errorf("cost polynomials: phi(%d) = %v needs more than 62 bits over the common denominator", k, list[k])
		}
		out[k] = v.Int64()
	}
	return out, den, nil
}

// spread inserts a zero bit at position e.
func spread(s uint32, e int) uint32 {
	low := s & (1<<e - 1)
	return low | (s>>e)<<(e+1)
}

// moebius replaces f(S) by sum_{T in S} (-1)^{|S|-|T|} f(T).
func moebius(f []int64) {
	for bit := 1; bit < len(f); bit <<= 1 {
		for s := range f {
			if s&bit != 0 {
				f[s] -= f[s^bit]
			}
		}
	}
}
