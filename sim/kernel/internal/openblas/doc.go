// Package openblas calls the machine's OpenBLAS for cross-checks and comparisons. It
// is empty unless built with -tags netlib, which needs cgo and the OpenBLAS library.
package openblas
