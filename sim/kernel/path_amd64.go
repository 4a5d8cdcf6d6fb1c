//go:build amd64 && !purego

package kernel

import "golang.org/x/sys/cpu"

// twice says whether the processor begins two 64-byte multiply-adds a cycle, as far as its
// instructions tell: Zen 4, which does each in halves, knows BF16 and no VEX-coded VNNI.
var twice = !cpu.X86.HasAVX512BF16 || cpu.X86.HasAVXVNNI

// bestPath is the most demanding path that the processor runs.
func bestPath() Path {
	x := &cpu.X86
	switch {
	case !x.HasAVX2 || !x.HasFMA || !x.HasBMI2:
		return Portable
	case x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL:
		return AVX512
	}
	return AVX2
}
