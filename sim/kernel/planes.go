package kernel

import "fmt"

// Window is a square sliding window: Size taps per axis, Dilation apart, moved by
// Stride over an axis extended by Pad cells at both ends.
type Window struct{ Size, Stride, Pad, Dilation int }

// Out is ⌊(n + 2·Pad − Dilation·(Size−1) − 1)/Stride⌋ + 1, the number of positions
// of the window on an axis of n cells, and 0 if the window does not fit.
func (w Window) Out(n int) int {
	span := n + 2*w.Pad - w.Dilation*(w.Size-1) - 1
	if span < 0 {
		return 0
	}
	return span/w.Stride + 1
}

// Check reports what is wrong with w, if anything.
func (w Window) Check() error {
	if w.Size < 1 || w.Stride < 1 || w.Dilation < 1 || w.Pad < 0 {
		return fmt.Errorf("kernel: window %+v: want Size, Stride, Dilation ≥ 1 and Pad ≥ 0", w)
	}
	return nil
}

// GradientBorder is max(Pad, Dilation·(Size−1) − Pad): the zero border that the
// output gradient needs for DepthwiseBackwardData.
func (w Window) GradientBorder() int {
	return max(w.Pad, w.Dilation*(w.Size-1)-w.Pad)
}

// GradientPlanes is the layout in which DepthwiseBackwardData reads the output
// gradient of a c×h×w source: source-sized planes with gradient (oy, ox) at
// (oy·Stride, ox·Stride), see Spread, and a border of at least minPad cells.
func (w Window) GradientPlanes(c, h, wd, minPad int) Planes {
	gh := max(h, (w.Out(h)-1)*w.Stride+1)
	gw := max(wd, (w.Out(wd)-1)*w.Stride+1)
	return Padded(c, gh, gw, max(minPad, w.GradientBorder()))
}

// Planes is the layout of one image: C planes of H rows of W values, row-major.
// Value (c, y, x) lies at Origin + c·PlaneStride + y·RowStride + x. Cells up to
// Pad outside a plane on each side may be read and hold 0; neighbouring rows and
// planes share their border. Kernels write inside planes only, so a border that
// was zeroed once (make does it) stays zero.
type Planes struct {
	C, H, W     int
	Pad         int
	RowStride   int
	PlaneStride int
	Origin      int
}

// slack is the number of values behind the last border cell that vector loads may
// touch (and ignore).
const slack = 32

// Dense is the layout without borders: [C][H][W].
func Dense(c, h, w int) Planes {
	return Planes{C: c, H: h, W: w, RowStride: w, PlaneStride: h * w}
}

// Apart is the layout without borders whose planes start at multiples of 16 values, 16 to 31
// further apart than they are long (a cache line or more of float32, two or more of float64):
// the rows of a matrix product over the planes do not all fall into the same sets of the caches.
func Apart(c, h, w int) Planes {
	p := Dense(c, h, w)
	p.PlaneStride = (h*w+15)&^15 + 16
	return p
}

// Padded is the layout with a border of at least pad cells on each side.
// Rows start at multiples of four values, planes (the first value of each) at multiples of
// sixteen: a cache line or two.
func Padded(c, h, w, pad int) Planes {
	if pad == 0 {
		return Dense(c, h, w)
	}
	pad = (pad + 3) &^ 3
	rs := (w + pad + 3) &^ 3
	return Planes{C: c, H: h, W: w, Pad: pad, RowStride: rs, PlaneStride: ((h+pad)*rs + 15) &^ 15, Origin: (pad*rs + pad + 15) &^ 15}
}

// IsDense tells whether the values of each plane are contiguous.
func (p Planes) IsDense() bool { return p.RowStride == p.W }

// Len is the length of the slice that holds p: C·H·W for dense planes.
func (p Planes) Len() int {
	if p.Pad == 0 {
		return p.Origin + p.C*p.PlaneStride
	}
	return p.Origin + p.C*p.PlaneStride + p.Pad + slack
}

// At is the index of value (c, y, x).
func (p Planes) At(c, y, x int) int {
	return p.Origin + c*p.PlaneStride + y*p.RowStride + x
}

// sameShape panics unless a and b have the same C, H and W: a programmer's error.
func sameShape(what string, a, b Planes) {
	if a.C != b.C || a.H != b.H || a.W != b.W {
		panic(fmt.Sprintf("kernel: %s: shapes differ: %d×%d×%d and %d×%d×%d", what, a.C, a.H, a.W, b.C, b.H, b.W))
	}
}

// checkLen panics unless s holds the layout p.
func checkLen[T Float | ~uint8](what string, s []T, p Planes) {
	if len(s) < p.Len() {
		panic(fmt.Sprintf("kernel: %s: slice of %d values for a layout of %d", what, len(s), p.Len()))
	}
}

// checkWindow panics unless win maps the planes src to the planes dst and, where
// border is set, src has the border that win reads.
func checkWindow(what string, dst, src Planes, win Window, border bool) {
	if err := win.Check(); err != nil {
		panic(what + ": " + err.Error())
	}
	if dst.C != src.C || dst.H != win.Out(src.H) || dst.W != win.Out(src.W) {
		panic(fmt.Sprintf("kernel: %s: window %+v maps %d×%d×%d to %d×%d×%d, not to %d×%d×%d", what, win,
			src.C, src.H, src.W, src.C, win.Out(src.H), win.Out(src.W), dst.C, dst.H, dst.W))
	}
	if border && src.Pad < win.Pad {
		panic(fmt.Sprintf("kernel: %s: border of %d cells where the window reads %d", what, src.Pad, win.Pad))
	}
}

// run is the shape in which an element-wise pass walks planes: rows of width n,
// rows per plane h. Dense operands are walked as one long row.
// Nothing is walked (h = 0) if the planes are empty.
func run(p Planes, more ...Planes) (h, n int) {
	if p.H*p.W == 0 {
		return 0, 0
	}
	dense := p.IsDense()
	for _, q := range more {
		dense = dense && q.IsDense()
	}
	if !dense {
		return p.H, p.W
	}
	return 1, p.H * p.W
}
