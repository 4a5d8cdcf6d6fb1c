package mixop

import (
	"math"

	"edgewise/sim/kernel"
)

// NormKind says what normalises the linear maps of a net.
type NormKind uint8

// The kinds: batch norm, the norm of two groups of channels of each image, that of
// all channels of each image, or nothing.
const (
	BatchNorm NormKind = iota
	GroupNorm
	LayerNorm
	NoNorm
)

// NormConfig describes the norm behind every linear map.
type NormConfig struct {
	Kind   NormKind
	Eps    float64
	Affine bool // γ and β per channel
}

// normOf returns what stands behind a map of c channels: batch norm, or the
// identity (with γ and β, if affine) behind which Group has normalised already.
func normOf[T kernel.Float](cfg NormConfig, name string, batch, c int) *Norm[T] {
	if cfg.Kind == BatchNorm {
		return NewNorm[T](name, batch, c, cfg.Eps, cfg.Affine)
	}
	n := NewIdentity[T](batch, c)
	n.Name = name
	if cfg.Affine {
		n.Shift = make([]T, c)
		n.Gamma = NewConstant[T](name+".weight", c, 1)
		n.Beta = NewConstant[T](name+".bias", c, 0)
	}
	return n
}

// Behind returns the norm that stands behind a map of c channels, and the pass that
// normalises each image before it, nil with batch norm and without any.
func Behind[T kernel.Float](cfg NormConfig, name string, batch, c int) (*Norm[T], *Group[T]) {
	return normOf[T](cfg, name, batch, c), newGroup[T](cfg, batch, c)
}

// Group normalises each image by itself, in place, over groups of channels and all
// their pixels:
//
//	v := (v − μ)/√(s² + eps)
//
// with μ, s² the mean and the biased variance of the group. It is a pass of its own
// behind a linear map, for nets without batch norm; a nil Group does nothing.
type Group[T kernel.Float] struct {
	groups int
	eps    float64
	istd   []float64 // [B][groups]
}

// newGroup returns the group norm of a configuration, nil where it has none.
func newGroup[T kernel.Float](cfg NormConfig, batch, c int) *Group[T] {
	groups := 1
	switch {
	case cfg.Kind == GroupNorm && c%2 == 0:
		groups = 2
	case cfg.Kind != GroupNorm && cfg.Kind != LayerNorm:
		return nil
	}
	return &Group[T]{groups: groups, eps: cfg.Eps, istd: make([]float64, batch*groups)}
}

// Forward normalises v of image b, dense planes p.
func (g *Group[T]) Forward(b int, v []T, p kernel.Planes) {
	if g == nil {
		return
	}
	n := p.Len() / g.groups
	for k := range g.groups {
		part := v[k*n:][:n]
		sum, square := 0.0, 0.0
		for _, x := range part {
			sum += float64(x)
		}
		mean := sum / float64(n)
		for _, x := range part {
			d := float64(x) - mean
			square += d * d
		}
		istd := 1 / math.Sqrt(square/float64(n)+g.eps)
		g.istd[b*g.groups+k] = istd
		for i, x := range part {
			part[i] = T((float64(x) - mean) * istd)
		}
	}
}

// Backward takes the gradient of the normalised v back to that of the map's output,
//
//	dv := (dv − mean dv − v·mean(dv·v))/√(s² + eps),
//
// means over the group; v is dense with shape p, dv has layout lay, whose border
// stays as it is.
func (g *Group[T]) Backward(b int, dv []T, lay kernel.Planes, v []T, p kernel.Planes) {
	if g == nil {
		return
	}
	per := p.C / g.groups
	rows := func(k int, f func(d, v []T)) {
		for c := k * per; c < (k+1)*per; c++ {
			for y := range p.H {
				f(dv[lay.At(c, y, 0):][:p.W], v[p.At(c, y, 0):][:p.W])
			}
		}
	}
	n := float64(per * p.H * p.W)
	for k := range g.groups {
		sum, dot := 0.0, 0.0
		rows(k, func(d, v []T) {
			for i, x := range d {
				sum += float64(x)
				dot += float64(x) * float64(v[i])
			}
		})
		mean, slope, istd := sum/n, dot/n, g.istd[b*g.groups+k]
		rows(k, func(d, v []T) {
			for i, x := range d {
				d[i] = T((float64(x) - mean - float64(v[i])*slope) * istd)
			}
		})
	}
}
