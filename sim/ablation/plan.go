package ablation

import (
	"fmt"
	"path/filepath"

	"edgewise/sim/spec"
)

// Job is one run: an arm, or a base (Arm is then empty), under one seed.
type Job struct {
	Base, Arm string
	Seed      uint64
	Spec      spec.Spec
}

// ID is the run's content address: jobs of equal specs are one run.
func (j Job) ID() string { return j.Spec.ID() }

// Folder is where the run is kept under out.
func (j Job) Folder(out string) string { return filepath.Join(out, "runs", j.ID()) }

// Jobs lists the runs of a grid: per seed every base, then every arm, so that the
// runs that are compared with each other are made one after the other. Runs with
// the same spec appear once per arm.
func (g Grid) Jobs() []Job {
	var jobs []Job
	add := func(base, arm string, s spec.Spec, seed uint64) {
		s.Seed = seed
		s.Name = fmt.Sprintf("%s-s%d", base, seed)
		if arm != "" {
			s.Name = fmt.Sprintf("%s-%s-s%d", base, arm, seed)
		}
		jobs = append(jobs, Job{base, arm, seed, s})
	}
	for n := range g.Seeds {
		seed := g.First + uint64(n)
		for _, b := range g.Bases {
			add(b.Name, "", b.Spec, seed)
		}
		for _, a := range g.Arms {
			add(a.Base, a.Name, a.Spec, seed)
		}
	}
	return jobs
}

// Unique returns the first job of every run.
func Unique(jobs []Job) []Job {
	var out []Job
	seen := map[string]bool{}
	for _, j := range jobs {
		if id := j.ID(); !seen[id] {
			seen[id] = true
			out = append(out, j)
		}
	}
	return out
}

// Shard returns part i of n, i = 1..n, of the runs: every n-th from the i-th on.
func Shard(jobs []Job, i, n int) ([]Job, error) {
	if n < 1 || i < 1 || i > n {
		return nil, fmt.Errorf("shard %d/%d: parts are numbered 1/n to n/n", i, n)
	}
	var out []Job
	for k := i - 1; k < len(jobs); k += n {
		out = append(out, jobs[k])
	}
	return out, nil
}

// Work estimates what the run costs, in steps of a sampled search on one cell: soft
// gates run every operation, a bi-level search makes two passes per step.
func (j Job) Work() int {
	work := j.Spec.Steps * j.Spec.Net.Cells
	if !j.Spec.OneHot() {
		work *= len(j.Spec.Net.Ops)
	}
	if j.Spec.Level != spec.Single || j.Spec.Alpha.Statistics == spec.Running {
		work *= 2
	}
	return work
}
