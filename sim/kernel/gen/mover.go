package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// mover copies a block of memory by lines, one at a time between other work: lines that
// would keep a copy waiting arrive under the sums of a tile.
type mover struct {
	v              vector
	name           string
	src, dst, left reg.GPVirtual
	ahead          reg.GPVirtual // from a row to the next
	r              reg.VecVirtual
}

func newMover(v vector, name string) mover {
	return mover{v, name, param("src"), param("dst"), param("left"), param("sr"), v.reg()}
}

// line moves a line, asks for the one below it, and for that eight rows below into the
// second-level cache, and goes on to the next row at the end of one.
func (m mover) line() {
	m.v.mov(Mem{Base: m.src}, m.r)
	PREFETCHT0(Mem{Base: m.src, Index: m.ahead, Scale: 1})
	PREFETCHT1(Mem{Base: m.src, Index: m.ahead, Scale: 8})
	m.v.mov(m.r, Mem{Base: m.dst})
	ADDQ(Imm(64), m.src)
	ADDQ(Imm(64), m.dst)
	DECQ(m.left)
	JNZ(LabelRef(m.name + "_same"))
	Load(Param("lines"), m.left)
	back := GP64()
	MOVQ(m.left, back)
	SHLQ(Imm(6), back)
	SUBQ(back, m.src)
	SUBQ(back, m.dst)
	ADDQ(m.ahead, m.src)
	Load(Param("dr"), back)
	ADDQ(back, m.dst)
	Label(m.name + "_same")
}
