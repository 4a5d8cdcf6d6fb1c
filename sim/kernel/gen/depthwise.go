package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// depthwise emits the plane kernels of the depthwise convolution for 3×3 and 5×5 taps; those of
// half vectors serve rows that fill no more.
func depthwise(v vector) {
	for _, size := range []int{3, 5} {
		columns := size
		if v.wide {
			correlateWide(v, size, 1, 1)
			correlateWide(v, size, 2, 2)
			correlateWide(v, size, 1, 2)
		} else {
			correlateNarrow(v, size, 1)
			correlateNarrow(v, size, 2)
			if size == 5 {
				columns = 1
			}
		}
		tapsRolling(v, size, columns)
		tapsDirect(v, size, columns, 1)
		tapsDirect(v, size, columns, 2)
		if !v.half {
			fold(v, size)
		}
	}
}

const correlateSignature = "func(rows int, src *byte, sr, yr, dx int, w *byte, dst *byte, dr int, n int, acc int, planes, sp, dp int, ahead *byte)"

// taps addresses cell j of a row of taps dx apart from q on.
func taps(q, dx reg.GPVirtual, size int) func(j int) Mem {
	at := columns(dx, size)
	return func(j int) Mem { return at(q, j) }
}

// columns is taps for any row.
func columns(dx reg.GPVirtual, size int) func(q reg.GPVirtual, j int) Mem {
	dx3 := dx
	if size > 3 {
		dx3 = GP64()
		LEAQ(Mem{Base: dx, Index: dx, Scale: 2}, dx3)
	}
	return func(q reg.GPVirtual, j int) Mem {
		switch j {
		case 0:
			return Mem{Base: q}
		case 3:
			return Mem{Base: q, Index: dx3, Scale: 1}
		}
		return Mem{Base: q, Index: dx, Scale: uint8(j)}
	}
}

// evens is the constant 0, 2, 4, …: the index that takes every second lane of two vectors.
func evens(v vector) reg.VecVirtual {
	name := fmt.Sprintf("evens%d", v.size())
	m, ok := laneData[name]
	if !ok {
		m = GLOBL(name, 8|16)
		for l := range v.lanes() {
			if v.f64 {
				DATA(8*l, U64(2*l))
			} else {
				DATA(4*l, U32(2*l))
			}
		}
		laneData[name] = m
	}
	r := v.reg()
	v.mov(m, r)
	return r
}

// second returns m moved on by one vector.
func second(v vector, m Mem) Mem {
	m.Disp += v.bytes()
	return m
}

// strips loops over the columns of a plane, one vector at a time, with the mask of
// the columns left in n; body must leave the pointers it is not told to keep.
func strips(v vector, name string, n reg.GPVirtual, step int, body func(m mask)) {
	Label(name + "_strip")
	lanes := GP64()
	MOVQ(U64(uint64(v.lanes())), lanes)
	CMPQ(n, lanes)
	CMOVQLT(n, lanes)
	body(v.masks(lanes, 1)[0])
	SUBQ(Imm(uint64(step)), n)
	JG(LabelRef(name + "_strip"))
}

// planeLoop is the loop over the planes of a correlation: their source, destination and taps
// are kept in memory.
type planeLoop struct {
	name string
	at   Mem
}

func newPlaneLoop(name string) *planeLoop {
	l := &planeLoop{name, AllocLocal(32)}
	for i, p := range []string{"src", "dst", "w", "planes"} {
		MOVQ(param(p), l.at.Offset(8*i))
	}
	Label(name + "_plane")
	return l
}

// load reads the address of the plane's source, destination or taps.
func (l *planeLoop) load(i int, to reg.GPVirtual) { MOVQ(l.at.Offset(8*i), to) }

// next goes on with the next plane, whose taps lie that many bytes behind.
func (l *planeLoop) next(taps int) {
	sp, dp := param("sp"), param("dp")
	ADDQ(sp, l.at)
	ADDQ(dp, l.at.Offset(8))
	ADDQ(U32(taps), l.at.Offset(16))
	DECQ(l.at.Offset(24))
	JNZ(LabelRef(l.name + "_plane"))
}
