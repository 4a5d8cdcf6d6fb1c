// Command fuzz runs the fuzz target of every importer for a while and prints what
// came of it:
//
//	go run ./sim/trace/fuzz -time 5m [-dir ./sim/trace/...] [-run REGEXP]
//
// Columns: target; executions; inputs that reached new code; panics (an input that
// breaks the target is kept by go test under the package's testdata/fuzz); peak
// resident memory of a worker. Exit 1 when a target broke or took more memory than
// -limit. Targets run one after the other, one worker each.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"edgewise/reports/table"
)

func main() {
	d := flag.Duration("time", 5*time.Minute, "time for each target")
	dir := flag.String("dir", "./sim/trace/...", "packages, as the go command names them")
	only := flag.String("run", "", "regular expression that a target (package.Name) must match")
	limit := flag.Int("limit", 2048, "largest resident memory of a worker, in MiB")
	flag.Parse()
	if err := run(os.Stdout, os.Stderr, *dir, *only, *d, *limit); err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
}

// outcome is what a target's run showed.
type outcome struct {
	Package, Name    string
	Execs, New, Peak int
	Broken           string // the first line of what broke it
}

func run(out, progress io.Writer, dir, only string, d time.Duration, limit int) error {
	pick, err := regexp.Compile(only)
	if err != nil {
		return fmt.Errorf("-run: %w", err)
	}
	targets, err := list(dir)
	if err != nil {
		return err
	}
	tmp, err := os.MkdirTemp("", "edgewise-fuzz-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	t := table.Table{
		Name:    "fuzz",
		Caption: fmt.Sprintf("Fuzz targets, %v each", d),
		Columns: []table.Column{{Header: "Target"}, {Header: "Executions", Kind: table.KindInteger}, {Header: "New", Kind: table.KindInteger},
			{Header: "Panics", Kind: table.KindInteger}, {Header: "Peak MiB", Kind: table.KindInteger}, {Header: "What"}},
	}
	bad := 0
	for _, o := range targets {
		name := filepath.Base(o.Package) + "." + o.Name
		if !pick.MatchString(name) {
			continue
		}
		fmt.Fprintf(progress, "%s for %v\n", name, d)
		if err := o.fuzz(tmp, d); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		panics := 0
		if strings.Contains(o.Broken, "--- FAIL") {
			panics = 1
		}
		if o.Peak > limit {
			o.Broken = strings.TrimSpace(fmt.Sprintf("more than %d MiB; %s", limit, o.Broken))
		}
		if o.Broken != "" {
			bad++
		}
		t.Add(table.Text(name), table.Integer(o.Execs), table.Integer(o.New), table.Integer(panics), table.Integer(o.Peak), table.Text(o.Broken))
	}
	if len(t.Rows) == 0 {
		return fmt.Errorf("no target matches %q", only)
	}
	if err := t.Terminal(out, 0); err != nil {
		return err
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d targets broke", bad, len(t.Rows))
	}
	return nil
}

// list finds the fuzz targets of the packages.
func list(dir string) ([]outcome, error) {
	cmd := exec.Command("go", "list", "-f", `{{.ImportPath}}|{{.Dir}}|{{join .TestGoFiles " "}} {{join .XTestGoFiles " "}}`, dir)
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", dir, err)
	}
	declared := regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)
	var out []outcome
	for line := range strings.Lines(string(text)) {
		part := strings.Split(strings.TrimSpace(line), "|")
		for _, file := range strings.Fields(part[2]) {
			source, err := os.ReadFile(filepath.Join(part[1], file))
			if err != nil {
				return nil, err
			}
			for _, m := range declared.FindAllSubmatch(source, -1) {
				out = append(out, outcome{Package: part[0], Name: string(m[1])})
			}
		}
	}
	return out, nil
}

var told = regexp.MustCompile(`execs: (\d+) .*new interesting: (\d+)`)

// fuzz builds the target's test with coverage, so that the compiler's memory is not
// counted, and runs it in its package's folder.
func (o *outcome) fuzz(tmp string, d time.Duration) error {
	bin := filepath.Join(tmp, strings.ReplaceAll(o.Package, "/", "-")+".test")
	pattern := "^" + o.Name + "$"
	if text, err := exec.Command("go", "test", "-c", "-fuzz="+pattern, "-o", bin, o.Package).CombinedOutput(); err != nil {
		return fmt.Errorf("building: %w: %s", err, text)
	}
	where, err := exec.Command("go", "list", "-f", "{{.Dir}}", o.Package).Output()
	if err != nil {
		return err
	}
	cache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		return err
	}
	cmd := exec.Command(bin, "-test.run=^$", "-test.fuzz="+pattern, "-test.fuzztime="+d.String(), "-test.fuzzminimizetime=10x", "-test.parallel=1",
		"-test.fuzzcachedir="+filepath.Join(strings.TrimSpace(string(cache)), "fuzz", o.Package))
	cmd.Dir = strings.TrimSpace(string(where))
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(pipe)
	lines.Buffer(nil, 16<<20)
	failed := ""
	for lines.Scan() {
		line := lines.Text()
		if m := told.FindStringSubmatch(line); m != nil {
			o.Execs, _ = strconv.Atoi(m[1])
			o.New, _ = strconv.Atoi(m[2])
		}
		switch text := strings.TrimSpace(line); {
		case failed == "" && strings.Contains(line, "--- FAIL"):
			failed = text
		case failed != "" && text != "" && len(failed) < 300 && !strings.HasPrefix(text, "FAIL"):
			failed += " | " + text
		}
	}
	err = cmd.Wait()
	if strings.HasSuffix(failed, "context deadline exceeded") { // the engine's own end of time (golang/go#75804), no input
		err = nil
	}
	if use, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		o.Peak = int(use.Maxrss >> 10)
	}
	if err != nil {
		o.Broken = failed
		if failed == "" {
			o.Broken = err.Error()
		}
	}
	if o.Broken == "" && o.Execs == 0 {
		o.Broken = "not one execution: the stored corpus took all the time"
	}
	return nil
}
