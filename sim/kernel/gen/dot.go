package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// dots emits the tiles of A·Bᵀ for a long inner index: every element is a dot
// product of 64 bytes of lanes (one 64-byte or two 32-byte registers).
func dots(v vector) {
	edge := 2
	if v.wide {
		edge = 4
	}
	for _, mr := range []int{1, edge} {
		for _, nr := range []int{1, edge} {
			dotTile(v, mr, nr)
		}
	}
}

// nearAhead is how far, in bytes, a dot tile asks for the rows of B that it streams where
// near ≠ 0: the rows of A stay in the first cache.
const nearAhead = 192

// dotTile emits C[i,j] (+)= alpha·Σ_p A[i,p]·B[j,p].
func dotTile(v vector, mr, nr int) {
	name := v.name("dot%dx%d", mr, nr)
	parts := 64 / v.bytes()
	begin(name, "func(k int, a *byte, lda int, b *byte, ldb int, c *byte, ldc int, alpha uint64, acc, near int)",
		fmt.Sprintf("%s computes C[i,j] = alpha·Σ_p A[i,p]·B[j,p], added to C if acc ≠ 0, for %d×%d elements and k > 0; alpha is passed as its bits:", name, mr, nr),
		"lane l of a sum takes the values l, l + L, … (L lanes fill 64 bytes; fused, in order from 0,",
		"the last round padded with zeros), and the lanes are added by halves.")
	k, a, lda, b, ldb := param("k"), param("a"), param("lda"), param("b"), param("ldb")
	_, rowA := rowAddresses(a, lda, mr)
	_, rowB := rowAddresses(b, ldb, nr)
	acc := make([][]reg.VecVirtual, mr)
	for i := range acc {
		acc[i] = v.regs(nr * parts)
		for _, r := range acc[i] {
			v.zero(r)
		}
	}
	lanes := v.lanes() * parts
	bv := v.regs(nr)
	av := v.reg()
	at := func(m Mem, part int) Mem {
		m.Disp += part * v.bytes()
		return m
	}
	round := func(load func(part int, m Mem, to Op)) {
		for part := range parts {
			for j := range bv {
				load(part, at(rowB(j), part), bv[j])
			}
			for i := range acc {
				load(part, at(rowA(i), part), av)
				for j := range bv {
					v.fma(bv[j], av, acc[i][j*parts+part])
				}
			}
		}
	}
	SUBQ(Imm(uint64(lanes)), k)
	JL(LabelRef(name + "_tail"))
	Label(name + "_loop")
	if v.wide && mr > 1 && nr > 1 {
		near := param("near")
		TESTQ(near, near)
		JZ(LabelRef(name + "_round"))
		for j := range nr {
			m := rowB(j)
			m.Disp += nearAhead
			PREFETCHT0(m)
		}
		Label(name + "_round")
	}
	round(func(_ int, m Mem, to Op) { v.mov(m, to) })
	ADDQ(Imm(64), a)
	ADDQ(Imm(64), b)
	SUBQ(Imm(uint64(lanes)), k)
	JGE(LabelRef(name + "_loop"))
	Label(name + "_tail")
	ADDQ(Imm(uint64(lanes)), k)
	JZ(LabelRef(name + "_done"))
	ms := v.masks(k, parts)
	round(func(part int, m Mem, to Op) { ms[part].load(m, to) })
	Label(name + "_done")
	var all []reg.VecVirtual
	for i := range acc {
		for j := range nr {
			all = append(all, v.joinParts(acc[i][j*parts:(j+1)*parts]))
		}
	}
	storeDots(v, name, mr, nr, v.laneSums(all))
	end()
}

// rowOfSums makes a function that brings row i of sums, width bytes, to the front of a register.
func rowOfSums(v vector, sums []reg.VecVirtual, width int) func(i int, to reg.VecVirtual) {
	if width < 16 {
		out := AllocLocal((len(sums)*v.bytes() + 63) / 64 * 64)
		for i, r := range sums {
			v.mov(r, out.Offset(i*v.bytes()))
		}
		mov := VMOVSS
		if width == 8 {
			mov = VMOVSD
		}
		return func(i int, to reg.VecVirtual) { mov(out.Offset(i*width), to) }
	}
	return func(i int, to reg.VecVirtual) {
		r, part := sums[i*width/v.bytes()], uint64(i*width%v.bytes()/width)
		switch {
		case !v.wide:
			VEXTRACTF128(Imm(part), r, to)
		case width == 16:
			VEXTRACTF32X4(Imm(part), r, to)
		default:
			VEXTRACTF64X4(Imm(part), r, to)
		}
	}
}

// storeDots adds alpha times the sums to C.
func storeDots(v vector, name string, mr, nr int, sums []reg.VecVirtual) {
	row := rowOfSums(v, sums, nr*v.size())
	c, ldc, alpha, add := param("c"), param("ldc"), param("alpha"), param("acc")
	var av, r reg.VecVirtual = XMM(), XMM()
	if nr*v.size() > 16 {
		av, r = YMM(), YMM()
	}
	low := XMM()
	VMOVQ(alpha, low)
	switch {
	case !v.f64:
		VBROADCASTSS(low, av)
	case nr == 1:
		av = low
	case nr*v.size() > 16:
		VBROADCASTSD(low, av)
	default:
		VMOVDDUP(low, av)
	}
	mov, mul, plus := VMOVUPS, v.mul, v.add
	var t reg.VecVirtual
	switch nr * v.size() {
	case 4:
		mov = VMOVSS
		mul = func(a, b, to Op) { VMULSS(a, b, to) }
		plus = func(a, b, to Op) { VADDSS(a, b, to) }
	case 8:
		mov = VMOVSD
		if nr == 1 {
			mul = func(a, b, to Op) { VMULSD(a, b, to) }
			plus = func(a, b, to Op) { VADDSD(a, b, to) }
		}
	}
	TESTQ(add, add)
	JZ(LabelRef(name + "_store"))
	for pass, more := range []bool{true, false} {
		if pass == 1 {
			Label(name + "_store")
		}
		for i := range mr {
			row(i, r)
			mul(r, av, r)
			if more {
				if t == nil {
					if t = XMM(); nr*v.size() > 16 {
						t = YMM()
					}
				}
				mov(Mem{Base: c}, t)
				plus(r, t, r)
			}
			mov(r, Mem{Base: c})
			if i+1 < mr {
				ADDQ(ldc, c)
			}
		}
		if more {
			end()
		}
	}
}
