package claim

import (
	"fmt"
	"math"
	"sync"

	"edgewise/reports/stat"
	"edgewise/reports/table"
)

// mean and paired are the table items of values by seed.
func mean(x []float64) table.Item {
	e, err := stat.Mean(x)
	return item(e, err)
}

func paired(a, b []float64) table.Item {
	e, err := stat.PairedDifference(a, b)
	return item(e, err)
}

func item(e stat.Estimate, err error) table.Item {
	switch {
	case err != nil:
		return table.Missing{Reason: err.Error()}
	case !e.Defined:
		return table.Missing{Reason: "undefined"}
	}
	v := table.Estimate{Mean: e.Value, Lo: e.Low, Hi: e.High, N: e.N}
	if math.IsInf(e.Low, 0) || math.IsInf(e.High, 0) {
		v.Lo, v.Hi = math.NaN(), math.NaN()
	}
	return table.Noted(v, e.Notes...)
}

func text(e stat.Estimate) string {
	return fmt.Sprintf("%+.3f (%.3f to %.3f, n = %d)", e.Value, e.Low, e.High, e.N)
}

func first(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// counter returns what counts finished parts for Options.Done.
func counter(o Options, total int) func() {
	var mu sync.Mutex
	done := 0
	return func() {
		mu.Lock()
		defer mu.Unlock()
		done++
		if o.Done != nil {
			o.Done(done, total)
		}
	}
}
