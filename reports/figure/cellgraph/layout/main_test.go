package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
)

// The embedded layouts are those that Graphviz makes.
func TestLayoutsAreThoseOfGraphviz(t *testing.T) {
	want, err := os.ReadFile(filepath.Join("..", "layouts.plain"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := layouts(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("Graphviz lays the cells out in another way: run go generate in reports/figure/cellgraph")
	}
	path := filepath.Join(t.TempDir(), "layouts")
	if err := run(context.Background(), path); err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(path); !bytes.Equal(text, got) {
		t.Error("another file is written than was made")
	}
	if err := run(context.Background(), filepath.Join(path, "below")); err == nil {
		t.Error("a path below a file is written to")
	}
}
