package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// products emits the tiles of the matrix product: up to 14 rows by two 64-byte
// vectors (6 by two 32-byte vectors), whole or with a row tail, and tiles of one vector
// and of half a 64-byte vector, of which a processor does two in the time of one.
func products(v vector) {
	if v.wide {
		for mr := 1; mr <= 14; mr++ {
			tile(v, mr, 2, whole)
			tile(v, mr, 2, masked)
		}
		for mr := 6; mr <= 14; mr++ {
			tile(v, mr, 2, moving)
		}
		for mr := 1; mr <= 16; mr++ {
			tile(v, mr, 1, masked)
		}
		v.half = true
		for mr := 1; mr <= 16; mr++ {
			tile(v, mr, 1, masked)
		}
		return
	}
	for mr := 1; mr <= 6; mr++ {
		tile(v, mr, 2, whole)
		tile(v, mr, 1, masked)
	}
}

// rowAddresses makes a function that addresses row i of up to 16 rows at base + i·stride.
// Two base registers move together: advance both.
func rowAddresses(base, stride reg.GPVirtual, rows int) (bases []reg.GPVirtual, at func(i int) Mem) {
	half := rows
	bases = []reg.GPVirtual{base}
	if rows > 4 {
		half = (rows + 1) / 2
		second := GP64()
		IMUL3Q(Imm(uint64(half)), stride, second)
		ADDQ(base, second)
		bases = append(bases, second)
	}
	multiple := map[int]reg.GPVirtual{1: stride}
	for _, i := range []int{3, 5} {
		if half > i {
			multiple[i] = GP64()
			LEAQ(Mem{Base: stride, Index: stride, Scale: uint8(i - 1)}, multiple[i])
		}
	}
	if half > 7 {
		multiple[7] = GP64()
		LEAQ(Mem{Base: multiple[3], Index: stride, Scale: 4}, multiple[7])
	}
	return bases, func(i int) Mem {
		b := bases[i/half]
		switch i %= half; i {
		case 0:
			return Mem{Base: b}
		case 1, 2, 4:
			return Mem{Base: b, Index: stride, Scale: uint8(i)}
		case 6:
			return Mem{Base: b, Index: multiple[3], Scale: 2}
		}
		return Mem{Base: b, Index: multiple[i], Scale: 1}
	}
}

// kind tells what a tile does beside its product.
type kind int

const (
	whole  kind = iota // tiles side by side
	masked             // one tile with a row tail
	moving             // whole, and a block of memory is copied line by line
)

// tile emits C (+)= A·B for mr rows and w vectors of columns.
func tile(v vector, mr, w int, what kind) {
	base, last := "tile", "tiles, step int, ahead *byte"
	doc := fmt.Sprintf("for %d rows and tiles > 0 times %d columns; B moves by step from tile to tile. A has strides rsa and csa.", mr, w*v.lanes())
	switch what {
	case masked:
		base, last = "tail", "n int"
		doc = fmt.Sprintf("for %d rows and n ≤ %d columns. A has strides rsa and csa.", mr, w*v.lanes())
	case moving:
		base, last = "move", "tiles, step int, src *byte, sr int, dst *byte, dr, left, lines int"
	}
	masked, moving := what == masked, what == moving
	name := v.name(base+"%dx%d", mr, w)
	docs := []string{fmt.Sprintf("%s computes C = Σ_p A[i,p]·B[p,j] (fused, p in order from 0; k > 0), added to C if acc ≠ 0,", name), doc}
	if moving {
		docs = append(docs, "Meanwhile k·tiles lines of 64 bytes go from src to dst: left of this row, then rows of lines, sr and dr apart.")
	}
	begin(name, "func(k int, a *byte, rsa, csa int, b *byte, ldb int, c *byte, ldc int, acc int, "+last+")", docs...)
	k, a, rsa, csa := GP64(), param("a"), param("rsa"), param("csa")
	b, ldb := param("b"), param("ldb")
	var ms []mask
	var here Mem // where C is, and the tiles left
	if masked {
		ms = v.masks(param("n"), w)
	} else {
		here = AllocLocal(16)
		MOVQ(param("c"), here)
		MOVQ(param("tiles"), here.Offset(8))
	}
	bases, row := rowAddresses(a, rsa, mr)
	acc := make([][]reg.VecVirtual, mr)
	for i := range acc {
		acc[i] = v.regs(w)
	}
	bv := v.regs(w)
	nb := 2
	if mr*w > 11 {
		nb = 1
	}
	av := v.regs(nb)
	var m mover
	if moving {
		m = newMover(v, name)
	}
	Label(name + "_tile")
	Load(Param("k"), k)
	at := func() reg.GPVirtual {
		c := GP64()
		if masked {
			Load(Param("c"), c)
		} else {
			MOVQ(here, c)
		}
		return c
	}
	prefetchRows(name, k, at, mr)
	if what == whole {
		takeAhead(name, tileAhead)
	}
	for i := range acc {
		for _, r := range acc[i] {
			v.zero(r)
		}
	}
	Label(name + "_loop")
	for j, r := range bv {
		m := Mem{Base: b, Disp: v.bytes() * j}
		if masked {
			ms[j].load(m, r)
		} else {
			v.mov(m, r)
		}
	}
	for i := range acc {
		if w == 1 && v.wide { // from memory to all lanes within the sum
			v.pick(VFMADD231PS_BCST, VFMADD231PD_BCST, row(i), bv[0], acc[i][0])
			continue
		}
		t := av[i%nb]
		v.broadcast(row(i), t)
		for j, r := range bv {
			v.fma(t, r, acc[i][j])
		}
	}
	if moving {
		m.line()
	}
	for _, r := range bases {
		ADDQ(csa, r)
	}
	ADDQ(ldb, b)
	DECQ(k)
	JNZ(LabelRef(name + "_loop"))
	c, ldc, add := at(), param("ldc"), param("acc")
	TESTQ(add, add)
	JZ(LabelRef(name + "_store"))
	cc := GP64()
	MOVQ(c, cc)
	for i := range acc {
		for j, r := range acc[i] {
			m := Mem{Base: cc, Disp: v.bytes() * j}
			if masked {
				ms[j].load(m, bv[j])
				v.add(bv[j], r, r)
			} else {
				v.add(m, r, r)
			}
		}
		ADDQ(ldc, cc)
	}
	Label(name + "_store")
	for i := range acc {
		for j, r := range acc[i] {
			m := Mem{Base: c, Disp: v.bytes() * j}
			if masked {
				ms[j].store(r, m)
			} else {
				v.mov(r, m)
			}
		}
		ADDQ(ldc, c)
	}
	if !masked {
		nextTile(name, here, w*v.bytes(), b, ldb, rsa, bases, mr)
	}
	end()
}

// nextTile goes on with the tile to the right, if there is one.
func nextTile(name string, here Mem, width int, b, ldb, rsa reg.GPVirtual, bases []reg.GPVirtual, mr int) {
	DECQ(here.Offset(8))
	JZ(LabelRef(name + "_end"))
	ADDQ(U32(width), here)
	back, step := param("k"), param("step")
	IMULQ(ldb, back)
	SUBQ(back, b)
	ADDQ(step, b)
	Load(Param("a"), bases[0])
	if len(bases) > 1 {
		IMUL3Q(Imm(uint64((mr+1)/2)), rsa, bases[1])
		ADDQ(bases[0], bases[1])
	}
	JMP(LabelRef(name + "_tile"))
	Label(name + "_end")
}

// prefetchRows fetches the first two cache lines of the rows of C into the second-level cache if the inner index is
// long enough to hide it.
func prefetchRows(name string, k reg.GPVirtual, at func() reg.GPVirtual, rows int) {
	CMPQ(k, Imm(64))
	JL(LabelRef(name + "_near"))
	c, ldc := at(), param("ldc")
	for range rows {
		PREFETCHT1(Mem{Base: c})
		PREFETCHT1(Mem{Base: c, Disp: 64})
		ADDQ(ldc, c)
	}
	Label(name + "_near")
}
