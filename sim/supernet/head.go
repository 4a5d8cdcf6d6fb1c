package supernet

import (
	"math/rand/v2"

	"edgewise/sim/kernel"
	"edgewise/sim/mixop"
)

// head is global average pooling and a linear map without bias (or with one, on
// request): logits = W·GAP(x).
type head[T kernel.Float] struct {
	c, classes   int
	in           kernel.Planes
	m            []kernel.Moment  // [B][c]
	w, bias      *mixop.Weight[T] // [classes][c], [classes] or nil
	feat, dfeat  []float64        // [B][c]
	logits, grad []T              // [B][classes]
}

func newHead[T kernel.Float](cfg Config, in kernel.Planes, rnd *rand.Rand) *head[T] {
	h := &head[T]{c: in.C, classes: cfg.Classes, in: in, m: make([]kernel.Moment, cfg.Batch*in.C)}
	h.w = mixop.NewWeight[T]("classifier.weight", h.classes*h.c, h.c, rnd)
	if cfg.HeadBias {
		h.bias = mixop.NewWeight[T]("classifier.bias", h.classes, h.c, rnd)
	}
	h.feat, h.dfeat = make([]float64, cfg.Batch*h.c), make([]float64, cfg.Batch*h.c)
	h.logits, h.grad = make([]T, cfg.Batch*h.classes), make([]T, cfg.Batch*h.classes)
	return h
}

// pool takes the features of image b, the means over the planes of x.
func (h *head[T]) pool(b int, x []T) {
	m := h.m[b*h.c:][:h.c]
	kernel.ChannelMoments(m, x, h.in)
	for c, v := range m {
		h.feat[b*h.c+c] = v.Mean
	}
}

// forward computes the logits of image b from its features, in float64 inside.
func (h *head[T]) forward(b int) {
	f := h.feat[b*h.c:][:h.c]
	for k := range h.classes {
		sum := 0.0
		if h.bias != nil {
			sum = float64(h.bias.Value[k])
		}
		for c, w := range h.w.Value[k*h.c:][:h.c] {
			sum += float64(w) * f[c]
		}
		h.logits[b*h.classes+k] = T(sum)
	}
}

// backward writes ∂L/∂x of image b: constant over each plane.
func (h *head[T]) backward(b int, gx []T) {
	hw := len(gx) / h.c
	d := h.dfeat[b*h.c:][:h.c]
	clear(d)
	for k, g := range h.grad[b*h.classes:][:h.classes] {
		for c, w := range h.w.Value[k*h.c:][:h.c] {
			d[c] += float64(g) * float64(w)
		}
	}
	for c, v := range d {
		p := gx[c*hw:][:hw]
		p[0] = T(v / float64(hw))
		for i := 1; i < hw; i *= 2 {
			copy(p[i:], p[:i])
		}
	}
}

// accumulate adds the gradients of the head's weights, images in order.
func (h *head[T]) accumulate(batch int) {
	for k := range h.classes {
		for c := range h.c {
			sum := 0.0
			for b := range batch {
				sum += float64(h.grad[b*h.classes+k]) * h.feat[b*h.c+c]
			}
			h.w.Grad[k*h.c+c] += T(sum)
		}
		if h.bias != nil {
			sum := 0.0
			for b := range batch {
				sum += float64(h.grad[b*h.classes+k])
			}
			h.bias.Grad[k] += T(sum)
		}
	}
}
