package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// termBytes is the size of a term: the address of its values, mean and scale as bits.
const termBytes = 24

// eachTerm loops over count > 0 terms with the address and the two scalars of each.
func eachTerm(label string, v vector, terms, count reg.GPVirtual, scaled bool, body func(at reg.GPVirtual, mean, scale reg.VecVirtual)) {
	t, left, p := GP64(), GP64(), GP64()
	mean, scale := v.reg(), v.reg()
	MOVQ(terms, t)
	MOVQ(count, left)
	Label(label)
	MOVQ(Mem{Base: t}, p)
	v.broadcast(Mem{Base: t, Disp: 8}, mean)
	if scaled {
		v.broadcast(Mem{Base: t, Disp: 16}, scale)
	}
	body(p, mean, scale)
	ADDQ(Imm(termBytes), t)
	DECQ(left)
	JNZ(LabelRef(label))
}

// blend emits the sum of several normalised sources of one plane.
func blend(v vector) {
	name := v.name("blend")
	begin(name, "func(n int, terms *byte, count int, dst *byte, acc int)",
		name+" computes dst = Σ (src − mean)·scale over count > 0 terms (address, mean, scale) in order from 0 on n > 0 values,",
		"added to dst if acc ≠ 0; products are rounded.")
	n, terms, count, dst := param("n"), param("terms"), param("count"), param("dst")
	at := GP64()
	XORQ(at, at)
	block := func(label string, w int, m *mask) {
		sum := v.regs(w)
		load := func(from Mem, to reg.VecVirtual) {
			if m != nil {
				m.load(from, to)
			} else {
				v.mov(from, to)
			}
		}
		for _, r := range sum {
			v.zero(r)
		}
		add := param("acc")
		TESTQ(add, add)
		JZ(LabelRef(label + "_fresh"))
		for u, r := range sum {
			load(Mem{Base: dst, Index: at, Scale: 1, Disp: u * v.bytes()}, r)
		}
		Label(label + "_fresh")
		eachTerm(label+"_terms", v, terms, count, true, func(p reg.GPVirtual, mean, scale reg.VecVirtual) {
			for u, r := range sum {
				from, x := Mem{Base: p, Index: at, Scale: 1, Disp: u * v.bytes()}, v.reg()
				if m == nil && from.Disp%64 == 0 {
					PREFETCHT1(Mem{Base: p, Index: at, Scale: 1, Disp: ahead + u*v.bytes()})
				}
				load(from, x)
				v.sub(mean, x, x)
				v.mul(scale, x, x)
				v.add(x, r, r)
			}
		})
		for u, r := range sum {
			to := Mem{Base: dst, Index: at, Scale: 1, Disp: u * v.bytes()}
			if m != nil {
				m.store(r, to)
			} else {
				v.mov(r, to)
			}
		}
		ADDQ(U32(w*v.bytes()), at)
	}
	const wide = 4
	Label(name + "_loop")
	SUBQ(U32(wide*v.lanes()), n)
	JL(LabelRef(name + "_singles"))
	block(name+"_four", wide, nil)
	JMP(LabelRef(name + "_loop"))
	Label(name + "_singles")
	ADDQ(U32(wide*v.lanes()), n)
	Label(name + "_single")
	SUBQ(U32(v.lanes()), n)
	JL(LabelRef(name + "_rest"))
	block(name+"_one", 1, nil)
	JMP(LabelRef(name + "_single"))
	Label(name + "_rest")
	ADDQ(U32(v.lanes()), n)
	JZ(LabelRef(name + "_end"))
	m := v.masks(n, 1)[0]
	block(name+"_last", 1, &m)
	Label(name + "_end")
	end()
}
