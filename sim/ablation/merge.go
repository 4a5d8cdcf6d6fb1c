package ablation

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"edgewise/sim/trace"
)

// runFiles are the files of a finished run.
var runFiles = []string{trace.ManifestFile, trace.PointsFile, failureFile}

// Merge brings the finished runs of jobs from the folders from together under out, and
// returns how many it copied. A run that is there already must have the same bytes: two
// machines that disagree about a run are an error that names it.
func Merge(jobs []Job, from []string, out string) (copied int, err error) {
	for _, src := range from {
		if _, err := os.Stat(src); err != nil {
			return 0, fmt.Errorf("merging: %w", err)
		}
	}
	for _, j := range Unique(jobs) {
		for _, src := range from {
			dir := j.Folder(src)
			if _, err := trace.ReadManifest(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return copied, fmt.Errorf("merging run %s (%s): %w", j.ID(), j.Spec.Name, err)
			}
			if _, err := os.Stat(filepath.Join(dir, failureFile)); err != nil {
				if t, terr := trace.Read(dir); terr != nil || !t.Complete() {
					continue
				}
			}
			n, err := copyRun(dir, j.Folder(out))
			if err != nil {
				return copied, fmt.Errorf("merging run %s (%s): %w", j.ID(), j.Spec.Name, err)
			}
			copied += n
		}
	}
	return copied, nil
}

// copyRun copies a run, the points last, so that a run that was cut off while being
// copied is not taken for a finished one.
func copyRun(src, dst string) (int, error) {
	if same(src, dst) {
		return 0, nil
	}
	if _, err := os.Stat(filepath.Join(dst, trace.PointsFile)); err == nil {
		for _, name := range runFiles {
			a, aerr := os.ReadFile(filepath.Join(src, name))
			b, berr := os.ReadFile(filepath.Join(dst, name))
			if (aerr == nil) != (berr == nil) || !bytes.Equal(a, b) {
				return 0, fmt.Errorf("%s in %s and %s differ", name, src, dst)
			}
		}
		return 0, nil
	}
	if err := os.MkdirAll(dst, 0o755); err != nil {
		return 0, err
	}
	for _, name := range []string{trace.ManifestFile, failureFile, trace.PointsFile} {
		text, err := os.ReadFile(filepath.Join(src, name))
		if os.IsNotExist(err) {
			continue
		}
		if err == nil {
			err = trace.WriteFile(filepath.Join(dst, name), text)
		}
		if err != nil {
			return 0, err
		}
	}
	return 1, nil
}

func same(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}
