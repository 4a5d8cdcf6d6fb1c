package proofs

import (
	"fmt"
	"slices"
	"strings"

	"edgewise/proofs/coq"

	"gonum.org/v1/gonum/graph/simple"
	"gonum.org/v1/gonum/graph/topo"
)

// Tag is what the theory itself says of a statement.
type Tag string

// The tags.
const (
	Exact       Tag = "exact"       // an identity
	Theorem     Tag = "theorem"     // holds under the stated conditions
	Leading     Tag = "leading"     // leading order only
	Model       Tag = "model"       // approximate, error measured
	Observation Tag = "observation" // seen on few runs, not proved
	Conjecture  Tag = "conjecture"  // stated, neither proved nor refuted
	False       Tag = "false"       // a natural claim that does not hold
)

// Status is how far a claim is held up.
type Status string

// The statuses, from the weakest to the strongest, then the refuted.
const (
	Stated              Status = "stated"
	Observed            Status = "observed"
	ProvedOnPaper       Status = "proved on paper"
	CheckedNumerically  Status = "checked numerically"
	MatchesData         Status = "matches data"
	CheckedSymbolically Status = "checked symbolically"
	MachineChecked      Status = "machine-checked"
	Refuted             Status = "refuted"
)

// Statuses lists every status in the order of the table.
func Statuses() []Status {
	return []Status{MachineChecked, CheckedSymbolically, MatchesData, CheckedNumerically, ProvedOnPaper, Observed, Stated, Refuted}
}

// Claim is one statement of the theory.
type Claim struct {
	ID    string // P-number
	Name  string
	Tag   Tag
	Text  string   // the statement in words and plain formulas
	LaTeX string   // the statement, LaTeX paragraph text
	Given string   // conditions; empty if there are none
	Uses  []string // IDs of the claims that the proof rests on
	Proof string   // the proof or its idea, LaTeX paragraph text; empty without one

	Checks []string // names of checks of this package
	Coq    []string // full names of theorems of package coq, "File.name"
	CoqOf  string   // what part of the claim the theorems state; empty: all of it
	Seen   string   // for observations: where they were seen
}

// Status derives what may be said of the claim from its tag and its evidence,
// provided that all of the evidence passes. Theorems that state only a part of
// the claim do not make it machine-checked.
func (c Claim) Status() Status {
	kinds := map[Kind]bool{}
	for _, name := range c.Checks {
		if k, ok := Lookup(name); ok {
			kinds[k.Kind] = true
		}
	}
	switch {
	case (c.Tag == Observation || c.Tag == Conjecture) && kinds[Data]:
		return MatchesData
	case c.Tag == Conjecture:
		return Stated
	case c.Tag == Observation:
		return Observed
	case c.Tag == False && (len(c.Coq) > 0 || kinds[CounterExample]):
		return Refuted
	case len(c.Coq) > 0 && c.CoqOf == "":
		return MachineChecked
	case kinds[Symbolic]:
		return CheckedSymbolically
	case kinds[Identity] || kinds[Numeric] || kinds[Network]:
		return CheckedNumerically
	case c.Proof != "":
		return ProvedOnPaper
	}
	return Stated
}

// Register returns every claim in the order of the theory.
func Register() []Claim {
	return slices.Concat(claimsP1(), claimsP2(), claimsP3(), claimsP4(), claimsP5(), claimsP6(), claimsP7())
}

// Find returns the claim of that number.
func Find(id string) (Claim, error) {
	for _, c := range Register() {
		if c.ID == id {
			return c, nil
		}
	}
	return Claim{}, fmt.Errorf("no claim %q in the register: see Register for the list", id)
}

// Validate checks a register: numbers are unique, every check, theorem and used
// claim exists, nothing but observations, conjectures and paper proofs goes
// without evidence, no check is left over, and the graph of uses has no cycle.
func Validate(claims []Claim) error {
	index := map[string]int64{}
	for i, c := range claims {
		if _, ok := index[c.ID]; ok {
			return fmt.Errorf("claim %s stands twice in the register", c.ID)
		}
		index[c.ID] = int64(i)
	}
	cited := map[string]bool{}
	g := simple.NewDirectedGraph()
	for i := range claims {
		g.AddNode(simple.Node(i))
	}
	for _, c := range claims {
		if c.Text == "" || c.LaTeX == "" || c.Name == "" {
			return fmt.Errorf("claim %s has no name or no statement", c.ID)
		}
		for _, name := range c.Checks {
			if _, ok := Lookup(name); !ok {
				return fmt.Errorf("claim %s names the check %q, which does not exist", c.ID, name)
			}
			cited[name] = true
		}
		for _, name := range c.Coq {
			if _, err := coq.Find(name); err != nil {
				return fmt.Errorf("claim %s: %w", c.ID, err)
			}
		}
		if c.CoqOf != "" && len(c.Coq) == 0 {
			return fmt.Errorf("claim %s says what its theorems state but has none", c.ID)
		}
		for _, u := range c.Uses {
			j, ok := index[u]
			if !ok {
				return fmt.Errorf("claim %s uses %s, which is not in the register", c.ID, u)
			}
			if j == index[c.ID] {
				return fmt.Errorf("claim %s uses itself", c.ID)
			}
			g.SetEdge(simple.Edge{F: simple.Node(index[c.ID]), T: simple.Node(j)})
		}
		if (c.Tag == Observation || c.Tag == Conjecture) && c.Seen == "" {
			return fmt.Errorf("claim %s is an observation without a source", c.ID)
		}
		if s := c.Status(); s == Stated && c.Tag != Conjecture {
			return fmt.Errorf("claim %s has no evidence of any kind", c.ID)
		}
		if c.Tag == False && c.Status() != Refuted {
			return fmt.Errorf("claim %s is called false without a counter-example", c.ID)
		}
	}
	for _, k := range Checks() {
		if !cited[k.Name] {
			return fmt.Errorf("check %q belongs to no claim", k.Name)
		}
	}
	if _, err := topo.Sort(g); err != nil {
		var names []string
		for _, cycle := range topo.DirectedCyclesIn(g) {
			for _, n := range cycle {
				names = append(names, claims[n.ID()].ID)
			}
			break
		}
		return fmt.Errorf("the claims use each other in a circle: %s", strings.Join(names, " -> "))
	}
	return nil
}
