package surrogate

import "edgewise/theory/cell"

// Ascend moves the codes of the tokens of each wiring along the gradient of the
// predicted accuracy, e_t ← e_t + η·∂f/∂e_t, and returns what the decoder writes for
// them, greedily.
func (m *Model) Ascend(w []cell.Wiring, eta float64) []cell.Wiring {
	t := &m.tape
	t.reset()
	codes, _ := m.encode(w)
	mark := len(t.back)
	y := m.predict(m.pool(codes))
	for b := range y.g {
		y.g[b] = 1
	}
	for i := len(t.back) - 1; i >= mark; i-- {
		t.back[i]() // to the codes, not into the encoder
	}
	moved := make([]*array, len(codes))
	for i, c := range codes {
		moved[i] = t.array(c.rows, c.cols)
		axpy(moved[i].v, 1, c.v)
		axpy(moved[i].v, eta, c.g)
	}
	out := make([]cell.Wiring, len(w))
	for b := range out {
		out[b] = make(cell.Wiring, m.cfg.Tokens)
	}
	m.decoder(moved, m.pool(moved), func(i int, logits *array) []int {
		best := make([]int, logits.rows)
		for b := range best {
			for k, v := range logits.row(b) {
				if v > logits.row(b)[best[b]] {
					best[b] = k
				}
			}
			out[b][i] = best[b]
		}
		return best
	})
	return out
}

// Propose returns up to n wirings that known does not contain, by ascent from the
// seeds with η = 1, 2, ..., etas, in the order in which they were found. known is not
// changed.
func (m *Model) Propose(seeds []cell.Wiring, n, etas int, known func(cell.Wiring) bool) []cell.Wiring {
	var out []cell.Wiring
	have := map[string]bool{}
	for eta := 1; eta <= etas && len(out) < n && len(seeds) > 0; eta++ {
		for _, w := range m.Ascend(seeds, float64(eta)) {
			key := key(w)
			if have[key] || known(w) || len(out) == n {
				continue
			}
			have[key] = true
			out = append(out, w)
		}
	}
	return out
}

func key(w cell.Wiring) string {
	b := make([]byte, len(w))
	for i, o := range w {
		b[i] = byte(o)
	}
	return string(b)
}
