//go:build amd64 && !purego

package kernel

import "golang.org/x/sys/cpu"

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
