//go:build !linux

package meter

import "time"

// Thread is the processor time of the calling thread, which is not counted here.
func Thread() (t time.Duration, ok bool) { return 0, false }
