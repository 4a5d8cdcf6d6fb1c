package latency

import (
	"bytes"
	"testing"
)

// A table that is read writes itself in a form that reads back to the same.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("# setting\n# nodes=1\n0,1,0.5\n1,1,0.25\n"))
	f.Add(shipped[:bytes.LastIndexByte(shipped[:2000], '\n')+1])
	f.Fuzz(func(t *testing.T, text []byte) {
		table, err := Decode("fuzz", text)
		if err != nil {
			return
		}
		again, err := Decode("again", table.Encode())
		if err != nil {
			t.Fatalf("%q: what was read is not read again: %v", text, err)
		}
		if !bytes.Equal(again.Encode(), table.Encode()) {
			t.Fatalf("%q: it reads back to another table", text)
		}
	})
}
