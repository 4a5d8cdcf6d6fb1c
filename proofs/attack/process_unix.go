//go:build unix

package attack

import (
	"os"
	"os/exec"
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

// together makes the end of a command that of everything that it started: go test
// starts the tests as a process of their own.
func together(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
