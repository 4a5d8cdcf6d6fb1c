package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sumLanes is the number of float64 lanes of the channel sums.
const sumLanes = 16

// reductions emits the channel sums: moments and the backward pair.
func reductions(v vector) {
	channelSum(v, "moment", false, false)
	channelSum(v, "pair", true, false)
	channelSum(v, "pairRelu", true, true)
	dotRounds(v)
}

// channelSum emits one of: Σ d and Σ d² (no g), Σ g and Σ g·d, with d = src − offset in
// float64; with relu only where not d ≤ 0. Rounds of 16 values; AVX-512 masks the
// last round, AVX2 takes whole rounds only.
func channelSum(v vector, base string, withG, relu bool) {
	name := v.name("%s", base)
	sig, what := "func(h, n int, src *byte, sr int, offset uint64, acc *byte)", "d and d²"
	if withG {
		sig, what = "func(h, n int, grad *byte, gr int, src *byte, sr int, offset uint64, acc *byte)", "grad and grad·d"
	}
	if relu {
		what += " where not d ≤ 0"
	}
	doc := "value x of a row goes to lane x mod 16."
	if !v.wide {
		doc += " n is a multiple of 16."
	}
	begin(name, sig, name+" adds "+what+", d = src − offset in float64, to the 16 + 16 lanes at acc;", doc)
	d := vector{wide: v.wide, f64: true}
	parts := sumLanes / d.lanes()
	names := []string{"src"}
	if withG {
		names = append(names, "grad")
	}
	from, at, stride := map[string]reg.GPVirtual{}, map[string]reg.GPVirtual{}, map[string]reg.GPVirtual{}
	for _, s := range names {
		from[s], at[s], stride[s] = param(s), GP64(), param(s[:1]+"r")
	}
	h, n, acc := param("h"), param("n"), param("acc")
	off := d.reg()
	bits, x := param("offset"), XMM()
	VMOVQ(bits, x)
	if !v.f64 {
		VCVTSS2SD(x, x, x)
	}
	d.broadcast(x, off)
	zero := d.reg()
	d.zero(zero)
	s, q := d.regs(parts), d.regs(parts)
	for i := range parts {
		d.mov(Mem{Base: acc, Disp: i * d.bytes()}, s[i])
		d.mov(Mem{Base: acc, Disp: sumLanes*8 + i*d.bytes()}, q[i])
	}
	load := func(src string, i int, ms []mask) reg.VecVirtual {
		m, r := Mem{Base: at[src], Disp: i * d.lanes() * v.size()}, d.reg()
		switch {
		case v.f64 && ms == nil:
			d.mov(m, r)
		case v.f64:
			ms[i].load(m, r)
		case ms == nil:
			VCVTPS2PD(m, r)
		default:
			VCVTPS2PD_Z(m, ms[i].k, r)
		}
		return r
	}
	round := func(ms []mask) {
		for i := range parts {
			dx := load("src", i, ms)
			d.sub(off, dx, dx)
			first, second := dx, dx
			if withG {
				first = load("grad", i, ms)
			}
			prod := d.reg()
			d.mul(first, second, prod)
			switch {
			case !relu && ms == nil:
				d.add(first, s[i], s[i])
				d.add(prod, q[i], q[i])
			case !d.wide: // relu
				k := positive(d, dx, zero)
				VANDPD(k, first, first)
				VANDPD(k, prod, prod)
				d.add(first, s[i], s[i])
				d.add(prod, q[i], q[i])
			default:
				var k reg.Register
				switch {
				case !relu:
					k = ms[i].k
				case ms == nil:
					k = positive(d, dx, zero)
				default:
					kk := K()
					VCMPPD(Imm(notLess), zero, dx, ms[i].k, kk)
					k = kk
				}
				VADDPD(first, s[i], k, s[i])
				VADDPD(prod, q[i], k, q[i])
			}
		}
	}
	rest, left := GP64(), GP64()
	var ms []mask
	if v.wide {
		MOVQ(n, rest)
		ANDQ(Imm(sumLanes-1), rest)
		t := GP64()
		MOVQ(rest, t)
		ms = d.masks(t, parts)
	}
	Label(name + "_row")
	for _, c := range names {
		MOVQ(from[c], at[c])
	}
	MOVQ(n, left)
	SUBQ(Imm(sumLanes), left)
	JL(LabelRef(name + "_tail"))
	Label(name + "_loop")
	round(nil)
	for _, c := range names {
		ADDQ(U32(sumLanes*v.size()), at[c])
	}
	SUBQ(Imm(sumLanes), left)
	JGE(LabelRef(name + "_loop"))
	Label(name + "_tail")
	if v.wide {
		TESTQ(rest, rest)
		JZ(LabelRef(name + "_next"))
		round(ms)
		Label(name + "_next")
	}
	for _, c := range names {
		ADDQ(stride[c], from[c])
	}
	DECQ(h)
	JNZ(LabelRef(name + "_row"))
	for i := range parts {
		d.mov(s[i], Mem{Base: acc, Disp: i * d.bytes()})
		d.mov(q[i], Mem{Base: acc, Disp: sumLanes*8 + i*d.bytes()})
	}
	end()
}

// dotRounds emits the rounds of Dot: product i goes to lane i mod 4L.
func dotRounds(v vector) {
	name := v.name("dot")
	begin(name, "func(n int, x, y, acc *byte)", name+" adds x[i]·y[i], rounded, to lane i mod 4L at acc (L lanes fill 64 bytes); n > 0 is a multiple of 4L.")
	n, x, y, acc := param("n"), param("x"), param("y"), param("acc")
	parts := 256 / v.bytes()
	s := v.regs(parts)
	for i, r := range s {
		v.mov(Mem{Base: acc, Disp: i * v.bytes()}, r)
	}
	t := v.reg()
	Label(name + "_loop")
	for i, r := range s {
		v.mov(Mem{Base: x, Disp: i * v.bytes()}, t)
		v.mul(Mem{Base: y, Disp: i * v.bytes()}, t, t)
		v.add(t, r, r)
	}
	ADDQ(U32(256), x)
	ADDQ(U32(256), y)
	SUBQ(U32(256/v.size()), n)
	JNZ(LabelRef(name + "_loop"))
	for i, r := range s {
		v.mov(r, Mem{Base: acc, Disp: i * v.bytes()})
	}
	end()
}
