// Package textlog reads what Python training logs are made of: lines (with byte
// order marks, either line ending and a cut last line), tensors as PyTorch
// prints them over several lines, argument namespaces and number-bearing
// phrases. It knows no format; the packages of the formats build on it.
package textlog

import "fmt"

// Bounds that keep memory in proportion to what a log can soundly hold.
const (
	MaxLine   = 1 << 20 // bytes of one line; what is longer is cut and reported
	MaxSkip   = 1 << 28 // bytes of one line; a file with a longer one is no log: reading ends there
	MaxTensor = 1 << 16 // numbers of one printed tensor
	MaxRank   = 4       // dimensions of one printed tensor
)

// Position is a place in a file.
type Position struct {
	File string
	Line int // from 1
}

// String returns "file:line".
func (p Position) String() string { return fmt.Sprintf("%s:%d", p.File, p.Line) }

// Error is what could not be read at a place. Reading goes on after it.
type Error struct {
	Position
	Msg string
}

func (e *Error) Error() string { return e.Position.String() + ": " + e.Msg }
