package stat

import (
	"fmt"
	"slices"
)

// Indicators codes a factor as 0/1 columns against its first level in sorted
// order: one column "name=level" for every other level. It is how a block, such as
// the trace that an observation comes from, enters a regression. A factor with one
// level has nothing to code and is an error.
func Indicators(name string, levels []string) ([]Column, error) {
	distinct := slices.Clone(levels)
	slices.Sort(distinct)
	distinct = slices.Compact(distinct)
	if len(distinct) < 2 {
		return nil, fmt.Errorf("factor %q has %d level: at least 2 are needed", name, len(distinct))
	}
	out := make([]Column, 0, len(distinct)-1)
	for _, level := range distinct[1:] {
		c := Column{Name: name + "=" + level, Values: make([]float64, len(levels))}
		for i, l := range levels {
			if l == level {
				c.Values[i] = 1
			}
		}
		out = append(out, c)
	}
	return out, nil
}

// checkColumns refuses data that cannot be fitted for their form alone.
func checkColumns(response Column, predictors []Column) error {
	n, p := len(response.Values), len(predictors)
	if p == 0 {
		return fmt.Errorf("regression of %q: no predictors", response.Name)
	}
	seen := map[string]bool{"intercept": true}
	for _, c := range append([]Column{response}, predictors...) {
		if c.Name == "" || seen[c.Name] {
			return fmt.Errorf("regression: column name %q: names must be non-empty, different and not \"intercept\"", c.Name)
		}
		seen[c.Name] = true
		if len(c.Values) != n {
			return fmt.Errorf("regression: column %q has %d values, the response %q has %d", c.Name, len(c.Values), response.Name, n)
		}
		if err := finite(fmt.Sprintf("regression: column %q: value", c.Name), c.Values); err != nil {
			return err
		}
	}
	if n < p+2 {
		return fmt.Errorf("regression of %q: %d observations for %d coefficients: at least %d are needed to estimate an error",
			response.Name, n, p+1, p+2)
	}
	return nil
}
