package table

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
)

// Markdown writes the table in GitHub's dialect: the caption in bold above it,
// the footnotes as a list below it.
func (t *Table) Markdown(w io.Writer) error {
	body, err := t.Text()
	if err != nil {
		return err
	}
	for _, r := range body {
		for j := range r {
			r[j] = markdownEscape(r[j])
		}
	}
	f := t.footnotes()
	for i, r := range t.rows() {
		for j, c := range r.Cells {
			if m := f.marks(c, []rune(letters)); m != "" {
				body[i+1][j] += "<sup>" + m + "</sup>"
			}
		}
	}
	var b bytes.Buffer
	if t.Caption != "" {
		fmt.Fprintf(&b, "**%s**\n\n", markdownEscape(oneLine(t.Caption)))
	}
	if err := fill(tablewriter.NewTable(&b, append(options(t), tablewriter.WithRenderer(renderer.NewMarkdown()))...), body); err != nil {
		return fmt.Errorf("table %s: %w", t.Name, err)
	}
	b.WriteByte('\n')
	for _, n := range f.general {
		fmt.Fprintf(&b, "- %s\n", markdownEscape(oneLine(n)))
	}
	for i, n := range f.marked {
		fmt.Fprintf(&b, "- <sup>%s</sup> %s\n", mark(i, []rune(letters)), markdownEscape(oneLine(n)))
	}
	if runs := t.runs(); len(runs) > 0 {
		fmt.Fprintf(&b, "- Runs: %s\n", markdownEscape(oneLine(strings.Join(runs, ", "))))
	}
	_, err = w.Write(b.Bytes())
	return err
}

// markdownEscape takes from every character the meaning that it has inside a
// cell or a line of GitHub's Markdown.
func markdownEscape(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch r {
		case '\\', '|', '*', '`', '[', ']', '~', '$', '_', '#':
			b.WriteByte('\\')
		case '<':
			b.WriteString("&lt;")
			continue
		case '>':
			b.WriteString("&gt;")
			continue
		case '&':
			b.WriteString("&amp;")
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
