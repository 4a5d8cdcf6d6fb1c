// Package surrogate is a predictor of the accuracy of wirings, after SemiNAS (Luo et
// al., NeurIPS 2020, arXiv 2002.10389): an encoder reads a wiring as a sequence of
// tokens, one per edge, a predictor reads the accuracy from the code, a decoder
// writes the wiring back. Few evaluated wirings train it; it labels others, learns
// from its own labels, and proposes wirings by gradient ascent on its code.
//
// From the paper and its code: the three parts, the loss 0.8·MSE + 0.2·NLL, z-scored
// accuracies, Adam with L2 1e-4 and clipping at 5, labelled pairs repeated
// among the pseudo-labelled ones, ascent of the encoder's outputs by η = 1, 2, ...
// until the decoder writes something new. Ours: the sizes (16 units for 64), a rate of 0.005 for 0.001 because the passes are few, no
// dropout, gradients on a small tape.
package surrogate

import (
	"fmt"
	"math"
	"math/rand/v2"

	"edgewise/theory/cell"
	"edgewise/theory/dynamics"
)

// Config sizes a model. The zero value of a field takes the default in brackets.
type Config struct {
	Tokens int     // edges of a wiring, over all kinds of cells
	Ops    int     // candidates per edge
	Units  int     // of the recurrent layers and the code [16]
	Trade  float64 // share of the squared error in the loss; the rest is the decoder's [0.8]
	Rate   float64 // of Adam [0.005]
	Decay  float64 // L2 [1e-4]
	Clip   float64 // largest norm of a gradient [5]
	Batch  int     // [50]
}

func (c Config) withDefaults() (Config, error) {
	if c.Tokens < 1 || c.Ops < 2 {
		return c, fmt.Errorf("a surrogate needs at least 1 edge and 2 operations, not %d and %d", c.Tokens, c.Ops)
	}
	def := func(v *float64, d float64) {
		if *v == 0 {
			*v = d
		}
	}
	def(&c.Trade, 0.8)
	def(&c.Rate, 5e-3)
	def(&c.Decay, 1e-4)
	def(&c.Clip, 5)
	if c.Units == 0 {
		c.Units = 16
	}
	if c.Batch == 0 {
		c.Batch = 50
	}
	return c, nil
}

// cellParams are the weights of one recurrent layer.
type cellParams struct{ wx, wh, b *array }

// Model is encoder, predictor and decoder with their weights.
type Model struct {
	cfg   Config
	value []float64 // all weights
	grad  []float64
	optim dynamics.Adam

	embed             *array // [ops+1][U]; the last row starts the decoder
	forth, reverse    cellParams
	project, projectB *array // [U][2U]: both directions to a token's code
	hidden, hiddenB   *array // predictor
	hidden2, hidden2B *array
	out, outB         *array
	start, startB     *array // code to the decoder's first state
	decode            cellParams
	write, writeB     *array  // [ops][2U]
	mean, std         float64 // of the labels, for the z-score
	tape              tape
	params            []*array
}

// New returns a model with weights uniform in ±1/√fan-in drawn from rnd.
func New(c Config, rnd *rand.Rand) (*Model, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	m := &Model{cfg: c, std: 1, optim: dynamics.Adam{LR: c.Rate, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, WeightDecay: c.Decay}}
	u := c.Units
	layer := func(w, b **array, out, in int) {
		m.declare(w, out, in)
		m.declare(b, 1, out)
	}
	recurrent := func(p *cellParams, in int) {
		m.declare(&p.wx, 4*u, in)
		m.declare(&p.wh, 4*u, u)
		m.declare(&p.b, 1, 4*u)
	}
	m.declare(&m.embed, c.Ops+1, u)
	recurrent(&m.forth, u)
	recurrent(&m.reverse, u)
	layer(&m.project, &m.projectB, u, 2*u)
	layer(&m.hidden, &m.hiddenB, u, u)
	layer(&m.hidden2, &m.hidden2B, u, u)
	layer(&m.out, &m.outB, 1, u)
	layer(&m.start, &m.startB, u, u)
	recurrent(&m.decode, u)
	layer(&m.write, &m.writeB, c.Ops, 2*u)
	n := 0
	for _, p := range m.params {
		n += p.rows * p.cols
	}
	m.value, m.grad = make([]float64, n), make([]float64, n)
	n = 0
	for _, p := range m.params {
		k := p.rows * p.cols
		p.v, p.g = m.value[n:n+k:n+k], m.grad[n:n+k:n+k]
		n += k
		if p.rows == 1 && p != m.out {
			continue // biases start at 0
		}
		bound := 1 / math.Sqrt(float64(p.cols))
		for i := range p.v {
			p.v[i] = bound * (2*rnd.Float64() - 1)
		}
	}
	return m, nil
}

func (m *Model) declare(to **array, rows, cols int) {
	*to = &array{rows: rows, cols: cols}
	m.params = append(m.params, *to)
}

// encode returns the code of every token, rows of unit length, and the code of the
// wirings, the unit vector along their mean.
func (m *Model) encode(w []cell.Wiring) (codes []*array, code *array) {
	t, n, u := &m.tape, m.cfg.Tokens, m.cfg.Units
	x := make([]*array, n)
	for i := range x {
		x[i] = t.rowsOf(m.embed, column(w, i))
	}
	f, r := make([]*array, n), make([]*array, n)
	h, c := t.array(len(w), u), t.array(len(w), u)
	for i := range n {
		h, c = t.lstm(x[i], h, c, &m.forth)
		f[i] = h
	}
	h, c = t.array(len(w), u), t.array(len(w), u)
	for i := n - 1; i >= 0; i-- {
		h, c = t.lstm(x[i], h, c, &m.reverse)
		r[i] = h
	}
	for i := range n {
		y := t.sum(1, x[i], t.linear(t.beside(f[i], r[i]), m.project, m.projectB))
		codes = append(codes, t.unit(y))
	}
	return codes, m.pool(codes)
}

func (m *Model) pool(codes []*array) *array {
	return m.tape.unit(m.tape.sum(1/float64(len(codes)), codes...))
}

func column(w []cell.Wiring, i int) []int {
	out := make([]int, len(w))
	for b := range w {
		out[b] = w[b][i]
	}
	return out
}

// predict returns the z-scored accuracy of codes, [B][1].
func (m *Model) predict(code *array) *array {
	t := &m.tape
	y := t.relu(t.linear(code, m.hidden, m.hiddenB))
	y = t.sum(math.Sqrt(0.5), code, t.relu(t.linear(y, m.hidden2, m.hidden2B)))
	return t.linear(y, m.out, m.outB)
}

// decoder steps over the tokens: choose returns the token that follows.
func (m *Model) decoder(codes []*array, code *array, choose func(i int, logits *array) []int) {
	t := &m.tape
	h, c := t.linear(code, m.start, m.startB), t.array(code.rows, m.cfg.Units)
	last := make([]int, code.rows)
	for b := range last {
		last[b] = m.cfg.Ops
	}
	for i := range m.cfg.Tokens {
		h, c = t.lstm(t.rowsOf(m.embed, last), h, c, &m.decode)
		last = choose(i, t.linear(t.beside(h, t.attend(h, codes)), m.write, m.writeB))
	}
}

// losses puts the loss of a batch on the tape: trade·MSE + (1 − trade)·NLL, the
// latter a mean over tokens.
func (m *Model) losses(w []cell.Wiring, z []float64) {
	codes, code := m.encode(w)
	m.tape.squares(m.cfg.Trade, m.predict(code), z)
	if m.cfg.Trade == 1 {
		return
	}
	m.decoder(codes, code, func(i int, logits *array) []int {
		y := column(w, i)
		m.tape.likelihood((1-m.cfg.Trade)/float64(m.cfg.Tokens), logits, y)
		return y
	})
}

// Predict returns the predicted accuracies.
func (m *Model) Predict(w []cell.Wiring) []float64 {
	out := make([]float64, 0, len(w))
	for lo := 0; lo < len(w); lo += 256 {
		m.tape.reset()
		_, code := m.encode(w[lo:min(lo+256, len(w))])
		for _, v := range m.predict(code).v {
			out = append(out, m.mean+m.std*v)
		}
	}
	return out
}
