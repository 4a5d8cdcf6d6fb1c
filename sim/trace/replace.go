package trace

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// temporary is the name under which a file is written before it takes its place.
// There is one per file, so that what a crash leaves behind is written over.
func temporary(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".tmp")
}

// WriteFile replaces the file at path in one step: the bytes are written to a
// temporary file beside it, flushed to the disk and renamed. The old file
// survives every failure, and two writers of one path do not mix their bytes.
func WriteFile(path string, text []byte) (err error) {
	f, err := openTemporary(temporary(path))
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
			err = fmt.Errorf("writing %s: %w", path, err)
		}
		f.Close()
	}()
	if _, err = f.Write(text); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// openTemporary opens the file empty and waits until no other writer holds it.
func openTemporary(path string) (*os.File, error) {
	for {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o644)
		if err != nil {
			return nil, err
		}
		if err = wait(f); err == nil {
			mine, ferr := f.Stat()
			there, perr := os.Stat(path)
			if errors.Is(perr, fs.ErrNotExist) || ferr == nil && perr == nil && !os.SameFile(mine, there) {
				f.Close() // its writer has renamed it meanwhile
				continue
			}
			err = errors.Join(ferr, perr)
		}
		if err == nil {
			err = f.Truncate(0)
		}
		if err != nil {
			f.Close()
			return nil, err
		}
		return f, nil
	}
}

// RemoveFile removes the file at path and what a crash left of a replacement of
// it. A file that is not there is no error.
func RemoveFile(path string) error {
	if err := RemoveLeft(path); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// RemoveLeft removes what a crash left of a replacement of the file at path, which
// itself stays as it is.
func RemoveLeft(path string) error {
	if err := os.Remove(temporary(path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// Write stores a whole trace in dir as Create and Append would, in one step: the
// points take their place last, so that a folder never holds a part of them. A
// folder that holds another trace, or another's manifest, is refused; one that holds the same bytes is
// left as it is, so that what was cut off can be made again.
func Write(dir string, t *Trace) error {
	head, points, err := t.encode()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("creating the trace: %w", err)
	}
	path := filepath.Join(dir, PointsFile)
	if _, err := os.Stat(path); err == nil {
		if holds(filepath.Join(dir, ManifestFile), head) && holds(path, points) {
			return nil
		}
		return fmt.Errorf("creating the trace: %s already holds one; resume it, or choose another folder", dir)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("creating the trace: %w", err)
	}
	if err := writeHead(dir, head); err != nil {
		return err
	}
	return WriteFile(path, points)
}

func (t *Trace) encode() (head, points []byte, err error) {
	head, err = t.Manifest.encode()
	for i := range t.Points {
		points = AppendPoint(points, &t.Points[i])
	}
	return head, points, err
}

// Replace puts a trace that can be made again in the place of the one in dir:
// the new folder is written beside the old one, which is removed only after both
// have changed names. A folder that holds the same bytes is left as it is.
func Replace(dir string, t *Trace) error {
	head, points, err := t.encode()
	if err != nil {
		return err
	}
	base := filepath.Join(filepath.Dir(dir), "."+filepath.Base(dir))
	fresh, old := base+".new", base+".old"
	fail := func(err error) error { return fmt.Errorf("replacing the trace in %s: %w", dir, err) }
	clean := func() error { return errors.Join(os.RemoveAll(fresh), os.RemoveAll(old)) }
	if err := clean(); err != nil {
		return fail(err)
	}
	if holds(filepath.Join(dir, ManifestFile), head) && holds(filepath.Join(dir, PointsFile), points) {
		return nil
	}
	if err := Write(fresh, t); err != nil {
		os.RemoveAll(fresh)
		return fail(err)
	}
	if err := os.Rename(dir, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		os.RemoveAll(fresh)
		return fail(err)
	}
	if err := os.Rename(fresh, dir); err != nil {
		return fail(errors.Join(err, os.Rename(old, dir)))
	}
	if err := clean(); err != nil {
		return fail(err)
	}
	return syncDir(filepath.Dir(dir))
}

func holds(path string, text []byte) bool {
	have, err := os.ReadFile(path)
	return err == nil && bytes.Equal(have, text)
}
