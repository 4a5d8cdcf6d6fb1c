// Package method puts search methods side by side: each searches under the same
// seeds and images, its derived cell is trained from scratch under one budget, and
// what it did to the wiring, what that cell is worth and what the search cost are
// measured in the same way.
package method

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"

	"edgewise/sim/ablation"
	"edgewise/sim/spec"
	"edgewise/sim/tomlfile"

	"github.com/BurntSushi/toml"
)

// Plan is a comparison of methods as data.
type Plan struct {
	Name    string
	Seeds   int
	First   uint64
	Retrain spec.Spec // what derived cells are trained with; its wiring is theirs
	Random  Random
	Methods []Method
}

// Random is a search that draws wirings, trains each for Steps and keeps the one with
// the lowest loss on held-out images: Cells x Steps is its budget.
type Random struct {
	Cells int `toml:"cells"`
	Steps int `toml:"steps"`
}

// Method is one row of the comparison.
type Method struct {
	Name    string
	Source  string // of the method
	Formula string // what it does to cost, gate or schedule
	Ours    string // what the paper leaves open, as decided here
	Against string // the method that its changes are taken against; empty for the first
	// Predicted are the signs of the changes of growth, width and failure against
	// that method: "+", "-", "0", "" where the theory is silent or its mean field is
	// to be asked.
	Predicted map[string]string
	Theory    string // the statement that predicts them
	Spec      spec.Spec
	drawn     bool // random search: no search of its own
}

// RandomSearch is the name of the method that Plan.Random describes.
const RandomSearch = "random-search"

type file struct {
	Name    string         `toml:"name"`
	Seeds   int            `toml:"seeds"`
	First   uint64         `toml:"first_seed"`
	Common  map[string]any `toml:"common"`
	Retrain map[string]any `toml:"retrain"`
	Random  Random         `toml:"random"`
	Method  []struct {
		Name      string            `toml:"name"`
		Algorithm string            `toml:"algorithm"`
		Source    string            `toml:"source"`
		Formula   string            `toml:"formula"`
		Ours      string            `toml:"ours"`
		Against   string            `toml:"against"`
		Predicted map[string]string `toml:"predicted"`
		Theory    string            `toml:"theory"`
		Spec      map[string]any    `toml:"spec"`
	} `toml:"method"`
}

//go:embed methods.toml
var defaultPlan []byte

// Default returns the plan that ships with the program.
func Default() (Plan, error) { return Decode("the default plan", defaultPlan) }

// Load reads a plan from a TOML file.
func Load(path string) (Plan, error) {
	text, err := tomlfile.Read(path)
	if err != nil {
		return Plan{}, fmt.Errorf("reading the plan: %w", err)
	}
	return Decode(path, text)
}

// Decode reads a plan from TOML: every method's spec on top of [common], made one of
// its algorithm, on top of spec.Default. Unknown keys and specs that cannot be run
// are errors that name the place.
func Decode(name string, text []byte) (Plan, error) {
	var f file
	md, err := tomlfile.Decode(name, text, &f)
	if err != nil {
		return Plan{}, err
	}
	for _, k := range md.Undecoded() {
		if k[0] != "common" && k[0] != "retrain" && (len(k) < 2 || k[1] != "spec") { // those are read, and checked, as specs
			return Plan{}, fmt.Errorf("%s: unknown key %s", name, k)
		}
	}
	p := Plan{Name: f.Name, Seeds: f.Seeds, First: f.First, Random: f.Random}
	switch {
	case p.Seeds < 1 || p.Seeds > 1000:
		return p, fmt.Errorf("%s: seeds is %d: it must be 1 to 1000", name, p.Seeds)
	case p.First == 0:
		return p, fmt.Errorf("%s: first_seed is 0: seeds count from 1", name)
	case len(f.Method) == 0:
		return p, fmt.Errorf("%s: no [[method]]: there is nothing to compare", name)
	case p.Random.Cells < 1 || p.Random.Cells > 10000 || p.Random.Steps < 1:
		return p, fmt.Errorf("%s: random: %d cells of %d steps: it needs at least one of each, and at most 10000 cells", name, p.Random.Cells, p.Random.Steps)
	}
	base, err := patched(name+": common", spec.Default(), f.Common)
	if err != nil {
		return p, err
	}
	training := base
	training.Record = spec.Record{Every: 1} // set when a cell is trained
	if p.Retrain, err = patched(name+": retrain", training, f.Retrain); err != nil {
		return p, err
	}
	for n, m := range f.Method {
		at := fmt.Sprintf("%s: method[%d] %s", name, n, m.Name)
		if m.Name == "" || slices.ContainsFunc(p.Methods, func(o Method) bool { return o.Name == m.Name }) {
			return p, fmt.Errorf("%s: the name must not be empty or used twice", at)
		}
		for k, v := range m.Predicted {
			if !slices.Contains(Biases, k) || !slices.Contains([]string{"+", "-", "0"}, v) {
				return p, fmt.Errorf("%s: predicted %s = %q: it must be one of %v with \"+\", \"-\" or \"0\"", at, k, v, Biases)
			}
		}
		x := Method{Name: m.Name, Source: m.Source, Formula: m.Formula, Ours: m.Ours, Against: m.Against, Predicted: m.Predicted, Theory: m.Theory, drawn: m.Algorithm == RandomSearch}
		s := base
		s.Net.Ops = slices.Clone(base.Net.Ops)
		if !x.drawn {
			s.Use(m.Algorithm)
		}
		if x.Spec, err = patched(at+": spec", s, m.Spec); err != nil {
			return p, err
		}
		if m.Against != "" && !slices.ContainsFunc(p.Methods, func(o Method) bool { return o.Name == m.Against }) {
			return p, fmt.Errorf("%s: against: %q is not a method above it", at, m.Against)
		}
		p.Methods = append(p.Methods, x)
	}
	return p, nil
}

// patched reads a table of TOML on top of a spec.
func patched(at string, base spec.Spec, patch map[string]any) (spec.Spec, error) {
	var b bytes.Buffer
	if err := toml.NewEncoder(&b).Encode(patch); err != nil {
		return base, fmt.Errorf("%s: %w", at, err)
	}
	return spec.Decode(at, b.Bytes(), base)
}

// Cut shortens every search, and every training from scratch, to that many steps.
func (p *Plan) Cut(steps int) {
	cut := func(s *spec.Spec) {
		s.Steps = min(s.Steps, steps)
		s.Record.Every, s.Record.Eval = min(s.Record.Every, s.Steps), min(s.Record.Eval, s.Steps)
	}
	cut(&p.Retrain)
	p.Random.Steps = min(p.Random.Steps, steps)
	for i := range p.Methods {
		cut(&p.Methods[i].Spec)
	}
}

// searches are the runs of the methods' own searches.
func (p Plan) searches() []ablation.Job {
	g := ablation.Grid{Name: p.Name, Seeds: p.Seeds, First: p.First}
	for _, m := range p.Methods {
		if !m.drawn {
			g.Bases = append(g.Bases, ablation.Base{Name: m.Name, Spec: m.Spec})
		}
	}
	return g.Jobs()
}
