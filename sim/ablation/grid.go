package ablation

import (
	"bytes"
	"embed"
	"fmt"
	"slices"
	"strings"

	"edgewise/sim/intervention"
	"edgewise/sim/spec"
	"edgewise/sim/tomlfile"

	"github.com/BurntSushi/toml"
)

// Grid is an ablation study as data: every arm is a base search with something
// changed, run under the same seeds as its base, on the same images in the same
// order and with the same initial weights.
type Grid struct {
	Name  string
	Seeds int    // runs per arm
	First uint64 // the first seed
	Bases []Base
	Arms  []Arm // without the bases themselves
}

// Base is a search that arms are compared with.
type Base struct {
	Name    string
	Setting string // what a reader must know to repeat it
	Spec    spec.Spec
}

// Arm is one intervention on one base.
type Arm struct {
	Name    string
	Base    string
	Claim   string // the statement of P7, or of the law that predicts it
	Formula string // what is changed
	Against string // the arm on the same base that it is compared with; empty: the base
	Spec    spec.Spec
}

// file is the TOML form of a grid.
type file struct {
	Name  string `toml:"name"`
	Seeds int    `toml:"seeds"`
	First uint64 `toml:"first_seed"`
	Base  []struct {
		Name    string         `toml:"name"`
		Setting string         `toml:"setting"`
		Preset  string         `toml:"preset"`
		Spec    map[string]any `toml:"spec"`
	} `toml:"base"`
	Arm []struct {
		Name          string             `toml:"name"`
		Bases         []string           `toml:"bases"` // empty: all
		Claim         string             `toml:"claim"`
		Formula       string             `toml:"formula"`
		Against       string             `toml:"against"`
		Interventions []intervention.Use `toml:"interventions"`
		Spec          map[string]any     `toml:"spec"`
	} `toml:"arm"`
}

//go:embed default.toml variants.toml
var shipped embed.FS

// Default and Variants name the grids that ship with the program: interventions on
// the cost assignment, and other methods, norms, nets and data on the same bases.
const (
	Default  = "default"
	Variants = "variants"
)

// Shipped returns a grid that ships with the program.
func Shipped(name string) (Grid, error) {
	text, err := shipped.ReadFile(name + ".toml")
	if err != nil {
		return Grid{}, fmt.Errorf("no grid %q ships with the program: there are %s and %s", name, Default, Variants)
	}
	return Decode("the "+name+" grid", text)
}

// Load reads a grid from a TOML file, or the shipped grid of that name.
func Load(path string) (Grid, error) {
	if path == Default || path == Variants {
		return Shipped(path)
	}
	text, err := tomlfile.Read(path)
	if err != nil {
		return Grid{}, fmt.Errorf("reading the grid: %w", err)
	}
	return Decode(path, text)
}

// Decode reads a grid from TOML. Specs of bases are read on top of spec.Default or
// of the named preset, those of arms on top of their base. Unknown keys, repeated and
// unknown names and specs that cannot be run are errors that name the place.
func Decode(name string, text []byte) (Grid, error) {
	var f file
	md, err := tomlfile.Decode(name, text, &f)
	if err != nil {
		return Grid{}, err
	}
	src := newSource(name, text)
	for _, k := range md.Undecoded() {
		if len(k) < 2 || k[1] != "spec" { // what is below spec is read, and checked, as a spec
			return Grid{}, fmt.Errorf("%s: unknown key %s", src.anywhere(k[len(k)-1]), k)
		}
	}
	g := Grid{Name: f.Name, Seeds: f.Seeds, First: f.First}
	switch {
	case g.Name == "":
		return g, fmt.Errorf("%s: name is empty", name)
	case g.Seeds < 1 || g.Seeds > 1000:
		return g, fmt.Errorf("%s: seeds is %d: it must be 1 to 1000", src.at("", 0, "seeds"), g.Seeds)
	case g.First == 0:
		return g, fmt.Errorf("%s: first_seed is 0: seeds count from 1", src.at("", 0, "first_seed"))
	case len(f.Base) == 0:
		return g, fmt.Errorf("%s: no [[base]]: there is nothing to compare with", name)
	}
	bases := map[string]spec.Spec{}
	var all []string
	for n, b := range f.Base {
		at := func(key string) string { return fmt.Sprintf("%s: base[%d] %s", src.at("base", n, key), n, b.Name) }
		if _, ok := bases[b.Name]; ok || !plain(b.Name) {
			return g, fmt.Errorf("%s: the name must be letters, digits, '-' and '.', and not be used twice", at("name"))
		}
		start := spec.Default()
		if b.Preset != "" {
			if start, err = spec.Preset(b.Preset); err != nil {
				return g, fmt.Errorf("%s: %w", at("preset"), err)
			}
		}
		s, err := patched(at, start, b.Spec)
		if err != nil {
			return g, err
		}
		bases[b.Name] = s
		all = append(all, b.Name)
		g.Bases = append(g.Bases, Base{b.Name, b.Setting, s})
	}
	seen := map[string]bool{}
	for n, a := range f.Arm {
		at := func(key string) string { return fmt.Sprintf("%s: arm[%d] %s", src.at("arm", n, key), n, a.Name) }
		if seen[a.Name] || !plain(a.Name) {
			return g, fmt.Errorf("%s: the name must be letters, digits, '-' and '.', and not be used twice", at("name"))
		}
		seen[a.Name] = true
		if len(a.Bases) == 0 {
			a.Bases = all
		}
		if len(a.Interventions) == 0 && len(a.Spec) == 0 {
			return g, fmt.Errorf("%s: it changes nothing: give interventions or a spec", at("name"))
		}
		if _, ok := a.Spec["seed"]; ok {
			return g, fmt.Errorf("%s: spec.seed: seeds belong to the grid, so that arms are paired", at("seed"))
		}
		for _, b := range a.Bases {
			start, ok := bases[b]
			if !ok {
				return g, fmt.Errorf("%s: bases: %q is not one of %v", at("bases"), b, all)
			}
			start.Interventions = append(start.Interventions[:len(start.Interventions):len(start.Interventions)], a.Interventions...)
			s, err := patched(at, start, a.Spec)
			if err != nil {
				return g, err
			}
			arm := Arm{Name: a.Name, Base: b, Claim: a.Claim, Formula: a.Formula, Against: a.Against, Spec: s}
			arm.describe(a.Interventions)
			g.Arms = append(g.Arms, arm)
		}
	}
	slices.SortStableFunc(g.Arms, func(a, b Arm) int { return slices.Index(all, a.Base) - slices.Index(all, b.Base) })
	for n, a := range f.Arm {
		for _, arm := range g.Arms {
			if _, ok := g.Arm(arm.Base, a.Against); arm.Name == a.Name && !ok && a.Against != "" {
				return g, fmt.Errorf("%s: arm[%d] %s: against: base %s has no arm %q", src.at("arm", n, "against"), n, a.Name, arm.Base, a.Against)
			}
		}
	}
	return g, nil
}

// Cut shortens every search to that many steps.
func (g *Grid) Cut(steps int) {
	cut := func(s *spec.Spec) {
		s.Steps = min(s.Steps, steps)
		s.Record.Every, s.Record.Eval = min(s.Record.Every, s.Steps), min(s.Record.Eval, s.Steps)
		s.Theta.Warmup, s.Alpha.Warmup = min(s.Theta.Warmup, s.Steps), min(s.Alpha.Warmup, s.Steps)
	}
	for i := range g.Bases {
		cut(&g.Bases[i].Spec)
	}
	for i := range g.Arms {
		cut(&g.Arms[i].Spec)
	}
}

// Arm returns the arm of that name on a base.
func (g Grid) Arm(base, name string) (Arm, bool) {
	for _, a := range g.Arms {
		if a.Base == base && a.Name == name {
			return a, true
		}
	}
	return Arm{}, false
}

// describe takes statement and formula from the registered interventions where the
// grid says none.
func (a *Arm) describe(uses []intervention.Use) {
	var claims, formulas []string
	for _, u := range uses {
		i, err := intervention.ByName(u.Name)
		if err != nil {
			continue // the spec was checked
		}
		claims = append(claims, i.Claim)
		text := i.Formula
		if u.Strength != 0 {
			text += fmt.Sprintf(", at %g", u.Strength)
		}
		formulas = append(formulas, text)
	}
	if a.Claim == "" {
		a.Claim = strings.Join(claims, ", ")
	}
	if a.Formula == "" {
		a.Formula = strings.Join(formulas, "; then ")
	}
}

// patched reads a table of TOML on top of a spec.
func patched(at func(key string) string, base spec.Spec, patch map[string]any) (spec.Spec, error) {
	base.Net.Ops, base.Net.Reductions, base.Edges = slices.Clone(base.Net.Ops), slices.Clone(base.Net.Reductions), slices.Clone(base.Edges)
	var b bytes.Buffer
	if err := toml.NewEncoder(&b).Encode(patch); err != nil {
		return base, fmt.Errorf("%s: spec: %w", at("spec"), err)
	}
	const name = "spec"
	s, err := spec.Decode(name, b.Bytes(), base)
	if err != nil {
		text := strings.TrimPrefix(err.Error(), name+": ")
		return s, fmt.Errorf("%s: spec: %s", at(fieldOf(text)), text)
	}
	return s, nil
}

// plain says whether a name can stand in file names.
func plain(name string) bool {
	for _, r := range name {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.') {
			return false
		}
	}
	return name != "" && name[0] != '.'
}
