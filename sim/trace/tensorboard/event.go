// Package tensorboard reads TensorBoard event files: records of a length, a
// checksum, an event in protocol buffers and a checksum. Scalars and tensors are
// decoded by hand from the wire format; nothing else of TensorFlow is needed.
package tensorboard

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Bounds of what is read.
const (
	MaxRecord = 64 << 20
	MaxTensor = 1 << 20 // numbers of one tensor
)

// Value is one summary value: a scalar has no shape.
type Value struct {
	Step  int64
	Tag   string
	Shape []int
	Data  []float64
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func masked(b []byte) uint32 {
	c := crc32.Checksum(b, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}

// Problem is a damaged record.
type Problem struct {
	File   string
	Record int   // from 1
	Offset int64 // in bytes
	Msg    string
}

func (p Problem) String() string {
	return fmt.Sprintf("%s: record %d at byte %d: %s", p.File, p.Record, p.Offset, p.Msg)
}

// Read calls take for every scalar and tensor of an event file. Damaged records
// are reported and passed over; where a length is damaged, reading ends.
func Read(r io.Reader, file string, take func(Value), report func(Problem)) error {
	in := bufio.NewReaderSize(r, 1<<16)
	var offset int64
	for n := 1; ; n++ {
		problem := func(msg string) { report(Problem{file, n, offset, msg}) }
		var head [12]byte
		if k, err := io.ReadFull(in, head[:]); err != nil {
			if k > 0 || !errors.Is(err, io.EOF) {
				problem("it is cut off: " + err.Error())
			}
			return nil
		}
		size := binary.LittleEndian.Uint64(head[:])
		if masked(head[:8]) != binary.LittleEndian.Uint32(head[8:]) {
			if n == 1 {
				return fmt.Errorf("%s: it is no TensorBoard event file", file)
			}
			problem("its length is damaged: nothing after it can be read")
			return nil
		}
		if size > MaxRecord {
			problem(fmt.Sprintf("it is %d bytes long, more than %d: nothing after it was read", size, MaxRecord))
			return nil
		}
		body, err := readAll(in, int(size)+4)
		if err != nil {
			problem("it is cut off")
			return nil
		}
		data := body[:size]
		if masked(data) != binary.LittleEndian.Uint32(body[size:]) {
			problem("its checksum does not match")
		} else if err := event(data, take); err != nil {
			problem(err.Error())
		}
		offset += int64(16 + size)
	}
}

// readAll reads n bytes in pieces, so that memory follows what is there.
func readAll(r io.Reader, n int) ([]byte, error) {
	var out []byte
	for len(out) < n {
		k := min(n-len(out), 1<<20)
		at := len(out)
		out = append(out, make([]byte, k)...)
		if _, err := io.ReadFull(r, out[at:]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// fields calls f for each field of a message.
func fields(b []byte, f func(num protowire.Number, typ protowire.Type, v uint64, bytes []byte) error) error {
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 {
			return fmt.Errorf("no event: %w", protowire.ParseError(n))
		}
		b = b[n:]
		var v uint64
		var bytes []byte
		switch typ {
		case protowire.VarintType:
			v, n = protowire.ConsumeVarint(b)
		case protowire.Fixed32Type:
			var w uint32
			w, n = protowire.ConsumeFixed32(b)
			v = uint64(w)
		case protowire.Fixed64Type:
			v, n = protowire.ConsumeFixed64(b)
		case protowire.BytesType:
			bytes, n = protowire.ConsumeBytes(b)
		default:
			n = protowire.ConsumeFieldValue(num, typ, b)
		}
		if n < 0 {
			return fmt.Errorf("no event: %w", protowire.ParseError(n))
		}
		b = b[n:]
		if err := f(num, typ, v, bytes); err != nil {
			return err
		}
	}
	return nil
}

// event: 2 = step, 5 = summary { 1 = value }.
func event(b []byte, take func(Value)) error {
	var step int64
	var summaries [][]byte
	err := fields(b, func(num protowire.Number, typ protowire.Type, v uint64, bytes []byte) error {
		switch {
		case num == 2 && typ == protowire.VarintType:
			step = int64(v)
		case num == 5 && typ == protowire.BytesType:
			summaries = append(summaries, bytes)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, s := range summaries {
		err := fields(s, func(num protowire.Number, typ protowire.Type, _ uint64, bytes []byte) error {
			if num != 1 || typ != protowire.BytesType {
				return nil
			}
			v, ok, err := value(bytes)
			if ok {
				v.Step = step
				take(v)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// value: 1 = tag, 2 = simple_value, 8 = tensor.
func value(b []byte) (v Value, ok bool, err error) {
	err = fields(b, func(num protowire.Number, typ protowire.Type, x uint64, bytes []byte) error {
		switch {
		case num == 1 && typ == protowire.BytesType:
			v.Tag = string(bytes[:min(len(bytes), 1024)])
		case num == 2 && typ == protowire.Fixed32Type:
			v.Data, ok = []float64{float64(math.Float32frombits(uint32(x)))}, true
		case num == 8 && typ == protowire.BytesType:
			var terr error
			v.Shape, v.Data, terr = tensor(bytes)
			ok = terr == nil && len(v.Data) > 0
			return terr
		}
		return nil
	})
	return v, ok && err == nil && v.Tag != "", err
}

// tensor: 1 = dtype, 2 = shape { 2 = dim { 1 = size } }, 4 = content, 5 = float_val,
// 6 = double_val, 7 = int_val, 10 = int64_val.
func tensor(b []byte) (shape []int, data []float64, err error) {
	var dtype uint64
	var content []byte
	err = fields(b, func(num protowire.Number, typ protowire.Type, v uint64, bytes []byte) error {
		switch num {
		case 1:
			dtype = v
		case 2:
			return fields(bytes, func(num protowire.Number, _ protowire.Type, _ uint64, bytes []byte) error {
				if num != 2 {
					return nil
				}
				size := uint64(0)
				if err := fields(bytes, func(num protowire.Number, _ protowire.Type, v uint64, _ []byte) error {
					if num == 1 {
						size = v
					}
					return nil
				}); err != nil {
					return err
				}
				if size > MaxTensor || len(shape) == 8 {
					return fmt.Errorf("a tensor is larger than %d numbers", MaxTensor)
				}
				shape = append(shape, int(size))
				return nil
			})
		case 4:
			content = bytes
		case 5, 6, 7, 10:
			data, err = packed(data, num, typ, v, bytes)
			return err
		}
		if len(data) > MaxTensor {
			return fmt.Errorf("a tensor is larger than %d numbers", MaxTensor)
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	n := 1
	for _, s := range shape {
		if n *= s; n > MaxTensor {
			return nil, nil, fmt.Errorf("a tensor is larger than %d numbers", MaxTensor)
		}
	}
	switch dtype {
	case 1:
		for ; len(content) >= 4 && len(data) < n; content = content[4:] {
			data = append(data, float64(math.Float32frombits(binary.LittleEndian.Uint32(content))))
		}
	case 2:
		for ; len(content) >= 8 && len(data) < n; content = content[8:] {
			data = append(data, math.Float64frombits(binary.LittleEndian.Uint64(content)))
		}
	case 3, 9: // integers have no alpha to tell
	default:
		return nil, nil, nil // strings and images
	}
	if len(data) == 1 && n > 1 { // a constant tensor is written once
		for len(data) < n {
			data = append(data, data[0])
		}
	}
	if len(data) != n {
		return nil, nil, fmt.Errorf("a tensor of shape %v has %d numbers", shape, len(data))
	}
	return shape, data, nil
}

// packed appends the values of a repeated field, packed or not.
func packed(data []float64, num protowire.Number, typ protowire.Type, v uint64, b []byte) ([]float64, error) {
	one := func(v uint64) float64 {
		switch num {
		case 5:
			return float64(math.Float32frombits(uint32(v)))
		case 6:
			return math.Float64frombits(v)
		}
		return float64(int64(v))
	}
	if typ != protowire.BytesType {
		return append(data, one(v)), nil
	}
	for len(b) > 0 && len(data) <= MaxTensor {
		var n int
		switch num {
		case 5:
			var w uint32
			w, n = protowire.ConsumeFixed32(b)
			v = uint64(w)
		case 6:
			v, n = protowire.ConsumeFixed64(b)
		default:
			v, n = protowire.ConsumeVarint(b)
		}
		if n < 0 {
			return nil, fmt.Errorf("a tensor's numbers: %w", protowire.ParseError(n))
		}
		data, b = append(data, one(v)), b[n:]
	}
	return data, nil
}
