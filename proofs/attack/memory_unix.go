//go:build unix

package attack

import (
	"os"
	"runtime"
	"syscall"
)

// peak is the largest resident memory of an ended process, in MiB.
func peak(p *os.ProcessState) int {
	use, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	unit := int64(1024) // kilobytes
	if runtime.GOOS == "darwin" {
		unit = 1
	}
	return int(int64(use.Maxrss) * unit >> 20)
}
