package mixop

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"codeberg.org/sbinet/npyio/npz"

	"edgewise/sim/kernel"
	"edgewise/theory/cell"
)

// The golden arrays are made with torch.nn by sim/supernet/testdata/make_golden.py.

type golden struct {
	t *testing.T
	r *npz.Reader
}

func (g golden) floats(key string) []float64 {
	g.t.Helper()
	var v []float64
	if err := g.r.Read(key+".npy", &v); err != nil {
		g.t.Fatalf("%s: %v", key, err)
	}
	return v
}

// named cuts a concatenation into its arrays.
func (g golden) named(key, list, values string) map[string][]float64 {
	g.t.Helper()
	var text []uint8
	if err := g.r.Read(key+list+".npy", &text); err != nil {
		g.t.Fatalf("%s: %v", key+list, err)
	}
	fields, all, out := strings.Fields(string(text)), g.floats(key+values), map[string][]float64{}
	for i := 0; i < len(fields); i += 2 {
		n, err := strconv.Atoi(fields[i+1])
		if err != nil {
			g.t.Fatalf("%s%s: %v", key, list, err)
		}
		out[fields[i]], all = all[:n], all[n:]
	}
	return out
}

func set[T kernel.Float](dst []T, src []float64) {
	for i, v := range src {
		dst[i] = T(v)
	}
}

// apart is max |a − b| / max(1e-3, max |b|).
func apart[T kernel.Float](a []T, b []float64) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	top, d := 1e-3, 0.0
	for i, v := range b {
		top = max(top, math.Abs(v))
		e := math.Abs(float64(a[i]) - v)
		if math.IsNaN(e) {
			return math.Inf(1)
		}
		d = max(d, e)
	}
	return d / top
}

func TestOperationsAgreeWithTorch(t *testing.T) {
	t.Run("float64", func(t *testing.T) { goldenOps[float64](t, 2e-13) })
	t.Run("float32", func(t *testing.T) { goldenOps[float32](t, 1e-5) })
}

func goldenOps[T kernel.Float](t *testing.T, tol float64) {
	r, err := npz.Open("testdata/ops.npz")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	g := golden{t, r}
	const batch, c, h, w = 3, 4, 6, 10
	worst, cases := 0.0, 0
	for _, op := range cell.Canonical() {
		for stride := 1; stride <= 2; stride++ {
			for _, mode := range []string{"train", "eval", "affine"} {
				key := fmt.Sprintf("%s/s%d/%s/", op.Name, stride, mode)
				if !has(r, key+"x.npy") {
					if mode == "affine" {
						continue
					}
					t.Fatalf("no golden arrays for %s", key)
				}
				cases++
				m, err := NewMixed[T]([]cell.Operation{op}, stride, batch, c, h, w, 1e-5, mode == "affine", 1, rand.New(rand.NewPCG(1, 2)))
				if err != nil {
					t.Fatal(err)
				}
				check := func(what string, a []T, b []float64) {
					t.Helper()
					d := apart(a, b)
					worst = max(worst, d)
					if d > tol {
						t.Errorf("%s%s: off by %.3g", key, what, d)
					}
				}
				p, grad := g.named(key, "params", "p"), g.named(key, "params", "g")
				buf, after := g.named(key, "buffers", "b"), g.named(key, "buffers", "a")
				strip := func(n string) string { return strings.TrimPrefix(n, "_ops.0._ops.0.") }
				if len(p) != len(m.Weights()) {
					t.Errorf("%s: %d weights, torch has %d", key, len(m.Weights()), len(p))
				}
				for _, wt := range m.Weights() {
					set(wt.Value, p[strip(wt.Name)])
				}
				o := m.Ops()[0]
				for _, n := range o.Norms() {
					set(n.RunMean, buf[strip(n.Name)+".running_mean"])
					set(n.RunVar, buf[strip(n.Name)+".running_var"])
				}
				set(m.X.Data, g.floats(key+"x"))
				set(m.DY.Data, g.floats(key+"gy"))
				y, gy := g.floats(key+"y"), g.floats(key+"gy")
				if err := m.Forward([]float64{1}, mode != "eval"); err != nil {
					t.Fatal(err)
				}
				check("y", m.Y.Data, y)
				m.Backward(true, true)
				check("gx", m.DX.Data, g.floats(key+"gx"))
				for _, wt := range m.Weights() {
					check("g."+wt.Name, wt.Grad, grad[strip(wt.Name)])
				}
				for _, n := range o.Norms() {
					check("a."+n.Name, n.RunMean, after[strip(n.Name)+".running_mean"])
					check("a."+n.Name, n.RunVar, after[strip(n.Name)+".running_var"])
				}
				cost, gauge := 0.0, 1e-3
				for i := range y {
					cost += y[i] * gy[i]
					gauge += math.Abs(y[i] * gy[i])
				}
				if d := math.Abs(cost-o.Cost) / gauge; d > tol {
					t.Errorf("%scost: %v, want %v", key, o.Cost, cost)
				}
				per := 0.0
				for b := range batch {
					per += o.CostAt(b)
				}
				if d := math.Abs(per-o.Cost) / gauge; d > 1e-13 {
					t.Errorf("%scost per sample sums to %v, not %v", key, per, o.Cost)
				}
				m.Close()
			}
		}
	}
	t.Logf("%d cases, worst relative difference %.2g", cases, worst)
}

func has(r *npz.Reader, key string) bool {
	for _, k := range r.Keys() {
		if k == key || k+".npy" == key {
			return true
		}
	}
	return false
}
