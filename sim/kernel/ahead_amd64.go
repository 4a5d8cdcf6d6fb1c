//go:build amd64 && !purego

package kernel

import "unsafe"

// take asks for the next cache lines of the queue, if there is one. Without one it costs no call.
func (a *Ahead) take(lines uintptr) {
	if a != nil {
		a.fetch(lines)
	}
}

func (a *Ahead) fetch(lines uintptr) {
	for lines > 0 {
		if a.left == 0 {
			if a.more == 0 {
				return
			}
			s := a.spans[a.end-int(a.more)]
			a.more--
			a.next += unsafe.Sizeof(s)
			a.at, a.left = s.at, s.lines
		}
		n := min(lines, a.left)
		prefetch(int(n), a.at)
		a.at, a.left, lines = a.at+n*line, a.left-n, lines-n
	}
}
