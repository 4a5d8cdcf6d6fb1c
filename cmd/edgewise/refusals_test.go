package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"edgewise/proofs/attack"
)

var update = flag.Bool("update", false, "write the table of bad input anew")

// Bad input is refused in one line, word by word as the table says.
func TestRefusals(t *testing.T) {
	path, err := filepath.Abs(filepath.Join("..", "..", filepath.FromSlash(attack.RefusalFile)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := attack.ParseRefusals(string(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 200 {
		t.Errorf("%d rows: the table must hold at least 200", len(rows))
	}
	seen := map[string]bool{}
	fresh := string(text)
	for _, r := range rows {
		if seen[r.Line] {
			t.Errorf("%s stands twice in the table", r.Line)
		}
		seen[r.Line] = true
		dir := t.TempDir()
		args, err := r.Arguments(dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Chdir(dir)
		var out, errs bytes.Buffer
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second) // for what is not refused
		code := run(ctx, args, &out, &errs)
		cancel()
		said := attack.Said(errs.String(), dir)
		if *update {
			was := fmt.Sprintf("$ %s\n%d %s\n", r.Line, r.Code, r.Error)
			if r.Code < 0 {
				was = fmt.Sprintf("$ %s\n?\n", r.Line)
			}
			fresh = strings.Replace(fresh, was, fmt.Sprintf("$ %s\n%d %s\n", r.Line, code, strings.ReplaceAll(said, "\n", "\\n")), 1)
			continue
		}
		if code != r.Code || said != r.Error || strings.Contains(said, "\n") {
			t.Errorf("$ %s\nexit %d: %s\nwant %d: %s", r.Line, code, said, r.Code, r.Error)
		}
		if code == exitDone {
			t.Errorf("$ %s\nwas done, not refused", r.Line)
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(fresh), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
