package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// correlateNarrow is correlateWide for sixteen registers: weights come from memory and
// each tap adds to a block of rows.
func correlateNarrow(v vector, size, stride int) {
	name := v.name("corr%ds%d", size, stride)
	begin(name, correlateSignature,
		fmt.Sprintf("%s correlates rows > 0 rows of n > 0 outputs with %d×%d taps, column stride %d: rows of taps are sr apart,", name, size, size, stride),
		"columns dx, output rows yr in the source and dr in dst; added to dst if acc ≠ 0;",
		"all that for planes > 0, their taps one behind the other, sp and dp apart.",
		"Fused, taps in row-major order from 0. Reads whole vectors of the source.")
	plane := newPlaneLoop(name)
	src, dst, first := GP64(), GP64(), GP64()
	for i, r := range []reg.GPVirtual{src, dst, first} {
		plane.load(i, r)
	}
	n, dx := param("n"), param("dx")
	block := func(s, d reg.GPVirtual, rows int, m mask, label string) {
		takeAhead(label, max(1, rows*linesAhead[size]/2))
		acc := v.regs(rows)
		for _, r := range acc {
			v.zero(r)
		}
		q, w, i := GP64(), GP64(), GP64()
		MOVQ(s, q)
		MOVQ(first, w)
		yr := param("yr")
		bases, row := rowAddresses(q, yr, rows)
		back := GP64()
		IMUL3Q(I32(int32(-size)), dx, back)
		sr := param("sr")
		ADDQ(sr, back)
		MOVQ(U64(uint64(size)), i)
		Label(label + "_taps")
		wv, x := v.reg(), v.reg()
		for j := range size {
			v.broadcast(Mem{Base: w, Disp: j * v.size()}, wv)
			for y, r := range acc {
				if stride == 1 {
					v.fma(row(y), wv, r)
					continue
				}
				v.mov(row(y), x)
				if v.f64 {
					VUNPCKLPD(second(v, row(y)), x, x)
				} else {
					VSHUFPS(Imm(0x88), second(v, row(y)), x, x)
				}
				VPERMPD(Imm(0xd8), x, x)
				v.fma(x, wv, r)
			}
			for _, b := range bases {
				ADDQ(dx, b)
			}
		}
		ADDQ(U32(size*v.size()), w)
		for _, b := range bases {
			ADDQ(back, b)
		}
		DECQ(i)
		JNZ(LabelRef(label + "_taps"))
		add, dr := param("acc"), param("dr")
		TESTQ(add, add)
		JZ(LabelRef(label + "_store"))
		MOVQ(d, q)
		for _, r := range acc {
			m.load(Mem{Base: q}, x)
			v.add(r, x, r)
			ADDQ(dr, q)
		}
		Label(label + "_store")
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
		for _, rows := range []int{8, 4, 1} {
			label := fmt.Sprintf("%s_%d", name, rows)
			Label(label)
			CMPQ(left, Imm(uint64(rows)))
			JL(LabelRef(label + "_end"))
			block(s, d, rows, m, label)
			SUBQ(Imm(uint64(rows)), left)
			JMP(LabelRef(label))
			Label(label + "_end")
		}
		ADDQ(U32(v.bytes()*stride), src)
		ADDQ(U32(v.bytes()), dst)
	})
	plane.next(size * size * v.size())
	end()
}
