package official

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"edgewise/sim/check"
	"edgewise/sim/trace"
	"edgewise/sim/trace/runlog"
	"edgewise/sim/trace/tidy"
)

// companions adds what the tables beside a log hold: losses and entropies per
// epoch (epochs.csv), costs per epoch (trace.csv).
func companions(t *trace.Trace, dir string) ([]check.Finding, error) {
	var findings []check.Finding
	for _, c := range []struct {
		file string
		add  func(t, table *trace.Trace) (string, error)
	}{{"epochs.csv", addSplits}, {"trace.csv", addCosts}} {
		path := filepath.Join(dir, c.file)
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return findings, fmt.Errorf("reading the table beside the log: %w", err)
		}
		table, found, err := tidy.Import(f, path, runlog.Options{})
		f.Close()
		findings = append(findings, found...)
		var what string
		if err == nil {
			what, err = c.add(t, table)
		}
		if err != nil {
			findings = append(findings, check.Finding{Severity: check.Warning, Point: -1, Count: 1, What: fmt.Sprintf("%s beside the log: %v", c.file, err), Means: "the table is left out"})
			continue
		}
		t.Manifest.Notes = append(t.Manifest.Notes, what)
	}
	return findings, nil
}

func addSplits(t, table *trace.Trace) (string, error) {
	byEpoch := map[float64]*trace.Point{}
	for i := range table.Points {
		byEpoch[table.Points[i].Epoch] = &table.Points[i]
	}
	n := 0
	for i := range t.Points {
		p := &t.Points[i]
		if q := byEpoch[p.Epoch]; q != nil && p.Steps > 0 {
			if q.Train != nil {
				p.Train = q.Train
			}
			if q.Search != nil {
				p.Search = q.Search
			}
			n++
		}
	}
	if n == 0 {
		return "", fmt.Errorf("none of its epochs is in the log")
	}
	return fmt.Sprintf("losses and entropies of %d epochs: epochs.csv beside the log", n), nil
}

func addCosts(t, table *trace.Trace) (string, error) {
	if !slices.Equal(t.Manifest.Ops, table.Manifest.Ops) || !slices.Equal(t.Manifest.Edges, table.Manifest.Edges) || !slices.Equal(t.Manifest.Kinds, table.Manifest.Kinds) {
		return "", fmt.Errorf("its operations, edges or kinds are not those of the log")
	}
	byEpoch := map[float64]*trace.Point{}
	for i := range table.Points {
		if table.Points[i].Cost != nil {
			byEpoch[table.Points[i].Epoch] = &table.Points[i]
		}
	}
	if len(byEpoch) == 0 {
		return "trace.csv beside the log holds no costs", nil
	}
	n := 0
	for i := range t.Points {
		if q := byEpoch[t.Points[i].Epoch]; q != nil && t.Points[i].Steps > 0 {
			t.Points[i].Cost = q.Cost
			n++
		}
	}
	if n == 0 {
		return "", fmt.Errorf("none of its epochs is in the log")
	}
	return fmt.Sprintf("mean costs of %d epochs: trace.csv beside the log", n), nil
}
