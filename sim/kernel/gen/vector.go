package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// vector is a register shape: 64 bytes (AVX-512) or 32 (AVX2) of float32 or float64.
// The half of a wide one is 32 bytes with the masks and registers of AVX-512.
type vector struct{ wide, f64, half bool }

func (v vector) bytes() int {
	if v.wide && !v.half {
		return 64
	}
	return 32
}

func (v vector) size() int {
	if v.f64 {
		return 8
	}
	return 4
}

func (v vector) lanes() int { return v.bytes() / v.size() }

// name is prefix s or d, base, suffix z, y or, for half a z, h.
func (v vector) name(format string, args ...any) string {
	p, s := "s", "y"
	if v.f64 {
		p = "d"
	}
	switch {
	case v.half:
		s = "h"
	case v.wide:
		s = "z"
	}
	return p + fmt.Sprintf(format, args...) + s
}

func (v vector) reg() reg.VecVirtual {
	if v.bytes() == 64 {
		return ZMM()
	}
	return YMM()
}

func (v vector) regs(n int) []reg.VecVirtual {
	r := make([]reg.VecVirtual, n)
	for i := range r {
		r[i] = v.reg()
	}
	return r
}

// pick calls the float32 or the float64 form of an instruction.
func (v vector) pick(s, d func(...Op), ops ...Op) {
	if v.f64 {
		d(ops...)
	} else {
		s(ops...)
	}
}

// four adapts an instruction of four operands to pick.
func four(f func(a, b, c, d Op)) func(...Op) {
	return func(o ...Op) { f(o[0], o[1], o[2], o[3]) }
}

// three adapts an instruction of three operands to pick.
func three(f func(a, b, c Op)) func(...Op) { return func(o ...Op) { f(o[0], o[1], o[2]) } }

func (v vector) zero(r Op) {
	if v.wide {
		VPXORD(r, r, r)
	} else {
		VXORPS(r, r, r)
	}
}

// mov copies between registers and memory, unaligned.
func (v vector) mov(from, to Op) { v.pick(VMOVUPS, VMOVUPD, from, to) }

// fma: to += a·b (one rounding).
func (v vector) fma(a, b, to Op) { v.pick(VFMADD231PS, VFMADD231PD, a, b, to) }

func (v vector) add(a, b, to Op) { v.pick(VADDPS, VADDPD, a, b, to) }
func (v vector) mul(a, b, to Op) { v.pick(VMULPS, VMULPD, a, b, to) }

// sub: to = b − a.
func (v vector) sub(a, b, to Op) { v.pick(VSUBPS, VSUBPD, a, b, to) }

func (v vector) broadcast(m, to Op) { v.pick(VBROADCASTSS, VBROADCASTSD, m, to) }

// constant broadcasts a constant given by its float32 and float64 representations.
func constant(v vector, s uint32, d uint64) reg.VecVirtual {
	g, x, r := GP64(), XMM(), v.reg()
	if v.f64 {
		MOVQ(U64(d), g)
	} else {
		MOVQ(U64(uint64(s)), g)
	}
	VMOVQ(g, x)
	v.broadcast(x, r)
	return r
}

// mask is the set of the first lanes of a vector: a mask register or a vector.
type mask struct {
	v vector
	k reg.OpmaskVirtual
	y reg.VecVirtual
}

// masks makes the masks of w consecutive vectors of which the first n lanes count;
// it overwrites n.
func (v vector) masks(n reg.GPVirtual, w int) []mask {
	ms := make([]mask, w)
	if v.wide {
		all := GP64()
		MOVQ(I64(-1), all)
		BZHIQ(n, all, all)
		for i := range ms {
			ms[i] = mask{v: v, k: K()}
			KMOVW(all.As32(), ms[i].k)
			if i+1 < w {
				SHRQ(Imm(uint64(v.lanes())), all)
			}
		}
		return ms
	}
	x := XMM()
	for i := range ms {
		ms[i] = mask{v: v, y: YMM()}
		VMOVQ(n, x)
		if v.f64 {
			VPBROADCASTQ(x, ms[i].y)
			VPCMPGTQ(laneNumbers(v, i), ms[i].y, ms[i].y)
		} else {
			VPBROADCASTD(x, ms[i].y)
			VPCMPGTD(laneNumbers(v, i), ms[i].y, ms[i].y)
		}
	}
	return ms
}

// load reads the lanes of m and zeroes the others.
func (m mask) load(from Mem, to Op) {
	switch {
	case m.v.wide && m.v.f64:
		VMOVUPD_Z(from, m.k, to)
	case m.v.wide:
		VMOVUPS_Z(from, m.k, to)
	case m.v.f64:
		VMASKMOVPD(from, m.y, to)
	default:
		VMASKMOVPS(from, m.y, to)
	}
}

// store writes the lanes of m.
func (m mask) store(from Op, to Mem) {
	switch {
	case m.v.wide && m.v.f64:
		VMOVUPD(from, m.k, to)
	case m.v.wide:
		VMOVUPS(from, m.k, to)
	case m.v.f64:
		VMASKMOVPD(from, m.y, to)
	default:
		VMASKMOVPS(from, m.y, to)
	}
}

var laneData = map[string]Mem{}

// laneNumbers is the constant i·lanes, i·lanes + 1, …
func laneNumbers(v vector, i int) Mem {
	name := fmt.Sprintf("lanes%d_%d", v.size(), i)
	if m, ok := laneData[name]; ok {
		return m
	}
	m := GLOBL(name, 8|16) // RODATA|NOPTR
	for l := range v.lanes() {
		n := i*v.lanes() + l
		if v.f64 {
			DATA(8*l, U64(n))
		} else {
			DATA(4*l, U32(n))
		}
	}
	laneData[name] = m
	return m
}

// begin opens a function; sizes and strides in its signature are in bytes unless the
// documentation says values or lanes.
func begin(name, signature string, doc ...string) {
	TEXT(name, 4, signature) // NOSPLIT
	Pragma("noescape")
	Doc(doc...)
}

func param(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }

// end closes a function.
func end() {
	VZEROUPPER()
	RET()
}
