package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// prefetch emits the fetching of cache lines into the second-level cache.
func prefetch() {
	begin("prefetch", "func(lines int, src uintptr)", "prefetch asks for lines > 0 cache lines from src on; addresses outside memory do no harm.")
	lines, src := param("lines"), param("src")
	Label("prefetch_loop")
	PREFETCHT1(Mem{Base: src})
	ADDQ(Imm(64), src)
	DECQ(lines)
	JNZ(LabelRef("prefetch_loop"))
	RET()
}
