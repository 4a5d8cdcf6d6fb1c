package kernel

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"unsafe"
)

// A large slice lies in mappings that the system may back with large pages, and its values are
// those of make; a small one is left alone.
func TestHugePages(t *testing.T) {
	for _, n := range []int{0, 1, 1 << 10} {
		HugePages(make([]float64, n))
	}
	s := make([]float64, 1<<21)
	HugePages(s)
	for i, v := range s {
		if v != 0 {
			t.Fatalf("value %d is %v", i, v)
		}
		s[i] = 1
	}
	if _, err := os.Stat("/sys/kernel/mm/transparent_hugepage/enabled"); err != nil {
		t.Skip("the system has no transparent large pages: ", err)
	}
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Skip("the mappings of the process cannot be read: ", err)
	}
	at, inside, found := uintptr(unsafe.Pointer(&s[len(s)/2])), false, false
	for line := range strings.Lines(string(maps)) {
		var lo, hi uintptr
		if k, _ := fmt.Sscanf(line, "%x-%x ", &lo, &hi); k == 2 {
			inside = lo <= at && at < hi
		} else if flags, ok := strings.CutPrefix(line, "VmFlags:"); ok && inside {
			found = true
			if !strings.Contains(flags+" ", " hg ") {
				t.Errorf("the mapping of the slice is not marked: %s", flags)
			}
		}
	}
	if !found {
		t.Errorf("no mapping holds the slice at %#x", at)
	}
}
