package npy

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"edgewise/sim/check"
	"edgewise/sim/trace"
	"edgewise/sim/trace/runlog"
)

var (
	numbered = regexp.MustCompile(`^(.*?)[_-]?(\d{1,9})\.npy$`)
	maxFiles = 200_000
)

// Convention: arrays say nothing about the search.
func Convention(*runlog.Run) runlog.Convention {
	return runlog.Convention{Source: "import npy", Valid: "search",
		Notes: []string{"steps are the numbers of the arrays"}, Blanks: []string{"arguments, losses: arrays have none"}}
}

// Detect says whether a folder holds numbered arrays of parameters.
func Detect(dir string) bool {
	files, err := filepath.Glob(filepath.Join(dir, "*.npy"))
	if err != nil {
		return false
	}
	for _, f := range files {
		if m := numbered.FindStringSubmatch(filepath.Base(f)); m != nil && runlog.IsAlpha(m[1]) {
			return true
		}
	}
	return false
}

// Import reads an .npy file of [time][edge][op] or [edge][op], an .npz file whose
// arrays are such, or a folder of NAME_NUMBER.npy of [edge][op]. The names tell
// normal from reduce and alpha from probabilities.
func Import(path string, o runlog.Options) (*trace.Trace, []check.Finding, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("importing arrays: %w", err)
	}
	s := &runlog.Stack{File: path}
	switch {
	case info.IsDir():
		err = folder(s, path)
	case filepath.Ext(path) == ".npz":
		err = archive(s, path)
	default:
		var a *Array
		if a, err = open(path); err == nil {
			name := filepath.Base(path)
			err = add(s, 0, name[:len(name)-len(filepath.Ext(name))], a, path)
		}
	}
	if err != nil {
		return nil, nil, err
	}
	return s.Trace(Convention(nil), o)
}

func open(path string) (*Array, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("importing arrays: %w", err)
	}
	defer f.Close()
	return Read(f, path)
}

// add takes an array: one of three axes has time first.
func add(s *runlog.Stack, time int, name string, a *Array, path string) error {
	switch {
	case len(a.Data) == 0:
		return fmt.Errorf("%s: %s is empty", path, name)
	case len(a.Shape) == 2:
		s.Add(time, name, a.Matrix())
	case len(a.Shape) == 3:
		for i := range a.Shape[0] {
			s.Add(i, name, a.At(i).Matrix())
		}
	default:
		return fmt.Errorf("%s: %s has %d axes: edges, operations, and time before them where there is more than one moment", path, name, len(a.Shape))
	}
	return nil
}

func folder(s *runlog.Stack, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("importing arrays: %w", err)
	}
	n := 0
	for _, e := range entries {
		m := numbered.FindStringSubmatch(e.Name())
		if m == nil || !runlog.IsAlpha(m[1]) || e.IsDir() {
			continue
		}
		if n++; n > maxFiles {
			return fmt.Errorf("%s: it holds more than %d arrays", dir, maxFiles)
		}
		path := filepath.Join(dir, e.Name())
		a, err := open(path)
		if err != nil && !errors.Is(err, fs.ErrPermission) {
			s.Run.Problems = append(s.Run.Problems, check.Finding{Severity: check.Warning, Point: -1, Count: 1, What: err.Error(), Means: "the array is left out"})
			continue
		}
		if err == nil && len(a.Shape) != 2 {
			err = fmt.Errorf("%s: it has %d axes: a numbered array has edges and operations", path, len(a.Shape))
		}
		if err != nil {
			return err
		}
		time, _ := strconv.Atoi(m[2])
		if err := add(s, time, m[1], a, path); err != nil {
			return err
		}
	}
	if n == 0 {
		return fmt.Errorf("%s: it holds no arrays named like normal_000.npy", dir)
	}
	return nil
}

func archive(s *runlog.Stack, path string) error {
	arrays, err := OpenZip(path)
	if err != nil {
		return err
	}
	names := make([]string, 0, len(arrays))
	for n := range arrays {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		if runlog.IsAlpha(n) && len(arrays[n].Shape) >= 2 {
			if err := add(s, 0, n, arrays[n], path); err != nil {
				return err
			}
		}
	}
	return nil
}

// OpenZip reads the arrays of the .npz file at path.
func OpenZip(path string) (map[string]*Array, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("importing arrays: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("importing arrays: %w", err)
	}
	return ReadZip(f, info.Size(), path)
}
