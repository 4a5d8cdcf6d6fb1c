package mixop

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"edgewise/sim/kernel"
	"edgewise/theory/cell"
)

// One mixed operation of all eight, forward and backward, on one core, beside its
// floor on this machine: "floors" is max(flops/peak, bytes/copy), "sums" their sum.
func BenchmarkMixed(b *testing.B) {
	limit := kernel.MeasureCeilings()
	for _, c := range []struct{ c, hw int }{{16, 32}, {8, 16}} {
		b.Run(fmt.Sprintf("C=%d,%dx%d,B=64", c.c, c.hw, c.hw), func(b *testing.B) {
			m, err := NewMixed[float32](cell.Canonical(), 1, 64, c.c, c.hw, c.hw, 1e-5, false, 1, rand.New(rand.NewPCG(1, 2)))
			if err != nil {
				b.Fatal(err)
			}
			defer m.Close()
			rnd := rand.New(rand.NewPCG(3, 4))
			for i := range m.X.Data {
				m.X.Data[i], m.DY.Data[i] = float32(rnd.NormFloat64()), float32(rnd.NormFloat64())
			}
			z := make([]float64, 8)
			for k := range z {
				z[k] = 0.125
			}
			for b.Loop() {
				if err := m.Forward(z, true); err != nil {
					b.Fatal(err)
				}
				m.Backward(true, true)
			}
			flops, bytes, err := Floor(cell.Canonical(), 1, 64, c.c, c.hw, c.hw, 4)
			if err != nil {
				b.Fatal(err)
			}
			took := b.Elapsed().Seconds() / float64(b.N)
			b.ReportMetric(took/limit.Floor(flops, true, bytes), "floors")
			b.ReportMetric(took/(flops/limit.Single+bytes/limit.Copy), "sums")
			b.ReportMetric(flops/took/1e9, "GFLOP/s")
		})
	}
}
