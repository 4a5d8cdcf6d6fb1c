package search

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"edgewise/sim/kernel"
	"edgewise/sim/trace"
)

// checkpointFile holds what a stored run needs to continue: magic, the run id,
// the length of the trace file, the state of the driver, and a CRC-32C of it all.
const checkpointFile = "checkpoint.bin"

const checkpointMagic = "EDGEWISE CHECKPOINT 1\n"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

type checkpointHead struct {
	Run    string `json:"run"`
	Offset int64  `json:"offset"`
	State  int    `json:"state"`
	Fused  bool   `json:"fused"` // whether the kernels round as the vector paths do
	Order  int    `json:"order"` // kernel.Rounding
}

// fused says whether the kernels in use round as the vector paths do, which
// agree with each other; the portable path rounds products separately, so that
// a run must not change between them.
func fused() (bool, error) {
	path, err := kernel.CurrentPath()
	return path != kernel.Portable, err
}

func writeCheckpoint(dir, run string, offset int64, state []byte) error {
	f, err := fused()
	if err != nil {
		return err
	}
	head, err := json.Marshal(checkpointHead{Run: run, Offset: offset, State: len(state), Fused: f, Order: kernel.Rounding})
	if err != nil {
		return err
	}
	text := append([]byte(checkpointMagic), head...)
	text = append(text, '\n')
	text = append(text, state...)
	text = binary.LittleEndian.AppendUint32(text, crc32.Checksum(text, castagnoli))
	return trace.WriteFile(filepath.Join(dir, checkpointFile), text)
}

// readCheckpoint returns the length of the trace and the driver's state, or ok
// false when there is no checkpoint. A damaged one, and one of more than most
// bytes, is an error.
func readCheckpoint(dir, run string, most int64) (offset int64, state []byte, ok bool, err error) {
	path := filepath.Join(dir, checkpointFile)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil, false, nil
	}
	if err == nil && info.Size() > most {
		err = fmt.Errorf("%s is %d bytes, more than the %d that this search can need: delete it to start the run anew", path, info.Size(), most)
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return 0, nil, false, fmt.Errorf("reading the checkpoint: %w", err)
	}
	fail := func(format string, args ...any) (int64, []byte, bool, error) {
		return 0, nil, false, fmt.Errorf("reading the checkpoint: %s %s: delete it to start the run anew", path, fmt.Sprintf(format, args...))
	}
	if len(text) < len(checkpointMagic)+4 || string(text[:len(checkpointMagic)]) != checkpointMagic {
		return fail("is not one")
	}
	body := text[:len(text)-4]
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(text[len(text)-4:]) {
		return fail("is damaged: its checksum does not match")
	}
	rest := body[len(checkpointMagic):]
	end := 0
	for end < len(rest) && rest[end] != '\n' {
		end++
	}
	var head checkpointHead
	if err := json.Unmarshal(rest[:end], &head); err != nil || end == len(rest) || head.State != len(rest)-end-1 {
		return fail("is damaged: its head does not fit")
	}
	if head.Run != run {
		return fail("belongs to run %s, not %s: the spec was changed", head.Run, run)
	}
	if f, err := fused(); err != nil || f != head.Fused {
		return fail("was made by kernels that round otherwise (%s was set, or another machine)", kernel.PathVariable)
	}
	if head.Order != kernel.Rounding {
		return fail("was made by a version of Edgewise whose kernels round otherwise")
	}
	return head.Offset, rest[end+1:], true, nil
}

// open starts or resumes the trace in dir. done says that it is finished.
func open(dir string, m trace.Manifest, d driver, resume bool) (w *trace.Writer, done bool, err error) {
	if !resume {
		w, err = trace.Create(dir, m)
		return w, false, err
	}
	_, err = os.Stat(filepath.Join(dir, trace.PointsFile))
	if errors.Is(err, fs.ErrNotExist) { // never begun, or killed before its first byte
		w, err = trace.Create(dir, m)
		return w, false, err
	}
	have, err := trace.ReadManifest(dir)
	if err != nil {
		return nil, false, err
	}
	if have.Run != m.Run || have.Version != m.Version || have.Data != m.Data {
		return nil, false, fmt.Errorf("resuming %s: it holds run %s of %s, not run %s of %s: choose another folder", dir, have.Run, have.Version, m.Run, m.Version)
	}
	most := 4*int64(len(d.save())) + 1<<16 // more than any optimiser's memory
	if g, ok := d.(interface{ most() int64 }); ok {
		most = g.most()
	}
	offset, state, ok, err := readCheckpoint(dir, m.Run, most)
	if err != nil {
		return nil, false, err
	}
	if !ok {
		if t, err := trace.Read(dir); err == nil && t.Complete() {
			return nil, true, nil
		}
		w, err = trace.Resume(dir, 0)
		return w, false, err
	}
	if err := d.load(state); err != nil {
		return nil, false, fmt.Errorf("resuming %s: %w", dir, err)
	}
	if err := trace.Verify(dir, offset); err != nil {
		return nil, false, fmt.Errorf("resuming %s: %w: delete %s to start the run anew", dir, err, checkpointFile)
	}
	w, err = trace.Resume(dir, offset)
	return w, false, err
}

// save packs step, alpha, its optimiser's memory, weights, their momenta and the
// running statistics as little-endian numbers, each list with its length.
func (r *run[T]) save() []byte {
	var b []byte
	b = binary.LittleEndian.AppendUint64(b, uint64(r.step))
	b = appendList(b, r.arch.alpha)
	b = appendList(b, r.arch.optim.State())
	for i, p := range r.net.Params() {
		b = appendList(b, p.Value)
		b = appendList(b, r.theta.moment[i])
	}
	for _, q := range r.net.Buffers() {
		b = appendList(b, q.Value)
	}
	if r.assign != nil {
		b = appendList(b, r.assign.state())
	}
	if r.prime != nil {
		b = appendList(b, r.prime.state())
	}
	return b
}

func appendList[T kernel.Float](b []byte, v []T) []byte {
	b = binary.LittleEndian.AppendUint64(b, uint64(len(v)))
	for _, x := range v {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(float64(x)))
	}
	return b
}

func takeList[T kernel.Float](b []byte, v []T) ([]byte, error) {
	if len(b) < 8 {
		return nil, errors.New("the checkpoint is too short")
	}
	n := binary.LittleEndian.Uint64(b)
	if b = b[8:]; n != uint64(len(v)) || uint64(len(b)) < 8*n {
		return nil, fmt.Errorf("the checkpoint holds a list of %d numbers where this net has %d", n, len(v))
	}
	for i := range v {
		v[i] = T(math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:])))
	}
	return b[8*n:], nil
}

// load takes back what save packed.
func (r *run[T]) load(b []byte) error {
	if len(b) < 16 {
		return errors.New("the checkpoint is too short")
	}
	step := int(binary.LittleEndian.Uint64(b))
	b, err := takeList(b[8:], r.arch.alpha)
	if err != nil {
		return err
	}
	if len(b) < 8 {
		return errors.New("the checkpoint is too short")
	}
	n := binary.LittleEndian.Uint64(b)
	if n > uint64(len(b)/8) {
		return errors.New("the checkpoint's optimiser state is cut short")
	}
	state := make([]float64, n)
	if b, err = takeList(b, state); err != nil {
		return err
	}
	if err := r.arch.optim.SetState(state); err != nil {
		return err
	}
	for i, p := range r.net.Params() {
		if b, err = takeList(b, p.Value); err != nil {
			return err
		}
		if b, err = takeList(b, r.theta.moment[i]); err != nil {
			return err
		}
	}
	for _, q := range r.net.Buffers() {
		if b, err = takeList(b, q.Value); err != nil {
			return err
		}
	}
	if r.assign != nil {
		state := r.assign.state()
		if b, err = takeList(b, state); err != nil {
			return err
		}
		if err := r.assign.setState(state); err != nil {
			return err
		}
	}
	if r.prime != nil {
		state := r.prime.state()
		if b, err = takeList(b, state); err != nil {
			return err
		}
		if err := r.prime.setState(state); err != nil {
			return err
		}
	}
	if len(b) != 0 {
		return fmt.Errorf("the checkpoint has %d bytes too many", len(b))
	}
	r.step = step
	r.arch.updateProb()
	return nil
}
