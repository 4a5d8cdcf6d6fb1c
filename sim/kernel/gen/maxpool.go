package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// better gives the lanes where x replaces best: not x ≤ best, unless best is NaN.
func better(v vector, x, best reg.VecVirtual) reg.OpmaskVirtual {
	k := K()
	v.pick(VCMPPS, VCMPPD, Imm(notLess), best, x, k)
	v.pick(VCMPPS, VCMPPD, Imm(7), best, best, k, k) // ordered
	return k
}

func maxPool(v vector) {
	name := v.name("max")
	begin(name, "func(h, n int, src *byte, sr int, dst *byte, dr int, arg *byte, ar int)",
		name+" computes the 3×3 maximum (stride 1, padding 1) of h > 0 rows of n > 0 values and its tap:",
		"the first in row-major order, NaN counting as the largest.")
	src, dst, arg, n := param("src"), param("dst"), param("arg"), param("n")
	neg := constant(v, 0xff800000, 0xfff0000000000000)
	one, two, third, six := integer(v, 1), integer(v, 2), integer(v, 3), integer(v, 6)
	addI := func(a, b reg.VecVirtual, k reg.OpmaskVirtual, to reg.VecVirtual) {
		v.pick(VPADDD, VPADDQ, a, b, k, to)
	}
	edgeStrips(v, name, n, func(e edges, _ reg.GPVirtual) {
		start := v.reg() // 0, or 1 where there is no left neighbour
		none := K()
		KNOTW(e.left, none)
		v.pick(three(VMOVDQA32_Z), three(VMOVDQA64_Z), one, none, start)
		q, d, a, left := GP64(), GP64(), GP64(), param("h")
		MOVQ(src, q)
		MOVQ(dst, d)
		MOVQ(arg, a)
		sr := param("sr")
		across := func(val, idx reg.VecVirtual) {
			orElse(v, Mem{Base: q, Disp: -v.size()}, e.left, neg, val)
			VMOVDQA64(start, idx)
			for j, number := range []reg.VecVirtual{one, two} {
				x, mask := v.reg(), e.here
				if j == 1 {
					mask = e.right
				}
				orElse(v, Mem{Base: q, Disp: j * v.size()}, mask, neg, x)
				k := better(v, x, val)
				v.pick(VMOVAPS, VMOVAPD, x, k, val)
				v.pick(VMOVDQA32, VMOVDQA64, number, k, idx)
			}
			ADDQ(sr, q)
		}
		prev, cur, next := v.regs(2), v.regs(2), v.regs(2)
		VMOVAPS(neg, prev[0])
		v.pick(func(...Op) { VPADDD(start, third, prev[1]) }, func(...Op) { VPADDQ(start, third, prev[1]) })
		across(cur[0], cur[1])
		VMOVDQA64(start, next[1])
		Label(name + "_row")
		VMOVAPS(neg, next[0])
		CMPQ(left, Imm(1))
		JE(LabelRef(name + "_last"))
		across(next[0], next[1])
		Label(name + "_last")
		for i, r := range [][]reg.VecVirtual{cur, next} {
			k := better(v, r[0], prev[0])
			v.pick(VMOVAPS, VMOVAPD, r[0], k, prev[0])
			addI([]reg.VecVirtual{third, six}[i], r[1], k, prev[1])
		}
		v.pick(VMOVUPS, VMOVUPD, prev[0], e.here, Mem{Base: d})
		v.pick(VPMOVDB, VPMOVQB, prev[1], e.here, Mem{Base: a})
		for i := range prev {
			VMOVAPS(cur[i], prev[i])
			VMOVAPS(next[i], cur[i])
		}
		dr, ar := param("dr"), param("ar")
		ADDQ(dr, d)
		ADDQ(ar, a)
		DECQ(left)
		JNZ(LabelRef(name + "_row"))
		ADDQ(U32(v.bytes()), src)
		ADDQ(U32(v.bytes()), dst)
		ADDQ(U32(v.lanes()), arg)
	})
	end()
}

// maxPoolNarrow emits the 3×3 maximum of a plane with a border of −∞.
func maxPoolNarrow(v vector) {
	name := v.name("max")
	begin(name, "func(h, n int, src *byte, sr int, dst *byte, dr int, arg *byte, ar int)",
		name+" computes the 3×3 maximum (stride 1) of h > 0 rows of n > 0 values of a plane with a border, and its tap",
		"as an integer of the size of a value: the first in row-major order, NaN counting as the largest.",
		"Writes whole vectors.")
	src, dst, arg, n := param("src"), param("dst"), param("arg"), param("n")
	numbers := map[int]reg.VecVirtual{}
	for _, i := range []int{1, 2, 3, 6} {
		g, x, r := GP64(), XMM(), v.reg()
		MOVQ(U64(uint64(i)), g)
		VMOVQ(g, x)
		v.broadcast(x, r)
		numbers[i] = r
	}
	sum := func(a, b, to reg.VecVirtual) {
		v.pick(func(o ...Op) { VPADDD(o...) }, func(o ...Op) { VPADDQ(o...) }, a, b, to)
	}
	k, ordered, x := v.reg(), v.reg(), v.reg()
	raise := func(val, at, best, tap reg.VecVirtual) {
		v.pick(VCMPPS, VCMPPD, Imm(notLess), best, val, k)
		v.pick(VCMPPS, VCMPPD, Imm(7), best, best, ordered)
		VANDPS(ordered, k, k)
		v.pick(four(VBLENDVPS), four(VBLENDVPD), k, val, best, best)
		v.pick(four(VBLENDVPS), four(VBLENDVPD), k, at, tap, tap)
	}
	q, d, a, left := GP64(), GP64(), GP64(), GP64()
	sr, dr, ar := param("sr"), param("dr"), param("ar")
	SUBQ(sr, src)
	across := func(val, tap reg.VecVirtual) {
		v.mov(Mem{Base: q, Disp: -v.size()}, val)
		VXORPS(tap, tap, tap)
		for j := range 2 {
			v.mov(Mem{Base: q, Disp: j * v.size()}, x)
			raise(x, numbers[j+1], val, tap)
		}
		ADDQ(sr, q)
	}
	prev, cur, next := v.regs(2), v.regs(2), v.regs(2)
	Label(name + "_strip")
	MOVQ(src, q)
	MOVQ(dst, d)
	MOVQ(arg, a)
	h := param("h")
	MOVQ(h, left)
	across(prev[0], prev[1])
	across(cur[0], cur[1])
	Label(name + "_row")
	across(next[0], next[1])
	sum(numbers[3], cur[1], x)
	raise(cur[0], x, prev[0], prev[1])
	sum(numbers[6], next[1], x)
	raise(next[0], x, prev[0], prev[1])
	v.mov(prev[0], Mem{Base: d})
	v.mov(prev[1], Mem{Base: a})
	for i := range prev {
		VMOVAPS(cur[i], prev[i])
		VMOVAPS(next[i], cur[i])
	}
	ADDQ(dr, d)
	ADDQ(ar, a)
	DECQ(left)
	JNZ(LabelRef(name + "_row"))
	for _, p := range []reg.GPVirtual{src, dst, arg} {
		ADDQ(Imm(uint64(v.bytes())), p)
	}
	SUBQ(Imm(uint64(v.lanes())), n)
	JG(LabelRef(name + "_strip"))
	end()
}

func maxPoolBack(v vector) {
	name := v.name("maxBack")
	begin(name, "func(h, n int, dst *byte, dr int, grad *byte, gr int, arg *byte, ar int)",
		name+" adds grad to the cells of dst that arg names (3×3, stride 1, padding 1; h > 0 rows of n > 0 values),",
		"in row-major order of the taps.")
	dst, grad, arg, n := param("dst"), param("grad"), param("arg"), param("n")
	gr, ar := param("gr"), param("ar")
	tap := make([]reg.VecVirtual, 9)
	for t := range tap {
		g := GP64()
		MOVQ(U64(uint64(t)), g)
		tap[t] = XMM()
		VPBROADCASTB(g.As32(), tap[t])
	}
	edgeStrips(v, name, n, func(e edges, _ reg.GPVirtual) {
		d, g, a, left := GP64(), GP64(), GP64(), param("h")
		MOVQ(dst, d)
		MOVQ(grad, g)
		MOVQ(arg, a)
		acc := v.reg()
		masks := []reg.OpmaskVirtual{e.right, e.here, e.left}
		// A row of outputs reaches three rows of cells: it is loaded once, shifted three ways.
		prev, cur, next := newReached(v), newReached(v), newReached(v)
		load := func(r reached) {
			for j, mask := range masks {
				VMOVDQU8_Z(Mem{Base: a, Disp: 1 - j}, mask, r.tap[j])
				orZero(v, Mem{Base: g, Disp: (1 - j) * v.size()}, mask, r.grad[j])
			}
			ADDQ(gr, g)
			ADDQ(ar, a)
		}
		prev.none()
		load(cur)
		Label(name + "_row")
		next.none()
		CMPQ(left, Imm(1))
		JE(LabelRef(name + "_last"))
		load(next)
		Label(name + "_last")
		orZero(v, Mem{Base: d}, e.here, acc)
		for i, r := range []reached{next, cur, prev} {
			for j, mask := range masks {
				k := K()
				VPCMPEQB(tap[3*i+j], r.tap[j], mask, k)
				v.pick(VADDPS, VADDPD, r.grad[j], acc, k, acc)
			}
		}
		v.pick(VMOVUPS, VMOVUPD, acc, e.here, Mem{Base: d})
		prev.take(cur)
		cur.take(next)
		dr := param("dr")
		ADDQ(dr, d)
		DECQ(left)
		JNZ(LabelRef(name + "_row"))
		ADDQ(U32(v.bytes()), dst)
		ADDQ(U32(v.bytes()), grad)
		ADDQ(U32(v.lanes()), arg)
	})
	end()
}

// reached is a row of gradients and taps of the outputs to the right of a cell, over it and
// to the left.
type reached struct{ grad, tap []reg.VecVirtual }

func newReached(v vector) reached { return reached{v.regs(3), []reg.VecVirtual{XMM(), XMM(), XMM()}} }

// none is a row outside the image: its taps name no cell.
func (r reached) none() {
	for _, t := range r.tap {
		VPTERNLOGD(Imm(0xff), t, t, t)
	}
}

func (r reached) take(from reached) {
	for j := range r.grad {
		VMOVAPS(from.grad[j], r.grad[j])
		VMOVDQA32(from.tap[j], r.tap[j])
	}
}
