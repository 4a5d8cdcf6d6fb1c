package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// joinParts adds the two 32-byte halves of 64 bytes of lanes (the first halving).
func (v vector) joinParts(parts []reg.VecVirtual) reg.VecVirtual {
	if len(parts) == 2 {
		v.add(parts[1], parts[0], parts[0])
	}
	return parts[0]
}

// halving is one level of the lane sums: lo and hi bring together the lower and the
// upper halves of the lane groups of two vectors; the index of the vectors differs in
// the given bit.
type halving struct {
	bit    int
	lo, hi func(x, y, to Op)
}

// levels lists the halvings of a vector, the widest first, with the bits that leave
// the sums in the order of the vectors.
func (v vector) levels() []halving {
	blocks := func(lo, hi uint64, bit int) halving {
		return halving{bit,
			func(x, y, to Op) { VSHUFF64X2(Imm(lo), y, x, to) },
			func(x, y, to Op) { VSHUFF64X2(Imm(hi), y, x, to) }}
	}
	halves := func(bit int) halving {
		return halving{bit,
			func(x, y, to Op) { VPERM2F128(Imm(0x20), y, x, to) },
			func(x, y, to Op) { VPERM2F128(Imm(0x31), y, x, to) }}
	}
	doubles := halving{0, func(x, y, to Op) { VUNPCKLPD(y, x, to) }, func(x, y, to Op) { VUNPCKHPD(y, x, to) }}
	singles := halving{1, func(x, y, to Op) { VSHUFPS(Imm(0x88), y, x, to) }, func(x, y, to Op) { VSHUFPS(Imm(0xdd), y, x, to) }}
	switch {
	case v.wide && v.f64:
		return []halving{blocks(0x44, 0xee, 1), blocks(0x88, 0xdd, 2), doubles}
	case v.wide:
		return []halving{blocks(0x44, 0xee, 2), blocks(0x88, 0xdd, 3), doubles, singles}
	case v.f64:
		return []halving{halves(1), doubles}
	}
	return []halving{halves(2), doubles, singles}
}

// laneSums adds the lanes of each of the vectors by halves and returns the sums in order,
// a vector of them for every lanes() vectors (one at least).
func (v vector) laneSums(vs []reg.VecVirtual) []reg.VecVirtual {
	n := max(len(vs), v.lanes())
	n = (n + v.lanes() - 1) / v.lanes() * v.lanes()
	cur := map[int]reg.VecVirtual{}
	alias := func(i int) int { return i % len(vs) }
	if n > len(vs) && v.lanes()%len(vs) != 0 { // pad with any vector
		alias = func(i int) int { return min(i, len(vs)-1) }
	}
	for i := range n {
		cur[i] = vs[alias(i)]
	}
	for _, h := range v.levels() {
		next := map[int]reg.VecVirtual{}
		memo := map[[2]reg.VecVirtual]reg.VecVirtual{}
		for i := range n {
			if i>>h.bit&1 == 1 {
				continue
			}
			x, ok := cur[i]
			if !ok {
				continue
			}
			y := cur[i|1<<h.bit]
			s, ok := memo[[2]reg.VecVirtual{x, y}]
			if !ok {
				lo, hi := v.reg(), v.reg()
				h.lo(x, y, lo)
				h.hi(x, y, hi)
				v.add(hi, lo, lo)
				s = lo
				memo[[2]reg.VecVirtual{x, y}] = s
			}
			next[i] = s
		}
		cur = next
	}
	var out []reg.VecVirtual
	for i := 0; i < n; i += v.lanes() {
		out = append(out, cur[i])
	}
	return out
}
