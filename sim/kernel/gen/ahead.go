package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tileAhead is the number of cache lines that a tile of a product takes off the queue.
const tileAhead = 8

// linesAhead is the number that a correlation of that size takes for each vector of outputs.
var linesAhead = map[int]int{3: 1, 5: 2}

// The fields of a kernel.Ahead and of its spans, in words of eight bytes.
const (
	aheadAt, aheadLeft, aheadNext, aheadMore = 0, 1, 2, 3
	spanAt, spanLines, spanWords             = 0, 1, 3
)

// takeAhead emits the fetching of the next cache lines of the queue whose address is the
// parameter ahead (see kernel.Ahead) into the second-level cache, unless it is nil or empty.
func takeAhead(label string, lines int) {
	q := param("ahead")
	TESTQ(q, q)
	JZ(LabelRef(label + "_enough"))
	word := func(base reg.GPVirtual, i int) Mem { return Mem{Base: base, Disp: 8 * i} }
	field := func(i int) Mem { return word(q, i) }
	left, at := GP64(), GP64()
	MOVQ(field(aheadLeft), left)
	TESTQ(left, left)
	JNZ(LabelRef(label + "_fetch"))
	MOVQ(field(aheadMore), left)
	TESTQ(left, left)
	JZ(LabelRef(label + "_enough"))
	DECQ(left)
	MOVQ(left, field(aheadMore))
	MOVQ(field(aheadNext), at)
	MOVQ(word(at, spanLines), left)
	ADDQ(Imm(8*spanWords), field(aheadNext))
	MOVQ(word(at, spanAt), at)
	MOVQ(at, field(aheadAt))
	Label(label + "_fetch")
	MOVQ(field(aheadAt), at)
	for i := range lines {
		PREFETCHT1(Mem{Base: at, Disp: 64 * i})
	}
	ADDQ(U32(64*lines), at)
	MOVQ(at, field(aheadAt))
	XORQ(at, at)
	SUBQ(U32(lines), left)
	CMOVQLT(at, left)
	MOVQ(left, field(aheadLeft))
	Label(label + "_enough")
}
