package bounded

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOnlyWhatIsSmallIsRead(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	if err := os.WriteFile(path, []byte("12345"), 0o644); err != nil {
		t.Fatal(err)
	}
	if text, err := Read(path, 5); err != nil || string(text) != "12345" {
		t.Errorf("%q, %v", text, err)
	}
	if text, err := Read(path, 4); text != nil || err == nil || err.Error() != path+" is 5 bytes, more than 4" {
		t.Errorf("%q, %v", text, err)
	}
	if err := os.Truncate(path, 1<<40); err != nil {
		t.Skip("no sparse files here: ", err)
	}
	if _, err := Read(path, 1<<20); err == nil || !strings.Contains(err.Error(), "is 1099511627776 bytes") {
		t.Errorf("%v", err)
	}
}

func TestFilesWithoutAnEndAreRefused(t *testing.T) {
	if _, err := os.Stat("/dev/zero"); err != nil {
		t.Skip(err)
	}
	if _, err := Read("/dev/zero", 1<<20); err == nil || err.Error() != "/dev/zero is more than 1048576 bytes" {
		t.Errorf("%v", err)
	}
}

func TestWhatIsNotThereIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "absent")
	if _, err := Read(path, 1); !os.IsNotExist(err) || !strings.Contains(err.Error(), path) {
		t.Errorf("%v", err)
	}
}
