package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const tapsSignature = "func(rows int, grad *byte, gr int, src *byte, sr, yr, dx int, n int, acc *byte, fresh int)"

// tapSums is the state of a kernel that adds Σ grad[y,x]·src[…] per tap: lanes of 64
// bytes per tap at acc, of which a 32-byte vector covers one half.
type tapSums struct {
	v             vector
	size, columns int
	acc           [][]reg.VecVirtual
	base          reg.GPVirtual
}

func newTapSums(v vector, name string, size, columns int) *tapSums {
	t := &tapSums{v: v, size: size, columns: columns, base: param("acc")}
	for range size {
		t.acc = append(t.acc, v.regs(columns))
	}
	each := func(f func(i, j int, r reg.VecVirtual)) {
		for i, row := range t.acc {
			for j, r := range row {
				f(i, j, r)
			}
		}
	}
	fresh := param("fresh")
	each(func(_, _ int, r reg.VecVirtual) { v.zero(r) })
	TESTQ(fresh, fresh)
	JNZ(LabelRef(name + "_start"))
	each(func(i, j int, r reg.VecVirtual) { v.mov(t.at(i, j), r) })
	Label(name + "_start")
	return t
}

func (t *tapSums) at(i, j int) Mem { return Mem{Base: t.base, Disp: (i*t.size + j) * 64} }

func (t *tapSums) store() {
	for i := range t.size {
		for j, r := range t.acc[i] {
			t.v.mov(r, t.at(i, j))
		}
	}
}

// tapsRolling emits the weight sums of a stride-1 plane: each input row meets the
// last size rows of the gradient, which roll through registers.
func tapsRolling(v vector, size, columns int) {
	name := v.name("taps%dx%d", size, columns)
	begin(name, tapsSignature,
		fmt.Sprintf("%s adds grad[y,x]·src[y + i, x + j·dx] (rows of src and yr = sr apart) to the lanes of %d×%d taps at acc, or to 0 if fresh ≠ 0, for rows ≥ %d:", name, size, columns, size-1),
		fmt.Sprintf("lane l of tap (i, j) lies at 64·(%d·i + j) and takes the columns l, l + L, … < n, strip by strip, rows in order; fused.", size))
	t := newTapSums(v, name, size, columns)
	grad, gr, src, sr, dx := param("grad"), param("gr"), param("src"), param("sr"), param("dx")
	n := param("n")
	q, gq := GP64(), GP64()
	at := taps(q, dx, columns)
	strips(v, name, n, 64/v.size(), func(m mask) {
		window := v.regs(size)
		x := v.reg()
		row := func(pick func(i int) (reg.VecVirtual, bool)) {
			for j := range columns {
				m.load(at(j), x)
				for i := range size {
					if g, ok := pick(i); ok {
						v.fma(x, g, t.acc[i][j])
					}
				}
			}
			ADDQ(sr, q)
		}
		MOVQ(src, q)
		MOVQ(grad, gq)
		for r := range size - 1 {
			m.load(Mem{Base: gq}, window[size-2-r])
			ADDQ(gr, gq)
			row(func(i int) (reg.VecVirtual, bool) {
				if i > r {
					return nil, false
				}
				return window[size-2-(r-i)], true
			})
		}
		left := param("rows")
		SUBQ(Imm(uint64(size-1)), left)
		JZ(LabelRef(name + "_end"))
		Label(name + "_row")
		for i := size - 1; i > 0; i-- {
			v.mov(window[i-1], window[i])
		}
		m.load(Mem{Base: gq}, window[0])
		ADDQ(gr, gq)
		row(func(i int) (reg.VecVirtual, bool) { return window[i], true })
		DECQ(left)
		JNZ(LabelRef(name + "_row"))
		Label(name + "_end")
		for e := range size - 1 {
			row(func(i int) (reg.VecVirtual, bool) {
				if i <= e {
					return nil, false
				}
				return window[i-e-1], true
			})
		}
		ADDQ(U32(64), src)
		ADDQ(U32(64), grad)
	})
	t.store()
	end()
}

// tapsDirect emits the weight sums of a plane of any number of rows and column
// stride 1 or 2: each gradient row meets its own input rows.
func tapsDirect(v vector, size, columns, stride int) {
	name := v.name("taps%dx%ds%d", size, columns, stride)
	begin(name, tapsSignature,
		fmt.Sprintf("%s adds grad[y,x]·src[y·yr + i·sr, %d·x + j·dx] to the lanes of %d×%d taps at acc, or to 0 if fresh ≠ 0, for rows > 0;", name, stride, size, columns),
		"lanes and order as for stride 1. Reads whole vectors of the source.")
	t := newTapSums(v, name, size, columns)
	grad, src, dx, n := param("grad"), param("src"), param("dx"), param("n")
	q, gq, p := GP64(), GP64(), GP64()
	at := taps(q, dx, columns)
	var even reg.VecVirtual
	if stride == 2 && v.wide {
		even = evens(v)
	}
	strips(v, name, n, 64/v.size(), func(m mask) {
		MOVQ(src, p)
		MOVQ(grad, gq)
		left := param("rows")
		g, x := v.reg(), v.reg()
		Label(name + "_row")
		m.load(Mem{Base: gq}, g)
		MOVQ(p, q)
		sr := param("sr")
		for i := range size {
			for j := range columns {
				switch {
				case stride == 1:
					m.load(at(j), x)
				case v.wide && v.f64:
					VMOVUPD(at(j), x)
					VPERMT2PD_Z(second(v, at(j)), even, m.k, x)
				case v.wide:
					VMOVUPS(at(j), x)
					VPERMT2PS_Z(second(v, at(j)), even, m.k, x)
				default:
					v.mov(at(j), x)
					if v.f64 {
						VUNPCKLPD(second(v, at(j)), x, x)
					} else {
						VSHUFPS(Imm(0x88), second(v, at(j)), x, x)
					}
					VPERMPD(Imm(0xd8), x, x)
					VANDPS(m.y, x, x)
				}
				v.fma(x, g, t.acc[i][j])
			}
			ADDQ(sr, q)
		}
		gr, yr := param("gr"), param("yr")
		ADDQ(gr, gq)
		ADDQ(yr, p)
		DECQ(left)
		JNZ(LabelRef(name + "_row"))
		ADDQ(U32(64*stride), src)
		ADDQ(U32(64), grad)
	})
	t.store()
	end()
}

// fold emits dw[t] += the sum of the lanes of tap t, added by halves.
func fold(v vector, size int) {
	name := v.name("fold%d", size)
	begin(name, "func(acc *byte, dw *byte)", fmt.Sprintf("%s adds the lanes of %d taps at acc by halves, and the sums to dw.", name, size*size))
	acc, dw := param("acc"), param("dw")
	all := size * size
	for t := 0; t < all; t += v.lanes() {
		k := min(v.lanes(), all-t)
		vs := v.regs(k)
		for i, r := range vs {
			v.mov(Mem{Base: acc, Disp: 64 * (t + i)}, r)
			if !v.wide {
				v.add(Mem{Base: acc, Disp: 64*(t+i) + 32}, r, r)
			}
		}
		sum := v.laneSums(vs)[0]
		at := Mem{Base: dw, Disp: t * v.size()}
		if k == v.lanes() {
			v.add(at, sum, sum)
			v.mov(sum, at)
			continue
		}
		n := GP64()
		MOVQ(U64(uint64(k)), n)
		m := v.masks(n, 1)[0]
		old := v.reg()
		m.load(at, old)
		v.add(sum, old, old)
		m.store(old, at)
	}
	end()
}
