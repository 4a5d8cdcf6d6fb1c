package ablation

import (
	"edgewise/reports/stat"
	runner "edgewise/sim/ablation"
)

// A claim is a statement of P7 as a number with a bound: value is taken per seed
// from the outcomes of the named arms ("" is the base).
type claim struct {
	source, text, base string
	arms               []string
	says               string // what is measured, and the bound
	value              func(o []runner.Outcome) (float64, error)
	judge              func(e stat.Estimate) stat.Verdict
}

// same is the margin within which two none-probabilities count as equal.
const same = 0.1

func below(bound float64) func(stat.Estimate) stat.Verdict {
	return func(e stat.Estimate) stat.Verdict { return stat.Below(e, bound) }
}

func above(bound float64) func(stat.Estimate) stat.Verdict {
	return func(e stat.Estimate) stat.Verdict { return stat.Above(e, bound) }
}

func within(margin float64) func(stat.Estimate) stat.Verdict {
	return func(e stat.Estimate) stat.Verdict { return stat.Within(e, margin) }
}

// level is a measure of the first arm; change that of the first minus the second.
func level(m int) func(o []runner.Outcome) (float64, error) {
	return func(o []runner.Outcome) (float64, error) { return known(measures[m].get(o[0])) }
}

func change(m int) func(o []runner.Outcome) (float64, error) { return against(m, 1) }

// against is the measure of the first arm minus a multiple of that of the second.
func against(m int, factor float64) func(o []runner.Outcome) (float64, error) {
	return func(o []runner.Outcome) (float64, error) {
		x, err := known(measures[m].get(o[0]))
		if err != nil {
			return 0, err
		}
		y, err := known(measures[m].get(o[1]))
		return x - factor*y, err
	}
}

// moved is the mean none-probability at the end less that at the start.
func moved(o []runner.Outcome) (float64, error) {
	x, err := known(o[0].Failure)
	if err != nil {
		return 0, err
	}
	y, err := known(o[0].Start)
	return x - y, err
}

const (
	growth = iota
	width
	failure
)

func claims() []claim {
	one := func(arm string) []string { return []string{arm} }
	two := func(a, b string) []string { return []string{a, b} }
	return []claim{
		{"P7.1", "leave-one-out lowers the drop", "growth", two("leave-one-out", ""), "change of growth < 0", change(growth), below(0)},
		{"P7.1", "leave-one-out halves the drop", "growth", two("leave-one-out", ""), "growth less half the base's, within 0.1", against(growth, .5), within(same)},
		{"P7.2", "second order is close to leave-one-out", "growth", two("second-order", "leave-one-out"), "difference of growth within 0.1", change(growth), within(same)},
		{"P7.2", "second order is close to leave-one-out", "growth", two("second-order", "leave-one-out"), "difference of failure within 0.1", change(failure), within(same)},
		{"P7.3", "a baseline changes nothing but variance (plain descent)", "growth", two("baseline-sgd", "sgd"), "change of growth within 0.1", change(growth), within(same)},
		{"P7.3", "a baseline changes nothing but variance (plain descent)", "growth", two("baseline-sgd", "sgd"), "change of width within 0.1", change(width), within(same)},
		{"P7.3", "a baseline changes nothing but variance (plain descent)", "growth", two("baseline-sgd", "sgd"), "change of failure within 0.1", change(failure), within(same)},
		{"P7.3", "a baseline removes no bias (Adam)", "growth", two("baseline", ""), "change of growth within 0.1", change(growth), within(same)},
		{"P7.3", "a baseline removes no bias (Adam)", "growth", two("baseline", ""), "change of failure within 0.1", change(failure), within(same)},
		{"P7.3", "a baseline removes no bias (Adam)", "growth", two("baseline", ""), "change of width within 0.1", change(width), within(same)},
		{"P7.4", "dividing by c(t) leaves order and signs (Adam)", "growth", two("reward-norm", ""), "change of growth within 0.1", change(growth), within(same)},
		{"P7.4", "dividing by c(t) leaves order and signs (Adam)", "growth", two("reward-norm", ""), "change of width within 0.1", change(width), within(same)},
		{"P7.4", "centred costs: no O1", "growth", one("centred"), "growth < 0.1", level(growth), below(same)},
		{"P7.4", "centred costs: no O3", "catastrophe", one("centred"), "failure < 1/2", level(failure), below(.5)},
		{"P7.4", "centred costs: O2 stays", "growth", one("centred"), "width > 0", level(width), above(0)},
		{"P7.4", "centred costs: O2 is amplified", "growth", two("centred", ""), "change of width > 0", change(width), above(0)},
		{"P7.5", "Shapley: no catastrophe while the loss is below log K", "catastrophe", one("shapley"), "failure < 1/2", level(failure), below(.5)},
		{"P7.5", "Shapley: O2 stays", "growth", one("shapley"), "width > 0", level(width), above(0)},
		{"P7.6", "integrated gradients remove most of O2", "growth", two("integrated-gradients", ""), "width less half the base's < 0", against(width, .5), below(0)},
		{"P7.7", "importance weights hurt (2,3) while costs are positive", "growth", two("importance", ""), "change of width > 0", change(width), above(0)},
		{"P7.8", "none at the mean cost: no O1", "growth", one("none-at-mean"), "growth < 0.1", level(growth), below(same)},
		{"P7.8", "none at the mean cost: no O3", "catastrophe", one("none-at-mean"), "failure < 1/2", level(failure), below(.5)},
		{"P7.8", "none at the mean cost freezes the edges", "growth", one("none-at-mean"), "none at the end less at the start, within 0.05", moved, within(same / 2)},
		{"P7.8", "none at the mean cost freezes the edges", "catastrophe", one("none-at-mean"), "none at the end less at the start, within 0.05", moved, within(same / 2)},
		{"P7.9", "without none, no topology dynamics", "growth", one("no-none"), "none at the end less at the start", moved, within(same)},
		{"P7.10", "an entropy bonus limits the drop", "growth", two("entropy", ""), "change of growth < 0", change(growth), below(0)},
		{"P7.10", "an entropy bonus limits the catastrophe", "catastrophe", two("entropy", ""), "change of failure < 0", change(failure), below(0)},
		{"P7.11", "calibrated costs: no O1", "growth", one("calibrated"), "growth < 0.1", level(growth), below(same)},
		{"P7.11", "calibrated costs: no O3", "catastrophe", one("calibrated"), "failure < 1/2", level(failure), below(.5)},
	}
}
