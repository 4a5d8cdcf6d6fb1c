package attack

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// RefusalFile holds the table of bad input, from the root of the repository.
const RefusalFile = "proofs/attack/testdata/refusals.txt"

// Refusal is one row of the table of bad input: a command line with the files that
// it reads, and what the program must say.
type Refusal struct {
	Line  string // as it stands in the table, behind "$ "
	Code  int
	Error string // the whole of standard error, without its newline
	row   int
}

// ParseRefusals reads the table.
func ParseRefusals(text string) ([]Refusal, error) {
	var out []Refusal
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line, ok := strings.CutPrefix(lines[i], "$ ")
		switch {
		case ok && i+1 < len(lines):
			code, message, _ := strings.Cut(lines[i+1], " ")
			n, err := strconv.Atoi(code)
			if err != nil {
				n = -1
			}
			out = append(out, Refusal{Line: line, Code: n, Error: message, row: i + 1})
			i++
		case lines[i] == "" || strings.HasPrefix(lines[i], "#"):
		default:
			return nil, fmt.Errorf("%s:%d: neither a command nor a comment: %q", RefusalFile, i+1, lines[i])
		}
	}
	return out, nil
}

// Arguments writes the files of the line under dir and returns its arguments.
func (r Refusal) Arguments(dir string) ([]string, error) {
	var args []string
	rest := r.Line
	for rest != "" {
		if inside, ok := strings.CutPrefix(rest, "«"); ok {
			body, after, ok := strings.Cut(inside, "»")
			name, text, ok2 := strings.Cut(body, "|")
			if !ok || !ok2 {
				return nil, fmt.Errorf("%s:%d: a file is written «name|text»", RefusalFile, r.row)
			}
			name, silent := strings.CutPrefix(name, "@")
			data, err := fileText(text)
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", RefusalFile, r.row, err)
			}
			path := filepath.Join(dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return nil, err
			}
			if err := os.WriteFile(path, data, 0o644); err != nil {
				return nil, err
			}
			suffix, next, _ := strings.Cut(after, " ")
			if !silent {
				args = append(args, name+suffix)
			}
			rest = next
			continue
		}
		word, next, _ := strings.Cut(rest, " ")
		if word != "" {
			args = append(args, strings.ReplaceAll(word, "''", ""))
		}
		rest = next
	}
	return args, nil
}

// fileText is what a file of the table holds.
func fileText(s string) ([]byte, error) {
	if h, ok := strings.CutPrefix(s, "hex:"); ok {
		return hex.DecodeString(h)
	}
	if r, ok := strings.CutPrefix(s, "repeat:"); ok {
		n, what, ok := strings.Cut(r, ":")
		times, err := strconv.Atoi(n)
		if !ok || err != nil || times < 0 || times > 1<<24 {
			return nil, fmt.Errorf("%q is not repeat:TIMES:TEXT", s)
		}
		return bytes.Repeat([]byte(what), times), nil
	}
	return []byte(strings.ReplaceAll(s, `\n`, "\n")), nil
}

// Said makes the program's words the table's: the folder of the files is left out.
func Said(stderr, dir string) string {
	for _, d := range []string{dir, strings.TrimPrefix(dir, "/")} {
		stderr = strings.ReplaceAll(stderr, d+string(filepath.Separator), "")
		stderr = strings.ReplaceAll(stderr, d, ".")
	}
	return strings.TrimSuffix(stderr, "\n")
}

// judge compares what the program did with the row.
func (r Refusal) judge(code int, said string) error {
	switch {
	case code != r.Code:
		return fmt.Errorf("%s:%d: %s: exit %d, not %d: %s", RefusalFile, r.row, r.Line, code, r.Code, said)
	case said != r.Error:
		return fmt.Errorf("%s:%d: %s: it says %q, not %q", RefusalFile, r.row, r.Line, said, r.Error)
	case code != 0 && strings.Contains(said, "\n"):
		return fmt.Errorf("%s:%d: %s: more than one line", RefusalFile, r.row, r.Line)
	}
	return nil
}

func inputs() []Attack {
	return []Attack{
		{Name: "bad-input", Family: "input", About: "bad specs, grids, traces, logs, images, weights and flags: the exact line and exit code, nothing written", Run: badInput},
	}
}

func badInput(ctx context.Context, e *Env) (Outcome, error) {
	var o Outcome
	text, err := os.ReadFile(filepath.Join(e.Root, filepath.FromSlash(RefusalFile)))
	if err != nil {
		return o, err
	}
	rows, err := ParseRefusals(string(text))
	if err != nil {
		return o, err
	}
	step := e.pick(40, 6, 1)
	for i := 0; i < len(rows); i += step {
		dir := filepath.Join(e.Tmp, strconv.Itoa(i))
		args, err := rows[i].Arguments(dir)
		if err == nil {
			err = os.MkdirAll(dir, 0o755)
		}
		if err != nil {
			return o, err
		}
		before, err := tree(dir)
		if err != nil {
			return o, err
		}
		r := e.run(ctx, dir, 0, args...)
		err = rows[i].judge(r.code, Said(r.errs, dir))
		if err == nil && r.code == 2 {
			if err = differ(before, dir); err != nil {
				err = fmt.Errorf("%s: refused, but %w", rows[i].Line, err)
			}
		}
		o.try(err)
		os.RemoveAll(dir)
	}
	return o, ctx.Err()
}
