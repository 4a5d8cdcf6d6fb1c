package ablation

import (
	"math"
	"math/rand/v2"

	"edgewise/sim/spec"
	"edgewise/theory/cell"
	"edgewise/theory/cost"
)

// World holds the constants of the theory's supernet: one cell whose edges are
// voters. For an image of class c with label y, a unit of gate of any operation
// other than none on edge e adds to the logits, once the edge's source is reached,
//
//	z_e = mu_e [k=c] + m_e [k=y, training images only] + sigma_e eps_ek + Confusion mu_e eps'_k + Leak m_e eps''_k
//
// with eps standard normal, its own for every edge (random features do not agree:
// P4.1), eps' and eps” common to all edges (what makes two classes alike, or was
// learned by heart, does so on every route). Under gradient flow every edge learns in proportion to its participation,
//
//	mu_e'    = -eta Signal (mu_e + Seed) dL/dmu_e
//	m_e'     = -eta Memory/images dL/dm_e
//	sigma_e' = -eta Settle dL/dsigma_e,      eta = rate/(1 - momentum) of theta,
//
// sigma_e starts at Birth times the head's scale, and at Birth sqrt(Energy) on edges
// from intermediate nodes (P4.1, P6). Everything else follows: phi(n), L - H, the
// reachability of (2,3), over-confidence on held-out images.
type World struct {
	Birth, Energy, Signal, Seed, Memory, Leak, Settle, Confusion float64
}

// Theory is the world that predictions of ablations use. Its constants were fitted
// (World.Fit) to the curves of L and H of the two base arms of the default grid under
// seed 101, which no table scores; nothing about edges or alpha was fitted.
var Theory = World{Birth: 0.069, Energy: 1.7, Signal: 1.39, Seed: 0.11, Memory: 11.6, Leak: 1.94, Settle: 0.46, Confusion: 0.69}

// batches is the number of batches over which a step's moments are taken, and
// refresh the number of steps for which they are held.
const (
	batches = 4
	refresh = 10
)

const classes = 10

// image is one image of the world; eps is [edge][class].
type image struct {
	class, label int
	eps          [][]float64
	alike, stray []float64 // eps' and eps''
}

// split is a set of batches of images, and whether the net is trained on them.
type split struct {
	images   [batches][]image
	training bool
}

// state is the net of the world: what each edge's voters have learned.
type state struct {
	mu, m, sigma []float64
}

func (w World) start(c cell.Cell, s *spec.Spec) state {
	n := len(c.Edges)
	st := state{make([]float64, n), make([]float64, n), make([]float64, n)}
	for e, ed := range c.Edges {
		st.sigma[e] = w.Birth * s.Net.HeadScale
		if !ed.FromInput() {
			st.sigma[e] *= math.Sqrt(w.Energy)
		}
	}
	return st
}

// newSplit draws the images of a split; halves of a batch are mirror images, so
// that noise has no mean.
func newSplit(name uint64, edges int, s *spec.Spec, training bool) *split {
	r := rand.New(rand.NewPCG(2009, name)) // the world's images are the same for every search
	out := &split{training: training}
	normal := func() []float64 {
		v := make([]float64, classes)
		for k := range v {
			v[k] = r.NormFloat64()
		}
		return v
	}
	flip := func(v []float64) []float64 {
		f := make([]float64, len(v))
		for k := range v {
			f[k] = -v[k]
		}
		return f
	}
	wrong := s.Data.LabelNoise
	for b := range out.images {
		for i := 0; len(out.images[b]) < s.Batch; i++ {
			x := image{class: i % classes, alike: normal(), stray: normal()}
			x.label = x.class
			if r.Float64() < wrong {
				x.label = r.IntN(classes)
			}
			for range edges {
				x.eps = append(x.eps, normal())
			}
			y := image{class: x.class, label: x.label, alike: flip(x.alike), stray: flip(x.stray)}
			for _, e := range x.eps {
				y.eps = append(y.eps, flip(e))
			}
			out.images[b] = append(out.images[b], x, y)
		}
		out.images[b] = out.images[b][:s.Batch]
	}
	return out
}

// voter writes z_e of an image for a unit of gate.
func (w World) voter(dst []float64, st *state, e int, x *image, training bool) {
	for k := range dst {
		dst[k] = st.sigma[e]*x.eps[e][k] + w.Confusion*st.mu[e]*x.alike[k] + w.Leak*st.m[e]*x.stray[k]
	}
	dst[x.class] += st.mu[e]
	if training {
		dst[x.label] += st.m[e]
	}
}

// pulls are the derivatives of the loss in the state.
type pulls struct{ mu, m, sigma []float64 }

// pull adds, with weight, the derivatives of the mean loss of a batch at the
// effective gates of each edge.
func (w World) pull(d *pulls, st *state, batch []image, gate []float64, weight float64) {
	z, p := make([]float64, classes), make([]float64, classes)
	sum := make([]float64, classes)
	for i := range batch {
		x := &batch[i]
		clear(sum)
		for e, g := range gate {
			if g == 0 {
				continue
			}
			w.voter(z, st, e, x, true)
			for k := range sum {
				sum[k] += g * z[k]
			}
		}
		cost.Softmax(p, sum)
		p[x.label]--
		alike, stray := 0.0, 0.0
		for k := range p {
			alike += p[k] * x.alike[k]
			stray += p[k] * x.stray[k]
		}
		for e, g := range gate {
			if g == 0 {
				continue
			}
			f := g * weight / float64(len(batch))
			d.mu[e] += f * (p[x.class] + w.Confusion*alike)
			d.m[e] += f * (p[x.label] + w.Leak*stray)
			for k := range p {
				d.sigma[e] += f * p[k] * x.eps[e][k]
			}
		}
	}
}

// learn takes one step of theta.
func (w World) learn(st *state, d *pulls, eta float64, images int) {
	for e := range st.mu {
		st.mu[e] = math.Max(0, st.mu[e]-eta*w.Signal*(st.mu[e]+w.Seed)*d.mu[e])
		st.m[e] = math.Max(0, st.m[e]-eta*w.Memory/float64(images)*d.m[e])
		st.sigma[e] = math.Max(0, st.sigma[e]-eta*w.Settle*d.sigma[e])
	}
}
