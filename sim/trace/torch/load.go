package torch

import (
	"archive/zip"
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path"
	"strings"
)

// MaxTensor bounds the numbers of one tensor that is read: parameters of an
// architecture are small, weights of a net are passed over.
const MaxTensor = 1 << 20

// Tensor is a named tensor of at most MaxTensor numbers.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float64
}

// Magic says whether the bytes begin a checkpoint: a zip archive, or the pickle of
// the older format.
func Magic(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"))
}

// Load reads the tensors of the checkpoint at file whose names want accepts, and
// the scalars (integers and floats) that stand beside them. Names are the keys
// joined by dots.
func Load(file string, want func(name string) bool) ([]Tensor, map[string]float64, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the checkpoint: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, fmt.Errorf("reading the checkpoint: %w", err)
	}
	return Read(f, info.Size(), file, want)
}

// Read is Load from a reader of size bytes.
func Read(r io.ReaderAt, size int64, name string, want func(name string) bool) ([]Tensor, map[string]float64, error) {
	var head [4]byte
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return nil, nil, fmt.Errorf("%s: it is no checkpoint", name)
	}
	c := &collector{want: want, scalars: map[string]float64{}, seen: map[any]bool{}}
	var err error
	if string(head[:2]) == "PK" {
		err = c.archive(r, size)
	} else {
		err = c.legacy(io.NewSectionReader(r, 0, size))
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return c.tensors, c.scalars, nil
}

// collector walks what a pickle built and fetches the wanted tensors.
type collector struct {
	want    func(string) bool
	fetch   func(storageRef) ([]byte, error)
	tensors []Tensor
	scalars map[string]float64
	seen    map[any]bool
	refs    []named
	visits  int
}

// maxVisits bounds the values that are looked at: tuples that share their parts
// could be walked for ever.
const maxVisits = 1 << 22

type named struct {
	name string
	ref  *tensorRef
}

// walk gathers names; containers that hold themselves are entered once.
func (c *collector) walk(name string, v any, depth int) {
	if c.visits++; c.visits > maxVisits || depth > 32 || len(c.refs) > 1<<16 {
		return
	}
	join := func(k string) string {
		if name == "" {
			return k
		}
		return name + "." + k
	}
	switch x := v.(type) {
	case *tensorRef:
		if c.want(name) {
			c.refs = append(c.refs, named{name, x})
		}
	case *dict:
		if c.seen[x] {
			return
		}
		c.seen[x] = true
		for _, k := range x.keys {
			c.walk(join(k), x.values[k], depth+1)
		}
	case *list:
		if c.seen[x] {
			return
		}
		c.seen[x] = true
		for i, e := range x.items {
			c.walk(join(fmt.Sprint(i)), e, depth+1)
		}
	case []any:
		for i, e := range x {
			if i < 1024 {
				c.walk(join(fmt.Sprint(i)), e, depth+1)
			}
		}
	case *object:
		if c.seen[x] {
			return
		}
		c.seen[x] = true
		c.walk(name, x.state, depth+1)
		if x.items != nil {
			c.walk(name, x.items, depth+1)
		}
		if x.list != nil {
			c.walk(name, x.list, depth+1)
		}
	case int64:
		if len(c.scalars) < 1000 {
			c.scalars[name] = float64(x)
		}
	case float64:
		if len(c.scalars) < 1000 {
			c.scalars[name] = x
		}
	}
}

// archive reads the zip format: NAME/data.pkl and NAME/data/KEY.
func (c *collector) archive(r io.ReaderAt, size int64) error {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return fmt.Errorf("it is no zip archive: %w", err)
	}
	files := map[string]*zip.File{}
	var pkl *zip.File
	for _, f := range z.File {
		files[f.Name] = f
		if path.Base(f.Name) == "data.pkl" {
			pkl = f
		}
	}
	if pkl == nil {
		return fmt.Errorf("it holds no data.pkl: it is no PyTorch checkpoint")
	}
	in, err := pkl.Open()
	if err != nil {
		return fmt.Errorf("data.pkl: %w", err)
	}
	defer in.Close()
	rest := bufio.NewReader(in)
	root, err := unpickle(rest)
	if err != nil {
		return fmt.Errorf("data.pkl: %w", err)
	}
	if _, err := io.CopyN(io.Discard, rest, maxStorage); !errors.Is(err, io.EOF) { // its checksum stands at its end
		return fmt.Errorf("data.pkl: behind the pickle: %w", cmp.Or(err, errors.New("more than it can hold")))
	}
	if b, ok := files[path.Dir(pkl.Name)+"/byteorder"]; ok {
		if in, err := b.Open(); err == nil {
			text, _ := io.ReadAll(io.LimitReader(in, 16))
			in.Close()
			if string(text) == "big" {
				return fmt.Errorf("its storages are big-endian, which is not read")
			}
		}
	}
	c.walk("", root, 0)
	c.fetch = func(s storageRef) ([]byte, error) {
		f := files[path.Dir(pkl.Name)+"/data/"+s.key]
		if f == nil {
			return nil, fmt.Errorf("storage %q is missing", s.key)
		}
		in, err := f.Open()
		if err != nil {
			return nil, err
		}
		defer in.Close()
		return io.ReadAll(io.LimitReader(in, maxStorage))
	}
	return c.collect()
}

const maxStorage = 256 << 20

// legacy reads the older format: four pickles, the list of storage keys, then each
// storage as a count and its numbers.
func (c *collector) legacy(r io.Reader) error {
	in := bufio.NewReaderSize(r, 1<<16)
	var root any
	var keys []string
	types := map[string]storageRef{}
	for i := range 5 {
		v, err := unpickle(in)
		if err != nil {
			return fmt.Errorf("pickle %d: %w", i+1, err)
		}
		switch i {
		case 0:
			if s, ok := v.(string); !ok || s != "119547037146038801333356" {
				return fmt.Errorf("it is no PyTorch checkpoint")
			}
		case 3:
			root = v
		case 4:
			l, ok := v.(*list)
			if !ok {
				return fmt.Errorf("its list of storages is missing")
			}
			for _, k := range l.items {
				s, ok := k.(string)
				if !ok {
					return fmt.Errorf("a storage has no name")
				}
				keys = append(keys, s)
			}
		}
	}
	c.walk("", root, 0)
	need := map[string]bool{}
	for _, n := range c.refs {
		need[n.ref.storage.key] = true
	}
	c.visits = 0
	c.storages(root, types, map[any]bool{}, 0)
	data := map[string][]byte{}
	for _, k := range keys {
		var head [8]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return fmt.Errorf("storage %q is cut off", k)
		}
		n := int64(binary.LittleEndian.Uint64(head[:]))
		width := widths[types[k].dtype]
		if width == 0 || n < 0 || n > 1<<40 {
			return fmt.Errorf("storage %q has type %q and %d numbers, which cannot be read", k, types[k].dtype, n)
		}
		size := n * int64(width)
		if !need[k] || size > maxStorage {
			if _, err := io.CopyN(io.Discard, in, size); err != nil {
				return fmt.Errorf("storage %q is cut off", k)
			}
			continue
		}
		b, err := io.ReadAll(io.LimitReader(in, size))
		if err != nil || int64(len(b)) < size {
			return fmt.Errorf("storage %q is cut off", k)
		}
		data[k] = b
	}
	c.fetch = func(s storageRef) ([]byte, error) {
		b, ok := data[s.key]
		if !ok {
			return nil, fmt.Errorf("storage %q is missing", s.key)
		}
		return b, nil
	}
	return c.collect()
}

// storages gathers the types of all storages that a value refers to.
func (c *collector) storages(v any, out map[string]storageRef, seen map[any]bool, depth int) {
	if c.visits++; c.visits > maxVisits || depth > 32 {
		return
	}
	switch x := v.(type) {
	case *tensorRef:
		out[x.storage.key] = x.storage
	case storageRef:
		out[x.key] = x
	case *dict:
		if !seen[x] {
			seen[x] = true
			for _, k := range x.keys {
				c.storages(x.values[k], out, seen, depth+1)
			}
		}
	case *list:
		if !seen[x] {
			seen[x] = true
			for _, e := range x.items {
				c.storages(e, out, seen, depth+1)
			}
		}
	case []any:
		for _, e := range x {
			c.storages(e, out, seen, depth+1)
		}
	case *object:
		if !seen[x] {
			seen[x] = true
			c.storages(x.args, out, seen, depth+1)
			c.storages(x.state, out, seen, depth+1)
			if x.items != nil {
				c.storages(x.items, out, seen, depth+1)
			}
			if x.list != nil {
				c.storages(x.list, out, seen, depth+1)
			}
		}
	}
}

var widths = map[string]int{
	"FloatStorage": 4, "DoubleStorage": 8, "HalfStorage": 2, "BFloat16Storage": 2, "LongStorage": 8, "IntStorage": 4, "ShortStorage": 2, "CharStorage": 1, "ByteStorage": 1, "BoolStorage": 1,
}

// collect fetches the wanted tensors.
func (c *collector) collect() error {
	total := 0
	for _, n := range c.refs {
		t := n.ref
		decode, width, ok := decoder(t.storage.dtype)
		if !ok {
			continue
		}
		size := int64(1)
		shape := make([]int, len(t.shape))
		for i, s := range t.shape {
			if s > MaxTensor || size*s > MaxTensor {
				size = -1
				break
			}
			size *= s
			shape[i] = int(s)
		}
		if size < 0 || size == 0 {
			continue
		}
		if total += int(size); total > 64*MaxTensor {
			return fmt.Errorf("its architecture parameters are more than %d numbers", 64*MaxTensor)
		}
		b, err := c.fetch(t.storage)
		if err != nil {
			return fmt.Errorf("%s: %w", n.name, err)
		}
		data := make([]float64, size)
		index := make([]int64, len(shape))
		for i := range data {
			at := t.offset
			for k, x := range index {
				if t.stride[k] > int64(len(b)) {
					return fmt.Errorf("%s: its strides lead out of its storage", n.name)
				}
				at += x * t.stride[k]
			}
			if at < 0 || at > int64(len(b)) || (at+1)*int64(width) > int64(len(b)) {
				return fmt.Errorf("%s: it leads out of its storage of %d bytes", n.name, len(b))
			}
			data[i] = decode(b[at*int64(width):])
			for k := len(index) - 1; k >= 0; k-- {
				if index[k]++; index[k] < int64(shape[k]) {
					break
				}
				index[k] = 0
			}
		}
		c.tensors = append(c.tensors, Tensor{n.name, shape, data})
	}
	return nil
}

// decoder reads one number of a storage or safetensors type.
func decoder(dtype string) (func([]byte) float64, int, bool) {
	le := binary.LittleEndian
	switch strings.TrimSuffix(dtype, "Storage") {
	case "Float", "F32":
		return func(b []byte) float64 { return float64(math.Float32frombits(le.Uint32(b))) }, 4, true
	case "Double", "F64":
		return func(b []byte) float64 { return math.Float64frombits(le.Uint64(b)) }, 8, true
	case "Half", "F16":
		return func(b []byte) float64 { return half(le.Uint16(b)) }, 2, true
	case "BFloat16", "BF16":
		return func(b []byte) float64 { return float64(math.Float32frombits(uint32(le.Uint16(b)) << 16)) }, 2, true
	case "Long", "I64":
		return func(b []byte) float64 { return float64(int64(le.Uint64(b))) }, 8, true
	}
	return nil, 0, false
}

// half is an IEEE 754 half-precision number.
func half(u uint16) float64 {
	sign, exp, frac := 1.0, int(u>>10&31), float64(u&1023)
	if u>>15 == 1 {
		sign = -1
	}
	switch exp {
	case 0:
		return sign * math.Ldexp(frac, -24)
	case 31:
		if frac != 0 {
			return math.NaN()
		}
		return sign * math.Inf(1)
	}
	return sign * math.Ldexp(1024+frac, exp-25)
}
