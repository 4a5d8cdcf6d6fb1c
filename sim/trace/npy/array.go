// Package npy reads NumPy arrays, and makes traces of stacks of them: one array
// [epoch][edge][op], a folder of normal_000.npy, reduce_000.npy, ..., or an npz
// with arrays named after what they hold.
package npy

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// MaxNumbers bounds one array, MaxBytes all arrays of one file.
const (
	MaxNumbers = 1 << 26
	MaxBytes   = 1 << 30
)

// Array is an array in row-major order.
type Array struct {
	Shape []int
	Data  []float64
}

// At returns sub-array i along the first axis.
func (a *Array) At(i int) *Array {
	n := len(a.Data) / a.Shape[0]
	return &Array{a.Shape[1:], a.Data[i*n : (i+1)*n]}
}

// Matrix returns an array of two axes as rows.
func (a *Array) Matrix() [][]float64 {
	out := make([][]float64, a.Shape[0])
	for i := range out {
		out[i] = a.Data[i*a.Shape[1] : (i+1)*a.Shape[1]]
	}
	return out
}

var (
	descr   = regexp.MustCompile(`'descr':\s*'([<>|=])([fiub])(\d+)'`)
	fortran = regexp.MustCompile(`'fortran_order':\s*(True|False)`)
	shape   = regexp.MustCompile(`'shape':\s*\(([^)]*)\)`)
)

// Read reads one .npy file of floats, integers or booleans. Memory grows with
// the bytes that are there, not with the shape that the header claims.
func Read(r io.Reader, name string) (*Array, error) {
	fail := func(format string, args ...any) (*Array, error) {
		return nil, fmt.Errorf("%s: %s", name, fmt.Sprintf(format, args...))
	}
	var head [12]byte
	if _, err := io.ReadFull(r, head[:10]); err != nil || string(head[:6]) != "\x93NUMPY" {
		return fail("it is no .npy file")
	}
	size := int(binary.LittleEndian.Uint16(head[8:]))
	if head[6] >= 2 {
		if _, err := io.ReadFull(r, head[10:]); err != nil {
			return fail("the header is cut off")
		}
		size = int(binary.LittleEndian.Uint32(head[8:]))
	}
	if size > 1<<16 {
		return fail("the header claims to be %d bytes long", size)
	}
	text := make([]byte, size)
	if _, err := io.ReadFull(r, text); err != nil {
		return fail("the header is cut off")
	}
	d, f, s := descr.FindSubmatch(text), fortran.FindSubmatch(text), shape.FindSubmatch(text)
	if d == nil || f == nil || s == nil {
		return fail("its header %q is not that of an array of numbers", text[:min(len(text), 100)])
	}
	a := &Array{}
	n := 1
	for _, w := range strings.Split(string(s[1]), ",") {
		if w = strings.TrimSpace(w); w == "" {
			continue
		}
		v, err := strconv.Atoi(w)
		if err != nil || v < 0 || v > MaxNumbers || len(a.Shape) == 8 {
			return fail("its shape (%s) is not one that can be read", s[1])
		}
		a.Shape = append(a.Shape, v)
		if n *= v; n > MaxNumbers {
			return fail("it claims more than %d numbers", MaxNumbers)
		}
	}
	width, _ := strconv.Atoi(string(d[3]))
	decode, ok := decoders(string(d[2])+string(d[3]), d[1][0] == '>')
	if !ok {
		return fail("numbers of type %s%s are not read: use float32, float64 or integers", d[2], d[3])
	}
	buf := make([]byte, width*4096)
	for len(a.Data) < n {
		want := min(len(buf), width*(n-len(a.Data)))
		if got, err := io.ReadFull(r, buf[:want]); err != nil {
			return fail("it is cut off: %d of %d numbers are there", len(a.Data)+got/width, n)
		}
		for i := 0; i < want; i += width {
			a.Data = append(a.Data, decode(buf[i:]))
		}
	}
	if string(f[1]) == "True" && len(a.Shape) > 1 {
		a.rowMajor()
	}
	return a, nil
}

func decoders(kind string, big bool) (func([]byte) float64, bool) {
	var o binary.ByteOrder = binary.LittleEndian
	if big {
		o = binary.BigEndian
	}
	switch kind {
	case "f4":
		return func(b []byte) float64 { return float64(math.Float32frombits(o.Uint32(b))) }, true
	case "f8":
		return func(b []byte) float64 { return math.Float64frombits(o.Uint64(b)) }, true
	case "i8":
		return func(b []byte) float64 { return float64(int64(o.Uint64(b))) }, true
	case "i4":
		return func(b []byte) float64 { return float64(int32(o.Uint32(b))) }, true
	case "i2":
		return func(b []byte) float64 { return float64(int16(o.Uint16(b))) }, true
	case "u1", "b1":
		return func(b []byte) float64 { return float64(b[0]) }, true
	case "i1":
		return func(b []byte) float64 { return float64(int8(b[0])) }, true
	}
	return nil, false
}

// rowMajor reorders column-major data.
func (a *Array) rowMajor() {
	out := make([]float64, len(a.Data))
	stride := make([]int, len(a.Shape))
	n := 1
	for i := range a.Shape {
		stride[i] = n
		n *= a.Shape[i]
	}
	index := make([]int, len(a.Shape))
	for i := range out {
		at := 0
		for k, x := range index {
			at += x * stride[k]
		}
		out[i] = a.Data[at]
		for k := len(index) - 1; k >= 0; k-- {
			if index[k]++; index[k] < a.Shape[k] {
				break
			}
			index[k] = 0
		}
	}
	a.Data = out
}

// ReadZip reads the arrays of an .npz file, by name without ".npy". Entries that
// hold no numbers (objects, strings) are left out.
func ReadZip(r io.ReaderAt, size int64, name string) (map[string]*Array, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%s: it is no .npz file: %w", name, err)
	}
	out := map[string]*Array{}
	left := int64(MaxBytes)
	for _, f := range z.File {
		key, ok := strings.CutSuffix(f.Name, ".npy")
		if !ok {
			continue
		}
		if len(out) == 256 {
			return nil, fmt.Errorf("%s: it holds more than 256 arrays", name)
		}
		e, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("%s: entry %s: %w", name, f.Name, err)
		}
		limited := &io.LimitedReader{R: e, N: left}
		a, err := Read(limited, name+": entry "+f.Name)
		if _, end := io.Copy(io.Discard, limited); end != nil { // its checksum stands at its end
			err = fmt.Errorf("%s: entry %s: %w", name, f.Name, end)
		}
		left = limited.N
		e.Close()
		if err != nil {
			if left == 0 {
				return nil, fmt.Errorf("%s: its arrays are larger than %d bytes", name, int64(MaxBytes))
			}
			if strings.Contains(err.Error(), "not that of an array of numbers") {
				continue
			}
			return nil, err
		}
		out[key] = a
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: it holds no arrays of numbers", name)
	}
	return out, nil
}

// Magic says whether the bytes begin an .npy file.
func Magic(head []byte) bool { return bytes.HasPrefix(head, []byte("\x93NUMPY")) }
