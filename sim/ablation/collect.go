package ablation

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"edgewise/sim/check"
	"edgewise/sim/trace"
	"edgewise/theory/bias"
)

// Outcome is what one search did, in the measures that ablations compare.
type Outcome struct {
	Rise    bias.Value // growth: how far the mean none-probability rose above its start (O1)
	Gap     bias.Value // width: mean none-probability of intermediate minus input edges, per node (O2)
	Failure bias.Value // failure: mean none-probability at the end (O3)
	Start   bias.Value // mean none-probability at the start
	Tail    float64    // mean L - H of alpha's split over the last tenth
}

// Result is a job with its outcome, or why it has none.
type Result struct {
	Job
	Outcome Outcome
	Err     error
}

// ErrNotRun is wrapped by the error of a job whose run is not in the folder, or not
// finished.
var ErrNotRun = errors.New("not run yet")

// Collect reads the outcome of every job from the runs under out, in order.
func Collect(jobs []Job, out string) []Result {
	results := make([]Result, len(jobs))
	for i, j := range jobs {
		results[i].Job = j
		results[i].Outcome, results[i].Err = j.outcome(out)
	}
	return results
}

func (j Job) outcome(out string) (Outcome, error) {
	dir := j.Folder(out)
	t, err := trace.Read(dir)
	if err == nil && t.Complete() {
		return Measure(t)
	}
	if note, nerr := os.ReadFile(filepath.Join(dir, failureFile)); nerr == nil {
		return Outcome{}, errors.New(strings.TrimSpace(string(note)))
	}
	if errors.Is(err, fs.ErrNotExist) || err == nil {
		return Outcome{}, fmt.Errorf("run %s: %w", j.ID(), ErrNotRun)
	}
	return Outcome{}, err
}

// Measure takes the outcome of an observed or predicted trace, over its first kind
// of cell. A space without none has no measure of it.
func Measure(t *trace.Trace) (Outcome, error) {
	traj := bias.Trajectory{Cell: t.Manifest.Cell(), None: t.Manifest.None()}
	for _, p := range t.Points {
		traj.Step, traj.Prob = append(traj.Step, p.Step), append(traj.Prob, p.Prob[0])
	}
	m, err := bias.Measure(traj, bias.Options{})
	if err != nil {
		return Outcome{}, err
	}
	o := Outcome{Rise: m.Growth.Rise, Gap: m.Width.Gap, Failure: m.Failure.Mean, Start: m.Growth.Start}
	n := len(t.Points) - 1
	count := 0
	for i := n - max(1, n/10); i < n; i++ {
		if s := check.AlphaSplit(t, &t.Points[i]); s != nil {
			o.Tail += s.Gap()
			count++
		}
	}
	if count > 0 {
		o.Tail /= float64(count)
	}
	return o, nil
}

// Missing lists the runs of jobs that are not finished under out.
func Missing(jobs []Job, out string) []Job {
	var list []Job
	for _, j := range Unique(jobs) {
		if _, err := j.outcome(out); errors.Is(err, ErrNotRun) {
			list = append(list, j)
		}
	}
	return list
}
