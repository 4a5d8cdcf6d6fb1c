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

	// because says which condition of the statement is in doubt where it is refuted,
	// and tests is the claim that tests it, by its text.
	because, tests string
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

func logit(o []runner.Outcome) (float64, error)  { return known(o[0].Logit) }
func spread(o []runner.Outcome) (float64, error) { return known(o[0].Spread) }

func inputRise(o []runner.Outcome) (float64, error) { return known(o[0].InputRise) }
func delay(o []runner.Outcome) (float64, error)     { return known(o[0].Delay) }

const (
	growth = iota
	width
	failure
)

// The bases of the default grid.
const (
	dropping  = "growth"
	excluding = "width"
	failing   = "catastrophe"
)

func claims() []claim {
	one := func(arm string) []string { return []string{arm} }
	two := func(a, b string) []string { return []string{a, b} }
	const (
		adam     = "the statement is about expected costs; Adam divides by their size, so that what is left of a cost, and its noise, moves alpha as fast as a large one (P5.8)"
		counted  = "the mean over edges counts the exclusion of (2,3), which zero-sum costs bring about, as growth"
		noise    = "the expected update is the same, but steps of this size make the noise itself move alpha (P5.9), and a baseline takes noise away"
		signs    = "the statement orders costs; while the loss is below log K all of them are negative and all edges grow: (2,3) comes late, and is not excluded"
		alike    = "the statement is about operations of equal cost; where they differ their logits spread, and spread alone lowers none at an unmoved logit"
		onlyLast = "with earlier cells on the same alpha, whose costs this assignment leaves as they are (P4.6)"
	)
	return []claim{
		{source: "P7.1", text: "leave-one-out lowers the drop", base: dropping, arms: two("leave-one-out", ""), says: "change of growth < 0", value: change(growth), judge: below(0)},
		{source: "P7.1", text: "leave-one-out halves the drop", base: dropping, arms: two("leave-one-out", ""), says: "growth less half the base's, within 0.1", value: against(growth, .5), judge: within(same), because: adam},
		{source: "P7.2", text: "second order is close to leave-one-out", base: dropping, arms: two("second-order", "leave-one-out"), says: "difference of growth within 0.1", value: change(growth), judge: within(same)},
		{source: "P7.2", text: "second order is close to leave-one-out", base: dropping, arms: two("second-order", "leave-one-out"), says: "difference of failure within 0.1", value: change(failure), judge: within(same)},
		{source: "P7.3", text: "a baseline changes nothing but variance (plain descent)", base: dropping, arms: two("baseline-sgd", "sgd"), says: "change of growth within 0.1", value: change(growth), judge: within(same), because: noise},
		{source: "P7.3", text: "a baseline changes nothing but variance (plain descent)", base: dropping, arms: two("baseline-sgd", "sgd"), says: "change of width within 0.1", value: change(width), judge: within(same), because: noise},
		{source: "P7.3", text: "a baseline changes nothing but variance (plain descent)", base: dropping, arms: two("baseline-sgd", "sgd"), says: "change of failure within 0.1", value: change(failure), judge: within(same), because: noise},
		{source: "P7.3", text: "a baseline removes no bias (Adam)", base: dropping, arms: two("baseline", ""), says: "change of growth within 0.1", value: change(growth), judge: within(same), because: noise},
		{source: "P7.3", text: "a baseline removes no bias (Adam)", base: dropping, arms: two("baseline", ""), says: "change of failure within 0.1", value: change(failure), judge: within(same), because: noise},
		{source: "P7.3", text: "a baseline removes no bias (Adam)", base: dropping, arms: two("baseline", ""), says: "change of width within 0.1", value: change(width), judge: within(same), because: noise},
		{source: "P7.4", text: "dividing by c(t) leaves order and signs (Adam)", base: dropping, arms: two("reward-norm", ""), says: "change of growth within 0.1", value: change(growth), judge: within(same)},
		{source: "P7.4", text: "dividing by c(t) leaves order and signs (Adam)", base: excluding, arms: two("reward-norm", ""), says: "change of width within 0.1", value: change(width), judge: within(same)},
		{source: "P7.4", text: "centred costs: no O1", base: dropping, arms: one("centred"), says: "growth < 0.1", value: level(growth), judge: below(same), because: counted, tests: "centred costs: no edge from an input rises"},
		{source: "P7.4", text: "centred costs: no edge from an input rises", base: dropping, arms: one("centred"), says: "rise of the mean over (0,2) to (1,3) < 0.1", value: inputRise, judge: below(same), because: adam, tests: "centred costs: no edge from an input rises (plain descent)"},
		{source: "P7.4", text: "centred costs: no edge from an input rises (plain descent)", base: dropping, arms: one("centred-sgd"), says: "rise of the mean over (0,2) to (1,3) < 0.1", value: inputRise, judge: below(same)},
		{source: "P7.4", text: "centred costs: no O3", base: failing, arms: one("centred"), says: "failure < 1/2", value: level(failure), judge: below(.5)},
		{source: "P7.4", text: "centred costs: O2 stays", base: excluding, arms: one("centred"), says: "width > 0", value: level(width), judge: above(0)},
		{source: "P7.4", text: "centred costs: O2 is amplified", base: excluding, arms: two("centred", ""), says: "change of width > 0", value: change(width), judge: above(0)},
		{source: "P7.5", text: "Shapley: no catastrophe while the loss is below log K", base: failing, arms: one("shapley"), says: "failure < 1/2", value: level(failure), judge: below(.5)},
		{source: "P7.5", text: "Shapley: O2 stays", base: excluding, arms: one("shapley"), says: "width > 0", value: level(width), judge: above(0), because: signs, tests: "Shapley: (2,3) comes late"},
		{source: "P7.5", text: "Shapley: (2,3) comes late", base: excluding, arms: one("shapley"), says: "width, mean over the run > 0", value: delay, judge: above(0)},
		{source: "P7.6", text: "integrated gradients remove most of O2", base: excluding, arms: two("integrated-gradients", ""), says: "width less half the base's < 0", value: against(width, .5), judge: below(0), because: onlyLast},
		{source: "P7.7", text: "importance weights hurt (2,3) while costs are positive", base: dropping, arms: two("importance", ""), says: "change of width > 0", value: change(width), judge: above(0)},
		{source: "P7.7", text: "importance weights do not repair O2", base: excluding, arms: one("importance"), says: "width > 0", value: level(width), judge: above(0)},
		{source: "P7.8", text: "none at the mean cost: no O1", base: dropping, arms: one("none-at-mean"), says: "growth < 0.1", value: level(growth), judge: below(same)},
		{source: "P7.8", text: "none at the mean cost: no O3", base: failing, arms: one("none-at-mean"), says: "failure < 1/2", value: level(failure), judge: below(.5)},
		{source: "P7.8", text: "none at the mean cost freezes the edges", base: dropping, arms: one("none-at-mean"), says: "none at the end less at the start, within 0.05", value: moved, judge: within(same / 2), because: adam, tests: "none at the mean cost freezes the edges (plain descent)"},
		{source: "P7.8", text: "none at the mean cost freezes the edges (plain descent)", base: dropping, arms: one("none-at-mean-sgd"), says: "none at the end less at the start, within 0.05", value: moved, judge: within(same / 2), because: alike, tests: "none falls by the spread of the others (plain descent)"},
		{source: "P7.8", text: "none falls by the spread of the others (plain descent)", base: dropping, arms: one("none-at-mean-sgd"), says: "log mean exp of the other logits about their mean, end less start > 0", value: spread, judge: above(0)},
		{source: "P7.8", text: "none stands still against the mean of the others (plain descent)", base: dropping, arms: one("none-at-mean-sgd"), says: "a_none less the others' mean, end less start, within 0.1", value: logit, judge: within(same), because: "C_none is the running mean of past samples, behind the costs as they fall"},
		{source: "P7.8", text: "none at the mean cost freezes the edges", base: failing, arms: one("none-at-mean"), says: "none at the end less at the start, within 0.05", value: moved, judge: within(same / 2), because: alike, tests: "none falls by the spread of the others"},
		{source: "P7.8", text: "none falls by the spread of the others", base: failing, arms: one("none-at-mean"), says: "log mean exp of the other logits about their mean, end less start > 0", value: spread, judge: above(0)},
		{source: "P7.8", text: "none stands still against the mean of the others", base: failing, arms: one("none-at-mean"), says: "a_none less the others' mean, end less start, within 0.1", value: logit, judge: within(same), because: adam},
		{source: "P7.9", text: "without none, no topology dynamics", base: dropping, arms: one("no-none"), says: "none at the end less at the start", value: moved, judge: within(same)},
		{source: "P7.10", text: "an entropy bonus limits the drop", base: dropping, arms: two("entropy", ""), says: "change of growth < 0", value: change(growth), judge: below(0)},
		{source: "P7.10", text: "an entropy bonus limits the catastrophe", base: failing, arms: two("entropy", ""), says: "change of failure < 0", value: change(failure), judge: below(0)},
		{source: "P7.11", text: "calibrated costs: no O1", base: dropping, arms: one("calibrated"), says: "growth < 0.1", value: level(growth), judge: below(same), because: counted, tests: "calibrated costs: no edge from an input rises"},
		{source: "P7.11", text: "calibrated costs: no edge from an input rises", base: dropping, arms: one("calibrated"), says: "rise of the mean over (0,2) to (1,3) < 0.1", value: inputRise, judge: below(same), because: adam, tests: "calibrated costs: no edge from an input rises (plain descent)"},
		{source: "P7.11", text: "calibrated costs: no edge from an input rises (plain descent)", base: dropping, arms: one("calibrated-sgd"), says: "rise of the mean over (0,2) to (1,3) < 0.1", value: inputRise, judge: below(same)},
		{source: "P7.11", text: "calibrated costs: no O3", base: failing, arms: one("calibrated"), says: "failure < 1/2", value: level(failure), judge: below(.5)},
	}
}
