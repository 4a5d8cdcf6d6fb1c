package attack

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// disks take the room, the right or the patience to write away.
func disks() []Attack {
	return []Attack{
		{Name: "disk-full", Family: "disk", About: "every verb that writes, on a disk that fills: one line, exit 1, and the same bytes once there is room", Run: diskFull},
		{Name: "disk-quota", Family: "disk", About: "every verb that writes, under a limit on the size of a file", Run: diskQuota},
		{Name: "disk-read-only", Family: "disk", About: "every verb that writes, into a folder that cannot be written: one line, exit 1, the old output as it was", Run: diskReadOnly},
		{Name: "failing-writer", Family: "disk", About: "results printed to a device that refuses them: exit 1", Run: failingWriter},
	}
}

// A writer is a command that writes to a folder.
type writer struct {
	verb  string
	args  []string // without --out
	again bool     // the same command continues where it was stopped
}

// writers makes what the commands read.
func (e *Env) writers(ctx context.Context) ([]writer, error) {
	spec, err := e.file("tiny.toml", tinySpec(300))
	if err != nil {
		return nil, err
	}
	grid, err := e.file("grid.toml", tinyGrid(100))
	if err != nil {
		return nil, err
	}
	log, err := e.file("log.txt", tinyLog(120))
	if err != nil {
		return nil, err
	}
	steps, err := e.file("steps.toml", strings.Replace(tinySpec(60), "every = 5", "every = 1", 1))
	if err != nil {
		return nil, err
	}
	run := filepath.Join(e.Tmp, "run")
	if r := e.run(ctx, e.Tmp, 0, "search", "--spec", steps, "--out", run); r.code != 0 {
		return nil, fmt.Errorf("making a trace: %s", r.errs)
	}
	return []writer{
		{"search", []string{"search", "--spec", spec, "--checkpoint", "20", "--resume"}, true},
		{"ablate", []string{"ablate", "--grid", grid, "--jobs", "1"}, true},
		{"import", []string{"import", log, "--export", "csv,parquet", "--ops", "none,max_pool_3x3,avg_pool_3x3,skip_connect,sep_conv_3x3,sep_conv_5x5,dil_conv_3x3,dil_conv_5x5"}, true},
		{"reproduce", []string{"reproduce", "--steps", "12", "--seeds", "1", "--jobs", "1"}, true},
		{"predict", []string{"predict", run, "--rung", "driven"}, true},
		{"report", []string{"report", run}, true},
	}, nil
}

// oneLineFailure wants exit 1, and one line that says why.
func oneLineFailure(r result, why ...string) error {
	lines := strings.Count(strings.TrimSuffix(r.errs, "\n"), "\n") + 1
	switch {
	case r.code == 0:
		return fmt.Errorf("it says that all is well: %s", tail([]byte(r.out)))
	case r.code != 1:
		return fmt.Errorf("exit %d, not 1: %s", r.code, tail([]byte(r.errs)))
	case lines != 1 || !strings.HasPrefix(r.errs, "edgewise: "):
		return fmt.Errorf("%d lines of errors, not 1: %s", lines, tail([]byte(r.errs)))
	}
	for _, w := range why {
		if strings.Contains(r.errs, w) {
			return nil
		}
	}
	return fmt.Errorf("the error names none of %q: %s", why, tail([]byte(r.errs)))
}

func diskFull(ctx context.Context, e *Env) (Outcome, error) {
	var o Outcome
	if why := cannotMount(ctx, e); why != "" {
		o.NotRun = why
		return o, nil
	}
	ws, err := e.writers(ctx)
	if err != nil {
		return o, err
	}
	for _, w := range ws {
		calm := filepath.Join(e.Tmp, "calm-"+w.verb)
		if r := e.run(ctx, e.Tmp, 0, append(w.args, "--out", calm)...); r.code != 0 {
			return o, fmt.Errorf("%s undisturbed: %s", w.verb, r.errs)
		}
		want, err := tree(calm)
		if err != nil {
			return o, err
		}
		total := 0
		for _, text := range want {
			total += len(text)
		}
		for _, share := range []float64{0.02, 0.2, 0.5, 0.8} {
			if room := max(2*4096, int(share*float64(total))); room < total { // else all of it fits
				o.try(e.onFullDisk(ctx, w, want, room))
			}
		}
	}
	return o, ctx.Err()
}

// onFullDisk runs w on a disk of that many bytes, then again with room.
func (e *Env) onFullDisk(ctx context.Context, w writer, want map[string]string, room int) error {
	mount := filepath.Join(e.Tmp, "disk")
	if err := os.MkdirAll(mount, 0o755); err != nil {
		return err
	}
	pages := max(2, room/4096)
	if text, err := exec.CommandContext(ctx, "mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%d", pages*4096), "tmpfs", mount).CombinedOutput(); err != nil {
		return fmt.Errorf("mounting: %w: %s", err, tail(text))
	}
	defer exec.Command("umount", mount).Run()
	out := filepath.Join(mount, "out")
	r := e.run(ctx, e.Tmp, 0, append(w.args, "--out", out)...)
	if err := oneLineFailure(r, "no space left"); err != nil && !(w.verb == "ablate" && r.code == 0) {
		return fmt.Errorf("%s with %d bytes of room: %w", w.verb, pages*4096, err)
	}
	if text, err := exec.CommandContext(ctx, "mount", "-o", "remount,size=64m", mount).CombinedOutput(); err != nil {
		return fmt.Errorf("making room: %w: %s", err, tail(text))
	}
	if r := e.run(ctx, e.Tmp, 0, append(w.args, "--out", out)...); r.code != 0 {
		return fmt.Errorf("%s once there was room after %d bytes: %s", w.verb, pages*4096, r.errs)
	}
	if err := differ(want, out); err != nil {
		return fmt.Errorf("%s once there was room after %d bytes: %w", w.verb, pages*4096, err)
	}
	return nil
}

// cannotMount says why no disk can be mounted here.
func cannotMount(ctx context.Context, e *Env) string {
	if os.Getuid() != 0 {
		return "only root can mount a small disk"
	}
	dir := filepath.Join(e.Tmp, "probe")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err.Error()
	}
	if text, err := exec.CommandContext(ctx, "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", dir).CombinedOutput(); err != nil {
		return fmt.Sprintf("no small disk can be mounted here: %v: %s", err, tail(text))
	}
	exec.Command("umount", dir).Run()
	return ""
}

func diskQuota(ctx context.Context, e *Env) (Outcome, error) {
	var o Outcome
	shell, err := exec.LookPath("sh")
	if err != nil {
		o.NotRun = "there is no sh to set a limit with"
		return o, nil
	}
	ws, err := e.writers(ctx)
	if err != nil {
		return o, err
	}
	for _, w := range ws {
		calm := filepath.Join(e.Tmp, "calm-"+w.verb)
		if r := e.run(ctx, e.Tmp, 0, append(w.args, "--out", calm)...); r.code != 0 {
			return o, fmt.Errorf("%s undisturbed: %s", w.verb, r.errs)
		}
		want, err := tree(calm)
		if err != nil {
			return o, err
		}
		largest := 0
		for _, text := range want {
			largest = max(largest, len(text))
		}
		for _, blocks := range []int{1, largest / 512 / 3, largest / 512 * 9 / 10} { // POSIX: blocks of 512 bytes; some shells count 1024
			out := filepath.Join(e.Tmp, "quota")
			os.RemoveAll(out)
			line := append([]string{"-c", fmt.Sprintf(`ulimit -f %d; exec "$@"`, max(1, blocks/2)), "sh", e.Bin}, append(w.args, "--out", out)...)
			r := e.start(ctx, e.Tmp, 0, exec.Command(shell, line...))
			err := oneLineFailure(r, "file too large")
			if w.verb == "ablate" && r.code == 0 {
				err = nil // the arms are reported as failed
			}
			if err == nil {
				if r = e.run(ctx, e.Tmp, 0, append(w.args, "--out", out)...); r.code != 0 {
					err = fmt.Errorf("without the limit: %s", r.errs)
				} else {
					err = differ(want, out)
				}
			}
			if err != nil {
				err = fmt.Errorf("%s with files of at most %d blocks: %w", w.verb, max(1, blocks/2), err)
			}
			o.try(err)
		}
	}
	return o, ctx.Err()
}

func diskReadOnly(ctx context.Context, e *Env) (Outcome, error) {
	var o Outcome
	ws, err := e.writers(ctx)
	if err != nil {
		return o, err
	}
	root := os.Getuid() == 0
	if root {
		if why := cannotMount(ctx, e); why != "" {
			o.NotRun = why + " (and root writes into any folder)"
			return o, nil
		}
	}
	for _, w := range ws {
		for _, old := range []bool{false, true} {
			o.try(e.readOnly(ctx, w, old, root))
		}
	}
	return o, ctx.Err()
}

// readOnly runs w into a folder that cannot be written, which is empty or holds an
// older output that was stopped half-way.
func (e *Env) readOnly(ctx context.Context, w writer, old, root bool) error {
	mount := filepath.Join(e.Tmp, "locked")
	if err := os.MkdirAll(mount, 0o755); err != nil {
		return err
	}
	if root {
		if text, err := exec.CommandContext(ctx, "mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", mount).CombinedOutput(); err != nil {
			return fmt.Errorf("mounting: %w: %s", err, tail(text))
		}
		defer exec.Command("umount", mount).Run()
	}
	out := filepath.Join(mount, "out")
	before := map[string]string{}
	if old {
		if err := os.MkdirAll(filepath.Join(out, "kept"), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(out, "kept", "note.txt"), []byte("mine"), 0o644); err != nil {
			return err
		}
		before["kept/note.txt"] = "mine"
	}
	if root {
		if text, err := exec.CommandContext(ctx, "mount", "-o", "remount,ro", mount).CombinedOutput(); err != nil {
			return fmt.Errorf("locking: %w: %s", err, tail(text))
		}
	} else {
		lock := mount
		if old {
			lock = out
		}
		if err := os.Chmod(lock, 0o555); err != nil {
			return err
		}
		defer os.RemoveAll(mount)
		defer os.Chmod(lock, 0o755)
	}
	r := e.run(ctx, e.Tmp, 0, append(w.args, "--out", out)...)
	if err := oneLineFailure(r, "read-only file system", "permission denied"); err != nil {
		return fmt.Errorf("%s (old output: %v): %w", w.verb, old, err)
	}
	if err := differ(before, out); err != nil {
		return fmt.Errorf("%s (old output: %v): %w", w.verb, old, err)
	}
	return nil
}

// failingWriter prints to /dev/full, which refuses every byte.
func failingWriter(ctx context.Context, e *Env) (Outcome, error) {
	var o Outcome
	if _, err := os.Stat("/dev/full"); err != nil {
		o.NotRun = "there is no /dev/full here"
		return o, nil
	}
	ws, err := e.writers(ctx)
	if err != nil {
		return o, err
	}
	run := filepath.Join(e.Tmp, "run")
	lines := [][]string{
		{"--help"}, {"search", "-h"}, {"search", "--preset", "help"}, {"search", "--dry-run"}, {"check", run}, {"check", run, "--json"}, {"compare", run}, {"derive"},
		{"derive", "--json"}, {"ablate", "plan"}, {"import", "--recorder"}, {"import", "--format", "list"}, {"prove", "--help"}, {"selftest", "--list"},
	}
	for _, w := range ws {
		lines = append(lines, append(w.args, "--out", filepath.Join(e.Tmp, "full-"+w.verb)))
	}
	for _, line := range lines {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			return o, err
		}
		cmd := exec.CommandContext(ctx, e.Bin, line...)
		var errs strings.Builder
		cmd.Dir, cmd.Stdout, cmd.Stderr = e.Tmp, full, &errs
		cmd.Run()
		full.Close()
		err = oneLineFailure(result{code: cmd.ProcessState.ExitCode(), errs: errs.String()}, "no space left")
		if err != nil {
			err = fmt.Errorf("%s: %w", strings.Join(line, " "), err)
		}
		o.try(err)
	}
	return o, ctx.Err()
}
