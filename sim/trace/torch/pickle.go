// Package torch reads architecture parameters from PyTorch checkpoints (torch.save,
// the zip format and the one before it) and from safetensors files. Pickles are
// programs; this reader runs none: it follows the opcodes that torch.save writes,
// builds tensors, dictionaries and lists, and keeps anything else as an opaque
// object.
package torch

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Bounds of one pickle.
const (
	maxOpcodes = 20_000_000
	maxString  = 64 << 20
	maxDepth   = 1 << 20 // of the stack
)

// global is a class or function that a pickle names: never called.
type global struct{ module, name string }

// object is what a pickle builds by calling something that is not known.
type object struct {
	class any
	args  []any
	state any
	items *dict
	list  *list
}

// dict keeps insertion order; keys that are not strings or integers are kept by
// their text.
type dict struct {
	keys   []string
	values map[string]any
}

type list struct{ items []any }

// storageRef is a persistent id: a storage by type and key.
type storageRef struct {
	dtype string
	key   string
	count int64
}

// tensorRef is a tensor as pickled: a view of a storage.
type tensorRef struct {
	storage storageRef
	offset  int64
	shape   []int64
	stride  []int64
}

type mark struct{}

type machine struct {
	r     *bufio.Reader
	stack []any
	memo  map[int]any
	ops   int
	bytes int
}

// unpickle reads one pickle.
func unpickle(r *bufio.Reader) (v any, err error) {
	m := &machine{r: r, memo: map[int]any{}}
	return m.run()
}

func (m *machine) push(v any) error {
	if len(m.stack) >= maxDepth {
		return fmt.Errorf("the pickle's stack is deeper than %d", maxDepth)
	}
	m.stack = append(m.stack, v)
	return nil
}

func (m *machine) pop() (any, error) {
	if len(m.stack) == 0 {
		return nil, fmt.Errorf("the pickle takes more than it has put")
	}
	v := m.stack[len(m.stack)-1]
	m.stack = m.stack[:len(m.stack)-1]
	if _, ok := v.(mark); ok {
		return nil, fmt.Errorf("the pickle takes a mark for a value")
	}
	return v, nil
}

func (m *machine) toMark() ([]any, error) {
	for i := len(m.stack) - 1; i >= 0; i-- {
		if _, ok := m.stack[i].(mark); ok {
			out := append([]any{}, m.stack[i+1:]...)
			m.stack = m.stack[:i]
			return out, nil
		}
	}
	return nil, fmt.Errorf("the pickle has no mark")
}

func (m *machine) take(n int) ([]byte, error) {
	if n < 0 || n > maxString {
		return nil, fmt.Errorf("the pickle holds a string of %d bytes", n)
	}
	if m.bytes += n; m.bytes > 4*maxString {
		return nil, fmt.Errorf("the pickle holds more than %d bytes of strings", 4*maxString)
	}
	var out []byte
	for len(out) < n {
		at := len(out)
		out = append(out, make([]byte, min(n-at, 1<<16))...)
		if _, err := io.ReadFull(m.r, out[at:]); err != nil {
			return nil, fmt.Errorf("the pickle is cut off")
		}
	}
	return out, nil
}

func (m *machine) line() (string, error) {
	var out []byte
	for {
		b, err := m.r.ReadByte()
		if err != nil {
			return "", fmt.Errorf("the pickle is cut off")
		}
		if b == '\n' {
			return string(out), nil
		}
		if out = append(out, b); len(out) > 1<<16 {
			return "", fmt.Errorf("the pickle holds a line without end")
		}
	}
}

func (m *machine) uint(n int) (int, error) {
	b, err := m.take(n)
	if err != nil {
		return 0, err
	}
	var w [8]byte
	copy(w[:], b)
	v := binary.LittleEndian.Uint64(w[:])
	if v > math.MaxInt32 && n == 8 {
		return 0, fmt.Errorf("the pickle claims a length of %d", v)
	}
	return int(v), nil
}

func (m *machine) run() (any, error) {
	for {
		op, err := m.r.ReadByte()
		if err != nil {
			return nil, fmt.Errorf("the pickle is cut off")
		}
		if m.ops++; m.ops > maxOpcodes {
			return nil, fmt.Errorf("the pickle has more than %d instructions", maxOpcodes)
		}
		if op == '.' {
			return m.pop()
		}
		if err := m.step(op); err != nil {
			return nil, err
		}
	}
}

// step follows one opcode.
func (m *machine) step(op byte) error {
	switch op {
	case 0x80: // PROTO
		_, err := m.take(1)
		return err
	case 0x95: // FRAME
		_, err := m.take(8)
		return err
	case '(':
		return m.push(mark{})
	case '0':
		if len(m.stack) == 0 {
			return fmt.Errorf("the pickle takes more than it has put")
		}
		m.stack = m.stack[:len(m.stack)-1]
		return nil
	case '1':
		_, err := m.toMark()
		return err
	case '2':
		v, err := m.pop()
		if err == nil {
			err = m.push(v)
		}
		if err == nil {
			err = m.push(v)
		}
		return err
	case 'N':
		return m.push(nil)
	case 0x88:
		return m.push(true)
	case 0x89:
		return m.push(false)
	case ']':
		return m.push(&list{})
	case '}':
		return m.push(&dict{values: map[string]any{}})
	case 0x8f:
		return m.push(&list{}) // EMPTY_SET
	case ')':
		return m.push([]any{})
	case 't', 0x91: // TUPLE, FROZENSET
		v, err := m.toMark()
		if err == nil {
			err = m.push(v)
		}
		return err
	case 'l':
		v, err := m.toMark()
		if err == nil {
			err = m.push(&list{v})
		}
		return err
	case 0x85, 0x86, 0x87: // TUPLE1..3
		n := int(op - 0x84)
		out := make([]any, n)
		for i := n - 1; i >= 0; i-- {
			v, err := m.pop()
			if err != nil {
				return err
			}
			out[i] = v
		}
		return m.push(out)
	}
	if handled, err := m.scalar(op); handled {
		return err
	}
	if handled, err := m.memory(op); handled {
		return err
	}
	return m.build(op)
}

// scalar: numbers and strings.
func (m *machine) scalar(op byte) (bool, error) {
	str := func(n int, err error) (bool, error) {
		if err != nil {
			return true, err
		}
		b, err := m.take(n)
		if err == nil {
			err = m.push(string(b))
		}
		return true, err
	}
	switch op {
	case 'K', 'M', 'J':
		n := map[byte]int{'K': 1, 'M': 2, 'J': 4}[op]
		v, err := m.uint(n)
		if op == 'J' {
			v = int(int32(v))
		}
		if err == nil {
			err = m.push(int64(v))
		}
		return true, err
	case 'I', 'L', 'F', 'S', 'V':
		s, err := m.line()
		if err != nil {
			return true, err
		}
		switch op {
		case 'I', 'L':
			if s == "00" || s == "01" {
				return true, m.push(s == "01")
			}
			v, err := strconv.ParseInt(strings.TrimSuffix(s, "L"), 10, 64)
			if err != nil {
				return true, fmt.Errorf("the pickle holds %q for an integer", s)
			}
			return true, m.push(v)
		case 'F':
			v, err := strconv.ParseFloat(s, 64)
			if err != nil {
				return true, fmt.Errorf("the pickle holds %q for a number", s)
			}
			return true, m.push(v)
		}
		return true, m.push(strings.Trim(s, `'"`))
	case 0x8a: // LONG1
		n, err := m.uint(1)
		if err != nil {
			return true, err
		}
		b, err := m.take(n)
		if err != nil {
			return true, err
		}
		return true, m.push(long(b))
	case 'G':
		b, err := m.take(8)
		if err == nil {
			err = m.push(math.Float64frombits(binary.BigEndian.Uint64(b)))
		}
		return true, err
	case 'X', 'T', 'B':
		return str(m.uint(4))
	case 'U', 0x8c, 'C':
		return str(m.uint(1))
	case 0x8d, 0x8e, 0x96:
		return str(m.uint(8))
	}
	return false, nil
}

// long is a little-endian two's complement integer; one beyond 64 bits is its
// text.
func long(b []byte) any {
	v := new(big.Int)
	for i := len(b) - 1; i >= 0; i-- {
		v.Lsh(v, 8).Or(v, big.NewInt(int64(b[i])))
	}
	if len(b) > 0 && b[len(b)-1]&0x80 != 0 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	if v.IsInt64() {
		return v.Int64()
	}
	return v.String()
}

// memory: the memo.
func (m *machine) memory(op byte) (bool, error) {
	var n int
	var err error
	switch op {
	case 'q', 'h':
		n, err = m.uint(1)
	case 'r', 'j':
		n, err = m.uint(4)
	case 'p', 'g':
		var s string
		if s, err = m.line(); err == nil {
			n, err = strconv.Atoi(s)
		}
	case 0x94:
		n = len(m.memo)
	default:
		return false, nil
	}
	if err != nil {
		return true, err
	}
	if op == 'h' || op == 'j' || op == 'g' {
		v, ok := m.memo[n]
		if !ok {
			return true, fmt.Errorf("the pickle asks for a value that it never stored")
		}
		return true, m.push(v)
	}
	if len(m.stack) == 0 {
		return true, fmt.Errorf("the pickle stores nothing")
	}
	if len(m.memo) > maxDepth {
		return true, fmt.Errorf("the pickle stores more than %d values", maxDepth)
	}
	m.memo[n] = m.stack[len(m.stack)-1]
	return true, nil
}
