package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// debian is where Debian's package dataset-fashion-mnist puts the full set.
const debian = "/usr/share/datasets/fashion-mnist"

// TestRegeneratingGivesTheSameBytes runs the documented command and compares
// every file with the committed one: the content always, the compressed bytes
// with the Go release that the module names, whose compressor wrote them.
func TestRegeneratingGivesTheSameBytes(t *testing.T) {
	if _, err := os.Stat(debian); err != nil {
		t.Skip("Debian's dataset-fashion-mnist is not installed: ", err)
	}
	out := t.TempDir()
	var stdout bytes.Buffer
	if err := run([]string{"--idx", debian, "--out", out}, &stdout, io.Discard); err != nil {
		t.Fatal(err)
	}
	made, err := os.ReadDir(out)
	if err != nil || len(made) != 4 {
		t.Fatalf("%d files made, want 4; error %v", len(made), err)
	}
	total := 0
	for _, f := range made {
		got, err := os.ReadFile(filepath.Join(out, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join("..", "fashion16", f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		total += len(want)
		if !bytes.Equal(content(t, got), content(t, want)) {
			t.Errorf("%s: other content than the committed file", f.Name())
		}
		if strings.HasPrefix(runtime.Version(), "go1.26") && !bytes.Equal(got, want) {
			t.Errorf("%s: other bytes than the committed file", f.Name())
		}
	}
	if total > 1<<20 {
		t.Errorf("the embedded files are %d bytes, want at most 1 MiB", total)
	}
}

func content(t *testing.T, data []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRunRefuses(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "--idx DIR is needed"},
		{[]string{"--idx", "absent"}, "data folder absent: no such file or directory"},
	} {
		out := t.TempDir()
		err := run(append(c.args, "--out", out), io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("run %v: error %v, want %q", c.args, err, c.want)
		}
		if left, _ := os.ReadDir(out); len(left) != 0 {
			t.Errorf("run %v left %d files", c.args, len(left))
		}
	}
}
