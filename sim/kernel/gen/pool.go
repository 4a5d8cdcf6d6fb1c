package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pools emits the plane kernels of the 3×3 pools of stride 1 and padding 1. They live on
// masks; AVX2 has the maximum alone, on planes with a border.
func pools(v vector) {
	if !v.wide {
		maxPoolNarrow(v)
		return
	}
	maxPool(v)
	maxPoolBack(v)
	averagePool(v)
	averagePoolBack(v)
}

// edges are the masks of one strip of columns: the columns themselves and those whose
// left and right neighbours lie inside the image.
type edges struct{ here, left, right reg.OpmaskVirtual }

// edgeStrips loops over the strips of n columns with their edge masks; skip is the
// register that holds 1 in the first strip and 0 later.
func edgeStrips(v vector, name string, n reg.GPVirtual, body func(e edges, skip reg.GPVirtual)) {
	skip := GP64()
	MOVQ(U64(1), skip)
	Label(name + "_strip")
	first := func(extra int) reg.GPVirtual { // mask of the first n − extra lanes
		c, t := GP64(), GP64()
		MOVQ(n, c)
		if extra > 0 {
			SUBQ(Imm(uint64(extra)), c)
		}
		MOVQ(U64(uint64(v.lanes())), t)
		CMPQ(c, t)
		CMOVQGT(t, c)
		MOVQ(I64(-1), t)
		BZHIQ(c, t, t)
		return t
	}
	e := edges{K(), K(), K()}
	m := first(0)
	KMOVW(m.As32(), e.here)
	t := GP64()
	MOVQ(skip, t)
	NOTQ(t)
	ANDQ(m, t)
	KMOVW(t.As32(), e.left)
	KMOVW(first(1).As32(), e.right)
	body(e, skip)
	XORQ(skip, skip)
	SUBQ(Imm(uint64(v.lanes())), n)
	JG(LabelRef(name + "_strip"))
}

// orElse loads the lanes of k and takes the others from other.
func orElse(v vector, m Mem, k reg.OpmaskVirtual, other, to reg.VecVirtual) {
	VMOVAPS(other, to)
	v.pick(VMOVUPS, VMOVUPD, m, k, to)
}

// orZero loads the lanes of k and zeroes the others.
func orZero(v vector, m Mem, k reg.OpmaskVirtual, to reg.VecVirtual) {
	v.pick(three(VMOVUPS_Z), three(VMOVUPD_Z), m, k, to)
}

// integer broadcasts a number to the lanes of an index vector.
func integer(v vector, n int) reg.VecVirtual {
	g, r := GP64(), v.reg()
	MOVQ(U64(uint64(n)), g)
	v.pick(func(...Op) { VPBROADCASTD(g.As32(), r) }, func(...Op) { VPBROADCASTQ(g, r) })
	return r
}

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
		d, g, a, left, y := GP64(), GP64(), GP64(), param("h"), GP64()
		MOVQ(dst, d)
		MOVQ(grad, g)
		MOVQ(arg, a)
		XORQ(y, y)
		acc, t := v.reg(), XMM()
		Label(name + "_row")
		orZero(v, Mem{Base: d}, e.here, acc)
		row := func(i int, gm, am Mem) {
			for j, mask := range []reg.OpmaskVirtual{e.right, e.here, e.left} {
				VMOVDQU8_Z(Mem{Base: am.Base, Index: am.Index, Scale: am.Scale, Disp: 1 - j}, mask, t)
				k := K()
				VPCMPEQB(tap[3*i+j], t, mask, k)
				v.pick(VADDPS, VADDPD, Mem{Base: gm.Base, Index: gm.Index, Scale: gm.Scale, Disp: (1 - j) * v.size()}, acc, k, acc)
			}
		}
		CMPQ(left, Imm(1))
		JE(LabelRef(name + "_last"))
		row(0, Mem{Base: g, Index: gr, Scale: 1}, Mem{Base: a, Index: ar, Scale: 1})
		Label(name + "_last")
		row(1, Mem{Base: g}, Mem{Base: a})
		TESTQ(y, y)
		JZ(LabelRef(name + "_first"))
		NEGQ(gr)
		NEGQ(ar)
		row(2, Mem{Base: g, Index: gr, Scale: 1}, Mem{Base: a, Index: ar, Scale: 1})
		NEGQ(gr)
		NEGQ(ar)
		Label(name + "_first")
		v.pick(VMOVUPS, VMOVUPD, acc, e.here, Mem{Base: d})
		INCQ(y)
		dr := param("dr")
		ADDQ(dr, d)
		ADDQ(gr, g)
		ADDQ(ar, a)
		DECQ(left)
		JNZ(LabelRef(name + "_row"))
		ADDQ(U32(v.bytes()), dst)
		ADDQ(U32(v.bytes()), grad)
		ADDQ(U32(v.lanes()), arg)
	})
	end()
}

const averageSignature = "func(h, n int, src *byte, sr int, dst *byte, dr int, third, edgex, edgey uint64)"

// lane makes the mask of lane n − back, if it is one of the vector's.
func lane(v vector, n reg.GPVirtual, back int) reg.OpmaskVirtual {
	c, m, top, none := GP64(), GP64(), GP64(), GP64()
	XORQ(none, none)
	MOVQ(n, c)
	SUBQ(Imm(uint64(back)), c)
	MOVQ(U64(1), m)
	SHLXQ(c, m, m)
	MOVQ(U64(uint64(v.lanes())), top)
	CMPQ(c, top) // unsigned: c < 0 is large
	CMOVQCC(none, m)
	k := K()
	KMOVW(m.As32(), k)
	return k
}

// rolling loops over the rows of a strip with the values across the previous, the
// current and the next row (zero outside the image), for sums down the columns.
func rolling(v vector, name string, zero reg.VecVirtual, left reg.GPVirtual, across func(to reg.VecVirtual), row func(sum reg.VecVirtual)) {
	prev, cur, next, sum := v.reg(), v.reg(), v.reg(), v.reg()
	VMOVAPS(zero, prev)
	across(cur)
	Label(name + "_row")
	VMOVAPS(zero, next)
	CMPQ(left, Imm(1))
	JE(LabelRef(name + "_last"))
	across(next)
	Label(name + "_last")
	v.add(prev, zero, sum)
	v.add(cur, sum, sum)
	v.add(next, sum, sum)
	row(sum)
	VMOVAPS(cur, prev)
	VMOVAPS(next, cur)
	DECQ(left)
	JNZ(LabelRef(name + "_row"))
}

func averagePool(v vector) {
	name := v.name("average")
	begin(name, averageSignature,
		name+" computes the mean over the 3×3 neighbours inside h > 0 rows of n > 0 values: third = 1/3;",
		"edgex and edgey are 1 over the cells across and down at an edge.")
	src, dst, n := param("src"), param("dst"), param("n")
	zero := v.reg()
	v.zero(zero)
	third, edgex, edgey := scalarParam(v, "third"), scalarParam(v, "edgex"), scalarParam(v, "edgey")
	edgeStrips(v, name, n, func(e edges, _ reg.GPVirtual) {
		rx := v.reg()
		VMOVAPS(third, rx)
		for _, m := range []reg.OpmaskVirtual{e.left, e.right} {
			k := K()
			KNOTW(m, k)
			v.pick(VMOVAPS, VMOVAPD, edgex, k, rx)
		}
		q, d, left := GP64(), GP64(), param("h")
		MOVQ(src, q)
		MOVQ(dst, d)
		ry := v.reg()
		VMOVAPS(edgey, ry)
		x := v.reg()
		rolling(v, name, zero, left, func(to reg.VecVirtual) {
			VMOVAPS(zero, to)
			for j, m := range []reg.OpmaskVirtual{e.left, e.here, e.right} {
				orZero(v, Mem{Base: q, Disp: (j - 1) * v.size()}, m, x)
				v.add(x, to, to)
			}
			sr := param("sr")
			ADDQ(sr, q)
		}, func(sum reg.VecVirtual) {
			CMPQ(left, Imm(1))
			JNE(LabelRef(name + "_inner"))
			VMOVAPS(edgey, ry)
			Label(name + "_inner")
			v.mul(rx, sum, sum)
			v.mul(ry, sum, sum)
			v.pick(VMOVUPS, VMOVUPD, sum, e.here, Mem{Base: d})
			VMOVAPS(third, ry)
			dr := param("dr")
			ADDQ(dr, d)
		})
		ADDQ(U32(v.bytes()), src)
		ADDQ(U32(v.bytes()), dst)
	})
	end()
}

func averagePoolBack(v vector) {
	name := v.name("averageBack")
	begin(name, averageSignature,
		name+" adds the gradient src of the mean to dst; arguments as for the mean.")
	src, dst, n := param("src"), param("dst"), param("n")
	zero := v.reg()
	v.zero(zero)
	third, edgex, edgey := scalarParam(v, "third"), scalarParam(v, "edgex"), scalarParam(v, "edgey")
	edgeStrips(v, name, n, func(e edges, skip reg.GPVirtual) {
		rx := v.regs(3) // 1/n_x of the left, this and the right column
		for i, r := range rx {
			VMOVAPS(third, r)
			at := GP64()
			MOVQ(skip, at)
			if i < 2 {
				if i == 0 {
					SHLQ(Imm(1), at)
				}
				k := K()
				KMOVW(at.As32(), k)
				v.pick(VMOVAPS, VMOVAPD, edgex, k, r)
			}
			if i > 0 {
				v.pick(VMOVAPS, VMOVAPD, edgex, lane(v, n, i), r)
			}
		}
		q, d, left, ahead := GP64(), GP64(), param("h"), param("h")
		MOVQ(src, q)
		MOVQ(dst, d)
		ry, x := v.reg(), v.reg()
		VMOVAPS(edgey, ry)
		calls := 0
		rolling(v, name, zero, left, func(to reg.VecVirtual) {
			calls++
			label := name + []string{"", "_one", "_more"}[calls]
			CMPQ(ahead, Imm(1))
			JNE(LabelRef(label))
			VMOVAPS(edgey, ry)
			Label(label)
			VMOVAPS(zero, to)
			for j, m := range []reg.OpmaskVirtual{e.left, e.here, e.right} {
				orZero(v, Mem{Base: q, Disp: (j - 1) * v.size()}, m, x)
				v.mul(rx[j], x, x)
				v.add(x, to, to)
			}
			v.mul(ry, to, to)
			VMOVAPS(third, ry)
			sr := param("sr")
			ADDQ(sr, q)
			DECQ(ahead)
		}, func(sum reg.VecVirtual) {
			orZero(v, Mem{Base: d}, e.here, x)
			v.add(sum, x, x)
			v.pick(VMOVUPS, VMOVUPD, x, e.here, Mem{Base: d})
			dr := param("dr")
			ADDQ(dr, d)
		})
		ADDQ(U32(v.bytes()), src)
		ADDQ(U32(v.bytes()), dst)
	})
	end()
}
