package tomlfile

import (
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
)

func TestDeepTextIsRefusedAtItsLine(t *testing.T) {
	for text, want := range map[string]string{
		"x = 1\n" + strings.Repeat("a.", 500000) + "b = 1":                   "f.toml:2: a key has too many parts",
		"[" + strings.Repeat("a.", 40) + "b]":                                "f.toml:1: a key has too many parts",
		strings.Repeat(`"a" . `, 300000) + "b = 1":                           "f.toml:1: a key has too many parts",
		"x = '''\n\n''''\n\n" + strings.Repeat("a.", 40) + "b = 1":           "f.toml:5: a key has too many parts",
		`x = "\""` + "\n" + strings.Repeat("a.", 40) + "b = 1":               "f.toml:2: a key has too many parts",
		"# it's\n" + strings.Repeat("a.", 40) + "b = 1":                      "f.toml:2: a key has too many parts",
		"x = " + strings.Repeat("[", 1000000):                                "f.toml:1: brackets stand within too many others",
		"x = " + strings.Repeat("[\n", 40) + strings.Repeat("]\n", 40):       "f.toml:33: brackets stand within too many others",
		"x = " + strings.Repeat("{a = ", 300000):                             "f.toml:1: brackets stand within too many others",
		"x = \"\"\"a\\\"\"\"\"\ny = [" + strings.Repeat("'[',[", 40) + "]\n": "f.toml:2: brackets stand within too many others",
	} {
		start := time.Now()
		var v map[string]any
		_, err := Decode("f.toml", []byte(text), &v)
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.40q: %v, want %s", text, err, want)
		}
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%.40q took %s", text, d)
		}
	}
}

// Keys that are too deep to be sound, and shallow enough to be harmless when they are
// read all the same.
func TestDeepKeysAreRefused(t *testing.T) {
	for _, text := range []string{strings.Repeat("a.", MaxNesting) + "a = 1", "[" + strings.Repeat("a . ", MaxNesting) + "a]"} {
		var v map[string]any
		if _, err := Decode("f.toml", []byte(text), &v); err == nil {
			t.Errorf("%q is read", text)
		}
	}
	var v map[string]any
	if _, err := Decode("f.toml", []byte(strings.Repeat("a.", MaxNesting-1)+"a = 1"), &v); err != nil {
		t.Error(err)
	}
}

func TestSoundTextIsRead(t *testing.T) {
	var v map[string]any
	text := "a.b.c.\"d.e.f\" = [[1.5, 2.5], [\"[[[[\", '{{{{']] # [[[[[[[ ........\nx = \"" + strings.Repeat(".", 100) + "\"\ny = '" + strings.Repeat("[", 100) +
		"'\nz = \"\"\"" + strings.Repeat("\n[.", 100) + "\"\"\"\nw = [" + strings.Repeat("0.5,\n", 1000) + "]\n[[q]]\nr = { s = { t = 1.5 } }\n[[q]]\n"
	if _, err := Decode("f.toml", []byte(text), &v); err != nil {
		t.Fatal(err)
	}
	if len(v) != 6 {
		t.Errorf("%d keys were read", len(v))
	}
}

// What the guard lets pass is never deeper than it says, whatever the text.
func FuzzDecode(f *testing.F) {
	f.Add("a.b = 1")
	f.Add("x = \"\"\"a\"\"\"\"\n[a.'b.c'.\"d\\\"\"]\nq = [{r = {s = '''\n'''}}]")
	f.Add("'\n.a = \"\\\n\" # .\n")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<16 {
			return
		}
		var v map[string]any
		md, err := Decode("f", []byte(text), &v)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		for _, k := range md.Keys() {
			if len(k) > MaxNesting*(MaxNesting+2) {
				t.Fatalf("a key of %d parts was read", len(k))
			}
		}
		var plain map[string]any
		if _, err := toml.Decode(text, &plain); err != nil {
			t.Fatalf("%q is refused without the guard: %v", text, err)
		}
	})
}
