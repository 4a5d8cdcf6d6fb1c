package predict

import (
	"fmt"
	"math"

	"edgewise/theory/cell"
	"edgewise/theory/cost"
)

// expected computes the moments of the costs that a law assigns at given
// probabilities, over wirings and batches, from the mean losses of a window.
type expected struct {
	f       *frame
	law     Law
	votes   *Votes
	stack   []int
	batch   float64
	walk    *cost.Expectation // one-hot gates only
	p, n    []float64         // active probabilities; P(n effective edges)
	phi     []float64
	a, b, r []float64
	shares  [][]float64
	gate    [][]float64
}

// losses are the mean loss and entropy of a window.
type losses struct {
	loss, entropy float64
	classes       float64 // of the data; 0 means classes
}

func (l losses) gap() float64 { return l.loss - l.entropy }

// information is log K - H: what the predictions say about the labels at most.
func (l losses) information() float64 {
	k := l.classes
	if k == 0 {
		k = classes
	}
	return math.Max(0, math.Log(k)-l.entropy)
}

// sample is the variance of L - H over single images: 1 - exp(-2 (log K - H)),
// which is 2 (log K - H) = s^2 for small logits of standard deviation s (P2.5) and
// about 1 for a trained net.
func (l losses) sample() float64 { return -math.Expm1(-2 * l.information()) }

// scale is the root mean square of L - H over single images.
func (l losses) scale() float64 { return math.Sqrt(l.gap()*l.gap() + l.sample()) }

// classes is the number of classes of every data set that can be searched on;
// imported logs may say another (classesOf).
const classes = 10

func (f *frame) newExpected(stack []int, law Law) (*expected, error) {
	x := &expected{f: f, law: law, votes: NewVotes(f.cell, f.ops), stack: stack, batch: float64(f.spec.Batch)}
	x.votes.Flat = law.Flat
	if law.Energy != 0 {
		x.votes.Energy = law.Energy
	}
	if f.spec.OneHot() {
		if law.Hops != 0 {
			return nil, fmt.Errorf("law %q speaks of soft gates, not of sampled ones", law.Name)
		}
		var err error
		if x.walk, err = cost.NewExpectation(f.cell); err != nil {
			return nil, err
		}
	}
	e := f.edges
	x.p, x.a, x.b, x.r = make([]float64, e), make([]float64, e), make([]float64, e), make([]float64, e)
	x.n, x.phi = make([]float64, e+1), make([]float64, e+1)
	for range e {
		x.shares = append(x.shares, make([]float64, len(f.ops)))
		x.gate = append(x.gate, make([]float64, len(f.ops)))
	}
	return x, nil
}

// spread is the variance over batches of the mean L - H of a batch.
func (x *expected) spread(l losses) float64 { return l.sample() / x.batch }

// fill writes the probabilities of one kind as gates.
func (x *expected) fill(prob []float64, kind int) {
	for _, row := range x.gate {
		clear(row)
	}
	for _, s := range x.f.kindSlots(kind) {
		for i, o := range s.op {
			x.gate[s.edge][o] = prob[s.lo+i]
		}
	}
}

// voters is the expected number of voters of the last cell at the flat
// probabilities: of effective edges for one-hot gates.
func (x *expected) voters(prob []float64) (float64, error) {
	x.fill(prob, x.stack[len(x.stack)-1])
	if x.walk == nil {
		return x.votes.Shares(x.shares, x.gate), nil
	}
	x.active()
	if err := x.walk.Effective(x.n, x.p); err != nil {
		return 0, err
	}
	mean := 0.0
	for n, p := range x.n {
		mean += float64(n) * p
	}
	return mean, nil
}

// active writes the probability that each edge is not none.
func (x *expected) active() {
	for e, row := range x.gate {
		x.p[e] = 0
		for k, z := range row {
			if k != x.f.none {
				x.p[e] += z
			}
		}
		x.p[e] = math.Min(1, x.p[e])
	}
}

// moments returns the cost moments of every edge of a kind at the flat
// probabilities.
func (x *expected) moments(prob []float64, kind int, l losses) ([]edgeMoments, error) {
	x.fill(prob, kind)
	if x.f.spec.OneHot() {
		return x.sampled(kind, l)
	}
	return x.soft(prob, kind, l), nil
}

// sampled are the moments conditional on the edge being active: with the number
// n of effective edges (P4.3, P4.8)
//
//	(L-H)(n) = v n - u,  v E[n] = Redundancy (log K - H),  E[(L-H)(n)] = L - H
//	E[C | active]   = E[phi(n) 1_e | active] + f E[u_e - ubar]
//	E[C^2 | active] = E[(phi(n)^2 + spread/n^2) 1_e | active] + cross terms + noise,   phi(n) = v - u/n.
func (x *expected) sampled(kind int, l losses) ([]edgeMoments, error) {
	f, spread := x.f, x.spread(l)
	x.active()
	if err := x.walk.Effective(x.n, x.p); err != nil {
		return nil, err
	}
	mean, some := 0.0, 0.0
	for n, p := range x.n[1:] {
		mean += float64(n+1) * p
		some += p
	}
	v, u := 0.0, 0.0
	if some > 0 {
		v = x.law.Redundancy * l.information() / mean
		u = (v*mean - l.gap()) / some
	}
	square := 0.0 // q^2
	set := func(second bool) {
		for n := range x.phi {
			if n == 0 {
				continue
			}
			phi := v - u/float64(n)
			x.phi[n] = phi
			if second {
				x.phi[n] = phi*phi + spread/float64(n*n)
			}
		}
	}
	set(true)
	if err := x.walk.Costs(x.b, x.p, x.phi); err != nil {
		return nil, err
	}
	for n, p := range x.n {
		if n > 0 && some > 0 {
			square += p * x.phi[n] / some
		}
	}
	set(false)
	if err := x.walk.Costs(x.a, x.p, x.phi); err != nil {
		return nil, err
	}
	for n := range x.phi {
		x.phi[n] = 1
	}
	if err := x.walk.Costs(x.r, x.p, x.phi); err != nil {
		return nil, err
	}
	last := x.stack[len(x.stack)-1] == kind
	extra := x.lack(kind, square, l)
	noise := (x.law.Noise + x.law.OpNoise) * x.law.noises(x.stack, f.kinds, l)[kind] * square
	out := make([]edgeMoments, f.edges)
	for e := range out {
		if !last {
			x.a[e], x.b[e] = 0, 0
		}
		m := edgeMoments{mean: make([]float64, len(f.ops)), square: make([]float64, len(f.ops))}
		for k := range f.ops {
			if k != f.none {
				m.mean[k] = x.a[e] + extra[e]
				m.square[k] = math.Max(m.mean[k]*m.mean[k], x.b[e]+extra[e]*(2*x.a[e]+extra[e])+noise*x.r[e])
			}
		}
		out[e] = m
	}
	return out, nil
}

// lack is the expected tournament of each edge given that it is active, summed
// over the cells of the kind:
//
//	f P(source reached) (u_e - E[mean of u over e and the other edges into its node])
//
// with the other edges effective independently of each other, which is exact
// where at most one of them starts at an intermediate node.
func (x *expected) lack(kind int, square float64, l losses) []float64 {
	c := x.f.cell
	out := make([]float64, len(c.Edges))
	amplitude := x.law.amplitude(math.Sqrt(square), l)
	if amplitude == 0 {
		return out
	}
	reach := make([]float64, cell.Inputs+c.Nodes)
	for i := range cell.Inputs {
		reach[i] = 1
	}
	for j := cell.Inputs; j < len(reach); j++ {
		miss := 1.0
		for _, e := range c.Into(j) {
			miss *= 1 - x.p[e]*reach[c.Edges[e].From]
		}
		reach[j] = 1 - miss
	}
	for i, in := range routes(len(x.stack)) {
		if x.stack[i] != kind {
			continue
		}
		for j := cell.Inputs; j < len(reach); j++ {
			into := c.Into(j)
			for _, e := range into {
				u := x.law.lack(c.Edges[e].From, in)
				mean := u * inverse(1, into, e, -1, x.p, reach, c)
				for _, g := range into {
					if g != e {
						mean += x.law.lack(c.Edges[g].From, in) * x.p[g] * reach[c.Edges[g].From] * inverse(2, into, e, g, x.p, reach, c)
					}
				}
				out[e] += amplitude * reach[c.Edges[e].From] * (u - mean)
			}
		}
	}
	return out
}

// inverse is E[1/(base + N)], N the number of effective edges among into without
// skip1 and skip2.
func inverse(base int, into []int, skip1, skip2 int, p, reach []float64, c cell.Cell) float64 {
	dist := []float64{1}
	for _, e := range into {
		if e == skip1 || e == skip2 {
			continue
		}
		b := p[e] * reach[c.Edges[e].From]
		next := make([]float64, len(dist)+1)
		for n, x := range dist {
			next[n] += x * (1 - b)
			next[n+1] += x * b
		}
		dist = next
	}
	sum := 0.0
	for n, x := range dist {
		sum += x / float64(base+n)
	}
	return sum
}

// soft are the moments under soft gates at their probabilities: equal shares of
// L - H with its spread over batches, the tournament, and noise that all
// operations of an edge have in common and that each has for itself.
func (x *expected) soft(prob []float64, kind int, l losses) []edgeMoments {
	f := x.f
	voters := x.votes.Shares(x.shares, x.gate)
	square := 0.0
	if voters > 0 {
		square = (l.gap()*l.gap() + x.spread(l)) / (voters * voters)
	}
	extra := make([][]float64, f.edges)
	for e := range extra {
		extra[e] = make([]float64, len(f.ops))
	}
	if x.law.Hops != 0 && voters > 0 {
		amplitude, cells := l.scale()/voters, 0
		for i, lack := range x.law.meanRoutes(x.stack, f.cell, f.actives(prob)) {
			if x.stack[i] == kind {
				contest(extra, f.cell, x.gate, x.shares, lack, amplitude)
				cells++
			}
		}
		x.law.spread(extra, x.shares, cells, amplitude)
	}
	amplitude := x.law.amplitude(math.Sqrt(square), l)
	for i, in := range routes(len(x.stack)) {
		if x.stack[i] == kind {
			x.law.tournament(extra, f.cell, x.gate, x.shares, in, amplitude)
		}
	}
	growth := x.law.noises(x.stack, f.kinds, l)[kind] * square
	gap, spread := l.gap(), x.spread(l)
	if x.stack[len(x.stack)-1] != kind {
		gap, spread = 0, 0
	}
	out := make([]edgeMoments, f.edges)
	for e := range out {
		n := len(f.ops)
		m := edgeMoments{mean: make([]float64, n), square: make([]float64, n), cross: make([][]float64, n)}
		for k := range n {
			m.mean[k] = x.shares[e][k]*gap + extra[e][k]
		}
		for k := range n {
			m.cross[k] = make([]float64, n)
			for o := range n {
				m.cross[k][o] = m.mean[k]*m.mean[o] + x.shares[e][k]*x.shares[e][o]*spread
				if x.shares[e][k] != 0 && x.shares[e][o] != 0 {
					m.cross[k][o] += x.law.Noise * growth
				}
			}
			if x.shares[e][k] != 0 {
				m.cross[k][k] += x.law.OpNoise * growth
			}
			m.square[k] = m.cross[k][k]
		}
		out[e] = m
	}
	return out
}
