package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// takeAhead emits the fetching of the next cache lines of the queue whose address is the
// parameter ahead (see kernel.Ahead) into the second-level cache, unless it is nil or empty.
func takeAhead(label string, lines int) {
	q := param("ahead")
	TESTQ(q, q)
	JZ(LabelRef(label + "_enough"))
	field := func(i int) Mem { return Mem{Base: q, Disp: 8 * i} }
	left, at := GP64(), GP64()
	MOVQ(field(1), left)
	TESTQ(left, left)
	JNZ(LabelRef(label + "_fetch"))
	MOVQ(field(3), left)
	TESTQ(left, left)
	JZ(LabelRef(label + "_enough"))
	DECQ(left)
	MOVQ(left, field(3))
	MOVQ(field(2), at)
	MOVQ(Mem{Base: at, Disp: 8}, left)
	ADDQ(Imm(24), field(2))
	MOVQ(Mem{Base: at}, at)
	MOVQ(at, field(0))
	Label(label + "_fetch")
	MOVQ(field(0), at)
	for i := range lines {
		PREFETCHT1(Mem{Base: at, Disp: 64 * i})
	}
	ADDQ(U32(64*lines), at)
	MOVQ(at, field(0))
	XORQ(at, at)
	SUBQ(U32(lines), left)
	CMOVQLT(at, left)
	MOVQ(left, field(1))
	Label(label + "_enough")
}

// tileAhead is the number of cache lines that a tile of a product takes off the queue.
const tileAhead = 8
