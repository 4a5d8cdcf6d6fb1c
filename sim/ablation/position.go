package ablation

import (
	"fmt"
	"regexp"
	"strings"
)

// source is the text of a grid with its name, to say where something stands in it.
type source struct {
	name  string
	lines []string
}

func newSource(name string, text []byte) source {
	return source{name, strings.Split(string(text), "\n")}
}

// at is "name:line" of a key within the n-th [[table]], or of the table itself where
// the key is not found; of a key at the top for no table. A text without the table
// gives the name alone.
func (s source) at(table string, n int, key string) string {
	line, inside, seen := 0, table == "", -1
	for i, text := range s.lines {
		text = strings.TrimSpace(text)
		if strings.HasPrefix(text, "[[") {
			if inside {
				break
			}
			if strings.TrimSpace(strings.Trim(text, "[] ")) == table {
				if seen++; seen == n {
					line, inside = i+1, true
				}
			}
			continue
		}
		if inside && key != "" && assigns(text, key) {
			return fmt.Sprintf("%s:%d", s.name, i+1)
		}
	}
	if line == 0 {
		return s.name
	}
	return fmt.Sprintf("%s:%d", s.name, line)
}

// assigns says whether a line gives the key a value, alone or in an inline table, or
// opens the table of that name.
func assigns(line, key string) bool {
	if i := strings.IndexByte(line, '#'); i == 0 {
		return false
	}
	k := regexp.QuoteMeta(key)
	ok, _ := regexp.MatchString(`(^|[{,.\s"'])`+k+`["']?\s*=|^\[[^\[\]]*\b`+k+`\s*\]$`, line)
	return ok
}

// fieldOf is the last part of the field that an error of a spec begins with, such as
// channels of "net.channels is 0: ...".
func fieldOf(message string) string {
	word, _, _ := strings.Cut(message, " ")
	if rest, ok := strings.CutPrefix(message, "unknown keys "); ok {
		word, _, _ = strings.Cut(rest, ",")
	}
	word = strings.TrimSuffix(word, ":")
	if i := strings.IndexByte(word, '['); i > 0 {
		word = word[:i]
	}
	if i := strings.LastIndexByte(word, '.'); i >= 0 {
		word = word[i+1:]
	}
	return word
}

// anywhere is "name:line" of the first line that gives the key a value.
func (s source) anywhere(key string) string {
	for i, text := range s.lines {
		if assigns(strings.TrimSpace(text), key) {
			return fmt.Sprintf("%s:%d", s.name, i+1)
		}
	}
	return s.name
}
