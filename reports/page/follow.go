package page

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"edgewise/sim/trace"
)

// follower reads a trace folder as it grows. It keeps of each point only what
// the page shows.
type follower struct {
	dir     string
	trace   *trace.Trace
	offset  int64     // of the first byte that is not part of a point taken
	written time.Time // when the manifest was written
	status  string
}

// maxRead bounds what one look at a folder takes in.
const maxRead = 64 << 20

// poll takes in the points that were written since the last call and says
// whether there is anything new to show. A folder that does not exist yet, a
// line that is still being written and a damaged line are not errors: status
// says what is being waited for. A search that was started anew in the folder
// replaces the old one.
func (f *follower) poll() bool {
	before := f.status
	grown, err := f.take()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.status = "waiting for a search in " + f.dir
	case err != nil:
		f.status = err.Error()
	case len(f.trace.Points) == 0:
		f.status = "waiting for the first point of " + f.trace.Manifest.Name
	default:
		last := &f.trace.Points[len(f.trace.Points)-1]
		f.status = fmt.Sprintf("%s: step %d", f.trace.Manifest.Name, last.Step)
		if last.Status != "" {
			f.status += ", " + last.Status
		}
	}
	return grown || f.status != before
}

func (f *follower) take() (grown bool, err error) {
	info, err := os.Stat(filepath.Join(f.dir, trace.ManifestFile))
	if err != nil {
		return false, err
	}
	path := filepath.Join(f.dir, trace.PointsFile)
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return false, err
	}
	if f.trace == nil || !info.ModTime().Equal(f.written) || size < f.offset {
		m, err := trace.ReadManifest(f.dir)
		if err != nil {
			return false, err
		}
		f.trace, f.offset, f.written = &trace.Trace{Manifest: m}, 0, info.ModTime()
		grown = true
	}
	text := make([]byte, min(size-f.offset, maxRead))
	n, err := file.ReadAt(text, f.offset)
	if err != nil && err != io.EOF {
		return grown, err
	}
	for text = text[:n]; ; {
		end := bytes.IndexByte(text, '\n')
		if end < 0 {
			return grown, nil
		}
		if line := text[:end]; len(bytes.TrimSpace(line)) > 0 {
			p, err := trace.DecodePoint(line)
			if err == nil {
				err = f.trace.Manifest.Sound(&p)
			}
			if err != nil {
				return grown, fmt.Errorf("%s, point %d: %w", path, len(f.trace.Points)+1, err)
			}
			p.Alpha, p.Gate = nil, nil
			if p.Cost != nil {
				p.Cost.Square, p.Cost.Cross = nil, nil
			}
			f.trace.Points = append(f.trace.Points, p)
			grown = true
		}
		text = text[end+1:]
		f.offset += int64(end) + 1
	}
}
