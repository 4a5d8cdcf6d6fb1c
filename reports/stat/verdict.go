package stat

// Verdict is what the data say about a claim.
type Verdict int

// The three verdicts.
const (
	NotEnough Verdict = iota // the interval leaves both possible
	Agrees
	Disagrees
)

// String returns the words that tables print.
func (v Verdict) String() string {
	switch v {
	case Agrees:
		return "agrees"
	case Disagrees:
		return "disagrees"
	}
	return "not enough evidence"
}

// equalEnough is the number of equal values from which a verdict may rest on an
// interval without width: six values on one side of a fair coin have the two-sided
// chance 2·2⁻⁶ = 3.1 %, five have 6.3 %.
const equalEnough = 6

// Within judges the claim |Δ| ≤ margin, where e estimates Δ, such as predicted
// minus observed over seeds:
//
//	Agrees     −margin ≤ Low and High ≤ margin
//	Disagrees  High < −margin or margin < Low
//	NotEnough  otherwise
//
// If |Δ| ≤ margin, Disagrees is wrong in at most 5 % of cases, and if |Δ| > margin,
// Agrees is wrong in at most 2.5 %: both follow from the interval's coverage. A
// verdict needs a defined value, and at least six values when all are equal (the
// interval then has no width for want of spread).
func Within(e Estimate, margin float64) Verdict {
	switch {
	case !judgeable(e):
		return NotEnough
	case -margin <= e.Low && e.High <= margin:
		return Agrees
	case e.High < -margin || margin < e.Low:
		return Disagrees
	}
	return NotEnough
}

// Above judges the claim Δ > bound: Agrees if Low > bound, Disagrees if
// High < bound, else NotEnough. At Δ = bound either is said in at most 5 % of
// cases, each in 2.5 %. The conditions are those of Within.
func Above(e Estimate, bound float64) Verdict {
	switch {
	case !judgeable(e):
		return NotEnough
	case e.Low > bound:
		return Agrees
	case e.High < bound:
		return Disagrees
	}
	return NotEnough
}

// Below judges the claim Δ < bound; it is Above of the opposite numbers.
func Below(e Estimate, bound float64) Verdict {
	e.Low, e.High = -e.High, -e.Low
	return Above(e, -bound)
}

func judgeable(e Estimate) bool {
	return e.Defined && (!e.Equal || e.N >= equalEnough)
}
