package textlog

import (
	"regexp"
	"strings"
)

// stamp is a time, of any of the common loggers, at the start of a line, with
// the level or separator that may follow it.
var stamp = regexp.MustCompile(`^(?:\[?\d{2,4}[-/_]\d{2}(?:[-/_]\d{2})?[ _T\-]\d{2}[:_\-]\d{2}[:_\-]\d{2}(?:[,.]\d+)?(?: [AP]M)?\]?)(?: \|)?[ \t]*`)

// level is what the logging module and rank-aware wrappers put before a message.
var level = regexp.MustCompile(`^(?:(?:DEBUG|INFO|WARNING|ERROR)[: ]\s*|\[?[Rr]ank[ :=]?(\d+)\]?[: ]\s*|(\d+): )`)

// Body returns the message of a line: without time, level and rank. rank is -1
// where the line names none.
func Body(text string) (body string, rank int) {
	rank = -1
	body = text
	if m := stamp.FindString(body); m != "" {
		body = body[len(m):]
	}
	for range 3 {
		m := level.FindStringSubmatch(body)
		if m == nil {
			break
		}
		for _, d := range m[1:] {
			if d != "" && len(d) < 6 {
				rank = 0
				for _, c := range d {
					rank = 10*rank + int(c-'0')
				}
			}
		}
		body = body[len(m[0]):]
		if s := stamp.FindString(body); s != "" {
			body = body[len(s):]
		}
	}
	return body, rank
}

// Namespace reads the printed arguments "...Namespace(name=value, ...)" of one
// line; nil where the line has none. Values keep their text, without quotes. A
// cut namespace gives what could be read.
func Namespace(text string) map[string]string {
	at := strings.Index(text, "Namespace(")
	if at < 0 {
		return nil
	}
	out := map[string]string{}
	s := text[at+len("Namespace("):]
	for len(out) < 1000 {
		s = strings.TrimLeft(s, ", ")
		eq := strings.IndexByte(s, '=')
		if eq <= 0 || s[0] == ')' {
			return out
		}
		name := s[:eq]
		v, n := value(s[eq+1:])
		out[name] = v
		s = s[eq+1+n:]
	}
	return out
}

// value reads one Python value up to the comma or bracket that ends it.
func value(s string) (v string, n int) {
	depth := 0
	var quote byte
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '(' || c == '[' || c == '{':
			depth++
		case (c == ')' || c == ']' || c == '}') && depth > 0:
			depth--
		case c == ')' || c == ',' && depth == 0:
			return strings.Trim(s[:i], `'" `), i
		}
	}
	return strings.Trim(s, `'" `), len(s)
}

var quoted = regexp.MustCompile(`'([^']*)'|"([^"]*)"`)

// Names reads a Python list of strings, such as a printed list of primitives;
// nil where text is none. A cut list is none.
func Names(text string) []string {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "[") || !strings.HasSuffix(text, "]") {
		return nil
	}
	var out []string
	for _, m := range quoted.FindAllStringSubmatch(text, 256) {
		out = append(out, m[1]+m[2])
	}
	return out
}
