package main

import (
	"fmt"
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
	load   func(source string) reg.VecVirtual
	store  func(r reg.VecVirtual)
	scalar map[string]reg.VecVirtual
	zero   reg.VecVirtual
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

// overPlanes tells whether a pass walks several planes, each with scalars of its own: those of a
// search step.
func (p pass) overPlanes() bool {
	return slices.Contains(p.scalars, "mean") || strings.HasPrefix(p.name, "relu")
}

// signature is that of the pass's function: an address and strides of dst and of each source,
// then the scalars.
func (p pass) signature() string {
	sig, strides, scalar := "func(h, n int", ", %s *byte, %cr int", " uint64"
	if p.overPlanes() {
		sig, strides, scalar = "func(c, h, n int", ", %s *byte, %[2]cr, %[2]cc int", "s *byte"
	}
	for _, s := range append([]string{"dst"}, p.sources...) {
		sig += fmt.Sprintf(strides, s, s[0])
	}
	for _, s := range p.scalars {
		sig += ", " + s + scalar
	}
	return sig + ")"
}

// rowLoop is the state of a pass.
type rowLoop struct {
	v            vector
	p            pass
	name         string
	names        []string // dst and the sources
	base, stride map[string]reg.GPVirtual
	scalar       map[string]reg.VecVirtual
	zero         reg.VecVirtual
	h, n         reg.GPVirtual
}

func rowPass(v vector, p pass) {
	l := &rowLoop{v: v, p: p, name: v.name("%s", p.name), names: append([]string{"dst"}, p.sources...),
		base: map[string]reg.GPVirtual{}, stride: map[string]reg.GPVirtual{}, scalar: map[string]reg.VecVirtual{}}
	doc := " on h > 0 rows of n > 0 values; scalars are passed as their bits."
	if p.overPlanes() {
		doc = " on c > 0 planes of h > 0 rows of n > 0 values; there is a scalar of each kind for every plane."
	}
	begin(l.name, p.signature(), l.name+" computes "+p.doc+doc)
	for _, s := range l.names {
		l.stride[s] = param(s[:1] + "r")
		l.base[s] = GP64()
	}
	l.n = param("n")
	l.zero = v.reg()
	v.zero(l.zero)
	if p.overPlanes() {
		l.planes()
	} else {
		for _, s := range l.names {
			Load(Param(s), l.base[s])
		}
		for _, s := range p.scalars {
			l.scalar[s] = scalarParam(v, s)
		}
		l.rows()
	}
	end()
}

// planes runs the rows of every plane; where the planes are and how many are left is kept in
// memory.
func (l *rowLoop) planes() {
	at := AllocLocal(8 * (len(l.names) + 2))
	left, offset := at.Offset(8*len(l.names)), at.Offset(8*len(l.names)+8)
	for i, s := range l.names {
		MOVQ(param(s), at.Offset(8*i))
	}
	MOVQ(param("c"), left)
	MOVQ(U32(0), offset)
	for _, s := range l.p.scalars {
		l.scalar[s] = l.v.reg()
	}
	Label(l.name + "_plane")
	for i, s := range l.names {
		MOVQ(at.Offset(8*i), l.base[s])
	}
	if len(l.p.scalars) > 0 {
		o := GP64()
		MOVQ(offset, o)
		for _, s := range l.p.scalars {
			l.v.broadcast(Mem{Base: param(s + "s"), Index: o, Scale: 1}, l.scalar[s])
		}
		ADDQ(Imm(uint64(l.v.size())), offset)
	}
	l.rows()
	for i, s := range l.names {
		ADDQ(param(s[:1]+"c"), at.Offset(8*i))
	}
	DECQ(left)
	JNZ(LabelRef(l.name + "_plane"))
}

// vector emits the body on vector u from the addresses at, or, with a mask, on a part of one.
func (l *rowLoop) vector(at map[string]reg.GPVirtual, u int, m *mask) {
	b := &passBody{scalar: l.scalar, zero: l.zero}
	b.load = func(s string) reg.VecVirtual {
		r, from := l.v.reg(), Mem{Base: at[s], Disp: u * l.v.bytes()}
		if m != nil {
			m.load(from, r)
		} else {
			l.v.mov(from, r)
		}
		return r
	}
	b.store = func(r reg.VecVirtual) {
		to := Mem{Base: at["dst"], Disp: u * l.v.bytes()}
		if m != nil {
			m.store(r, to)
		} else {
			l.v.mov(r, to)
		}
	}
	l.p.body(l.v, b)
}

// next goes on to the next row, at label, if there is one.
func (l *rowLoop) next(label string) {
	for _, s := range l.names {
		ADDQ(l.stride[s], l.base[s])
	}
	DECQ(l.h)
	JNZ(LabelRef(label))
}

// rows runs the rows from the base addresses on: those of one or two whole vectors have no loop
// of their own.
func (l *rowLoop) rows() {
	l.h = param("h")
	const short = 2
	for w := 1; w <= short; w++ {
		label := fmt.Sprintf("%s_of%d", l.name, w)
		CMPQ(l.n, Imm(uint64(w*l.v.lanes())))
		JNE(LabelRef(label + "_end"))
		Label(label)
		for u := range w {
			l.vector(l.base, u, nil)
		}
		l.next(label)
		JMP(LabelRef(l.name + "_end"))
		Label(label + "_end")
	}
	v, at := l.v, map[string]reg.GPVirtual{}
	for _, s := range l.names {
		at[s] = GP64()
	}
	step := func(u int) {
		for _, s := range l.names {
			ADDQ(U32(u*v.bytes()), at[s])
		}
	}
	const unroll = 4
	left := GP64()
	Label(l.name + "_row")
	for _, s := range l.names {
		MOVQ(l.base[s], at[s])
	}
	MOVQ(l.n, left)
	SUBQ(U32(unroll*v.lanes()), left)
	JL(LabelRef(l.name + "_singles"))
	Label(l.name + "_loop")
	for u := range unroll {
		if slices.Contains(l.p.scalars, "mean") {
			fetchAhead(at["src"], u*v.bytes())
		}
		l.vector(at, u, nil)
	}
	step(unroll)
	SUBQ(U32(unroll*v.lanes()), left)
	JGE(LabelRef(l.name + "_loop"))
	Label(l.name + "_singles")
	ADDQ(U32((unroll-1)*v.lanes()), left)
	JL(LabelRef(l.name + "_tail"))
	Label(l.name + "_single")
	l.vector(at, 0, nil)
	step(1)
	SUBQ(U32(v.lanes()), left)
	JGE(LabelRef(l.name + "_single"))
	Label(l.name + "_tail")
	ADDQ(U32(v.lanes()), left)
	JZ(LabelRef(l.name + "_next"))
	m := v.masks(left, 1)[0]
	l.vector(at, 0, &m)
	Label(l.name + "_next")
	l.next(l.name + "_row")
	Label(l.name + "_end")
}
