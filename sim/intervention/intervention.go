// Package intervention changes how a search assigns costs to the edges of its
// cells (THEORY P7). An intervention is a map from what one step observed (a
// View) to the costs that alpha sees; the same map is applied to the steps of a
// real supernet and to those of the closed-form voters of the theory. One file
// holds one intervention; Registered lists them, one line each.
//
// Costs are C^k_e = dL/dZ^k_e; positive: the operation raises the loss and loses
// probability.
package intervention

import (
	"fmt"
	"math"
	"strings"
)

// A Use is an intervention as a spec names it, with its strength where it has
// one. Uses are applied in order.
type Use struct {
	Name     string  `toml:"name" json:"name"`
	Strength float64 `toml:"strength" json:"strength,omitempty"`
}

// An Intervention is a named switch of the cost assignment.
type Intervention struct {
	Name    string
	Claim   string // its statement, such as P7.4
	Formula string // the cost that alpha sees, in plain symbols
	Expects string // what the statement says it does
	Voters  bool   // it reads View.Voters
	Removal bool   // it reads View.Without
	Soft    bool   // it needs the weights of soft operations: no samples
	// Strength says that the use has a strength, and what it is; empty: none.
	Strength string
	apply    func(v *View, strength float64) error
}

// Registered returns all interventions, in the order of P7, then those of other
// searches. Registering one takes a line here.
func Registered() []Intervention {
	return []Intervention{
		leaveOneOut,
		secondOrder,
		baseline,
		rewardNorm,
		centred,
		shapley,
		integrated,
		importance,
		noneAtMean,
		entropy,
		calibrated,
		zeroOne,
	}
}

// ByName returns the intervention of that name; an unknown name is an error that
// lists the known ones.
func ByName(name string) (Intervention, error) {
	var names []string
	for _, i := range Registered() {
		if i.Name == name {
			return i, nil
		}
		names = append(names, i.Name)
	}
	return Intervention{}, fmt.Errorf("intervention %q is not known: it is one of %s", name, strings.Join(names, ", "))
}

// Check refuses uses that name no intervention, lack a strength or have one too
// many, and says which of the list is at fault.
func Check(uses []Use) error {
	for n, u := range uses {
		i, err := ByName(u.Name)
		if err != nil {
			return fmt.Errorf("interventions[%d]: %w", n, err)
		}
		switch {
		case i.Strength == "" && u.Strength != 0:
			return fmt.Errorf("interventions[%d] %s: strength is %v, but it has none", n, u.Name, u.Strength)
		case i.Strength != "" && (!(u.Strength > 0) || math.IsInf(u.Strength, 1)):
			return fmt.Errorf("interventions[%d] %s: strength is %v: it must be positive: %s", n, u.Name, u.Strength, i.Strength)
		}
	}
	return nil
}

// Needs says what the uses read beside costs and gates.
func Needs(uses []Use) (voters, removal bool) {
	for _, u := range uses {
		if i, err := ByName(u.Name); err == nil {
			voters, removal = voters || i.Voters, removal || i.Removal
		}
	}
	return voters, removal
}

// Apply rewrites v.Cost by the uses, in order.
func Apply(uses []Use, v *View) error {
	for _, u := range uses {
		i, err := ByName(u.Name)
		if err != nil {
			return err
		}
		if err := i.apply(v, u.Strength); err != nil {
			return fmt.Errorf("intervention %s: %w", u.Name, err)
		}
	}
	return nil
}
