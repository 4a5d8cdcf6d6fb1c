package search

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"edgewise/sim/bounded"
	"edgewise/sim/latency"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/theory/cell"
)

// newLatency is the latency term of a spec, nil where it has none.
func newLatency(s spec.Spec, space cell.Space) (*latency.Term, error) {
	if s.Algorithm != spec.Latency {
		return nil, nil
	}
	t, err := latency.Load(s.Latency.Table)
	if err != nil {
		return nil, err
	}
	return latency.NewTerm(t, s.Latency.Samples, s.Latency.Weight, space)
}

// latencyFile is the copy of the measured latencies that a stored run keeps: with it
// the search is determined by what stands in its folder.
const latencyFile = "latency.csv"

// keepLatencies stores the table of a search beside its trace; one that was begun with
// other latencies is refused.
func keepLatencies(s spec.Spec, dir string) error {
	if s.Algorithm != spec.Latency {
		return nil
	}
	t, err := latency.Load(s.Latency.Table)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, latencyFile)
	have, err := bounded.Read(path, 64<<20)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return trace.WriteFile(path, t.Encode())
	case err != nil:
		return fmt.Errorf("reading latencies: %w", err)
	case !bytes.Equal(have, t.Encode()):
		return fmt.Errorf("resuming %s: it was begun with other latencies than the spec's table holds now: choose another folder, or give latency.table = %q", dir, path)
	}
	return nil
}
