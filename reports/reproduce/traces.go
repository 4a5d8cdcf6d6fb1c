package reproduce

import (
	"cmp"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"sync"

	"edgewise/sim/ablation"
	"edgewise/sim/trace"
)

// FromTraces predicts stored traces as Study predicts its own. Runs of one spec
// under several seeds are one arm, under the name of the spec; a single run, and
// one without a spec, is an arm under the name of its folder, so that the null
// predictors that are fitted on other runs are fitted in hindsight on it. Runs of an
// arm of Arms, whole or cut short, are that arm, and its claims are judged.
func FromTraces(dirs []string, jobs int, progress func(done, total int)) ([]Run, error) {
	var runs []Run
	at := map[string]string{} // folder of each run
	for _, dir := range dirs {
		t, err := trace.Read(dir)
		if err != nil {
			return nil, err
		}
		m := &t.Manifest
		if m.Origin != trace.Observed {
			return nil, fmt.Errorf("%s holds a prediction: compare takes observed traces", dir)
		}
		if len(t.Points) == 0 {
			return nil, fmt.Errorf("%s holds no points yet: there is nothing to report", dir)
		}
		if other, ok := at[m.Run]; ok {
			return nil, fmt.Errorf("%s and %s hold the same run %s: name one of them", other, dir, m.Run)
		}
		at[m.Run] = dir
		r := Run{Arm: Arm{Name: filepath.Base(dir), Setting: m.Source}, Folder: dir, Observed: t}
		if m.Spec != nil {
			r.Arm, r.Seed = armOf(m), m.Spec.Seed
		}
		runs = append(runs, r)
	}
	runs = arranged(runs)
	var mu sync.Mutex
	done := 0
	ablation.Each(len(runs), jobs, func(i int) {
		runs[i].predict(runs)
		if progress != nil {
			mu.Lock()
			defer mu.Unlock()
			done++
			progress(done, len(runs))
		}
	})
	return runs, nil
}

var seedSuffix = regexp.MustCompile(`-s[0-9]+$`)

// armOf is the arm that a run with a spec belongs to: one of Arms, at the run's
// number of steps, or one named after the run.
func armOf(m *trace.Manifest) Arm {
	s := *m.Spec
	s.Seed = 0
	for _, a := range Arms() {
		x := a.Spec
		x.Seed, x.Steps, x.Record = 0, s.Steps, s.Record
		if x.ID() == s.ID() {
			a.Spec = s
			return a
		}
	}
	name := seedSuffix.ReplaceAllString(m.Name, "")
	if name == "" {
		name = s.Algorithm
	}
	return Arm{Name: name, Setting: fmt.Sprintf("%s, %s level, %d cells", s.Algorithm, s.Level, s.Net.Cells), Spec: s}
}

// arranged puts the runs of one arm beside each other, by seed, and gives arms
// of other specs that share a name a name of their own. Of an arm of the study run
// for two lengths the first is judged.
func arranged(runs []Run) []Run {
	key := func(r Run) string {
		if r.Observed.Manifest.Spec == nil {
			return r.Observed.Manifest.Run
		}
		return r.Arm.Spec.ID()
	}
	order := map[string]int{}
	size := map[string]int{}
	name := map[string]string{}
	for _, r := range runs {
		size[key(r)]++
	}
	taken, used := map[string]bool{}, map[string]bool{}
	claimed := map[string]bool{}
	for _, a := range Arms() {
		taken[a.Name] = true // only runs of the study itself bear its names
	}
	for _, r := range runs {
		k := key(r)
		if _, ok := order[k]; ok {
			continue
		}
		order[k] = len(order)
		n := r.Arm.Name
		if own := r.Arm.Claimed && !used[n]; own {
			used[n], claimed[k] = true, true
		} else {
			if r.Arm.Claimed {
				n = fmt.Sprintf("%s, %d steps", n, r.Arm.Spec.Steps)
			} else if size[k] == 1 {
				n = filepath.Base(r.Folder)
				if taken[n] {
					n = filepath.Base(filepath.Dir(r.Folder)) + "/" + n
				}
			}
			base := n
			for i := 2; taken[n]; i++ {
				n = fmt.Sprintf("%s (%d)", base, i)
			}
		}
		taken[n] = true
		name[k] = n
	}
	slices.SortStableFunc(runs, func(a, b Run) int {
		if c := order[key(a)] - order[key(b)]; c != 0 {
			return c
		}
		return cmp.Compare(a.Seed, b.Seed)
	})
	for i := range runs {
		k := key(runs[i])
		runs[i].Arm.Name, runs[i].Arm.Claimed = name[k], claimed[k]
	}
	return runs
}
