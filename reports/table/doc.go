// Package table is the one table of Edgewise, apart from its renderers: typed
// columns and cells, footnotes, a caption, a label and the runs that it was
// made from. The same table is printed on the terminal, as Markdown, as LaTeX
// (booktabs, siunitx, threeparttable), as CSV and as JSON.
//
// Numbers are rounded by their uncertainty: the half-width of a confidence
// interval to two significant digits, the mean to the same decimal place. A
// number without an uncertainty gets three significant digits unless its column
// fixes the decimals. CSV and JSON are never rounded.
//
// "~" stands for no evidence, "–" for not applicable; the reason is a footnote.
package table
