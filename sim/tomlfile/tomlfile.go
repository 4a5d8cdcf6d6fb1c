// Package tomlfile reads TOML that others wrote: no file and no key of it can take
// more memory than a sound one needs. The decoder below it copies the whole path for
// every part of a dotted key, so that a key of half a million parts, a megabyte of
// text, takes more than twenty gigabytes.
package tomlfile

import (
	"bytes"
	"fmt"
	"strings"

	"edgewise/sim/bounded"

	"github.com/BurntSushi/toml"
)

// Bounds of a file.
const (
	MaxBytes   = 1 << 20
	MaxNesting = 32 // parts of a key, and brackets within brackets
)

// Read returns the text of the file at path, at most MaxBytes of it.
func Read(path string) ([]byte, error) { return bounded.Read(path, MaxBytes) }

// Decode decodes text into v. Its errors are one line that begins with name.
func Decode(name string, text []byte, v any) (toml.MetaData, error) {
	if line, what := tooDeep(text); what != "" {
		return toml.MetaData{}, fmt.Errorf("%s:%d: %s: at most %d are read", name, line, what, MaxNesting)
	}
	md, err := toml.NewDecoder(bytes.NewReader(text)).Decode(v)
	if err != nil {
		return md, fmt.Errorf("%s: %s", name, strings.Join(strings.Fields(err.Error()), " "))
	}
	return md, nil
}

// tooDeep returns the first line on which keys have too many parts or brackets stand
// within too many others, and which of both it is. Strings and comments do not count.
func tooDeep(text []byte) (line int, what string) {
	line = 1
	dots, depth := 0, 0
	for i := 0; i < len(text); {
		switch c := text[i]; c {
		case '#':
			i += until(text[i:], "\n", false)
			continue
		case '"', '\'':
			n := quoted(text[i:], c)
			line += bytes.Count(text[i:i+n], []byte("\n"))
			i += n
			continue
		case '\n':
			line++
			dots = 0
		case '.':
			if dots++; dots >= MaxNesting {
				return line, "a key has too many parts"
			}
		case '[', '{':
			if depth++; depth > MaxNesting {
				return line, "brackets stand within too many others"
			}
			dots = 0
		case ']', '}':
			depth = max(0, depth-1)
			dots = 0
		case '=', ',':
			dots = 0
		}
		i++
	}
	return line, ""
}

// quoted is the length of the string that text begins with. Strings of one line end
// with their line at the latest; behind the three quotes that end a longer one up to
// two more belong to it.
func quoted(text []byte, quote byte) int {
	three := strings.Repeat(string(quote), 3)
	if !bytes.HasPrefix(text, []byte(three)) {
		n := 1 + until(text[1:], string(quote)+"\n", quote == '"')
		if n < len(text) && text[n] == quote {
			n++
		}
		return n
	}
	n := 3
	for n < len(text) {
		n += until(text[n:], string(quote), quote == '"')
		if bytes.HasPrefix(text[n:], []byte(three)) {
			n += 3
			for more := 0; more < 2 && n < len(text) && text[n] == quote; more++ {
				n++
			}
			return n
		}
		n = min(n+1, len(text))
	}
	return n
}

// until is the number of bytes before the first of the given ones; one behind a
// backslash does not count where escapes are known.
func until(text []byte, ends string, escapes bool) int {
	for i := 0; i < len(text); i++ {
		if escapes && text[i] == '\\' {
			i++
			if i < len(text) && text[i] == '\n' && strings.ContainsRune(ends, '\n') {
				return i
			}
			continue
		}
		if strings.IndexByte(ends, text[i]) >= 0 {
			return i
		}
	}
	return len(text)
}
