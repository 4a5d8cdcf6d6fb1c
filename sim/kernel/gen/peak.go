package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// peakChains is the number of independent sums of the peak loop.
const peakChains = 12

// peak emits a loop of nothing but fused multiply-adds in registers.
func peak(v vector) {
	name := v.name("peak")
	begin(name, "func(n int)", name+" runs n > 0 rounds of twelve independent fused multiply-adds on whole vectors.")
	n := param("n")
	acc, a := v.regs(peakChains), v.regs(2)
	for _, r := range append(acc, a...) {
		v.zero(r)
	}
	Label(name + "_loop")
	for _, r := range acc {
		v.fma(a[0], a[1], r)
	}
	DECQ(n)
	JNZ(operand.LabelRef(name + "_loop"))
	end()
}
