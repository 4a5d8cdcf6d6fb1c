package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// correlateWide emits the correlation of one plane: output row y takes tap row i from
// input row y·ratio + i (in units of sr), output column x tap column j from input
// column x·stride + j·dx. Weights stay in registers, and every input vector serves all
// outputs of a block of rows that it belongs to. Blocks are two vectors wide while a row
// has more than one: the sums of one are too few to keep two multiply-adds a cycle busy.
func correlateWide(v vector, size, ratio, stride int) {
	name := v.name("corr%dr%ds%d", size, ratio, stride)
	begin(name, correlateSignature,
		fmt.Sprintf("%s correlates rows > 0 rows of n > 0 outputs with %d×%d taps, column stride %d: rows of taps are sr apart,", name, size, size, stride),
		fmt.Sprintf("columns dx, output rows yr = %d·sr in the source and dr in dst; added to dst if acc ≠ 0;", ratio),
		"all that for planes > 0, their taps one behind the other, sp and dp apart.",
		"Fused, taps in row-major order from 0. Reads whole vectors of the source.")
	c := &correlation{v: v, name: name, size: size, ratio: ratio, stride: stride}
	c.live = (size + ratio - 1) / ratio
	held := 32 - 2*c.live - 2
	if stride == 2 {
		c.even = evens(v)
		held--
	}
	plane := newPlaneLoop(name)
	c.wp, c.w = GP64(), v.regs(min(size*size, held))
	plane.load(2, c.wp)
	c.hold(0, c.w)
	c.sr, c.dr, c.add = param("sr"), param("dr"), param("acc")
	c.q, c.d = GP64(), GP64()
	c.at = taps(c.q, param("dx"), size)
	for k := range c.acc {
		c.acc[k], c.x[k] = v.regs(c.live), v.reg()
	}
	c.columns(plane)
	plane.next(size * size * v.size())
	end()
}

// correlation is the state of correlateWide.
type correlation struct {
	v                   vector
	name                string
	size, ratio, stride int
	live                int // sums of a vector in use at a time
	even                reg.VecVirtual
	w                   []reg.VecVirtual // the first taps; the others stay in memory
	wp, sr, dr, add     reg.GPVirtual
	q, d                reg.GPVirtual // input and output row
	at                  func(j int) Mem
	acc                 [2][]reg.VecVirtual
	x                   [2]reg.VecVirtual
}

// hold reads taps from the first on into registers.
func (c *correlation) hold(first int, to []reg.VecVirtual) {
	for t, r := range to {
		c.v.broadcast(Mem{Base: c.wp, Disp: (first + t) * c.v.size()}, r)
	}
}

// columns loops over the columns of a plane: two vectors at a time, then the last one, for
// which the registers of the other hold more taps.
func (c *correlation) columns(plane *planeLoop) {
	v := c.v
	at, left := AllocLocal(24), param("n")
	src, dst, more := at, at.Offset(8), at.Offset(16)
	plane.load(0, c.q)
	plane.load(1, c.d)
	MOVQ(c.q, src)
	MOVQ(c.d, dst)
	lanes := func() reg.GPVirtual {
		l := GP64()
		MOVQ(U64(uint64(v.lanes())), l)
		return l
	}
	Label(c.name + "_two")
	CMPQ(left, Imm(uint64(v.lanes())))
	JLE(LabelRef(c.name + "_one"))
	one, two := lanes(), lanes()
	SUBQ(one, left)
	CMPQ(left, two)
	CMOVQLT(left, two)
	MOVQ(left, more)
	c.ladder(c.name+"_pair", src, dst, []mask{v.masks(one, 1)[0], v.masks(two, 1)[0]})
	ADDQ(U32(2*v.bytes()*c.stride), src)
	ADDQ(U32(2*v.bytes()), dst)
	MOVQ(more, left)
	SUBQ(Imm(uint64(v.lanes())), left)
	JG(LabelRef(c.name + "_two"))
	JMP(LabelRef(c.name + "_end"))
	Label(c.name + "_one")
	free := append([]reg.VecVirtual{c.x[1]}, c.acc[1]...)
	free = free[:min(len(free), c.size*c.size-len(c.w))]
	c.hold(len(c.w), free)
	c.w = append(c.w, free...)
	c.ladder(c.name+"_last", src, dst, []mask{v.masks(left, 1)[0]})
	Label(c.name + "_end")
}

// ladder computes all rows of the vectors of ms from src on, in blocks of eight and fewer.
func (c *correlation) ladder(name string, src, dst Mem, ms []mask) {
	s, left := GP64(), param("rows")
	MOVQ(src, s)
	MOVQ(dst, c.d)
	for _, rows := range []int{8, 4, 2, 1} {
		label := fmt.Sprintf("%s_%d", name, rows)
		Label(label)
		CMPQ(left, Imm(uint64(rows)))
		JL(LabelRef(label + "_end"))
		c.block(label, s, rows, ms)
		SUBQ(Imm(uint64(rows)), left)
		JMP(LabelRef(label))
		Label(label + "_end")
	}
}

// block computes some rows and moves s and d on.
func (c *correlation) block(label string, s reg.GPVirtual, rows int, ms []mask) {
	last := (rows-1)*c.ratio + c.size - 1
	lines := max(1, rows*linesAhead[c.size])
	takeAhead(label, lines)
	MOVQ(s, c.q)
	for r := 0; r <= last; r++ {
		if len(ms) > 1 && r == (last+1)/2 {
			takeAhead(label+"_half", lines)
		}
		for j := range c.size {
			c.column(r, j, rows, len(ms))
		}
		ADDQ(c.sr, c.q)
		if y := (r - c.size + 1) / c.ratio; r >= c.size-1 && (r-c.size+1)%c.ratio == 0 {
			c.store(fmt.Sprintf("%s_row%d", label, y), y, ms)
		}
	}
	step := param("yr")
	if rows > 1 {
		IMUL3Q(Imm(uint64(rows)), step, step)
	}
	ADDQ(step, s)
}

// column adds tap column j of input row r of a block to the sums of its rows.
func (c *correlation) column(r, j, rows, vectors int) {
	read := false
	for y := range rows {
		i := r - y*c.ratio
		if i < 0 || i >= c.size {
			continue
		}
		for k := range vectors {
			if !read {
				c.read(k, j)
			}
			acc := c.acc[k][y%c.live]
			if i == 0 && j == 0 {
				c.v.zero(acc)
			}
			c.tap(i*c.size+j, c.x[k], acc)
		}
		read = true
	}
}

// read loads the cells of vector k under tap column j.
func (c *correlation) read(k, j int) {
	m := c.at(j)
	m.Disp += k * c.v.bytes() * c.stride
	c.v.mov(m, c.x[k])
	if c.stride == 2 {
		c.v.pick(VPERMT2PS, VPERMT2PD, second(c.v, m), c.even, c.x[k])
	}
}

func (c *correlation) tap(t int, x, to reg.VecVirtual) {
	if t < len(c.w) {
		c.v.fma(c.w[t], x, to)
		return
	}
	c.v.pick(VFMADD231PS_BCST, VFMADD231PD_BCST, Mem{Base: c.wp, Disp: t * c.v.size()}, x, to)
}

// store writes row y of a block, or adds it, and moves d on.
func (c *correlation) store(label string, y int, ms []mask) {
	to := func(k int) Mem { return Mem{Base: c.d, Disp: k * c.v.bytes()} }
	TESTQ(c.add, c.add)
	JZ(LabelRef(label))
	for k, m := range ms {
		r := c.acc[k][y%c.live]
		m.load(to(k), c.x[k])
		c.v.add(r, c.x[k], r)
	}
	Label(label)
	for k, m := range ms {
		m.store(c.acc[k][y%c.live], to(k))
	}
	ADDQ(c.dr, c.d)
}
