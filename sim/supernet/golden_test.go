package supernet

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"codeberg.org/sbinet/npyio/npz"

	"edgewise/sim/kernel"
	"edgewise/theory/cell"
)

// The golden nets of testdata/nets.npz, made with torch.nn by
// testdata/make_golden.py, in the same order and with the same shapes.
var goldenNets = []struct {
	name                      string
	channels, nodes, multiple int
	stack                     string
	ops                       []string
	affine                    bool
	height, width, batch      int
}{
	{"minimal", 4, 2, 2, "n", nil, false, 8, 8, 4},
	{"two", 4, 2, 2, "nn", nil, false, 6, 6, 3},
	{"reduce", 2, 2, 2, "nrn", nil, false, 8, 12, 3},
	{"affine", 4, 3, 2, "rn", []string{cell.None, cell.Skip, cell.DilConv3x3, cell.SepConv3x3}, true, 8, 8, 3},
}

func TestNetsAgreeWithTorch(t *testing.T) {
	for _, workers := range []int{1, 2} {
		t.Run("float64/"+strconv.Itoa(workers), func(t *testing.T) { goldenNet[float64](t, 1e-11, workers) })
	}
	t.Run("float32", func(t *testing.T) { goldenNet[float32](t, 5e-5, 1) })
}

func goldenNet[T kernel.Float](t *testing.T, tol float64, workers int) {
	r, err := npz.Open("testdata/nets.npz")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, c := range goldenNets {
		t.Run(c.name, func(t *testing.T) {
			g := golden{t, r, c.name + "/"}
			d, err := cell.DARTS(c.nodes, c.multiple)
			if err != nil {
				t.Fatal(err)
			}
			ops := cell.Canonical()
			if c.ops != nil {
				if ops, err = cell.OperationsByName(c.ops); err != nil {
					t.Fatal(err)
				}
			}
			s := cell.Space{Ops: ops, Cell: d}
			for _, k := range c.stack {
				s.Stack = append(s.Stack, map[rune]cell.Kind{'n': cell.Normal, 'r': cell.Reduction}[k])
			}
			n, err := New[T](Config{Space: s, Channels: c.channels, StemMultiplier: 3, InChannels: 3, Classes: 10, Height: c.height, Width: c.width,
				Batch: c.batch, Eps: 1e-5, Affine: c.affine, HeadBias: c.affine, Workers: workers}, rand.New(rand.NewPCG(1, 1)))
			if err != nil {
				t.Fatal(err)
			}
			defer n.Close()
			p, grad, buf, after := g.named("params", "p"), g.named("params", "g"), g.named("buffers", "b"), g.named("buffers", "a")
			if len(p) != len(n.Params()) || len(buf) != len(n.Buffers()) {
				t.Errorf("%d weights and %d buffers, torch has %d and %d", len(n.Params()), len(n.Buffers()), len(p), len(buf))
			}
			for _, q := range n.Params() {
				set(t, q.Name, q.Value, p[q.Name])
			}
			for _, q := range n.Buffers() {
				set(t, q.Name, q.Value, buf[q.Name])
			}
			x := make([]T, c.batch*3*c.height*c.width)
			set(t, "x", x, g.floats("x"))
			zs, dz := g.floats("gates"), g.floats("dgates")
			gates := NewGates(s)
			for _, zc := range gates {
				for _, ze := range zc {
					zs = zs[copy(ze, zs):]
				}
			}
			logits, err := n.Forward(x, c.batch, gates, Eval)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "logits in evaluation", logits, g.floats("eval_logits"), tol)
			if logits, err = n.Forward(x, c.batch, gates, Train); err != nil {
				t.Fatal(err)
			}
			near(t, "logits", logits, g.floats("logits"), tol)
			var labels []uint8
			if err := r.Read(c.name+"/labels.npy", &labels); err != nil {
				t.Fatal(err)
			}
			dl, out := make([]T, len(logits)), make([]Sample, c.batch)
			if err := CrossEntropy(logits, labels, 10, dl, out); err != nil {
				t.Fatal(err)
			}
			loss := 0.0
			for _, s := range out {
				loss += s.Loss / float64(c.batch)
			}
			near(t, "loss", []float64{loss}, g.floats("loss"), tol)
			if err := n.Backward(dl, Want{Theta: true, Cost: true}); err != nil {
				t.Fatal(err)
			}
			for _, q := range n.Params() {
				near(t, "gradient of "+q.Name, q.Grad, grad[q.Name], tol)
			}
			for _, q := range n.Buffers() {
				near(t, q.Name, q.Value, after[q.Name], tol)
			}
			var costs []float64
			for k := range gates {
				for _, ce := range n.Cost(k) {
					costs = append(costs, ce...)
				}
			}
			near(t, "costs", costs, dz, tol)
		})
	}
}

type golden struct {
	t      *testing.T
	r      *npz.Reader
	prefix string
}

func (g golden) floats(key string) []float64 {
	g.t.Helper()
	var v []float64
	if err := g.r.Read(g.prefix+key+".npy", &v); err != nil {
		g.t.Fatalf("%s: %v", key, err)
	}
	return v
}

// named cuts a concatenation into its arrays.
func (g golden) named(list, values string) map[string][]float64 {
	g.t.Helper()
	var text []uint8
	if err := g.r.Read(g.prefix+list+".npy", &text); err != nil {
		g.t.Fatalf("%s: %v", list, err)
	}
	fields, all, out := strings.Fields(string(text)), g.floats(values), map[string][]float64{}
	for i := 0; i < len(fields); i += 2 {
		n, err := strconv.Atoi(fields[i+1])
		if err != nil {
			g.t.Fatalf("%s: %v", list, err)
		}
		out[fields[i]], all = all[:n], all[n:]
	}
	return out
}

func set[T kernel.Float](t *testing.T, what string, dst []T, src []float64) {
	t.Helper()
	if len(dst) != len(src) {
		t.Fatalf("%s: %d values, torch has %d", what, len(dst), len(src))
	}
	for i, v := range src {
		dst[i] = T(v)
	}
}

// near fails unless max |a − b| ≤ tol·max(1e-2, max |b|).
func near[T kernel.Float](t *testing.T, what string, a []T, b []float64, tol float64) {
	t.Helper()
	if len(a) != len(b) {
		t.Errorf("%s: %d values, want %d", what, len(a), len(b))
		return
	}
	top, d := 1e-2, 0.0
	for i, v := range b {
		top = max(top, math.Abs(v))
		if e := math.Abs(float64(a[i]) - v); !(e <= d) {
			d = e
		}
	}
	if !(d <= tol*top) {
		t.Errorf("%s: off by %.3g of %.3g", what, d, top)
	}
}
