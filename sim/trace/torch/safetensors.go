package torch

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

const maxHeader = 64 << 20

// SafeMagic says whether the bytes begin a safetensors file: the length of a
// header, then the header, a JSON object.
func SafeMagic(head []byte) bool {
	if len(head) < 9 {
		return false
	}
	n := binary.LittleEndian.Uint64(head)
	return head[8] == '{' && n >= 2 && n <= maxHeader
}

// ReadSafe reads the wanted tensors of a safetensors file of size bytes.
func ReadSafe(r io.ReaderAt, size int64, name string, want func(string) bool) ([]Tensor, map[string]float64, error) {
	fail := func(format string, args ...any) ([]Tensor, map[string]float64, error) {
		return nil, nil, fmt.Errorf("%s: %s", name, fmt.Sprintf(format, args...))
	}
	var head [8]byte
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return fail("it is no safetensors file")
	}
	n := int64(binary.LittleEndian.Uint64(head[:]))
	if n < 2 || n > maxHeader || 8+n > size {
		return fail("its header claims %d bytes", n)
	}
	text := make([]byte, n)
	if _, err := r.ReadAt(text, 8); err != nil {
		return fail("its header is cut off")
	}
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(text, &entries); err != nil {
		return fail("its header: %v", err)
	}
	names := make([]string, 0, len(entries))
	for k := range entries {
		if k != "__metadata__" && want(k) {
			names = append(names, k)
		}
	}
	slices.Sort(names)
	var out []Tensor
	total := 0
	for _, k := range names {
		var e struct {
			DType   string   `json:"dtype"`
			Shape   []int64  `json:"shape"`
			Offsets [2]int64 `json:"data_offsets"`
		}
		if err := json.Unmarshal(entries[k], &e); err != nil {
			return fail("%s: %v", k, err)
		}
		decode, width, ok := decoder(e.DType)
		if !ok || len(e.Shape) > 8 {
			continue
		}
		numbers := int64(1)
		shape := make([]int, len(e.Shape))
		for i, s := range e.Shape {
			if s < 1 || s > MaxTensor || numbers*s > MaxTensor {
				numbers = 0
				break
			}
			numbers *= s
			shape[i] = int(s)
		}
		if numbers == 0 {
			continue
		}
		lo, hi := e.Offsets[0], e.Offsets[1]
		if lo < 0 || hi < lo || hi > size-8-n || hi-lo != numbers*int64(width) {
			return fail("%s: bytes %d to %d do not hold %v numbers of type %s", k, lo, hi, e.Shape, e.DType)
		}
		if total += int(numbers); total > 64*MaxTensor {
			return fail("its architecture parameters are more than %d numbers", 64*MaxTensor)
		}
		b := make([]byte, hi-lo)
		if _, err := r.ReadAt(b, 8+n+lo); err != nil {
			return fail("%s is cut off", k)
		}
		t := Tensor{Name: k, Shape: shape}
		for i := 0; i < len(b); i += width {
			t.Data = append(t.Data, decode(b[i:]))
		}
		out = append(out, t)
	}
	return out, nil, nil
}
