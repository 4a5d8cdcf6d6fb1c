// Command edgewise derives, predicts, observes and compares the wiring of
// differentiable architecture search.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"unicode"

	"github.com/alecthomas/kong"

	"edgewise/sim/kernel"
)

// Exit codes: done, failed, misuse.
const (
	exitDone   = 0
	exitFailed = 1
	exitMisuse = 2
)

// verbs is the command line: one field per verb.
type verbs struct {
	Reproduce reproduceCmd `cmd:"" help:"Train minimal-cell supernets, predict them, and print predicted versus observed wiring biases."`
	Search    searchCmd    `cmd:"" help:"Train one supernet and record its trace."`
	Import    importCmd    `cmd:"" help:"Read others' logs, checkpoints and arrays into a trace."`
	Check     checkCmd     `cmd:"" help:"Test a trace against what must hold."`
	Predict   predictCmd   `cmd:"" help:"Integrate the closed-form dynamics along a trace or from a spec."`
	Derive    deriveCmd    `cmd:"" help:"Print the closed forms of a cell: costs, dynamics, fixed points."`
	Report    reportCmd    `cmd:"" help:"Write tables, figures and report.html of stored traces, or follow running searches."`
	Prove     proveCmd     `cmd:"" help:"Run the register of claims and print its status."`
	Bench     benchCmd     `cmd:"" help:"Measure kernels and search steps against this machine's ceilings, and against PyTorch."`
	Ablate    ablateCmd    `cmd:"" help:"Change how costs are assigned, and show what that does to the wiring."`
	Compare   compareCmd   `cmd:"" help:"Score predictions against observed traces."`
	Claim     claimCmd     `cmd:"" help:"Try the headline claim of a published search method."`
	Selftest  selftestCmd  `cmd:"" help:"Attack the program and print what survived."`
}

// streams are where a command writes: results to out, progress and errors to err.
type streams struct {
	out, err io.Writer
}

// misuse marks an error of the caller: a bad flag, spec or folder.
type misuse struct{ error }

func (m misuse) Unwrap() error { return m.error }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

type exit int

// run is the whole program as a function.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
	log.SetOutput(io.Discard) // libraries that log what they also return
	results := &writer{to: stdout}
	stdout = results
	defer func() {
		if results.err != nil && code == exitDone {
			fmt.Fprintln(stderr, "edgewise: writing the results:", oneLine(results.err))
			code = exitFailed
		}
	}()
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(exit)
			if !ok {
				panic(r)
			}
			code = int(e)
		}
	}()
	var v verbs
	parser, err := kong.New(&v,
		kong.Name("edgewise"),
		kong.Description("Why did my search grow that wiring, and was it the data or the method?"),
		kong.Writers(stdout, stderr),
		kong.Exit(func(c int) { panic(exit(c)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(streams{stdout, stderr}),
	)
	if err != nil {
		fmt.Fprintln(stderr, "edgewise:", err)
		return exitFailed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	cli, err := parser.Parse(args)
	if err != nil && results.err != nil { // help that nobody could read
		return exitDone
	}
	if err != nil {
		fmt.Fprintf(stderr, "edgewise: %s; try edgewise %s-h\n", oneLine(err), verbOf(parser, args))
		return exitMisuse
	}
	if _, err := kernel.CurrentPath(); err != nil {
		fmt.Fprintln(stderr, "edgewise:", oneLine(err))
		return exitMisuse
	}
	err = cli.Run()
	var m misuse
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &m):
		fmt.Fprintln(stderr, "edgewise:", oneLine(err))
		return exitMisuse
	default:
		fmt.Fprintln(stderr, "edgewise:", oneLine(err))
		return exitFailed
	}
}

// writer remembers the first error of what is printed, so that results that were
// lost on their way are no success.
type writer struct {
	to  io.Writer
	err error
}

func (w *writer) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	if w.err == nil {
		w.err = err
	}
	return n, err
}

// oneLine is the error on one line; what is no printable character, such as a
// terminal's commands in a file's name, is written as Go writes it.
func oneLine(err error) string {
	var b strings.Builder
	for _, r := range strings.Join(strings.Fields(err.Error()), " ") {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	return b.String()
}

// verbOf is the verb whose help explains the arguments, and a space.
func verbOf(k *kong.Kong, args []string) string {
	for _, v := range k.Model.Children {
		if v.Name == args[0] {
			return args[0] + " "
		}
	}
	return ""
}
