package mixop

import (
	"fmt"

	"edgewise/theory/cell"
)

// Floor returns what one mixed operation of ops must at least do, forward and
// backward (weights and input), on batch images of c channels of h×w with values of
// size bytes: floating-point operations and bytes moved. Divided by the machine's
// measured FMA peak and copy bandwidth they bound the time from below.
//
// Flops: two per multiply-add of the depthwise and pointwise products, three
// products of equal size (output, gradient of the weights, gradient of the input):
//
//	sep_conv k×k   3·2·2·(k² + C)·n    dil_conv k×k   3·2·(k² + C)·n    skip at stride 2   3·2·C·n
//
// with n = B·C·H·W/s² output values. ReLU, pooling, batch norm and the mixing are
// left out: they hide behind the traffic.
//
// Bytes: one image stays in the cache while something can be done with it; batch
// norm is a barrier, behind which every tensor that is needed must be read again.
// With each tensor written once and read once per segment, in units of n:
//
//	                     forward                      backward
//	sep_conv   write v₁, read v₁, write v₂, read v₂   read v₂ | read v₂, v₁, write ∂r | read ∂r, v₁      10
//	others     write v, read v                        read v | read v                                     4
//	y, ∂L/∂y   write y                                read once in each of the 3 segments                 4
//	x, ∂L/∂x   read x                                 read x, write ∂x             3 of the input's size
//	skip       read x to mix                          read x for the cost          2 of the input's size
//
// (skip at stride 2 counts as one of the others; without sep_conv the backward pass
// has 2 segments.) All eight operations at stride 1 move 45 tensors; at C = 16,
// B = 64, 32×32 in float32 that is 189 MB and 1.25 GFLOP.
func Floor(ops []cell.Operation, stride, batch, c, h, w, size int) (flops, bytes float64, err error) {
	in := float64(batch) * float64(c) * float64(h) * float64(w)
	out := in / float64(stride*stride)
	tensors, macs, segments := 1.0, 0.0, 2.0
	inputs := 3.0
	for _, o := range ops {
		k := 3.0
		switch o.Name {
		case cell.None:
		case cell.Skip:
			if stride == 1 {
				inputs += 2
				continue
			}
			tensors += 4
			macs += float64(c)
		case cell.MaxPool, cell.AvgPool:
			tensors += 4
		case cell.DilConv3x3, cell.DilConv5x5:
			if o.Name == cell.DilConv5x5 {
				k = 5
			}
			tensors += 4
			macs += k*k + float64(c)
		case cell.SepConv3x3, cell.SepConv5x5:
			if o.Name == cell.SepConv5x5 {
				k = 5
			}
			tensors += 10
			macs += 2 * (k*k + float64(c))
			segments = 3
		default:
			return 0, 0, fmt.Errorf("mixop: no floor for operation %q", o.Name)
		}
	}
	return 3 * 2 * macs * out, float64(size) * ((tensors+segments)*out + inputs*in), nil
}
