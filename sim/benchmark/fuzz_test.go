package benchmark

import (
	"bytes"
	"compress/gzip"
	"testing"
)

// Whatever is unpacked is complete and packs again.
func FuzzUnpack(f *testing.F) {
	f.Add([]byte(`{"format":"x","base":{}}`))
	f.Add([]byte(`{"entries":[{"runs":[null]}],"seeds":[1]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write(text)
		z.Close()
		for _, packed := range [][]byte{b.Bytes(), text} {
			table, err := Unpack("fuzz", packed)
			if err != nil {
				continue
			}
			if err := table.Check(); err != nil {
				t.Fatalf("an unsound table was unpacked: %v", err)
			}
		}
	})
}
