// Package attack tries to make the program lose something or be silently wrong:
// it kills it, fills its disk, damages its files, feeds it nonsense, breaks its
// science line by line, and counts what survived. An attack is lost when
// something was: a byte, a word of an error, or a mutation that no test noticed.
package attack

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// An Attack is one way to break the program.
type Attack struct {
	Name   string
	Family string
	About  string
	Long   bool // minutes rather than seconds: part of the full form only
	Sample bool // a part of a long attack: part of the short form only
	Run    func(ctx context.Context, e *Env) (Outcome, error)
}

// Outcome counts an attack: every try either survived or is lost. NotRun says why
// an attack could not be made at all; such an attack counts as neither.
type Outcome struct {
	Tried    int      `json:"tried"`
	Survived int      `json:"survived"`
	Lost     []string `json:"lost"`
	Skipped  []string `json:"skipped,omitempty"` // parts that could not be made here, and why
	NotRun   string   `json:"not_run,omitempty"`
	Notes    []string `json:"notes,omitempty"`
}

// try counts one try; a loss is described by its error.
func (o *Outcome) try(err error) {
	o.Tried++
	if err != nil {
		o.Lost = append(o.Lost, strings.Join(strings.Fields(err.Error()), " "))
		return
	}
	o.Survived++
}

func (o *Outcome) note(format string, args ...any) {
	o.Notes = append(o.Notes, fmt.Sprintf(format, args...))
}

func (o *Outcome) skip(format string, args ...any) {
	o.Skipped = append(o.Skipped, fmt.Sprintf(format, args...))
}

// Row is an attack with its outcome.
type Row struct {
	Attack  string  `json:"attack"`
	Family  string  `json:"family"`
	About   string  `json:"about"`
	Seconds float64 `json:"seconds"`
	Outcome
}

// Options says which attacks are made and how. Root is a checkout of the
// repository: attacks build the program, run its tests and mutate its sources.
type Options struct {
	Root  string
	Full  bool
	Brief bool     // seconds rather than minutes: what go test runs
	Only  []string // names or families; empty: all that the form has
	Seed  uint64
	Jobs  int
	Log   io.Writer // one line per finished attack; nil: none
}

// Env is what an attack works with.
type Env struct {
	Options
	Bin string // the built program
	Tmp string // a folder of its own
}

// pick is the size of an attack in the form that is made.
func (o Options) pick(brief, short, full int) int {
	switch {
	case o.Full:
		return full
	case o.Brief:
		return brief
	}
	return short
}

// progress prints one line about a part of a long attack.
func (e *Env) progress(format string, args ...any) {
	if e.Log != nil {
		fmt.Fprintf(e.Log, "  "+format+"\n", args...)
	}
}

// All lists the attacks in the order in which they are made.
func All() []Attack {
	var out []Attack
	for _, family := range [][]Attack{crashes(), disks(), damages(), inputs(), limits(), fuzzers(), numbers(), mutations(), concurrency(), statistics(), supply()} {
		out = append(out, family...)
	}
	return out
}

// FindRoot returns the root of the checkout that dir lies in.
func FindRoot(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for at := dir; ; at = filepath.Dir(at) {
		text, err := os.ReadFile(filepath.Join(at, "go.mod"))
		if err == nil && strings.HasPrefix(string(text), "module edgewise\n") {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("%s is not inside a checkout of edgewise: run the attacks from one, they build and mutate its sources", dir)
		}
	}
}

// Select returns the attacks that o asks for.
func Select(o Options) ([]Attack, error) {
	var out []Attack
	known := map[string]bool{}
	for _, a := range All() {
		known[a.Name], known[a.Family] = true, true
		named := slices.Contains(o.Only, a.Name) || slices.Contains(o.Only, a.Family)
		if named || len(o.Only) == 0 && (o.Full && !a.Sample || !o.Full && !a.Long) {
			out = append(out, a)
		}
	}
	for _, name := range o.Only {
		if !known[name] {
			return nil, fmt.Errorf("no attack is called %q: --list names them", name)
		}
	}
	return out, nil
}

// Run makes the attacks one after the other and returns a row for each. Its error
// is a fault of the surroundings (no Go, no room for files) or the end of ctx; an
// attack that could not be made is lost.
func Run(ctx context.Context, o Options) ([]Row, error) {
	list, err := Select(o)
	if err != nil {
		return nil, err
	}
	if o.Jobs < 1 {
		o.Jobs = min(2, runtime.GOMAXPROCS(0))
	}
	tmp, err := os.MkdirTemp("", "edgewise-selftest-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for the attacks: %w", err)
	}
	defer os.RemoveAll(tmp)
	e := &Env{Options: o, Bin: filepath.Join(tmp, "edgewise"), Tmp: tmp}
	if err := e.build(ctx, e.Bin); err != nil {
		return nil, err
	}
	var rows []Row
	for i, a := range list {
		own := *e
		own.Tmp = filepath.Join(tmp, fmt.Sprintf("%02d", i))
		if err := os.MkdirAll(own.Tmp, 0o755); err != nil {
			return rows, fmt.Errorf("making a folder for %s: %w", a.Name, err)
		}
		start := time.Now()
		out, err := a.Run(ctx, &own)
		if ctx.Err() != nil {
			return rows, fmt.Errorf("attack %s: %w", a.Name, ctx.Err())
		}
		if err != nil {
			out.try(fmt.Errorf("the attack could not be made: %w", err))
		}
		row := Row{Attack: a.Name, Family: a.Family, About: a.About, Seconds: time.Since(start).Seconds(), Outcome: out}
		rows = append(rows, row)
		if o.Log != nil {
			fmt.Fprintln(o.Log, row)
		}
		os.RemoveAll(own.Tmp)
	}
	return rows, nil
}

// String is the row as one line.
func (r Row) String() string {
	if r.NotRun != "" {
		return fmt.Sprintf("%s: not run: %s", r.Attack, r.NotRun)
	}
	s := fmt.Sprintf("%s: %d tried, %d survived, %d lost, %.0f s", r.Attack, r.Tried, r.Survived, len(r.Lost), r.Seconds)
	for _, l := range r.Lost {
		s += "\n  lost: " + l
	}
	return s
}
