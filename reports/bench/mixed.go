package bench

import (
	"fmt"
	"math/rand/v2"

	"edgewise/reports/table"
	"edgewise/sim/kernel"
	"edgewise/sim/mixop"
	"edgewise/theory/cell"
)

// Mixed times the mixed operation of all eight operations, forward and backward,
// against its floor: flops at the FMA peak, each tensor moved once at copy
// bandwidth (mixop.Floor).
func Mixed(c kernel.Ceilings, o Options) (table.Table, error) {
	t := table.Table{
		Name:    "mixed",
		Caption: "The mixed operation with all eight operations, forward and backward, float32, one thread, against its floor.",
		Columns: []table.Column{
			{Header: "Shape"},
			{Header: "GFLOP", Kind: table.KindNumber, Precision: 2}, {Header: "MB moved", Kind: table.KindNumber, Precision: 0},
			{Header: "flops", Group: "Floor", Unit: "ms", Kind: table.KindNumber, Precision: 2},
			{Header: "bytes", Group: "Floor", Unit: "ms", Kind: table.KindNumber, Precision: 2},
			{Header: "time", Unit: "ms", Kind: table.KindNumber, Precision: 2},
			{Header: "time/floor", Kind: table.KindNumber, Precision: 2},
		},
		Notes: []string{"The floor is the larger of the two times: products can hide behind the traffic and the traffic behind products."},
	}
	for _, s := range []struct{ c, hw, b int }{{8, 16, 64}, {16, 32, 64}} {
		if o.Short && s.c > 8 {
			continue
		}
		m, err := mixop.NewMixed[float32](cell.Canonical(), 1, s.b, s.c, s.hw, s.hw, 1e-5, false, 1, rand.New(rand.NewPCG(7, 8)))
		if err != nil {
			return t, err
		}
		for i := range m.X.Data {
			m.X.Data[i] = float32(i%17) - 8
			m.DY.Data[i] = float32(i%13) - 6
		}
		z := make([]float64, 8)
		for i := range z {
			z[i] = 0.125
		}
		var failed error
		took := median(o.Repeat, func() {
			if err := m.Forward(z, true); err != nil {
				failed = err
			}
			m.Backward(true, true)
		})
		m.Close()
		if failed != nil {
			return t, failed
		}
		flops, bytes, err := mixop.Floor(cell.Canonical(), 1, s.b, s.c, s.hw, s.hw, 4)
		if err != nil {
			return t, err
		}
		t.Add(table.Text(fmt.Sprintf("C=%d, B=%d, %dx%d", s.c, s.b, s.hw, s.hw)),
			table.Number(flops/1e9), table.Number(bytes/1e6), table.Number(1e3*flops/c.Single), table.Number(1e3*bytes/c.Copy),
			table.Number(1e3*took), table.Number(took/c.Floor(flops, true, bytes)))
	}
	return t, nil
}
