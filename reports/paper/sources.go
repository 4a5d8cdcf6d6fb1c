package paper

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"edgewise/reports/table"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// Source is where the numbers of a run come from: a trace and its spec, a file of
// measurements, or a command of this program.
type Source struct {
	Made    string     `json:"made"`              // what made it
	Folder  string     `json:"folder,omitempty"`  // of the trace, relative to the index where it can be
	File    string     `json:"file,omitempty"`    // the file that holds the numbers, in the folder
	SHA256  string     `json:"sha256,omitempty"`  // of that file
	Command string     `json:"command,omitempty"` // that gives the numbers again
	Data    string     `json:"data,omitempty"`    // fingerprint of the images
	Spec    *spec.Spec `json:"spec,omitempty"`
}

// Sources is the index of the runs by their ids.
type Sources map[string]Source

// OfTrace is the source of the trace stored in dir.
func OfTrace(dir string, m *trace.Manifest) (Source, error) {
	sum, err := checksum(filepath.Join(dir, trace.PointsFile))
	if err != nil {
		return Source{}, err
	}
	return Source{Made: m.Source, Folder: dir, File: trace.PointsFile, SHA256: sum, Data: m.Data.Fingerprint, Spec: m.Spec}, nil
}

// OfFile is the source of numbers that stand in a file.
func OfFile(path, made string) (Source, error) {
	sum, err := checksum(path)
	return Source{Made: made, Folder: filepath.Dir(path), File: filepath.Base(path), SHA256: sum}, err
}

func checksum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("the source of a table: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("the source of a table: reading %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Of lists the runs that a cell of a table was made from: its own, else those of
// its row, else those of the table.
func Of(t *table.Table, r table.Row, c table.Cell) []string {
	switch {
	case len(c.Runs) > 0:
		return c.Runs
	case len(r.Runs) > 0:
		return r.Runs
	}
	return t.Runs
}

// check refuses a table that holds a number without a known source.
func (s Sources) check(t *table.Table) error {
	for i, r := range t.Rows {
		for j, c := range r.Cells {
			switch c.Value.(type) {
			case table.Number, table.Integer, table.Estimate, table.PValue, table.Verdict:
			default:
				continue
			}
			runs := Of(t, r, c)
			if len(runs) == 0 {
				return fmt.Errorf("table %s, row %d, column %d (%s): it does not say which run its number is of", t.Name, i+1, j+1, t.Columns[j].Header)
			}
			for _, id := range runs {
				if _, ok := s[id]; !ok {
					return fmt.Errorf("table %s, row %d, column %d (%s): the source of run %s is not known", t.Name, i+1, j+1, t.Columns[j].Header, id)
				}
			}
		}
	}
	return nil
}

// encode writes the index with folders relative to out where they can be.
func (s Sources) encode(out string) ([]byte, error) {
	base, err := filepath.Abs(out)
	if err != nil {
		return nil, fmt.Errorf("writing the sources: %w", err)
	}
	near := Sources{}
	for id, x := range s {
		if x.Folder != "" {
			if dir, err := filepath.Abs(x.Folder); err == nil {
				if rel, err := filepath.Rel(base, dir); err == nil {
					x.Folder = filepath.ToSlash(rel)
				}
			}
		}
		near[id] = x
	}
	text, err := json.MarshalIndent(near, "", " ")
	if err != nil {
		return nil, fmt.Errorf("writing the sources: %w", err)
	}
	return append(text, '\n'), nil
}
