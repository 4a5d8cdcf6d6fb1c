package ablation

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"strings"

	"edgewise/sim/bounded"
	"edgewise/sim/check"
	"edgewise/sim/trace"
	"edgewise/theory/bias"
	"edgewise/theory/cell"
)

// Outcome is what one search did, in the measures that ablations compare.
type Outcome struct {
	Rise    bias.Value // growth: how far the mean none-probability rose above its start (O1)
	Gap     bias.Value // width: mean none-probability of intermediate minus input edges, per node (O2)
	Failure bias.Value // failure: mean none-probability at the end (O3)
	Start   bias.Value // mean none-probability at the start
	Tail    float64    // mean L - H of alpha's split over the last tenth

	// InputRise is Rise over the edges from the cell's inputs alone, and Delay the mean
	// of Gap over the run.
	InputRise, Delay bias.Value

	// How the none-probability of free edges came to move: with a the logits of an
	// edge, log p_none/(1 - p_none) = (a_none - mean of the others') - log mean exp of
	// the others about their mean - log of their number.
	Logit  bias.Value // mean over edges: end less start of a_none - mean of the others
	Spread bias.Value // mean over edges: end less start of log mean exp (a_k - mean)
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
	if note, nerr := bounded.Read(filepath.Join(dir, failureFile), maxFailure); nerr == nil {
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
	o.Logit, o.Spread = logits(t)
	o.InputRise, o.Delay = apart(traj, m)
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

// apart measures what the mean over edges and the last point hide: the rise of the
// edges from the inputs, and how far intermediate edges are behind on average.
func apart(t bias.Trajectory, m bias.Measures) (rise, delay bias.Value) {
	if !m.Width.Gap.Known {
		return m.Width.Gap, m.Width.Gap
	}
	first := 0.0
	for i, prob := range t.Prob {
		sum, n := 0.0, 0.0
		for e, ed := range t.Cell.Edges {
			if q := prob[e][t.None]; ed.FromInput() && q > 0 && q < 1 {
				sum, n = sum+q, n+1
			}
		}
		if n > 0 {
			if i == 0 {
				first = sum / n
			}
			rise.X = math.Max(rise.X, sum/n-first)
		}
		gap, nodes := 0.0, 0.0
		for j := cell.Inputs; j < cell.Inputs+t.Cell.Nodes; j++ {
			var part, count [2]float64
			for _, e := range t.Cell.Into(j) {
				k := 0
				if t.Cell.Edges[e].FromInput() {
					k = 1
				}
				part[k], count[k] = part[k]+prob[e][t.None], count[k]+1
			}
			if count[0] > 0 && count[1] > 0 {
				gap, nodes = gap+part[0]/count[0]-part[1]/count[1], nodes+1
			}
		}
		if nodes > 0 {
			delay.X += gap / nodes / float64(len(t.Prob))
		}
	}
	rise.Known, delay.Known = true, true
	return rise, delay
}

// logits measures what moved the none-probability: the logit of none against the mean
// of the others, or the others' spread, which alone lowers it.
func logits(t *trace.Trace) (logit, spread bias.Value) {
	none := t.Manifest.None()
	first, last := t.Points[0].Alpha, t.Points[len(t.Points)-1].Alpha
	if none < 0 || first == nil || last == nil || t.Manifest.Spec != nil && !t.Manifest.Spec.SoftmaxGate() {
		why := bias.Value{Why: "no logit of none against a softmax of others"}
		return why, why
	}
	parts := func(row []float64) (against, wide float64, ok bool) {
		mean, n := 0.0, 0.0
		for k, a := range row {
			if k != none && !math.IsNaN(a) {
				mean, n = mean+a, n+1
			}
		}
		if n == 0 || math.IsNaN(row[none]) {
			return 0, 0, false
		}
		mean /= n
		sum := 0.0
		for k, a := range row {
			if k != none && !math.IsNaN(a) {
				sum += math.Exp(a-mean) / n
			}
		}
		return row[none] - mean, math.Log(sum), true
	}
	edges := 0.0
	for e := range first[0] {
		a, v, ok := parts(first[0][e])
		b, w, _ := parts(last[0][e])
		if ok {
			logit.X, spread.X, edges = logit.X+b-a, spread.X+w-v, edges+1
		}
	}
	if edges == 0 {
		why := bias.Value{Why: "no edge may choose between none and another operation"}
		return why, why
	}
	logit.X, spread.X, logit.Known, spread.Known = logit.X/edges, spread.X/edges, true, true
	return logit, spread
}
