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

// taps addresses cell j of a row of taps dx apart.
func taps(q, dx reg.GPVirtual, size int) func(j int) Mem {
	dx3 := dx
	if size > 3 {
		dx3 = GP64()
		LEAQ(Mem{Base: dx, Index: dx, Scale: 2}, dx3)
	}
	return func(j int) Mem {
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

// correlateWide emits the correlation of one plane: output row y takes tap row i from
// input row y·ratio + i (in units of sr), output column x tap column j from input
// column x·stride + j·dx. Weights stay in registers, and every input vector serves all
// outputs of a block of rows that it belongs to.
func correlateWide(v vector, size, ratio, stride int) {
	name := v.name("corr%dr%ds%d", size, ratio, stride)
	begin(name, correlateSignature,
		fmt.Sprintf("%s correlates rows > 0 rows of n > 0 outputs with %d×%d taps, column stride %d: rows of taps are sr apart,", name, size, size, stride),
		fmt.Sprintf("columns dx, output rows yr = %d·sr in the source and dr in dst; added to dst if acc ≠ 0;", ratio),
		"all that for planes > 0, their taps one behind the other, sp and dp apart.",
		"Fused, taps in row-major order from 0. Reads whole vectors of the source.")
	var even reg.VecVirtual
	ladder := []int{8, 4, 2, 1}
	held := 32 - ladder[0] - 1 // registers left for weights
	if stride == 2 {
		even = evens(v)
		held--
	}
	src, dst, wp, n, next := eachPlane(v, name, size)
	sr, dx := param("sr"), param("dx")
	w := v.regs(min(size*size, held))
	for t, r := range w {
		v.broadcast(Mem{Base: wp, Disp: t * v.size()}, r)
	}
	tap := func(t int, x, to reg.VecVirtual) {
		if t < len(w) {
			v.fma(w[t], x, to)
			return
		}
		v.pick(VFMADD231PS_BCST, VFMADD231PD_BCST, Mem{Base: wp, Disp: t * v.size()}, x, to)
	}
	q := GP64()
	at := taps(q, dx, size)
	all, x := v.regs(ladder[0]), v.reg()
	block := func(s, d reg.GPVirtual, rows int, m mask, label string) {
		takeAhead(label, rows*linesAhead[size])
		acc := all[:rows]
		for _, r := range acc {
			v.zero(r)
		}
		MOVQ(s, q)
		for r := 0; r <= (rows-1)*ratio+size-1; r++ {
			for j := range size {
				used := false
				for y := range rows {
					i := r - y*ratio
					if i < 0 || i >= size {
						continue
					}
					if !used {
						used = true
						v.mov(at(j), x)
						if stride == 2 {
							v.pick(VPERMT2PS, VPERMT2PD, second(v, at(j)), even, x)
						}
					}
					tap(i*size+j, x, acc[y])
				}
			}
			ADDQ(sr, q)
		}
		add, dr := param("acc"), param("dr")
		TESTQ(add, add)
		JZ(LabelRef(label))
		MOVQ(d, q)
		for _, r := range acc {
			m.load(Mem{Base: q}, x)
			v.add(r, x, r)
			ADDQ(dr, q)
		}
		Label(label)
		yr := param("yr")
		for _, r := range acc {
			m.store(r, Mem{Base: d})
			ADDQ(dr, d)
			ADDQ(yr, s)
		}
	}
	strips(v, name, n, v.lanes(), func(m mask) {
		s, d, left := GP64(), GP64(), param("rows")
		MOVQ(src, s)
		MOVQ(dst, d)
		for _, rows := range ladder {
			label := fmt.Sprintf("%s_%d", name, rows)
			Label(label)
			CMPQ(left, Imm(uint64(rows)))
			JL(LabelRef(label + "_end"))
			block(s, d, rows, m, label+"_store")
			SUBQ(Imm(uint64(rows)), left)
			JMP(LabelRef(label))
			Label(label + "_end")
		}
		ADDQ(U32(v.bytes()*stride), src)
		ADDQ(U32(v.bytes()), dst)
	})
	next()
	end()
}

// eachPlane opens the loop over the planes of a correlation: the addresses of source,
// destination and taps of one, and its columns; next goes on.
func eachPlane(v vector, name string, size int) (src, dst, w, n reg.GPVirtual, next func()) {
	at := AllocLocal(32)
	for i, p := range []string{"src", "dst", "w", "planes"} {
		MOVQ(param(p), at.Offset(8*i))
	}
	Label(name + "_plane")
	regs := []reg.GPVirtual{GP64(), GP64(), GP64()}
	for i, r := range regs {
		MOVQ(at.Offset(8*i), r)
	}
	return regs[0], regs[1], regs[2], param("n"), func() {
		sp, dp := param("sp"), param("dp")
		ADDQ(sp, at)
		ADDQ(dp, at.Offset(8))
		ADDQ(U32(size*size*v.size()), at.Offset(16))
		DECQ(at.Offset(24))
		JNZ(LabelRef(name + "_plane"))
	}
}
