package bench

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"edgewise/reports/table"
)

// Memory compares what a net holds after its steps with the tensors that must live
// (supernet.Net.Live): the plan, and what the process has taken from the system.
func Memory(o Options) (table.Table, error) {
	t := table.Table{
		Name:    "memory",
		Caption: "Memory of a net in its steps, float32, one worker, against the tensors that must live between forward and backward pass.",
		Columns: []table.Column{
			{Header: "Step"},
			{Header: "must live", Unit: "MB", Kind: table.KindNumber, Precision: 1},
			{Header: "plan", Unit: "MB", Kind: table.KindNumber, Precision: 1},
			{Header: "process", Unit: "MB", Kind: table.KindNumber, Precision: 1},
			{Header: "plan", Group: "Times what must live", Kind: table.KindNumber, Precision: 2},
			{Header: "process", Group: "Times what must live", Kind: table.KindNumber, Precision: 2},
		},
		Notes: []string{
			"must live: values that batch norms read again, activations that gradients of weights and ReLUs need, indices of maxima, the gradient of the output, weights and their gradients; for dsnas, whose steps differ in their wiring, those of the largest one.",
			"plan: all that the net has allocated, gradients of activations, statistics and scratch included. process: growth of the memory that the runtime holds of the system.",
		},
	}
	for _, s := range steps {
		if s.slow && o.Short {
			continue
		}
		live, plan, process, err := weigh(s)
		if err != nil {
			return t, fmt.Errorf("%s: %w", s, err)
		}
		t.Add(table.Text(s.String()), table.Number(live/1e6), table.Number(plan/1e6), table.Number(process/1e6), table.Number(plan/live), table.Number(process/live))
	}
	return t, nil
}

// weigh runs the passes of a step, some wirings of a sampled one and the largest, and returns the
// bytes that must live, that the net holds, and that the process has taken.
func weigh(s step) (live, plan, process float64, err error) {
	before := held()
	r, err := newRunner(s, 1)
	if err != nil {
		return 0, 0, 0, err
	}
	defer r.net.Close()
	passes := []func() error{r.run}
	if s.Algorithm == "dsnas" {
		passes = []func() error{r.run, r.run, r.run, r.run, r.runLargest}
	}
	for _, pass := range passes {
		if err := pass(); err != nil {
			return 0, 0, 0, err
		}
		live = max(live, float64(r.net.Live()))
	}
	process = held() - before
	plan = float64(r.net.Bytes().Total())
	runtime.KeepAlive(r)
	return live, plan, process, nil
}

// held is the memory that the runtime has of the system and not given back, in bytes.
func held() float64 {
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.Sys - m.HeapReleased)
}
