package kernel

import (
	"syscall"
	"unsafe"
)

// hugeBytes is the size of a large page, and hugeWorth the least slice that asks for them.
const (
	hugeBytes = 2 << 20
	hugeWorth = 64 << 10
)

// HugePages asks the system to back s with large pages where it is not yet in memory, the
// neighbours that share its first and last page included: a step walks over more 4 KB pages
// than the processor holds addresses of. It is a hint: where the system declines nothing
// changes. Call it before s is first written.
func HugePages[T any](s []T) {
	var v T
	size := uintptr(len(s)) * unsafe.Sizeof(v)
	if size < hugeWorth {
		return
	}
	first := uintptr(unsafe.Pointer(&s[0]))
	lo, hi := first&^(hugeBytes-1), (first+size+hugeBytes-1)&^(hugeBytes-1)
	_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, lo, hi-lo, syscall.MADV_HUGEPAGE)
}
