package proofs

import (
	"math"

	"edgewise/sim/supernet"
	"edgewise/theory/cell"
	"edgewise/theory/cost"
	"edgewise/theory/dynamics"
)

// checkLOOSymmetric: two edges {none, op}, any L on the four wirings. The
// conditional leave-one-out cost of edge e is E[L(1, a) - L(0, a)] over the
// other edge.
func checkLOOSymmetric(e *env) (Outcome, error) {
	var m meter
	for range 20 {
		l := e.normals(4, 1)     // L(a0, a1) at a0 + 2 a1
		slope := e.normals(4, 1) // end-point slopes of a loss with that L
		field := dynamics.DSNASField(2, dynamics.Textbook, func(c, p []float64) {
			c[0], c[2] = 0, 0
			c[1] = p[2]*(l[1]-l[0]) + p[3]*(l[3]-l[2])
			c[3] = p[0]*(l[2]-l[0]) + p[1]*(l[3]-l[1])
			if e.mutated {
				c[1] = p[2]*slope[0] + p[3]*slope[1]
				c[3] = p[0]*slope[2] + p[1]*slope[3]
			}
		})
		m.add(dynamics.Asymmetry(dynamics.Jacobian(field, e.normals(4, 1))))
	}
	return m.within(1e-7)
}

// checkLOOFree compares L(z) - L(z - z_e) with a second forward pass of the net,
// for edges without downstream edges; z_e is the change of the logits.
func checkLOOFree(e *env) (Outcome, error) {
	l, err := newLab(e, labOptions{ops: mixedOps, cells: 1, eps: 1e-5, batch: 8})
	if err != nil {
		return Outcome{}, err
	}
	defer l.net.Close()
	w := cell.Wiring{3, 2, 3, 2, 3}
	full, err := l.read(l.hard(w), supernet.Train)
	if err != nil {
		return Outcome{}, err
	}
	var m meter
	for i := 2; i < 5; i++ {
		// The voter alone: every other edge into node 3 none. Node 2 keeps
		// its edges, so that its own logits must be taken off again.
		alone, none := append(cell.Wiring(nil), w...), append(cell.Wiring(nil), w...)
		for j := 2; j < 5; j++ {
			none[j] = 0
			if j != i {
				alone[j] = 0
			}
		}
		with, err := l.read(l.hard(alone), supernet.Train)
		if err != nil {
			return Outcome{}, err
		}
		base, err := l.read(l.hard(none), supernet.Train)
		if err != nil {
			return Outcome{}, err
		}
		_, loo, err := l.leaveOut(w, i)
		if err != nil {
			return Outcome{}, err
		}
		free := 0.0
		z := make([]float64, 10)
		for b, s := range full.sample {
			for k := range z {
				z[k] = full.logits[10*b+k]
				if !e.mutated {
					z[k] -= with.logits[10*b+k] - base.logits[10*b+k]
				}
			}
			loss, _, _, err := cost.Output(z, int(l.labels[b]))
			if err != nil {
				return Outcome{}, err
			}
			free += (s.Loss - loss) / float64(l.batch)
		}
		m.diff(free, loo)
	}
	return m.within(1e-12)
}

// checkThirdOrder: the error falls as the cube of the voter's size.
func checkThirdOrder(e *env) (Outcome, error) {
	var m meter
	for range 20 {
		base, own := e.normals(5, 1), e.normals(5, 1)
		err := func(t float64) (float64, error) {
			small := make([]float64, len(own))
			for i := range own {
				small[i] = t * own[i]
			}
			voters := cost.Voters{base, small}
			second, loo, local := make([]float64, 2), make([]float64, 2), make([]float64, 2)
			if err := voters.SecondOrder(second, 1); err != nil {
				return 0, err
			}
			if err := voters.LeaveOneOut(loo, 1); err != nil {
				return 0, err
			}
			if err := voters.LocalCosts(local, 1); err != nil {
				return 0, err
			}
			if e.mutated { // C - z'Hz
				second[1] = 2*second[1] - local[1]
			}
			return math.Abs(second[1] - loo[1]), nil
		}
		big, err1 := err(1e-2)
		small, err2 := err(1e-3)
		if err1 != nil {
			return Outcome{}, err1
		}
		if err2 != nil {
			return Outcome{}, err2
		}
		// An error of a t^3 + O(t^4): the ratio is 1000 to a few per cent, unless
		// a is small by chance.
		if big > 1e-8 {
			m.add(math.Abs(math.Log10(big/small) - 3))
		}
	}
	return m.within(0.3)
}

// lossOf is L at logits z, for label 0, and log K for no voters at all.
func lossOf(z []float64) (float64, error) {
	loss, _, _, err := cost.Output(z, 0)
	return loss, err
}

func checkShapley(e *env) (Outcome, error) {
	return checkEfficient(e, func(v cost.Voters, dst []float64) error { return v.Shapley(dst, 0) })
}

func checkIntegrated(e *env) (Outcome, error) {
	return checkEfficient(e, func(v cost.Voters, dst []float64) error { return v.IntegratedGradients(dst, 0) })
}

// checkEfficient: an assignment adds up to L(A) - log K.
func checkEfficient(e *env, assign func(cost.Voters, []float64) error) (Outcome, error) {
	var m meter
	for range 20 {
		v := make(cost.Voters, 5)
		for i := range v {
			v[i] = e.normals(6, 1)
		}
		dst := make([]float64, len(v))
		var err error
		if e.mutated {
			err = v.LocalCosts(dst, 0)
		} else {
			err = assign(v, dst)
		}
		if err != nil {
			return Outcome{}, err
		}
		loss, err := lossOf(v.Logits())
		if err != nil {
			return Outcome{}, err
		}
		m.diff(sum(dst), loss-math.Log(6))
	}
	return m.within(1e-10)
}
