//go:build !linux

package kernel

// HugePages does nothing on this system.
func HugePages[T any]([]T) {}
