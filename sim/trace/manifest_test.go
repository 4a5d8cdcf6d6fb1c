package trace

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A manifest that was written reads back; one byte changed is noticed, and one that
// never had a checksum is read.
func TestManifestCarriesItsChecksum(t *testing.T) {
	m := manifest(t)
	text, err := m.encode()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	read := func(s string) error {
		if err := os.WriteFile(filepath.Join(dir, ManifestFile), []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := ReadManifest(dir)
		return err
	}
	if err := read(string(text)); err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), `"batch": 64`, `"batch": 65`, 1)
	if changed == string(text) {
		t.Fatal("the manifest holds no batch")
	}
	if err := read(changed); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("a changed batch: %v", err)
	}
	body, _, _ := strings.Cut(changed, ",\n  \"crc\"")
	if err := read(body + "\n}\n"); err != nil {
		t.Errorf("without a checksum: %v", err)
	}
}

// Two writers of one folder are one too many; the second is told.
func TestOneWriterHoldsATrace(t *testing.T) {
	m := manifest(t)
	dir := t.TempDir()
	w, err := Create(dir, m)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Resume(dir, 0); err == nil || !strings.Contains(err.Error(), "another run") {
		t.Errorf("a second writer: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if w, err = Resume(dir, 0); err != nil {
		t.Fatal(err)
	}
	w.Close()
}

// A trace is replaced whole, and what a crash left of another try is cleared away.
func TestReplace(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	prob := [][][]float64{{{1, 0, 0, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0, 0}}}
	for steps := 1; steps < 4; steps++ {
		if err := os.MkdirAll(filepath.Join(filepath.Dir(dir), ".run.new", "rest"), 0o755); err != nil {
			t.Fatal(err)
		}
		tr := &Trace{Manifest: manifest(t), Points: []Point{{Steps: steps, Prob: prob}}}
		if err := Replace(dir, tr); err != nil {
			t.Fatal(err)
		}
		got, err := Read(dir)
		if err != nil || got.Points[0].Steps != steps {
			t.Fatalf("%d: %v", steps, err)
		}
		if err := Replace(dir, tr); err != nil {
			t.Fatal(err)
		}
		if left, _ := os.ReadDir(filepath.Dir(dir)); len(left) != 1 {
			t.Errorf("%d entries beside the trace", len(left)-1)
		}
	}
	if err := Write(dir, &Trace{Manifest: manifest(t), Points: []Point{{Steps: 9, Prob: prob}}}); err == nil {
		t.Error("Write put another trace in the place of one")
	}
}

// A manifest that is another's is not written over; one that a crash left of the same
// trace is.
func TestForeignManifestsAreKept(t *testing.T) {
	m := manifest(t)
	own, err := m.encode()
	if err != nil {
		t.Fatal(err)
	}
	prob := [][][]float64{{{1, 0, 0, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0, 0}}}
	for name, make := range map[string]func(dir string) error{
		"Create": func(dir string) error {
			w, err := Create(dir, m)
			if err == nil {
				err = w.Close()
			}
			return err
		},
		"Write": func(dir string) error {
			return Write(dir, &Trace{Manifest: m, Points: []Point{{Steps: 1, Prob: prob}}})
		},
	} {
		for _, text := range []string{"", "{}", `{"name":"a web page","start_url":"/"}`, string(own)[:len(own)-1], string(own)} {
			dir := t.TempDir()
			path := filepath.Join(dir, ManifestFile)
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			err := make(dir)
			if text == string(own) {
				if err != nil {
					t.Errorf("%s after a crash: %v", name, err)
				}
				continue
			}
			if err == nil || !strings.Contains(err.Error(), path+" is not that of this trace") {
				t.Errorf("%s over %q: %v", name, text, err)
			}
			have, _ := os.ReadFile(path)
			if left, _ := os.ReadDir(dir); string(have) != text || len(left) != 1 {
				t.Errorf("%s over %q left %q and %d files", name, text, have, len(left))
			}
		}
	}
}

// What version 0.1 wrote, a manifest without a checksum and points without signs, is
// read as ever.
func TestTracesOfTheFirstVersionAreRead(t *testing.T) {
	dir := t.TempDir()
	head := `{"format":"edgewise-trace/1","version":"edgewise 0.1","run":"a","name":"old","origin":"observed","source":"edgewise search",
"kinds":["normal"],"nodes":1,"concat":[2],"edges":[[0,2],[1,2]],"ops":["none","skip_connect"],"data":{}}`
	point := `{"step":0,"steps":5,"alpha":[[[0.5,0],[0,0.25]]],"prob":[[[0.5,0.5],[0.25,0.75]]]`
	line := fmt.Sprintf("%s,\"crc\":\"%08x\"}\n", point, crc32.Checksum([]byte(point), castagnoli))
	for name, text := range map[string]string{ManifestFile: head, PointsFile: line} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tr, err := Read(dir)
	if err != nil || len(tr.Points) != 1 || tr.Points[0].Alpha[0][0][0] != 0.5 || tr.Points[0].Prob[0][1][1] != 0.75 || len(tr.Points[0].Signs) != 0 {
		t.Errorf("%+v, %v", tr, err)
	}
}

func FuzzManifest(f *testing.F) {
	m := manifest(f)
	text, err := m.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"format":"edgewise-trace/1","origin":"observed","kinds":["normal"],"nodes":1,"concat":[2],"edges":[[0,2]],"ops":["none"]}`))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(filepath.Join(dir, ManifestFile), text, 0o644); err != nil {
			t.Fatal(err)
		}
		m, err := ReadManifest(dir)
		if err != nil {
			return
		}
		m.Cell().Effective(make([]bool, len(m.Edges)))
		if _, err := m.encode(); err != nil {
			t.Fatalf("a manifest that was read cannot be written: %v", err)
		}
	})
}

// A folder of traces, as an import of many logs writes it, is told from no trace.
func TestAFolderOfTracesIsNamed(t *testing.T) {
	m := manifest(t)
	text, err := m.encode()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := ReadManifest(dir); err == nil || strings.Contains(err.Error(), "folder of traces") {
		t.Errorf("an empty folder: %v", err)
	}
	for _, name := range []string{"b", "a"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name, ManifestFile), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := "is a folder of traces (2), not a trace: name them, for example " + filepath.Join(dir, "a")
	if _, err := ReadManifest(dir); !errors.Is(err, fs.ErrNotExist) || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("a folder of two traces: %v, want ... %s", err, want)
	}
}
