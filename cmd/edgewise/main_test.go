package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"edgewise": main,
	})
}

// Scenarios are txtar archives under testdata/script, one per file.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != ""})
}

// Every verb has help with an example.
func TestEveryVerbHasAnExample(t *testing.T) {
	var top, errs bytes.Buffer
	if code := run(context.Background(), []string{"--help"}, &top, &errs); code != exitDone {
		t.Fatalf("exit %d: %s", code, errs.String())
	}
	verbs := 0
	for _, line := range strings.Split(top.String(), "\n") {
		f := strings.Fields(line)
		if !strings.HasPrefix(line, "  ") || strings.HasPrefix(line, "   ") || len(f) < 2 || strings.HasPrefix(f[0], "-") {
			continue
		}
		verbs++
		var out bytes.Buffer
		if code := run(context.Background(), []string{f[0], "-h"}, &out, &errs); code != exitDone {
			t.Errorf("%s -h: exit %d: %s", f[0], code, errs.String())
		}
		if !strings.Contains(out.String(), "Example:\n") {
			t.Errorf("%s -h has no example:\n%s", f[0], out.String())
		}
	}
	if verbs < 5 {
		t.Errorf("found %d verbs in:\n%s", verbs, top.String())
	}
}
