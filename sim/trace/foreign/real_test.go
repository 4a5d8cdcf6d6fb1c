package foreign

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edgewise/sim/trace"
	"edgewise/sim/trace/runlog"
)

// published lists the files of real runs beside the repository.
func published(t testing.TB) []string {
	root := filepath.Join("..", "..", "..", "..", "shared", "traces")
	if _, err := os.Stat(root); err != nil {
		t.Skipf("the published runs are not beside the repository: %v", err)
	}
	var files []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() != "SOURCE.md" {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Every published file imports as it lies there, into a trace that the store
// takes and gives back.
func TestEveryPublishedFileImports(t *testing.T) {
	for _, path := range published(t) {
		name := strings.TrimPrefix(path, filepath.Join("..", "..", "..", "..", "shared", "traces")+"/")
		t.Run(name, func(t *testing.T) {
			tr, findings, err := Import(path, Options{Options: runlog.Options{Run: 0}})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range findings {
				t.Logf("%v: line %d: %s: %s", f.Severity, f.Line, f.What, f.Means)
			}
			m := tr.Manifest
			t.Logf("%s: %s: %d points, kinds %v, %d edges, ops %v, complete %v", m.Source, m.Name, len(tr.Points), m.Kinds, len(m.Edges), m.Ops, tr.Complete())
			if len(tr.Points) > 2000 { // the store is tested by the others
				tr.Points = tr.Points[:20]
			}
			dir := t.TempDir()
			if err := trace.Write(dir, tr); err != nil {
				t.Fatal(err)
			}
			if again, err := trace.Read(dir); err != nil || len(again.Points) != len(tr.Points) {
				t.Fatalf("read back %v", err)
			}
		})
	}
}
