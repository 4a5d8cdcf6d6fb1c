package attack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// build makes the program.
func (e *Env) build(ctx context.Context, out string) error {
	cmd := e.tool(ctx, "build", "-o", out, "./cmd/edgewise")
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building the program: %w: %s", err, tail(text))
	}
	return nil
}

// tool is the go command in the root of the repository; when ctx ends, so do the
// processes that it started.
func (e *Env) tool(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	together(cmd)
	cmd.Dir, cmd.WaitDelay = e.Root, time.Second
	return cmd
}

func tail(text []byte) string {
	s := strings.Join(strings.Fields(string(text)), " ")
	if len(s) > 400 {
		s = "..." + s[len(s)-400:]
	}
	return s
}

// result is how a child ended: code is -1 when a signal ended it.
type result struct {
	code        int
	out, errs   string
	killed      bool
	interrupted error
	memory      int // largest resident memory in MiB
}

// run starts the program in dir and waits for it. With kill > 0 it is ended by
// SIGKILL after that time, if it still runs.
func (e *Env) run(ctx context.Context, dir string, kill time.Duration, args ...string) result {
	return e.start(ctx, dir, kill, exec.Command(e.Bin, args...))
}

func (e *Env) start(ctx context.Context, dir string, kill time.Duration, cmd *exec.Cmd) result {
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &errs
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	if err := cmd.Start(); err != nil {
		return result{code: -1, errs: err.Error(), interrupted: err}
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	var timer <-chan time.Time
	if kill > 0 {
		timer = time.After(kill)
	}
	r := result{}
	select {
	case <-ended:
	case <-timer:
		r.killed = cmd.Process.Kill() == nil
		<-ended
		r.killed = r.killed && cmd.ProcessState.ExitCode() < 0
	case <-ctx.Done():
		cmd.Process.Kill()
		<-ended
		r.interrupted = ctx.Err()
	}
	r.code, r.out, r.errs = cmd.ProcessState.ExitCode(), out.String(), errs.String()
	r.memory = peak(cmd.ProcessState)
	return r
}

// limited is the command under a limit on its address space, in MiB; without one
// where no shell can set it.
func limited(mib int, bin string, args ...string) *exec.Cmd {
	if shell, err := exec.LookPath("sh"); err == nil {
		return exec.Command(shell, append([]string{"-c", fmt.Sprintf(`ulimit -v %d 2>/dev/null; exec "$@"`, mib<<10), "sh", bin}, args...)...)
	}
	return exec.Command(bin, args...)
}

// tree reads every file under dir, but for measured times: name to bytes.
func tree(dir string) (map[string]string, error) {
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		switch d.Name() {
		case "seconds.txt": // what a run took: no two take the same
			return nil
		case "sources.json": // names the folder that it was written to, which differs here
			text = nil
		}
		files[filepath.ToSlash(name)] = string(text)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return files, err
}

// differ says how the files under dir differ from want.
func differ(want map[string]string, dir string) error {
	have, err := tree(dir)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		text, ok := have[name]
		switch {
		case !ok:
			return fmt.Errorf("%s is missing", name)
		case text != want[name]:
			return fmt.Errorf("%s has other bytes: %d, not %d, the first difference at %d", name, len(text), len(want[name]), firstDifference(text, want[name]))
		}
		delete(have, name)
	}
	for _, name := range slices.Sorted(maps.Keys(have)) {
		return fmt.Errorf("%s was left behind", name)
	}
	return nil
}

func firstDifference(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
