package table

import (
	"fmt"
	"math"
)

// Item is what a row is made of: a Value, or a Cell, which is a value with
// footnotes and runs of its own.
type Item interface{ cell() Cell }

// Value is the typed content of a cell: Text, Number, Integer, Estimate,
// PValue, Verdict or Missing.
type Value interface {
	Item
	kind() Kind
	check() error
}

// Text is a plain string; every renderer escapes it.
type Text string

// Number is a finite real without an uncertainty.
type Number float64

// Integer is a count.
type Integer int64

// Estimate is a mean over N runs with its confidence interval [Lo, Hi], Lo <=
// Mean <= Hi. Lo and Hi are both NaN where there is no interval: N = 1, or Equal,
// which says that all N values are the same and their spread is not known. The
// level of confidence, 95 % throughout Edgewise, is in the table's notes.
type Estimate struct {
	Mean, Lo, Hi float64
	N            int
	Equal        bool
}

// PValue is the p-value of a test, in [0, 1]; below 0.001 it is printed as
// "<0.001".
type PValue float64

// Verdict is what a comparison says.
type Verdict string

// The verdicts of Edgewise.
const (
	Agrees    Verdict = "agrees"
	Disagrees Verdict = "disagrees"
	NotEnough Verdict = "not enough evidence"
)

// Missing is a cell without a value and the reason for it, which becomes a
// footnote. It is printed as "~" (no evidence), or as "–" where NotApplicable.
type Missing struct {
	Reason        string
	NotApplicable bool
}

// Symmetric is the estimate mean ± half over n runs.
func Symmetric(mean, half float64, n int) Estimate {
	return Estimate{Mean: mean, Lo: mean - half, Hi: mean + half, N: n}
}

// Finite is v as a Number, or a Missing with the reason where v is NaN or
// infinite.
func Finite(v float64, reason string) Value {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Missing{Reason: reason}
	}
	return Number(v)
}

// NotApplicable is an empty cell that needs no reason.
func NotApplicable() Value { return Missing{NotApplicable: true} }

// Kind is the type of the values of a column.
type Kind int

// The kinds of columns.
const (
	KindText Kind = iota
	KindNumber
	KindInteger
	KindEstimate
	KindPValue
	KindVerdict
	kindMissing
)

var kindNames = [...]string{"text", "number", "integer", "estimate", "p-value", "verdict", "missing"}

// String is the name of the kind in JSON.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return fmt.Sprintf("kind(%d)", int(k))
	}
	return kindNames[k]
}

func (v Text) cell() Cell     { return Cell{Value: v} }
func (v Number) cell() Cell   { return Cell{Value: v} }
func (v Integer) cell() Cell  { return Cell{Value: v} }
func (v Estimate) cell() Cell { return Cell{Value: v} }
func (v PValue) cell() Cell   { return Cell{Value: v} }
func (v Verdict) cell() Cell  { return Cell{Value: v} }
func (v Missing) cell() Cell  { return Cell{Value: v} }

func (Text) kind() Kind     { return KindText }
func (Number) kind() Kind   { return KindNumber }
func (Integer) kind() Kind  { return KindInteger }
func (Estimate) kind() Kind { return KindEstimate }
func (PValue) kind() Kind   { return KindPValue }
func (Verdict) kind() Kind  { return KindVerdict }
func (Missing) kind() Kind  { return kindMissing }

func (Text) check() error    { return nil }
func (Integer) check() error { return nil }
func (Missing) check() error { return nil }

func (v Number) check() error {
	if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
		return fmt.Errorf("%v is not a number to print: use Missing with a reason", float64(v))
	}
	return nil
}

func (v Verdict) check() error {
	if v == "" {
		return fmt.Errorf("an empty verdict: use Missing with a reason")
	}
	return nil
}

func (v PValue) check() error {
	if !(v >= 0 && v <= 1) {
		return fmt.Errorf("p-value %v is outside [0, 1]", float64(v))
	}
	return nil
}

func (v Estimate) check() error {
	if math.IsNaN(v.Mean) || math.IsInf(v.Mean, 0) {
		return fmt.Errorf("the mean of an estimate is %v: use Missing with a reason", v.Mean)
	}
	if math.IsNaN(v.Lo) && math.IsNaN(v.Hi) {
		return nil
	}
	if math.IsNaN(v.Lo) || math.IsNaN(v.Hi) || math.IsInf(v.Lo, 0) || math.IsInf(v.Hi, 0) || v.Lo > v.Hi {
		return fmt.Errorf("interval [%v, %v] of an estimate: both bounds must be finite and in order, or both NaN", v.Lo, v.Hi)
	}
	return nil
}

// bare says that the estimate has no interval.
func (v Estimate) bare() bool { return math.IsNaN(v.Lo) && math.IsNaN(v.Hi) }
