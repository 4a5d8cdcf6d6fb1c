// Package recorder holds the recorder for PyTorch searches: a Python file of at
// most 30 lines that writes a trace folder with alpha, probabilities, the cost of
// every operation, loss and entropy of every step. Costs come from one extra line
// in the forward pass: the weights that multiply the operations' outputs keep
// their gradient, which is dL/dZ.
package recorder

import _ "embed"

// Python is the source of the recorder.
//
//go:embed edgewise_recorder.py
var Python string
