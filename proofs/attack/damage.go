package attack

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"edgewise/sim/ablation"
	"edgewise/sim/search"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// damages cut files short at every offset and flip a bit of every byte.
func damages() []Attack {
	return []Attack{
		{Name: "damage-trace", Family: "damage", About: "trace.jsonl and manifest.json cut and flipped at every offset: named and refused, or the longest sound prefix read", Run: damagedTrace},
		{Name: "damage-checkpoint", Family: "damage", About: "checkpoint.bin cut and flipped: named, and the trace beside it not touched", Run: damagedCheckpoint},
		{Name: "damage-resume", Family: "damage", About: "a trace damaged behind and before its checkpoint, then resumed: the sound bytes, or a refusal that names the line", Run: damagedResume},
		{Name: "damage-imports", Family: "damage", Long: true, About: "logs, arrays, weights, tables and images of every reader cut, spoiled and swollen: named, and what is sound is read", Run: func(ctx context.Context, e *Env) (Outcome, error) {
			return e.tests(ctx, []suite{{"./sim/trace/...", "^TestDamage"}, {"./sim/dataset", "EveryCut|RefusesDamage|HeadersTakeNoMemory"}})
		}},
		{Name: "damage-ablation", Family: "damage", About: "files of an ablation cut and flipped, then run again: the sound bytes, or a named failure", Run: damagedAblation},
	}
}

// smallSpec is the smallest search that has everything.
func smallSpec(steps int) (spec.Spec, error) {
	return spec.Decode("the small search", []byte(tinySpec(steps)), spec.Default())
}

// variants calls f with text cut at every offset, and with one bit of every byte
// flipped (in the full form, and for texts that are short, every bit), step bytes
// apart.
func variants(text []byte, step int, every bool, f func(what string, bad []byte)) {
	for at := 0; at < len(text); at += step {
		f(fmt.Sprintf("cut at %d", at), text[:at])
		bits := []int{at % 8}
		if every {
			bits = []int{0, 1, 2, 3, 4, 5, 6, 7}
		}
		for _, b := range bits {
			bad := bytes.Clone(text)
			bad[at] ^= 1 << b
			f(fmt.Sprintf("bit %d of byte %d", b, at), bad)
		}
	}
}

func damagedTrace(ctx context.Context, e *Env) (Outcome, error) {
	var o Outcome
	s, err := smallSpec(12)
	if err != nil {
		return o, err
	}
	dir := filepath.Join(e.Tmp, "trace")
	if err := search.Store(ctx, s, dir, false, search.Options{Workers: 1}); err != nil {
		return o, err
	}
	whole, err := trace.Read(dir)
	if err != nil {
		return o, err
	}
	points, head := filepath.Join(dir, trace.PointsFile), filepath.Join(dir, trace.ManifestFile)
	text, err := os.ReadFile(points)
	if err != nil {
		return o, err
	}
	attack := func(file string, bad []byte) (*trace.Trace, error) {
		if err := os.WriteFile(file, bad, 0o644); err != nil {
			return nil, err
		}
		return trace.Read(dir)
	}
	step := e.pick(41, 1, 1)
	variants(text, step, e.Full, func(what string, bad []byte) {
		t, err := attack(points, bad)
		o.try(soundPrefix(whole, t, err, bad, text, points, what))
	})
	if err := os.WriteFile(points, text, 0o644); err != nil {
		return o, err
	}
	text, err = os.ReadFile(head)
	if err != nil {
		return o, err
	}
	variants(text, step, e.Full, func(what string, bad []byte) {
		t, err := attack(head, bad)
		switch {
		case err != nil && strings.Contains(err.Error(), head):
			err = nil
		case err != nil:
			err = fmt.Errorf("manifest, %s: the error does not name the file: %w", what, err)
		case !sameManifest(t.Manifest, whole.Manifest):
			err = fmt.Errorf("manifest, %s: read without complaint, and differs", what)
		}
		o.try(err)
	})
	return o, nil
}

func sameManifest(a, b trace.Manifest) bool { return reflect.DeepEqual(a, b) }

// soundPrefix wants what was read of a damaged file to be a prefix of the whole
// trace, and the damage to be named unless only whole lines are missing.
func soundPrefix(whole, t *trace.Trace, err error, bad, text []byte, path, what string) error {
	if t == nil {
		return fmt.Errorf("%s: nothing was read: %w", what, err)
	}
	if len(t.Points) > len(whole.Points) {
		return fmt.Errorf("%s: %d points of %d were read", what, len(t.Points), len(whole.Points))
	}
	sound := bytes.Count(bad[:firstDifference(string(bad), string(text))], []byte("\n"))
	if len(t.Points) < sound {
		return fmt.Errorf("%s: %d points were read of %d that are sound", what, len(t.Points), sound)
	}
	for i := range t.Points {
		if !bytes.Equal(trace.AppendPoint(nil, &t.Points[i]), trace.AppendPoint(nil, &whole.Points[i])) {
			return fmt.Errorf("%s: point %d was read, and differs", what, i)
		}
	}
	wholeLines := bytes.HasPrefix(text, bad) && (len(bad) == 0 || bad[len(bad)-1] == '\n' || text[len(bad)] == '\n')
	switch {
	case err == nil && !wholeLines:
		return fmt.Errorf("%s: read without complaint", what)
	case err != nil && !strings.Contains(err.Error(), fmt.Sprintf("%s:%d:", path, sound+1)):
		return fmt.Errorf("%s: the error does not name line %d: %w", what, sound+1, err)
	case err == nil && len(t.Points) < len(whole.Points) && t.Complete():
		return fmt.Errorf("%s: a trace of %d points of %d passes for complete", what, len(t.Points), len(whole.Points))
	}
	return nil
}

// stopped makes a search that is stopped after some steps and returns its folder's
// files, and those of the same search made whole.
func (e *Env) stopped(ctx context.Context) (s spec.Spec, half, whole map[string]string, err error) {
	if s, err = smallSpec(30); err != nil {
		return
	}
	a, b := filepath.Join(e.Tmp, "half"), filepath.Join(e.Tmp, "whole")
	if err = search.Store(ctx, s, b, false, search.Options{Workers: 1}); err != nil {
		return
	}
	if whole, err = tree(b); err != nil {
		return
	}
	stop, cancel := context.WithCancel(ctx)
	defer cancel()
	err = search.Store(stop, s, a, false, search.Options{Workers: 1, Checkpoint: 5, Progress: func(done, _ int, _ *trace.Point) {
		if done == 17 {
			cancel()
		}
	}})
	if err == nil {
		err = fmt.Errorf("the search was not stopped")
		return
	}
	half, err = tree(a)
	if err == nil && half["checkpoint.bin"] == "" {
		err = fmt.Errorf("the stopped search left no checkpoint: %v", len(half))
	}
	return
}

// lay writes files into a fresh dir.
func lay(dir string, files map[string]string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// stride spreads about n places over a text.
func stride(length, n int) int { return max(1, int(math.Ceil(float64(length)/float64(n)))) }

func damagedCheckpoint(ctx context.Context, e *Env) (Outcome, error) {
	var o Outcome
	s, half, _, err := e.stopped(ctx)
	if err != nil {
		return o, err
	}
	dir := filepath.Join(e.Tmp, "bad")
	text := []byte(half["checkpoint.bin"])
	places := e.pick(20, 150, len(text))
	variants(text, stride(len(text), places), false, func(what string, bad []byte) {
		if ctx.Err() != nil {
			return
		}
		files := copyOf(half)
		files["checkpoint.bin"] = string(bad)
		if err := lay(dir, files); err != nil {
			o.try(err)
			return
		}
		err := search.Store(ctx, s, dir, true, search.Options{Workers: 1})
		switch {
		case err == nil:
			err = fmt.Errorf("%s: resumed without complaint", what)
		case !strings.Contains(err.Error(), "checkpoint"):
			err = fmt.Errorf("%s: the checkpoint is not named: %w", what, err)
		default:
			err = differ(files, dir)
		}
		o.try(err)
	})
	return o, ctx.Err()
}

func copyOf(files map[string]string) map[string]string {
	out := make(map[string]string, len(files))
	for k, v := range files {
		out[k] = v
	}
	return out
}

func damagedResume(ctx context.Context, e *Env) (Outcome, error) {
	var o Outcome
	s, half, whole, err := e.stopped(ctx)
	if err != nil {
		return o, err
	}
	dir := filepath.Join(e.Tmp, "bad")
	text := []byte(half[trace.PointsFile])
	text = append(text, `{"step":17,"steps":1,"half a li`...) // what a crash leaves
	places := e.pick(20, 100, len(text))
	variants(text, stride(len(text), places), false, func(what string, bad []byte) {
		if ctx.Err() != nil {
			return
		}
		files := copyOf(half)
		files[trace.PointsFile] = string(bad)
		if err := lay(dir, files); err != nil {
			o.try(err)
			return
		}
		err := search.Store(ctx, s, dir, true, search.Options{Workers: 1})
		if err == nil {
			if err = differ(whole, dir); err != nil {
				err = fmt.Errorf("%s: resumed without complaint: %w", what, err)
			}
		} else if !strings.Contains(err.Error(), trace.PointsFile) {
			err = fmt.Errorf("%s: the file is not named: %w", what, err)
		} else {
			err = differ(files, dir)
		}
		o.try(err)
	})
	return o, ctx.Err()
}

func damagedAblation(ctx context.Context, e *Env) (Outcome, error) {
	var o Outcome
	grid, err := ablation.Decode("the tiny grid", []byte(tinyGrid(10)))
	if err != nil {
		return o, err
	}
	grid.Seeds = 1
	jobs, dir := grid.Jobs(), filepath.Join(e.Tmp, "ablation")
	run := func() error { return ablation.Run(ctx, jobs, ablation.Options{Jobs: 1, Out: dir}) }
	if err := run(); err != nil {
		return o, err
	}
	want, err := tree(dir)
	if err != nil {
		return o, err
	}
	places := e.pick(3, 12, 150)
	for name, text := range want {
		variants([]byte(text), stride(len(text), places), false, func(what string, bad []byte) {
			if ctx.Err() != nil {
				return
			}
			files := copyOf(want)
			files[name] = string(bad)
			err := lay(dir, files)
			if err == nil {
				err = run()
			}
			if err == nil {
				err = differ(want, dir)
			}
			if err != nil && namedFailure(jobs, dir, name) {
				err = nil
			}
			if err != nil {
				err = fmt.Errorf("%s, %s: %w", name, what, err)
			}
			o.try(err)
		})
	}
	return o, ctx.Err()
}

// namedFailure says whether the result of the run that the file belongs to is an
// error that names the file.
func namedFailure(jobs []ablation.Job, dir, file string) bool {
	for _, r := range ablation.Collect(jobs, dir) {
		if r.Err != nil && strings.Contains(r.Err.Error(), filepath.Base(file)) {
			return true
		}
	}
	return false
}
