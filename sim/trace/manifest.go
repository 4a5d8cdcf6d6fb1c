package trace

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"edgewise/sim/bounded"
)

// maxManifest bounds the size of a manifest, before memory is taken for it.
const maxManifest = 16 << 20

// manifestTail stands behind the last field of a manifest: the CRC-32C of the
// bytes before it.
const manifestTail = ",\n  \"crc\": \"%08x\"\n}\n"

var manifestTailLength = len(fmt.Sprintf(manifestTail, 0))

// encode writes the manifest as JSON whose last field, crc, is the CRC-32C of the
// bytes before its comma.
func (m *Manifest) encode() ([]byte, error) {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encoding the manifest: %w", err)
	}
	text = bytes.TrimSuffix(text, []byte("\n}"))
	return fmt.Appendf(text, manifestTail, crc32.Checksum(text, castagnoli)), nil
}

// ReadManifest reads the manifest of the trace in dir. One that carries a
// checksum must match it; one that other programs wrote need not carry any.
func ReadManifest(dir string) (Manifest, error) {
	var m Manifest
	path := filepath.Join(dir, ManifestFile)
	text, err := bounded.Read(path, maxManifest)
	if errors.Is(err, fs.ErrNotExist) {
		if inside, _ := filepath.Glob(filepath.Join(dir, "*", ManifestFile)); len(inside) > 0 {
			return m, folderOfTraces{dir, inside}
		}
	}
	if err != nil {
		return m, fmt.Errorf("reading the trace: %w", err)
	}
	var sum struct {
		CRC *string `json:"crc"`
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("reading the trace: %s: %w", path, err)
	}
	if err := json.Unmarshal(text, &sum); err != nil {
		return m, fmt.Errorf("reading the trace: %s: %w", path, err)
	}
	if sum.CRC != nil {
		body := text[:max(0, len(text)-manifestTailLength)]
		if want := fmt.Sprintf(manifestTail, crc32.Checksum(body, castagnoli)); string(text[len(body):]) != want {
			return m, fmt.Errorf("reading the trace: %s is damaged: its checksum does not match (if you edited it, take its field crc out)", path)
		}
	}
	return m, m.check(path)
}

// folderOfTraces says that dir holds no trace but folders that do; it is an
// fs.ErrNotExist.
type folderOfTraces struct {
	dir    string
	inside []string // their manifests
}

func (f folderOfTraces) Error() string {
	return fmt.Sprintf("reading the trace: %s is a folder of traces (%d), not a trace: name them, for example %s", f.dir, len(f.inside), filepath.Dir(f.inside[0]))
}

func (f folderOfTraces) Unwrap() error { return fs.ErrNotExist }

// Verify reads the first offset bytes of the points in dir and refuses them
// unless they are whole, undamaged lines.
func Verify(dir string, offset int64) error {
	path := filepath.Join(dir, PointsFile)
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	s := lines(io.LimitReader(f, offset))
	read := int64(0)
	n := 1
	for ; s.Scan(); n++ {
		read += int64(len(s.Bytes())) + 1
		if _, _, err := checked(s.Bytes()); err != nil {
			return fmt.Errorf("%s:%d: %w", path, n, err)
		}
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("%s:%d: %w", path, n, err)
	}
	if read != offset {
		return fmt.Errorf("%s is %d bytes, fewer than the %d of its checkpoint", path, read, offset)
	}
	return nil
}
