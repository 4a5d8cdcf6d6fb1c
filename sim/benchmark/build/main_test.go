package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A stopped build names what is there and writes no table; wrong flags are refused.
func TestBuildStopsAndRefuses(t *testing.T) {
	dir := t.TempDir()
	table := filepath.Join(dir, "table.json.gz")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, errs bytes.Buffer
	err := run(ctx, []string{"--out", filepath.Join(dir, "runs"), "--table", table, "--steps", "2", "--seeds", "1"}, &out, &errs)
	if err == nil || !strings.Contains(err.Error(), "after 0 of 243 runs") {
		t.Errorf("a cancelled build: %v", err)
	}
	if _, err := os.Stat(table); err == nil {
		t.Error("a cancelled build left a table")
	}
	for _, args := range [][]string{{}, {"--out", dir, "--seeds", "4"}, {"--out", dir, "more"}} {
		if err := run(context.Background(), args, &out, &errs); err == nil || !strings.Contains(err.Error(), "--out DIR is needed") {
			t.Errorf("%v: %v", args, err)
		}
	}
}
