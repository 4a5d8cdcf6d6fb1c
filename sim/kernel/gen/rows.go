package main

import (
	"slices"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pass is an element-wise pass over h rows of n values: dst is computed from
// itself and from sources, each with its row stride in bytes, and scalars.
type pass struct {
	name    string
	doc     string
	sources []string
	scalars []string
	body    func(v vector, p *passBody)
}

// ahead is how far, in bytes, a pass with scalars of its channel asks for its source
// into the second-level cache. Such passes meet tensors that the cache has lost; the
// processor's own fetching stops at the end of a page, where a plane often ends too.
// The image behind the last plane comes next in the batch.
const ahead = 4096

// fetchAhead asks for the line ahead of at + disp, once per line.
func fetchAhead(at reg.GPVirtual, disp int) {
	if disp%64 == 0 {
		PREFETCHT1(Mem{Base: at, Disp: ahead + disp})
	}
}

// passBody gives a pass its operands for one vector.
type passBody struct {
	load    func(source string) reg.VecVirtual
	store   func(r reg.VecVirtual)
	scalar  map[string]reg.VecVirtual
	zero    reg.VecVirtual
	scratch []reg.VecVirtual
}

// notLess is the predicate not (a ≤ b), true for NaN.
const notLess = 0x16

// positive returns the set of lanes where not x ≤ 0.
func positive(v vector, x, zero reg.VecVirtual) reg.Register {
	if v.wide {
		k := K()
		v.pick(VCMPPS, VCMPPD, Imm(notLess), zero, x, k)
		return k
	}
	m := YMM()
	v.pick(VCMPPS, VCMPPD, Imm(notLess), zero, x, m)
	return m
}

// clampNegative: x = 0 where 0 > x.
func clampNegative(v vector, x, zero reg.VecVirtual) { v.pick(VMAXPS, VMAXPD, x, zero, x) }

var passes = []pass{
	{"copy", "dst = src", []string{"src"}, nil, func(v vector, p *passBody) { p.store(p.load("src")) }},
	{"relu", "dst = max(0, src)", []string{"src"}, nil, func(v vector, p *passBody) {
		x := p.load("src")
		clampNegative(v, x, p.zero)
		p.store(x)
	}},
	{"reluBack", "dst += grad where not src ≤ 0", []string{"grad", "src"}, nil, func(v vector, p *passBody) {
		k := positive(v, p.load("src"), p.zero)
		g, d := p.load("grad"), p.load("dst")
		if v.wide {
			v.pick(VADDPS, VADDPD, g, d, k, d)
		} else {
			v.add(g, d, g)
			v.pick(four(VBLENDVPS), four(VBLENDVPD), k, g, d, d)
		}
		p.store(d)
	}},
	{"add", "dst += src", []string{"src"}, nil, func(v vector, p *passBody) {
		x, d := p.load("src"), p.load("dst")
		v.add(x, d, d)
		p.store(d)
	}},
	{"axpy", "dst += a·src", []string{"src"}, []string{"a"}, func(v vector, p *passBody) {
		x, d := p.load("src"), p.load("dst")
		v.mul(p.scalar["a"], x, x)
		v.add(x, d, d)
		p.store(d)
	}},
	{"scale", "dst = a·src", []string{"src"}, []string{"a"}, func(v vector, p *passBody) {
		x := p.load("src")
		v.mul(p.scalar["a"], x, x)
		p.store(x)
	}},
	{"norm", "dst = (src − mean)·a", []string{"src"}, []string{"mean", "a"}, func(v vector, p *passBody) {
		x := p.load("src")
		v.sub(p.scalar["mean"], x, x)
		v.mul(p.scalar["a"], x, x)
		p.store(x)
	}},
	{"normRelu", "dst = max(0, (src − mean)·a)", []string{"src"}, []string{"mean", "a"}, func(v vector, p *passBody) {
		x := p.load("src")
		v.sub(p.scalar["mean"], x, x)
		v.mul(p.scalar["a"], x, x)
		clampNegative(v, x, p.zero)
		p.store(x)
	}},
	{"normAdd", "dst += (src − mean)·a", []string{"src"}, []string{"mean", "a"}, func(v vector, p *passBody) {
		x, d := p.load("src"), p.load("dst")
		v.sub(p.scalar["mean"], x, x)
		v.mul(p.scalar["a"], x, x)
		v.add(x, d, d)
		p.store(d)
	}},
	{"normBack", "dst = (a·grad + b·(src − mean)) + c", []string{"grad", "src"}, []string{"a", "b", "c", "mean"}, func(v vector, p *passBody) {
		x, g := p.load("src"), p.load("grad")
		v.sub(p.scalar["mean"], x, x)
		v.mul(p.scalar["a"], g, g)
		v.mul(p.scalar["b"], x, x)
		v.add(x, g, g)
		v.add(p.scalar["c"], g, g)
		p.store(g)
	}},
	{"normReluBack", "dst = (a·grad + b·(src − mean)) + c, grad read as 0 where src ≤ mean", []string{"grad", "src"}, []string{"a", "b", "c", "mean"}, func(v vector, p *passBody) {
		x, g := p.load("src"), p.load("grad")
		v.sub(p.scalar["mean"], x, x)
		k := positive(v, x, p.zero)
		if v.wide {
			v.pick(four(VMULPS_Z), four(VMULPD_Z), p.scalar["a"], g, k, g)
		} else {
			v.mul(p.scalar["a"], g, g)
			VANDPS(k, g, g)
		}
		v.mul(p.scalar["b"], x, x)
		v.add(x, g, g)
		v.add(p.scalar["c"], g, g)
		p.store(g)
	}},
}

// rows emits the element-wise passes.
func rows(v vector) {
	for _, p := range passes {
		rowPass(v, p)
	}
}

// scalarParam broadcasts a scalar that is passed as its bits.
func scalarParam(v vector, name string) reg.VecVirtual {
	g, x, r := param(name), XMM(), v.reg()
	VMOVQ(g, x)
	v.broadcast(x, r)
	return r
}

func rowPass(v vector, p pass) {
	name := v.name("%s", p.name)
	sig := "func(h, n int, dst *byte, dr int"
	for _, s := range p.sources {
		sig += ", " + s + " *byte, " + s[:1] + "r int"
	}
	if len(p.scalars) > 0 {
		sig += ", " + strings.Join(p.scalars, ", ") + " uint64"
	}
	begin(name, sig+")", name+" computes "+p.doc+" on h > 0 rows of n > 0 values; scalars are passed as their bits.")
	names := append([]string{"dst"}, p.sources...)
	base, at, stride := map[string]reg.GPVirtual{}, map[string]reg.GPVirtual{}, map[string]reg.GPVirtual{}
	for _, s := range names {
		base[s], at[s], stride[s] = param(s), GP64(), param(s[:1]+"r")
	}
	h, n := param("h"), param("n")
	body := &passBody{scalar: map[string]reg.VecVirtual{}}
	for _, s := range p.scalars {
		body.scalar[s] = scalarParam(v, s)
	}
	body.zero = v.reg()
	v.zero(body.zero)
	rest := GP64()
	MOVQ(n, rest)
	ANDQ(Imm(uint64(v.lanes()-1)), rest)
	tail := GP64()
	MOVQ(rest, tail)
	ms := v.masks(tail, 1)
	vectorAt := func(u int) {
		body.load = func(s string) reg.VecVirtual {
			r := v.reg()
			v.mov(Mem{Base: at[s], Disp: u * v.bytes()}, r)
			return r
		}
		body.store = func(r reg.VecVirtual) { v.mov(r, Mem{Base: at["dst"], Disp: u * v.bytes()}) }
		p.body(v, body)
	}
	step := func(u int) {
		for _, s := range names {
			ADDQ(U32(u*v.bytes()), at[s])
		}
	}
	const unroll = 4
	left := GP64()
	Label(name + "_row")
	for _, s := range names {
		MOVQ(base[s], at[s])
	}
	MOVQ(n, left)
	SUBQ(U32(unroll*v.lanes()), left)
	JL(LabelRef(name + "_singles"))
	Label(name + "_loop")
	for u := range unroll {
		if slices.Contains(p.scalars, "mean") {
			fetchAhead(at["src"], u*v.bytes())
		}
		vectorAt(u)
	}
	step(unroll)
	SUBQ(U32(unroll*v.lanes()), left)
	JGE(LabelRef(name + "_loop"))
	Label(name + "_singles")
	ADDQ(U32((unroll-1)*v.lanes()), left)
	JL(LabelRef(name + "_tail"))
	Label(name + "_single")
	vectorAt(0)
	step(1)
	SUBQ(U32(v.lanes()), left)
	JGE(LabelRef(name + "_single"))
	Label(name + "_tail")
	TESTQ(rest, rest)
	JZ(LabelRef(name + "_next"))
	body.load = func(s string) reg.VecVirtual {
		r := v.reg()
		ms[0].load(Mem{Base: at[s]}, r)
		return r
	}
	body.store = func(r reg.VecVirtual) { ms[0].store(r, Mem{Base: at["dst"]}) }
	p.body(v, body)
	Label(name + "_next")
	for _, s := range names {
		ADDQ(stride[s], base[s])
	}
	DECQ(h)
	JNZ(LabelRef(name + "_row"))
	end()
}
