package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sumLines is the number of rounds of sixteen float32 values that are summed in float32
// before the lanes are added to those in float64.
const sumLines = 8

// blockSums emits the channel sums of dense float32 planes.
func blockSums(v vector) {
	blockMoments(v)
	blockPairs(v)
}

// line is sixteen float32 lanes in one or two registers.
type line struct {
	v, d vector
	last []mask // of the values behind the last whole round, nil for all
}

func newLine(v vector) line { return line{v: v, d: vector{wide: v.wide, f64: true}} }

func (l line) parts() int { return sumLanes / l.v.lanes() }

// load reads part i at m.
func (l line) load(i int, m Mem) reg.VecVirtual {
	m.Disp += i * l.v.bytes()
	r := l.v.reg()
	if l.last != nil {
		l.last[i].load(m, r)
	} else {
		l.v.mov(m, r)
	}
	return r
}

// drop zeroes the lanes of part i that do not count.
func (l line) drop(i int, r reg.VecVirtual) {
	switch {
	case l.last == nil:
	case l.v.wide:
		VMOVAPS_Z(r, l.last[i].k, r)
	default:
		VANDPS(l.last[i].y, r, r)
	}
}

// flush adds the float32 lanes of a family to its float64 lanes, half a register each.
func (l line) flush(from []reg.VecVirtual, add func(i int, x reg.VecVirtual)) {
	for i, r := range from {
		lo, hi := l.d.reg(), l.d.reg()
		if l.v.wide {
			up := YMM()
			VEXTRACTF64X4(Imm(1), r, up)
			VCVTPS2PD(r.AsY(), lo)
			VCVTPS2PD(up, hi)
		} else {
			up := XMM()
			VEXTRACTF128(Imm(1), r, up)
			VCVTPS2PD(r.AsX(), lo)
			VCVTPS2PD(up, hi)
		}
		add(2*i, lo)
		add(2*i+1, hi)
	}
}

// rounds walks n > 0 values from offset 0 at at: blocks of sumLines whole rounds, then
// one of the rounds that are left and the values behind them. body is called for each
// kind of block; each calls line for its rounds with the offset of the first.
func rounds(name string, l line, n, at reg.GPVirtual, body func(label string, lines func(line func(l line, off int, at reg.GPVirtual)))) {
	left, rest := GP64(), GP64()
	XORQ(at, at)
	MOVQ(n, left)
	Label(name + "_block")
	SUBQ(U32(sumLines*sumLanes), left)
	JL(LabelRef(name + "_short"))
	body(name+"_whole", func(line func(line, int, reg.GPVirtual)) {
		for i := range sumLines {
			line(l, i*sumLanes*4, at)
		}
	})
	ADDQ(U32(sumLines*sumLanes*4), at)
	JMP(LabelRef(name + "_block"))
	Label(name + "_short")
	ADDQ(U32(sumLines*sumLanes), left)
	JZ(LabelRef(name + "_end"))
	MOVQ(left, rest)
	ANDQ(Imm(sumLanes-1), rest)
	count := GP64()
	MOVQ(rest, count)
	last := l
	last.last = l.v.masks(count, l.parts())
	SHRQ(Imm(4), left)
	calls := 0
	body(name+"_part", func(line func(line, int, reg.GPVirtual)) {
		label := name + []string{"_first", "_second"}[calls]
		calls++
		q, k := GP64(), GP64()
		MOVQ(at, q)
		MOVQ(left, k)
		TESTQ(k, k)
		JZ(LabelRef(label + "_rest"))
		Label(label + "_line")
		line(l, 0, q)
		ADDQ(Imm(sumLanes*4), q)
		DECQ(k)
		JNZ(LabelRef(label + "_line"))
		Label(label + "_rest")
		TESTQ(rest, rest)
		JZ(LabelRef(label + "_done"))
		line(last, 0, q)
		Label(label + "_done")
	})
	Label(name + "_end")
}

// blockMoments emits Σ d and Σ d², d = x − the plane's first value, of several planes.
func blockMoments(v vector) {
	name := v.name("moments")
	begin(name, "func(c, n int, src *byte, plane int, out *byte)",
		name+" writes Σ d and Σ d², d = x − x₀, for c > 0 planes of n > 0 values, x₀ the first, to pairs of float64 at out:",
		"value i goes to lane i mod 16; float32 lanes are added to float64 after 128 values, and those by halves.")
	c, n, src, plane, out := param("c"), param("n"), param("src"), param("plane"), param("out")
	l := newLine(v)
	at := GP64()
	first := v.reg()
	s, q := l.d.regs(sumLanes/l.d.lanes()), l.d.regs(sumLanes/l.d.lanes())
	Label(name + "_plane")
	v.broadcast(Mem{Base: src}, first)
	for _, r := range append(append([]reg.VecVirtual{}, s...), q...) {
		l.d.zero(r)
	}
	rounds(name, l, n, at, func(_ string, lines func(func(line, int, reg.GPVirtual))) {
		s32, q32 := v.regs(l.parts()), v.regs(l.parts())
		for i := range s32 {
			v.zero(s32[i])
			v.zero(q32[i])
		}
		lines(func(l line, off int, at reg.GPVirtual) {
			for i := range l.parts() {
				x := l.load(i, Mem{Base: src, Index: at, Scale: 1, Disp: off})
				v.sub(first, x, x)
				l.drop(i, x)
				v.add(x, s32[i], s32[i])
				v.mul(x, x, x)
				v.add(x, q32[i], q32[i])
			}
		})
		l.flush(s32, func(i int, x reg.VecVirtual) { l.d.add(x, s[i], s[i]) })
		l.flush(q32, func(i int, x reg.VecVirtual) { l.d.add(x, q[i], q[i]) })
	})
	for w := len(s) / 2; w > 0; w /= 2 {
		for i := range w {
			l.d.add(s[i+w], s[i], s[i])
			l.d.add(q[i+w], q[i], q[i])
		}
	}
	VMOVUPD(l.d.laneSums([]reg.VecVirtual{s[0], q[0]})[0].AsX(), Mem{Base: out})
	ADDQ(Imm(16), out)
	ADDQ(plane, src)
	DECQ(c)
	JNZ(LabelRef(name + "_plane"))
	end()
}

// blockPairs emits Σ g and, for several sources, Σ g·(x − mean) of one plane.
func blockPairs(v vector) {
	name := v.name("pairs")
	begin(name, "func(n int, grad *byte, terms *byte, count int, out *byte)",
		name+" computes Σ g and, for count > 0 terms (address, mean), Σ g·(x − mean) over n > 0 values: out holds 16 float64 lanes",
		"for each sum, 0 at first, and receives its total in the first. Lanes and blocks as for the moments; products are rounded.")
	n, grad, terms, count, out := param("n"), param("grad"), param("terms"), param("count"), param("out")
	l := newLine(v)
	at, o := GP64(), GP64()
	into := func(i int, x reg.VecVirtual) {
		m := Mem{Base: o, Disp: i * l.d.bytes()}
		l.d.add(m, x, x)
		l.d.mov(x, m)
	}
	zeroed := func() []reg.VecVirtual {
		acc := v.regs(l.parts())
		for _, r := range acc {
			v.zero(r)
		}
		return acc
	}
	rounds(name, l, n, at, func(label string, lines func(func(line, int, reg.GPVirtual))) {
		MOVQ(out, o)
		acc := zeroed()
		lines(func(l line, off int, at reg.GPVirtual) {
			for i, r := range acc {
				v.add(l.load(i, Mem{Base: grad, Index: at, Scale: 1, Disp: off}), r, r)
			}
		})
		l.flush(acc, into)
		eachTerm(label+"_term", v, terms, count, false, func(p reg.GPVirtual, mean, _ reg.VecVirtual) {
			ADDQ(Imm(sumLanes*8), o)
			acc := zeroed()
			lines(func(l line, off int, at reg.GPVirtual) {
				for i, r := range acc {
					if i == 0 {
						PREFETCHT1(Mem{Base: p, Index: at, Scale: 1, Disp: ahead + off})
					}
					x := l.load(i, Mem{Base: p, Index: at, Scale: 1, Disp: off})
					v.sub(mean, x, x)
					v.mul(l.load(i, Mem{Base: grad, Index: at, Scale: 1, Disp: off}), x, x)
					l.drop(i, x)
					v.add(x, r, r)
				}
			})
			l.flush(acc, into)
		})
	})
	INCQ(count)
	Label(name + "_total")
	s := l.d.regs(sumLanes / l.d.lanes())
	for i, r := range s {
		l.d.mov(Mem{Base: out, Disp: i * l.d.bytes()}, r)
	}
	for w := len(s) / 2; w > 0; w /= 2 {
		for i := range w {
			l.d.add(s[i+w], s[i], s[i])
		}
	}
	VMOVSD(l.d.laneSums(s[:1])[0].AsX(), Mem{Base: out})
	ADDQ(Imm(sumLanes*8), out)
	DECQ(count)
	JNZ(LabelRef(name + "_total"))
	end()
}
