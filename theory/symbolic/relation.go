package symbolic

import "fmt"

// Relation is a statement between two expressions.
type Relation struct {
	Left  Expr
	Op    RelationOp
	Right Expr
}

// RelationOp is the sign of a relation.
type RelationOp uint8

// The signs of relations.
const (
	IsEqual RelationOp = iota
	AtMost
	AtLeast
	LessThan
	GreaterThan
	relationCount
)

var relationSigns = [relationCount]struct{ text, latex string }{
	IsEqual: {"=", "="}, AtMost: {"<=", `\le`}, AtLeast: {">=", `\ge`}, LessThan: {"<", "<"}, GreaterThan: {">", ">"},
}

// Equate returns left = right.
func Equate(left, right Expr) Relation { return Relation{Left: left, Right: right} }

// String returns "left = right" in the text syntax of expressions.
func (r Relation) String() string {
	return fmt.Sprintf("%v %s %v", r.Left, relationSigns[r.Op].text, r.Right)
}

// LaTeX returns the relation in LaTeX math.
func (r Relation) LaTeX() string {
	return r.Left.LaTeX() + " " + relationSigns[r.Op].latex + " " + r.Right.LaTeX()
}
