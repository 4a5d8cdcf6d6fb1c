// Package meter says how long work took: in processor time of its thread where the
// system counts it, which other programs on the machine hardly touch, else by the
// clock.
package meter

import (
	"runtime"
	"time"
)

// Time calls f on a thread of its own and returns what it took. What f hands to other
// goroutines is not counted.
func Time(f func() error) (time.Duration, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	start, counted := Thread()
	clock := time.Now()
	err := f()
	took := time.Since(clock)
	if end, ok := Thread(); ok && counted {
		took = end - start
	}
	return took, err
}
