package trace

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"edgewise/sim/bounded"
)

// Names of the files of a trace folder.
const (
	ManifestFile = "manifest.json"
	PointsFile   = "trace.jsonl"
)

// maxLine bounds one point: a 12-node, 8-operation point with cross moments is
// under 2 MB.
const maxLine = 64 << 20

// Writer appends points to a trace folder. Points that were appended before the
// last Sync survive a crash; a point that was being written when it came is
// recognised by its checksum and dropped.
type Writer struct {
	file   *os.File
	buf    *bufio.Writer
	line   []byte
	offset int64
}

// Create starts a trace in dir, which is made if needed. A folder that already
// holds a trace is refused: resume it, or choose another; so is one whose manifest
// is another's.
func Create(dir string, m Manifest) (*Writer, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("creating the trace: %w", err)
	}
	path := filepath.Join(dir, PointsFile)
	if _, err := os.Stat(path); err == nil {
		return nil, fmt.Errorf("creating the trace: %s already holds one; resume it, or choose another folder", dir)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("creating the trace: %w", err)
	}
	text, err := m.encode()
	if err != nil {
		return nil, err
	}
	if err := writeHead(dir, text); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err == nil {
		err = hold(f)
	}
	if err != nil {
		return nil, fmt.Errorf("creating the trace: %w", err)
	}
	return &Writer{file: f, buf: bufio.NewWriterSize(f, 1<<16)}, nil
}

// writeHead writes the manifest of a trace that has no points yet. One that is there
// must be the same, left by a crash before the first point: what anything else is of
// is not known, and it is not written over.
func writeHead(dir string, text []byte) error {
	path := filepath.Join(dir, ManifestFile)
	have, err := bounded.Read(path, maxManifest)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return WriteFile(path, text)
	case err != nil:
		return fmt.Errorf("creating the trace: %w", err)
	case !bytes.Equal(have, text):
		return fmt.Errorf("creating the trace: %s is not that of this trace: choose another folder, or delete it", path)
	}
	return RemoveLeft(path)
}

// Resume opens the trace in dir for appending after its first offset bytes,
// which a checkpoint remembers from Offset; what stands behind them is cut off.
func Resume(dir string, offset int64) (*Writer, error) {
	path := filepath.Join(dir, PointsFile)
	f, err := os.OpenFile(path, os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("resuming the trace: %w", err)
	}
	if err := hold(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("resuming the trace: %w", err)
	}
	info, err := f.Stat()
	if err == nil && info.Size() < offset {
		err = fmt.Errorf("%s is %d bytes, fewer than the %d of its checkpoint", path, info.Size(), offset)
	}
	if err == nil {
		err = f.Truncate(offset)
	}
	if err == nil {
		_, err = f.Seek(offset, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("resuming the trace: %w", err)
	}
	return &Writer{file: f, buf: bufio.NewWriterSize(f, 1<<16), offset: offset}, nil
}

// Append writes one point.
func (w *Writer) Append(p *Point) error {
	w.line = AppendPoint(w.line[:0], p)
	n, err := w.buf.Write(w.line)
	w.offset += int64(n)
	if err != nil {
		return fmt.Errorf("writing %s: %w", w.file.Name(), err)
	}
	return nil
}

// Sync flushes all points to the disk and returns the length of the file.
func (w *Writer) Sync() (int64, error) {
	if err := w.buf.Flush(); err != nil {
		return 0, fmt.Errorf("writing %s: %w", w.file.Name(), err)
	}
	if err := w.file.Sync(); err != nil {
		return 0, fmt.Errorf("writing %s: %w", w.file.Name(), err)
	}
	return w.offset, nil
}

// Close flushes and closes the file.
func (w *Writer) Close() error {
	_, err := w.Sync()
	if cerr := w.file.Close(); err == nil && cerr != nil {
		err = fmt.Errorf("closing %s: %w", w.file.Name(), cerr)
	}
	return err
}

// Read reads the trace in dir. Where a line is damaged the sound points before
// it are returned together with an error that names the file and the line.
func Read(dir string) (*Trace, error) {
	m, err := ReadManifest(dir)
	if err != nil {
		return nil, err
	}
	t := &Trace{Manifest: m}
	path := filepath.Join(dir, PointsFile)
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the trace: %w", err)
	}
	defer f.Close()
	t.Points, err = readPoints(f, &m)
	if err != nil {
		err = fmt.Errorf("reading the trace: %s:%w", path, err)
	}
	return t, err
}

func lines(r io.Reader) *bufio.Scanner {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 1<<16), maxLine)
	return s
}

func readPoints(r io.Reader, m *Manifest) ([]Point, error) {
	var points []Point
	s := lines(r)
	for n := 1; s.Scan(); n++ {
		if len(bytes.TrimSpace(s.Bytes())) == 0 {
			continue
		}
		p, err := DecodePoint(s.Bytes())
		if err == nil {
			err = m.checkPoint(&p)
		}
		if err == nil && len(points) > 0 && p.Step < points[len(points)-1].Step {
			err = fmt.Errorf("step %d comes after step %d", p.Step, points[len(points)-1].Step)
		}
		if err != nil {
			return points, fmt.Errorf("%d: %w", n, err)
		}
		points = append(points, p)
	}
	if err := s.Err(); err != nil {
		return points, fmt.Errorf("%d: %w", len(points)+1, err)
	}
	return points, nil
}
