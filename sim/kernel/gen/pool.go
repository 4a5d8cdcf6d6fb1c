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
