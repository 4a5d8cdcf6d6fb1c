// Package symbolic holds the expressions in which the theory is stated:
// exact rational numbers, symbols with indices, sums, products, integer
// powers, exp, log, sinh, sqrt, Lambert W, softmax, sums over finite index
// sets and integrals over the unit interval.
//
// Expressions are immutable and are brought into one fixed order when they are
// built (Compare, and for the terms of a sum: total degree first), so that the
// same value built in any order is the same expression and prints the same
// text. Building folds numbers and collects equal terms and equal bases; it
// does not multiply out. Normal multiplies out and cancels; Equal decides
// equality of rational functions exactly.
//
// Print keeps that order, except that a sum begins with its first positive term.
//
// Text written by String is read back by Parse to the same expression:
//
//	1 - q[0,2]*q[1,2]                       symbols carry indices in brackets
//	C[0,2;skip_connect]                     superscripts after the semicolon
//	D:dot[0,2]                              an accent after the colon
//	int(s, (q + p*s)^2)                     integral over s from 0 to 1
//	sum(k in ops{none,skip}, Z[@k]*C[@k])   @k is the index bound by the sum
//	softmax(0; a[0], a[1])                  component 0 of the softmax
//
// Symbol names are made of fields and are never taken apart to guess indices.
package symbolic
