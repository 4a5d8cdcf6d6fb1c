//go:build unix && !solaris && !aix

package trace

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// hold takes the file for this writer until it is closed, or until the process
// ends however that happens. A file that another writer holds is an error.
func hold(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return fmt.Errorf("%s is being written by another run: wait for it, or choose another folder", f.Name())
	}
	if errors.Is(err, syscall.ENOTSUP) || errors.Is(err, syscall.ENOLCK) || errors.Is(err, syscall.ENOSYS) {
		return nil // a file system without locks
	}
	return err
}

// wait is hold, but waits for the other writer.
func wait(f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.ENOTSUP), errors.Is(err, syscall.ENOLCK), errors.Is(err, syscall.ENOSYS):
			return nil
		}
		return err
	}
}
