package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const averageSignature = "func(h, n int, src *byte, sr int, dst *byte, dr int, third, edgex, edgey uint64)"

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
