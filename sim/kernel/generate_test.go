package kernel

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestGenerated runs the commands of generate.go and compares the results with the
// committed files.
func TestGenerated(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command to build the generator with")
	}
	src, err := os.ReadFile("generate.go")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	gen := filepath.Join(dir, "gen")
	if out, err := exec.Command("go", "build", "-o", gen, "./gen").CombinedOutput(); err != nil {
		t.Fatalf("building the generator: %v\n%s", err, out)
	}
	commands := regexp.MustCompile(`(?m)^//go:generate go run ./gen (.*)$`).FindAllSubmatch(src, -1)
	if len(commands) != 4 {
		t.Fatalf("%d commands in generate.go, want 4", len(commands))
	}
	for _, c := range commands {
		cmd := exec.Command(gen, strings.Fields(string(c[1]))...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("gen %s: %v\n%s", c[1], err, out)
		}
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*_amd64.*"))
	if len(files) != 8 {
		t.Fatalf("%d files generated, want 8: %v", len(files), files)
	}
	for _, f := range files {
		want, _ := os.ReadFile(f)
		got, err := os.ReadFile(filepath.Base(f))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the generator writes (%v): run go generate in sim/kernel", filepath.Base(f), err)
		}
	}
}
