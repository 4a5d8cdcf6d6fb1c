// Package figure draws what a paper shows of a search: none-probabilities with
// their predictions and residuals, costs, losses, heat maps, phase portraits,
// calibration and forest plots. Its inputs are traces and small structs.
//
// Every figure is drawn at the size at which it is printed (Column, 85 mm, or
// Text, 178 mm, wide) with type of 6.5 to 8 points, in the colours of Okabe and
// Ito, and with dashes and markers that tell the lines apart in grey. The same
// input gives the same bytes in every format.
package figure
