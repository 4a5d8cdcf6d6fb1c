package torch

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"edgewise/sim/check"
	"edgewise/sim/trace"
	"edgewise/sim/trace/runlog"
)

// Convention: a checkpoint says nothing about the search.
func Convention(*runlog.Run) runlog.Convention {
	return runlog.Convention{Source: "import torch", Valid: "search",
		Notes: []string{"steps are the numbers of the checkpoints, or their epoch where they hold one"}, Blanks: []string{"arguments, losses: checkpoints have none"}}
}

var number = regexp.MustCompile(`(\d{1,9})\.[A-Za-z]+$`)

// IsCheckpoint says whether a file is one by its name.
func IsCheckpoint(name string) bool {
	return slices.Contains([]string{".pt", ".pth", ".ckpt", ".tar", ".safetensors"}, filepath.Ext(name)) || strings.HasSuffix(name, ".pth.tar")
}

// Import reads the architecture parameters of one checkpoint or safetensors file,
// or of all in a folder, numbered by their names.
func Import(path string, o runlog.Options) (*trace.Trace, []check.Finding, error) {
	s := &runlog.Stack{File: path}
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("importing checkpoints: %w", err)
	}
	if !info.IsDir() {
		if err := add(s, path, -1); err != nil {
			return nil, nil, err
		}
		return s.Trace(Convention(nil), o)
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, nil, fmt.Errorf("importing checkpoints: %w", err)
	}
	for i, e := range entries {
		if e.IsDir() || !IsCheckpoint(e.Name()) {
			continue
		}
		step := i
		if m := number.FindStringSubmatch(e.Name()); m != nil {
			step, _ = strconv.Atoi(m[1])
		}
		if err := add(s, filepath.Join(path, e.Name()), step); err != nil {
			s.Run.Problems = append(s.Run.Problems, check.Finding{Severity: check.Warning, Point: -1, Count: 1, What: err.Error(), Means: "the checkpoint is left out"})
		}
	}
	return s.Trace(Convention(nil), o)
}

// add reads one file; step -1 takes its epoch, or 0.
func add(s *runlog.Stack, file string, step int) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("importing checkpoints: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("importing checkpoints: %w", err)
	}
	head := make([]byte, 16)
	n, _ := f.ReadAt(head, 0)
	read := Read
	if SafeMagic(head[:n]) && !Magic(head[:n]) {
		read = ReadSafe
	}
	tensors, scalars, err := read(f, info.Size(), file, runlog.IsAlpha)
	if err != nil {
		return err
	}
	if e, ok := scalars["epoch"]; ok && step < 0 && e >= 0 && e < 1e9 && e == math.Trunc(e) {
		step = int(e)
	}
	for _, t := range tensors {
		if len(t.Shape) != 2 || t.Shape[1] < 2 {
			continue
		}
		rows := make([][]float64, t.Shape[0])
		for i := range rows {
			rows[i] = t.Data[i*t.Shape[1] : (i+1)*t.Shape[1]]
		}
		s.Add(max(step, 0), t.Name, rows)
	}
	return nil
}
