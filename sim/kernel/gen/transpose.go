package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// transpose emits the transposition of 8 (float64: 4) rows, in 32-byte registers on both paths.
func transpose(v vector) {
	v.wide = false
	n := v.lanes()
	name := v.name("transpose")
	begin(name, "func(blocks int, src *byte, sr int, dst *byte, dr int, far int)",
		name+" copies a square block of 32-byte rows, sr apart, to its transpose, rows dr apart, and so on along the rows",
		"for blocks > 0 blocks. Unless far is 0 the rows below are asked for into the second-level cache.")
	blocks, src, sr, dst, dr, far := param("blocks"), param("src"), param("sr"), param("dst"), param("dr"), param("far")
	_, from := rowAddresses(src, sr, 4)
	src2, dst2 := GP64(), GP64()
	LEAQ(Mem{Base: src, Index: sr, Scale: 4}, src2)
	_, from2 := rowAddresses(src2, sr, 4)
	_, to := rowAddresses(dst, dr, 4)
	r := v.regs(n)
	Label(name + "_loop")
	for i := range r {
		if i < 4 {
			v.mov(from(i), r[i])
		} else {
			v.mov(from2(i-4), r[i])
		}
	}
	TESTQ(far, far)
	JZ(LabelRef(name + "_near"))
	below := GP64()
	LEAQ(Mem{Base: src, Index: sr, Scale: uint8(n)}, below)
	_, next := rowAddresses(below, sr, 4)
	for i := range n {
		if i == 4 {
			LEAQ(Mem{Base: below, Index: sr, Scale: 4}, below)
		}
		PREFETCHT1(next(i % 4))
	}
	Label(name + "_near")
	if v.f64 {
		lo0, hi0, lo1, hi1 := v.reg(), v.reg(), v.reg(), v.reg()
		VUNPCKLPD(r[1], r[0], lo0)
		VUNPCKHPD(r[1], r[0], hi0)
		VUNPCKLPD(r[3], r[2], lo1)
		VUNPCKHPD(r[3], r[2], hi1)
		VPERM2F128(Imm(0x20), lo1, lo0, r[0])
		VPERM2F128(Imm(0x20), hi1, hi0, r[1])
		VPERM2F128(Imm(0x31), lo1, lo0, r[2])
		VPERM2F128(Imm(0x31), hi1, hi0, r[3])
	} else {
		t := v.regs(8)
		for i := 0; i < 8; i += 2 { // pairs of rows
			VUNPCKLPS(r[i+1], r[i], t[i])
			VUNPCKHPS(r[i+1], r[i], t[i+1])
		}
		for i := 0; i < 8; i += 4 { // fours: r[i+c] holds column c in the lower, c + 4 in the upper half
			VUNPCKLPD(t[i+2], t[i], r[i])
			VUNPCKHPD(t[i+2], t[i], r[i+1])
			VUNPCKLPD(t[i+3], t[i+1], r[i+2])
			VUNPCKHPD(t[i+3], t[i+1], r[i+3])
		}
		for c := range 4 {
			VPERM2F128(Imm(0x20), r[c+4], r[c], t[c])
			VPERM2F128(Imm(0x31), r[c+4], r[c], t[c+4])
		}
		r = t
	}
	LEAQ(Mem{Base: dst, Index: dr, Scale: 4}, dst2)
	_, to2 := rowAddresses(dst2, dr, 4)
	for i := range r {
		if i < 4 {
			v.mov(r[i], to(i))
		} else {
			v.mov(r[i], to2(i-4))
		}
	}
	ADDQ(Imm(32), src)
	ADDQ(Imm(32), src2)
	LEAQ(Mem{Base: dst, Index: dr, Scale: uint8(n)}, dst)
	DECQ(blocks)
	JNZ(LabelRef(name + "_loop"))
	end()
}
