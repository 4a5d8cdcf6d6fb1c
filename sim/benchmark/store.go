package benchmark

import (
	"bytes"
	"compress/gzip"
	_ "embed" // the shipped table
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"

	"edgewise/sim/bounded"
	"edgewise/sim/kernel"
	"edgewise/sim/trace"
	"edgewise/theory/cell"
)

//go:embed table.json.gz
var shipped []byte

// record is the file of one run: its scores, the images they belong to, and how the
// kernels that trained it round.
type record struct {
	Run
	Data     string `json:"data"`
	Rounding int    `json:"rounding"`
}

// Save writes the run to dir under its content address, in one step.
func Save(dir string, r Run, data string) error {
	text, err := json.Marshal(record{r, data, kernel.Rounding})
	if err != nil {
		return fmt.Errorf("run %s: %w", r.ID, err)
	}
	return trace.WriteFile(file(dir, r.ID), append(text, '\n'))
}

// maxRun bounds the file of one run.
const maxRun = 1 << 20

func file(dir, id string) string { return filepath.Join(dir, id+".json") }

// load reads the run of that address; a missing file is an os.ErrNotExist.
func load(dir, id string) (record, error) {
	var r record
	path := file(dir, id)
	text, err := bounded.Read(path, maxRun)
	if err != nil {
		return r, err
	}
	if err := strict(text, &r); err != nil {
		return r, fmt.Errorf("%s: %w: delete it to train that run again", path, err)
	}
	if r.ID != id {
		return r, fmt.Errorf("%s: it holds run %q: delete it to train that run again", path, r.ID)
	}
	if r.Rounding != kernel.Rounding {
		return r, fmt.Errorf("%s: run %s was trained by kernels of rounding %d, these have %d: give the table a folder of its own", path, id, r.Rounding, kernel.Rounding)
	}
	return r, r.Run.check(path)
}

func (r Run) check(where string) error {
	for _, x := range []struct {
		name string
		s    Score
	}{{"train", r.Train}, {"valid", r.Valid}, {"test", r.Test}} {
		if x.s.N < 1 || x.s.Correct < 0 || x.s.Correct > x.s.N || !(x.s.Loss >= 0) || x.s.Loss > 1e6 {
			return fmt.Errorf("%s: run %s: its %s score %+v is none", where, r.ID, x.name, x.s)
		}
	}
	return nil
}

func strict(text []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("something follows the JSON value")
	}
	return nil
}

// Pack returns the table, gzipped JSON. Equal tables give equal bytes: the header
// holds no time and no name.
func (t *Table) Pack() ([]byte, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	text, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(text); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// maxTable bounds the unpacked table.
const maxTable = 64 << 20

// Unpack is the inverse of Pack; name is used in errors.
func Unpack(name string, packed []byte) (*Table, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	text, err := io.ReadAll(io.LimitReader(z, maxTable+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(text) > maxTable {
		return nil, fmt.Errorf("%s: it unpacks to more than %d bytes", name, maxTable)
	}
	t := &Table{}
	if err := strict(text, t); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := t.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

// Check refuses a table that is not complete, in order and of the runs that its
// base spec describes.
func (t *Table) Check() error {
	if t.Format != Format {
		return fmt.Errorf("format is %q: it must be %q", t.Format, Format)
	}
	count, err := Count(t.Base)
	if err != nil {
		return err
	}
	if t.Rounding < 1 || t.Rounding > kernel.Rounding {
		return fmt.Errorf("rounding is %d: it must be 1 to %d", t.Rounding, kernel.Rounding)
	}
	if len(t.Entries) != count || len(t.Seeds) == 0 {
		return fmt.Errorf("the table has %d wirings and %d seeds: a complete one has %d, and at least 1", len(t.Entries), len(t.Seeds), count)
	}
	ops := len(t.Base.Net.Ops)
	for i, e := range t.Entries {
		where := fmt.Sprintf("entries[%d]", i)
		if len(e.Runs) != len(t.Seeds) {
			return fmt.Errorf("%s: %d runs for %d seeds", where, len(e.Runs), len(t.Seeds))
		}
		for k, r := range e.Runs {
			s, err := Spec(t.Base, e.Wiring, t.Seeds[k])
			if err != nil {
				return fmt.Errorf("%s: %w", where, err)
			}
			if Index(e.Wiring, ops) != i || r.ID != s.ID() {
				return fmt.Errorf("%s: run %q is not that of wiring %v under seed %d, %s", where, r.ID, e.Wiring, t.Seeds[k], s.ID())
			}
			if err := r.check(where); err != nil {
				return err
			}
		}
	}
	return nil
}

var open = sync.OnceValues(func() (*Table, error) { return Unpack("the embedded benchmark", shipped) })

// Open returns the shipped table. It is shared: do not change it.
func Open() (*Table, error) { return open() }

// Entry returns the entry of a wiring; the wiring must fit the table's cell.
func (t *Table) Entry(w cell.Wiring) (Entry, error) {
	i := Index(w, len(t.Base.Net.Ops))
	if i < 0 || i >= len(t.Entries) || !slices.Equal(t.Entries[i].Wiring, w) {
		return Entry{}, fmt.Errorf("the benchmark has no wiring %v", w)
	}
	return t.Entries[i], nil
}
