package proofs

import (
	"math"

	"edgewise/sim/supernet"
	"edgewise/theory/cell"
	"edgewise/theory/cost"
)

func checkConvexityBound(e *env) (Outcome, error) {
	var m meter
	local, loo := make([]float64, 4), make([]float64, 4)
	for range 2000 {
		voters := make(cost.Voters, 4)
		for i := range voters {
			voters[i] = e.normals(6, e.uniform(0.1, 3))
		}
		if err := voters.LocalCosts(local, 2); err != nil {
			return Outcome{}, err
		}
		if err := voters.LeaveOneOut(loo, 2); err != nil {
			return Outcome{}, err
		}
		for i := range local {
			m.add(math.Max(0, pick(e, loo[i]-local[i], local[i]-loo[i])))
		}
	}
	return m.within(1e-12)
}

// leaveOut returns L(A) - L(A \ e) on the batch.
func (l *lab) leaveOut(w cell.Wiring, i int) (local, loo float64, err error) {
	r, err := l.read(l.hard(w), supernet.Train)
	if err != nil {
		return 0, 0, err
	}
	local = r.cost[0][i][w[i]]
	without := append(cell.Wiring(nil), w...)
	without[i] = 0
	q, err := l.read(l.hard(without), supernet.Train)
	return local, r.loss - q.loss, err
}

// scaleHead multiplies the head's weights, to leave the leading order.
func (l *lab) scaleHead(f float64) error {
	w, err := l.head()
	for i := range w.Value {
		w.Value[i] *= f
	}
	return err
}

func checkConvexityNet(e *env) (Outcome, error) {
	var m meter
	for range 4 {
		l, err := newLab(e, labOptions{ops: mixedOps, cells: 1, eps: 1e-5, batch: 8})
		if err != nil {
			return Outcome{}, err
		}
		defer l.net.Close()
		if err := l.scaleHead(3); err != nil {
			return Outcome{}, err
		}
		for _, w := range []cell.Wiring{{3, 2, 3, 3, 3}, {2, 3, 1, 2, 2}} {
			for i := 2; i < 5; i++ {
				local, loo, err := l.leaveOut(w, i)
				if err != nil {
					return Outcome{}, err
				}
				m.add(math.Max(0, pick(e, loo-local, local-loo)))
			}
		}
	}
	return m.within(1e-12)
}

// checkDownstream looks for edges (0,2) and (1,2) with C < LOO.
func checkDownstream(e *env) (Outcome, error) {
	found := false
	for range 8 {
		l, err := newLab(e, labOptions{ops: mixedOps, cells: 1, eps: 1e-5, batch: 8})
		if err != nil {
			return Outcome{}, err
		}
		defer l.net.Close()
		if err := l.scaleHead(3); err != nil {
			return Outcome{}, err
		}
		for i := range 2 {
			w := cell.Wiring{3, 3, 3, 3, pick(e, 3, 0)}
			local, loo, err := l.leaveOut(w, i)
			if err != nil {
				return Outcome{}, err
			}
			found = found || local < loo-1e-3
		}
	}
	var m meter
	m.holds(found)
	return m.within(0)
}
