package meter

import (
	"time"

	"golang.org/x/sys/unix"
)

// Thread is the processor time of the calling thread, to which the caller has locked
// its goroutine; ok is false where the system does not count it.
func Thread() (t time.Duration, ok bool) {
	var s unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &s); err != nil {
		return 0, false
	}
	return time.Duration(s.Nano()), true
}
