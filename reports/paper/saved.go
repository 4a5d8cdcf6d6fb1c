package paper

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"edgewise/reports/table"
	"edgewise/sim/bounded"
	"edgewise/sim/trace"
)

// maxTables bounds a file of tables.
const maxTables = 64 << 20

// Saved reads tables that were stored before: a folder that holds them, itself or
// in tables/, as .json, or a file of one or several, as --json prints them. Rows
// that name runs found in runs/ beside them are traced to those; the other
// numbers to the file that they stand in.
func Saved(path, made string) ([]*table.Table, Sources, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("reading tables: %w", err)
	}
	files := []string{path}
	if info.IsDir() {
		if files, err = filepath.Glob(filepath.Join(path, TableFolder, "*.json")); err == nil && len(files) == 0 {
			files, err = filepath.Glob(filepath.Join(path, "*.json"))
		}
		if err != nil || len(files) == 0 {
			return nil, nil, fmt.Errorf("reading tables: %s holds none as .json: name the --out folder of a study, or a file that --json printed", path)
		}
	}
	slices.Sort(files)
	var all []*table.Table
	sources := Sources{}
	for _, f := range files {
		text, err := bounded.Read(f, maxTables)
		if err != nil {
			return nil, nil, fmt.Errorf("reading tables: %w", err)
		}
		list, err := decode(text)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", f, err)
		}
		src, err := OfFile(f, made)
		if err != nil {
			return nil, nil, err
		}
		id := made + ":" + src.SHA256[:12]
		for _, t := range list {
			if err := locate(t, filepath.Join(path, "runs"), id, src, sources); err != nil {
				return nil, nil, err
			}
			all = append(all, t)
		}
	}
	return all, sources, nil
}

func decode(text []byte) ([]*table.Table, error) {
	var out []*table.Table
	d := json.NewDecoder(bytes.NewReader(text))
	for {
		var raw json.RawMessage
		if err := d.Decode(&raw); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("reading a table: %w", err)
		}
		t, err := table.Decode(bytes.NewReader(raw))
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("it holds no table")
	}
	return out, nil
}

// locate finds the traces of the runs of a table in dir; what names runs that are
// not there, or none, is traced to the file.
func locate(t *table.Table, dir, id string, file Source, sources Sources) error {
	known := func(runs []string) ([]string, error) {
		for _, run := range runs {
			if _, ok := sources[run]; ok {
				continue
			}
			if run != filepath.Base(run) || strings.HasPrefix(run, ".") {
				return nil, nil
			}
			folder := filepath.Join(dir, run)
			m, err := trace.ReadManifest(folder)
			if err != nil {
				return nil, nil
			}
			src, err := OfTrace(folder, &m)
			if err != nil {
				return nil, err
			}
			sources[run] = src
		}
		return runs, nil
	}
	var err error
	if t.Runs, err = known(t.Runs); err != nil {
		return err
	}
	if len(t.Runs) == 0 {
		t.Runs, sources[id] = []string{id}, file
	}
	for i := range t.Rows {
		if t.Rows[i].Runs, err = known(t.Rows[i].Runs); err != nil {
			return err
		}
		for j := range t.Rows[i].Cells {
			if t.Rows[i].Cells[j].Runs, err = known(t.Rows[i].Cells[j].Runs); err != nil {
				return err
			}
		}
	}
	return nil
}
