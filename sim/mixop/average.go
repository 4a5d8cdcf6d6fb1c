package mixop

import "edgewise/sim/kernel"

// Average writes GAP(O^k(x)) of image b, the mean over the plane of each channel of
// the operation's output, as the last forward pass left it; 0 for an operation that
// did not run. dst has a value per channel of the target node.
func (o *Op[T]) Average(dst []float64, b int) {
	clear(dst)
	if !o.ran || o.kind == none {
		return
	}
	c := len(dst)
	m := o.moments()
	if m == nil {
		m = make([]kernel.Moment, c)
		kernel.ChannelMoments(m, o.value(b), o.source.X.Shape)
	} else {
		m = m[b*c:][:c]
	}
	n := o.Norm
	for i := range dst {
		dst[i] = (m[i].Mean - float64(n.Mean[i])) * n.istd[i]
		if n.Gamma != nil {
			dst[i] = dst[i]*float64(n.Gamma.Value[i]) + float64(n.Beta.Value[i])
		}
	}
}
