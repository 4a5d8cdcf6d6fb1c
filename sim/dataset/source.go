package dataset

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
)

// FormatError is a data file that is not what it should be. Offset is a byte
// offset in the file, or in its uncompressed content when the file is gzipped.
type FormatError struct {
	File   string
	Offset int64
	Packed bool // the offset counts uncompressed bytes
	Msg    string
}

// Error returns "FILE: byte OFFSET: what is wrong".
func (e *FormatError) Error() string {
	where := ""
	if e.Packed {
		where = " (uncompressed)"
	}
	return fmt.Sprintf("%s: byte %d%s: %s", e.File, e.Offset, where, e.Msg)
}

// source reads one data file front to back and knows where it is. It takes
// memory only for bytes that are there.
type source struct {
	name   string
	r      *bufio.Reader
	close  func() error
	size   int64         // bytes in the file, or -1 when it is gzipped
	packed *bufio.Reader // the gzip stream, when it is gzipped
	offset int64
}

// openSource opens dir/name of fsys; errors name the file as shown, which is
// what the user typed. Gzip is recognised by its first two bytes.
func openSource(fsys fs.FS, name, shown string) (*source, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown, bare(err))
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = errors.New("is a folder, not a data file")
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", shown, bare(err))
	}
	s, err := newSource(shown, f, info.Size())
	if err != nil {
		f.Close()
		return nil, err
	}
	s.close = f.Close
	return s, nil
}

// newSource reads size bytes from r.
func newSource(shown string, r io.Reader, size int64) (*source, error) {
	s := &source{name: shown, r: bufio.NewReaderSize(r, 1<<16), close: func() error { return nil }, size: size}
	if magic, err := s.r.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		z, err := gzip.NewReader(s.r)
		if err != nil {
			return nil, &FormatError{File: shown, Msg: "gzip header: " + err.Error()}
		}
		z.Multistream(false)
		s.packed, s.r, s.size = s.r, bufio.NewReaderSize(z, 1<<16), -1
	}
	return s, nil
}

// fail returns a FormatError at the given offset.
func (s *source) fail(offset int64, format string, args ...any) error {
	return &FormatError{File: s.name, Offset: offset, Packed: s.size < 0, Msg: fmt.Sprintf(format, args...)}
}

// full fills buf with the next bytes; what names them in the error.
func (s *source) full(buf []byte, what string) error {
	n, err := io.ReadFull(s.r, buf)
	start := s.offset
	s.offset += int64(n)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return s.fail(s.offset, "the file ends inside %s (bytes %d..%d)", what, start, start+int64(len(buf))-1)
	default:
		return s.fail(s.offset, "%s", err)
	}
}

// take returns the next n bytes. A plain file that is too short is refused before
// memory is taken; a gzipped one is read in pieces, so that memory follows the
// bytes that really come out.
func (s *source) take(n int64, what string) ([]byte, error) {
	if s.size >= 0 {
		if s.size-s.offset < n {
			return nil, s.fail(s.size, "the file ends inside %s (bytes %d..%d)", what, s.offset, s.offset+n-1)
		}
		buf := make([]byte, n)
		return buf, s.full(buf, what)
	}
	const piece = 1 << 20
	var buf []byte
	start := s.offset
	for int64(len(buf)) < n {
		have := len(buf)
		buf = append(buf, make([]byte, min(piece, n-int64(have)))...)
		got, err := io.ReadFull(s.r, buf[have:])
		s.offset += int64(got)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, s.fail(s.offset, "the file ends inside %s (bytes %d..%d)", what, start, start+n-1)
		}
		if err != nil {
			return nil, s.fail(s.offset, "%s", err)
		}
	}
	return buf, nil
}

// end makes sure that nothing follows; for gzip this also verifies the checksum.
func (s *source) end() error {
	_, err := s.r.ReadByte()
	switch {
	case err == nil:
		return s.fail(s.offset, "more bytes follow where the file should end")
	case errors.Is(err, io.EOF):
		if s.packed != nil {
			if _, err := s.packed.ReadByte(); err == nil {
				return s.fail(s.offset, "more bytes follow the gzip stream")
			}
		}
		return nil
	case errors.Is(err, io.ErrUnexpectedEOF):
		return s.fail(s.offset, "the gzip stream ends without its checksum")
	default:
		return s.fail(s.offset, "%s", err)
	}
}

// bare strips the path that fs errors carry: the caller names the file.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// shownAs joins what the user typed with a file name.
func shownAs(dir, name string) string {
	if dir == "" {
		return name
	}
	return path.Join(dir, name)
}
