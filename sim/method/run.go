package method

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"edgewise/sim/ablation"
	"edgewise/sim/trace"
)

// Result is what one method did under one seed, or why there is nothing to say.
type Result struct {
	Method  string
	Seed    uint64
	Outcome Outcome
	Err     error
}

// Run makes every search, then the trainings of what they derived, or takes over what
// Out holds of them. Only the end of ctx and faults of the folder are errors.
func (p Plan) Run(ctx context.Context, o ablation.Options) error {
	jobs := p.searches()
	for _, m := range p.Methods {
		if m.drawn {
			for n := range p.Seeds {
				trials, _, err := p.trials(m, p.First+uint64(n))
				if err != nil {
					return err
				}
				jobs = append(jobs, trials...)
			}
		}
	}
	if err := ablation.Run(ctx, jobs, o); err != nil {
		return err
	}
	var trainings []ablation.Job
	for _, m := range p.Methods {
		for n := range p.Seeds {
			seed := p.First + uint64(n)
			d, err := p.derived(m, seed, o.Out)
			if err == nil {
				var j ablation.Job
				if j, err = p.training(d, p.Retrain, m.Name, seed); err == nil {
					trainings = append(trainings, j)
				}
			}
		}
	}
	return ablation.Run(ctx, trainings, o)
}

// trials are the short trainings of a random search under a seed.
func (p Plan) trials(m Method, seed uint64) ([]ablation.Job, []Derived, error) {
	draws, err := p.draws(m, seed)
	if err != nil {
		return nil, nil, err
	}
	var jobs []ablation.Job
	for i, d := range draws {
		s := m.Spec
		s.Steps = p.Random.Steps
		j, err := p.training(d, s, fmt.Sprintf("%s-%d", m.Name, i), seed)
		if err != nil {
			return nil, nil, err
		}
		jobs = append(jobs, j)
	}
	return jobs, draws, nil
}

// derived is the cell that a method ended with under a seed.
func (p Plan) derived(m Method, seed uint64, out string) (Derived, error) {
	if !m.drawn {
		t, err := p.search(m, seed, out)
		if err != nil {
			return nil, err
		}
		return Derive(t)
	}
	jobs, draws, err := p.trials(m, seed)
	if err != nil {
		return nil, err
	}
	best, low := -1, 0.0
	for i, j := range jobs {
		t, err := read(j, out)
		if err != nil {
			return nil, err
		}
		s := t.Points[len(t.Points)-1].Search
		if s == nil {
			return nil, errors.New("random search keeps the cell with the lowest loss on held-out images: data.search is 0, or below a batch")
		}
		if best < 0 || s.Loss < low {
			best, low = i, s.Loss
		}
	}
	return draws[best], nil
}

// search reads the trace of a method's search under a seed.
func (p Plan) search(m Method, seed uint64, out string) (*trace.Trace, error) {
	return read(p.job(m, seed), out)
}

func (p Plan) job(m Method, seed uint64) ablation.Job {
	for _, j := range p.searches() {
		if j.Base == m.Name && j.Seed == seed {
			return j
		}
	}
	return ablation.Job{Base: m.Name, Seed: seed, Spec: m.Spec}
}

func read(j ablation.Job, out string) (*trace.Trace, error) {
	if r := ablation.Collect([]ablation.Job{j}, out); r[0].Err != nil {
		return nil, r[0].Err
	}
	return trace.Read(filepath.Join(j.Folder(out)))
}

// Collect measures every method under every seed from the runs under out, methods in
// order, seeds within.
func (p Plan) Collect(out string) []Result {
	var results []Result
	for _, m := range p.Methods {
		for n := range p.Seeds {
			r := Result{Method: m.Name, Seed: p.First + uint64(n)}
			r.Outcome, r.Err = p.measure(m, r.Seed, out)
			results = append(results, r)
		}
	}
	return results
}
