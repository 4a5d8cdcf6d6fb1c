package ode

import (
	"fmt"
	"math/big"
)

// Tableau is an explicit Runge-Kutta pair with dense output, in exact rationals:
//
//	k_i  = F(t + C_i h, y + h sum_{j<i} A_ij k_j)
//	y1   = y + h sum B_i k_i                     (order Order)
//	err  = h sum E_i k_i                         (B minus the embedded weights)
//	y(t + s h) = y + h sum_i k_i sum_j Dense_ij s^(j+1)
//
// The last stage is F at (t+h, y1), the first of the next step (FSAL): its row
// of A is B.
type Tableau struct {
	Name          string
	Order         int // of y1
	EmbeddedOrder int // of the embedded solution
	DenseOrder    int // of the dense output, uniformly in s
	A             [][]*big.Rat
	B, C, E       []*big.Rat
	Dense         [][]*big.Rat

	a     [][]float64
	b, c  []float64
	e     []float64
	dense [][]float64
}

// newTableau reads the rows of A (strictly lower triangle, the last row being
// B), E and Dense as decimal or fractional literals; C is the row sums of A.
// The literals are constants of this package: a bad one panics at start.
func newTableau(name string, order, embedded, denseOrder int, a [][]string, e []string, dense [][]string) *Tableau {
	t := &Tableau{Name: name, Order: order, EmbeddedOrder: embedded, DenseOrder: denseOrder}
	stages := len(a)
	for i := range a {
		row := make([]*big.Rat, stages)
		sum := new(big.Rat)
		for j := range row {
			row[j] = new(big.Rat)
			if j < len(a[i]) {
				row[j] = rational(a[i][j])
			}
			sum.Add(sum, row[j])
		}
		t.A, t.C = append(t.A, row), append(t.C, sum)
	}
	t.B = t.A[stages-1]
	for _, x := range e {
		t.E = append(t.E, rational(x))
	}
	for _, row := range dense {
		var r []*big.Rat
		for _, x := range row {
			r = append(r, rational(x))
		}
		t.Dense = append(t.Dense, r)
	}
	t.b, t.c, t.e = floats(t.B), floats(t.C), floats(t.E)
	for i := range t.A {
		t.a = append(t.a, floats(t.A[i]))
		t.dense = append(t.dense, floats(t.Dense[i]))
	}
	return t
}

func rational(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		panic(fmt.Sprintf("ode: %q is not a rational number", s))
	}
	return r
}

func floats(r []*big.Rat) []float64 {
	out := make([]float64, len(r))
	for i, x := range r {
		out[i], _ = x.Float64()
	}
	return out
}

var dormandPrince = newTableau("Dormand-Prince 5(4)", 5, 4, 4,
	[][]string{
		{},
		{"1/5"},
		{"3/40", "9/40"},
		{"44/45", "-56/15", "32/9"},
		{"19372/6561", "-25360/2187", "64448/6561", "-212/729"},
		{"9017/3168", "-355/33", "46732/5247", "49/176", "-5103/18656"},
		{"35/384", "0", "500/1113", "125/192", "-2187/6784", "11/84"},
	},
	[]string{"71/57600", "0", "-71/16695", "71/1920", "-17253/339200", "22/525", "-1/40"},
	[][]string{ // Shampine's choice of the free parameter, Math. Comp. 46 (1986)
		{"1", "-8048581381/2820520608", "8663915743/2820520608", "-12715105075/11282082432"},
		{"0", "0", "0", "0"},
		{"0", "131558114200/32700410799", "-68118460800/10900136933", "87487479700/32700410799"},
		{"0", "-1754552775/470086768", "14199869525/1410260304", "-10690763975/1880347072"},
		{"0", "127303824393/49829197408", "-318862633887/49829197408", "701980252875/199316789632"},
		{"0", "-282668133/205662961", "2019193451/616988883", "-1453857185/822651844"},
		{"0", "40617522/29380423", "-110615467/29380423", "69997945/29380423"},
	})

var bogackiShampine = newTableau("Bogacki-Shampine 3(2)", 3, 2, 3,
	[][]string{
		{},
		{"1/2"},
		{"0", "3/4"},
		{"2/9", "1/3", "4/9"},
	},
	[]string{"-5/72", "1/12", "1/9", "-1/8"},
	[][]string{ // the cubic Hermite interpolant
		{"1", "-4/3", "5/9"},
		{"0", "1", "-2/3"},
		{"0", "4/3", "-8/9"},
		{"0", "-1", "1"},
	})

// DormandPrince returns the pair of J. R. Dormand and P. J. Prince, J. Comput.
// Appl. Math. 6 (1980): order 5, embedded 4, seven stages of which the last is
// the next step's first, dense output of order 4.
func DormandPrince() Method { return explicit{dormandPrince} }

// BogackiShampine returns the pair of P. Bogacki and L. F. Shampine, Appl. Math.
// Lett. 2 (1989): order 3, embedded 2, dense output of order 3.
func BogackiShampine() Method { return explicit{bogackiShampine} }

// Tableaux returns the tableaux of the explicit methods.
func Tableaux() []*Tableau { return []*Tableau{dormandPrince, bogackiShampine} }
