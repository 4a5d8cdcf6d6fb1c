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

// channelSum emits one of: Σ d and Σ d² (no gradient), Σ grad and Σ grad·d, with
// d = src − offset in float64; with relu only where not d ≤ 0.
func channelSum(v vector, base string, withG, relu bool) {
	name := v.name("%s", base)
	sig, what := "func(h, n int, src *byte, sr int, offset uint64, out *byte)", "d and d²"
	if withG {
		sig, what = "func(h, n int, grad *byte, gr int, src *byte, sr int, offset uint64, out *byte)", "grad and grad·d"
	}
	if relu {
		what += " where not d ≤ 0"
	}
	begin(name, sig, name+" writes the sums of "+what+", d = src − offset in float64, to the two float64 at out:",
		"value x of a row goes to lane x mod 16, products are fused, the lanes are added by halves.")
	c := &channelSums{v: v, d: vector{wide: v.wide, f64: true}, relu: relu, at: map[string]reg.GPVirtual{}}
	c.parts = sumLanes / c.d.lanes()
	names := []string{"src"}
	if withG {
		names = append(names, "grad")
	}
	from, stride := map[string]reg.GPVirtual{}, map[string]reg.GPVirtual{}
	for _, s := range names {
		from[s], c.at[s], stride[s] = param(s), GP64(), param(s[:1]+"r")
	}
	h, n := param("h"), param("n")
	c.off, c.zero = c.d.reg(), c.d.reg()
	c.d.zero(c.zero)
	offset, x := param("offset"), XMM()
	VMOVQ(offset, x)
	if !v.f64 {
		VCVTSS2SD(x, x, x)
	}
	c.d.broadcast(x, c.off)
	c.one = constant(c.d, 0, 0x3ff0000000000000)
	c.d.sub(c.off, c.zero, c.off)
	c.s, c.q = c.d.regs(c.parts), c.d.regs(c.parts)
	for _, r := range append(append([]reg.VecVirtual{}, c.s...), c.q...) {
		c.d.zero(r)
	}
	rest, left := GP64(), GP64()
	MOVQ(n, rest)
	ANDQ(Imm(sumLanes-1), rest)
	Label(name + "_row")
	for _, s := range names {
		MOVQ(from[s], c.at[s])
	}
	MOVQ(n, left)
	SUBQ(Imm(sumLanes), left)
	JL(LabelRef(name + "_tail"))
	Label(name + "_loop")
	for i := range c.parts {
		if d := i * c.d.lanes() * v.size(); withG {
			fetchAhead(c.at["src"], d)
		}
		c.part(i, nil)
	}
	for _, s := range names {
		ADDQ(U32(sumLanes*v.size()), c.at[s])
	}
	SUBQ(Imm(sumLanes), left)
	JGE(LabelRef(name + "_loop"))
	Label(name + "_tail")
	TESTQ(rest, rest)
	JZ(LabelRef(name + "_next"))
	c.tail(rest)
	Label(name + "_next")
	for _, s := range names {
		ADDQ(stride[s], from[s])
	}
	DECQ(h)
	JNZ(LabelRef(name + "_row"))
	for w := c.parts / 2; w > 0; w /= 2 {
		for i := range w {
			c.d.add(c.s[i+w], c.s[i], c.s[i])
			c.d.add(c.q[i+w], c.q[i], c.q[i])
		}
	}
	sum := c.d.laneSums([]reg.VecVirtual{c.s[0], c.q[0]})[0]
	out := param("out")
	VMOVUPD(sum.AsX(), Mem{Base: out})
	end()
}

// channelSums is the state of a channel sum: sixteen lanes of each family in parts.
type channelSums struct {
	v, d     vector
	parts    int
	relu     bool
	at       map[string]reg.GPVirtual
	off, one reg.VecVirtual // − offset, 1
	zero     reg.VecVirtual
	s, q     []reg.VecVirtual
}

// lastLanes are the lanes of one part in the last round of a row.
type lastLanes struct {
	load func(m Mem, to reg.VecVirtual)
	k    reg.Register
}

// part adds part i of a round, or only the lanes of last.
func (c *channelSums) part(i int, last *lastLanes) {
	load := func(src string) reg.VecVirtual {
		m, r := Mem{Base: c.at[src], Disp: i * c.d.lanes() * c.v.size()}, c.d.reg()
		switch {
		case last != nil:
			last.load(m, r)
		case c.v.f64:
			c.d.mov(m, r)
		default:
			VCVTPS2PD(m, r)
		}
		return r
	}
	x := load("src")
	VFMADD213PD(c.off, c.one, x) // x·1 − offset: the multiplier is free where the adder is not
	first := x
	if _, ok := c.at["grad"]; ok {
		first = load("grad")
	}
	var keep []reg.Register
	if last != nil {
		keep = append(keep, last.k)
	}
	if c.d.wide {
		if c.relu {
			k := K()
			VCMPPD(append(append([]Op{Imm(notLess), c.zero, x}, ops(keep)...), k)...)
			keep = []reg.Register{k}
		}
		VADDPD(append(append([]Op{first, c.s[i]}, ops(keep)...), c.s[i])...)
		VFMADD231PD(append(append([]Op{x, first}, ops(keep)...), c.q[i])...)
		return
	}
	if c.relu { // lanes left out add 0 and 0·0
		keep = append(keep, positive(c.d, x, c.zero))
	}
	for _, k := range keep {
		VANDPD(k, x, x)
		if first != x {
			VANDPD(k, first, first)
		}
	}
	c.d.add(first, c.s[i], c.s[i])
	c.d.fma(x, first, c.q[i])
}

func ops(r []reg.Register) []Op {
	var o []Op
	for _, x := range r {
		o = append(o, x)
	}
	return o
}

// tail adds the first rest < 16 lanes of a round.
func (c *channelSums) tail(rest reg.GPVirtual) {
	if c.d.wide {
		t := GP64()
		MOVQ(rest, t)
		for i, m := range c.d.masks(t, c.parts) {
			c.part(i, &lastLanes{k: m.k, load: func(from Mem, to reg.VecVirtual) {
				if c.v.f64 {
					m.load(from, to)
				} else {
					VCVTPS2PD_Z(from, m.k, to)
				}
			}})
		}
		return
	}
	for i := range c.parts {
		n, k, half := XMM(), YMM(), XMM()
		VMOVQ(rest, n)
		VPBROADCASTQ(n, k)
		VPCMPGTQ(laneNumbers(c.d, i), k, k)
		c.part(i, &lastLanes{k: k, load: func(from Mem, to reg.VecVirtual) {
			if c.v.f64 {
				VMASKMOVPD(from, k, to)
				return
			}
			VPBROADCASTD(n, half)
			numbers := laneNumbers(c.v, i/2)
			numbers.Disp += 16 * (i % 2)
			VPCMPGTD(numbers, half, half)
			VMASKMOVPS(from, half, half)
			VCVTPS2PD(half, to)
		}})
	}
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
