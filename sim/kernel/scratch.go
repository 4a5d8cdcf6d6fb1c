package kernel

import (
	"sync"
	"unsafe"
)

// scratch is a reusable buffer for packed blocks.
type scratch struct {
	buf, sums []float64
	words     []uint64
	small     []uint8
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

func takeScratch() *scratch { return scratches.Get().(*scratch) }
func (s *scratch) give()    { scratches.Put(s) }

// scratchOf is n values of T in s, the first on a cache line.
func scratchOf[T Float](s *scratch, n int) []T {
	words := n*sizeOf[T]()/8 + 16
	if len(s.buf) < words {
		s.buf = make([]float64, words)
	}
	off := int(-uintptr(unsafe.Pointer(&s.buf[0]))&63) / 8
	return unsafe.Slice((*T)(unsafe.Pointer(&s.buf[off])), n)
}

// lanes is n blocks of 64 bytes, kept apart from scratchOf's values.
func (s *scratch) lanes(n int) []float64 {
	if len(s.sums) < 8*n {
		s.sums = make([]float64, 8*n)
	}
	return s.sums[:8*n]
}

// marks is two rows of n numbers.
func (s *scratch) marks(n int) (a, b []uint64) {
	if len(s.words) < 2*n {
		s.words = make([]uint64, 2*n)
	}
	return s.words[:n], s.words[n : 2*n]
}

// bytes is n bytes.
func (s *scratch) bytes(n int) []uint8 {
	if len(s.small) < n {
		s.small = make([]uint8, n)
	}
	return s.small[:n]
}

func bytePtr(p *float64) *byte { return (*byte)(unsafe.Pointer(p)) }
