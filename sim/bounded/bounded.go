// Package bounded reads files that others wrote, or name: a file that is larger than
// a sound one, or has no end, is refused before memory is taken for it.
package bounded

import (
	"fmt"
	"io"
	"os"
)

// Read returns the bytes of the file at path, at most that many. The error names the
// file, and its length where it has one.
func Read(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > most {
		return nil, fmt.Errorf("%s is %d bytes, more than %d", path, info.Size(), most)
	}
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%s is more than %d bytes", path, most)
	}
	return text, err
}
