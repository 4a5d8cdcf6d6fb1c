package table

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"
	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// narrow measures text as a terminal outside East Asia does, whatever the
// locale, so that the same table is the same bytes everywhere.
var narrow = &runewidth.Condition{}

// minText is the narrowest that a column of text is wrapped to.
const minText = 12

// Terminal writes the table for a terminal of the given width in columns; 0
// leaves lines as long as they get. Text is wrapped, numbers never are.
func (t *Table) Terminal(w io.Writer, width int) error {
	body, err := t.Text()
	if err != nil {
		return err
	}
	f := t.footnotes()
	for i, r := range t.rows() {
		for j, c := range r.Cells {
			body[i+1][j] += f.marks(c, superscripts)
		}
	}
	t.wrap(body, width)
	var b bytes.Buffer
	b.WriteString(fold(oneLine(t.Caption), width, ""))
	tab := tablewriter.NewTable(&b, append(options(t), tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
		Borders: tw.Border{Left: tw.Off, Right: tw.Off, Top: tw.On, Bottom: tw.On},
		Symbols: tw.NewSymbols(tw.StyleLight),
		Settings: tw.Settings{
			Separators: tw.Separators{BetweenColumns: tw.Off, BetweenRows: tw.Off},
			Lines:      tw.Lines{ShowTop: tw.On, ShowBottom: tw.On, ShowHeaderLine: tw.On},
		},
	})))...)
	if err := fill(tab, body); err != nil {
		return fmt.Errorf("table %s: %w", t.Name, err)
	}
	for _, n := range f.general {
		b.WriteString(fold(oneLine(n), width, "  "))
	}
	for i, n := range f.marked {
		b.WriteString(fold(mark(i, superscripts)+" "+oneLine(n), width, "  "))
	}
	if runs := t.runs(); len(runs) > 0 {
		const shown = 6
		line := "Runs: " + strings.Join(runs[:min(shown, len(runs))], ", ")
		if len(runs) > shown {
			line += fmt.Sprintf(" and %d more (all are in the CSV)", len(runs)-shown)
		}
		b.WriteString(fold(oneLine(line), width, "  "))
	}
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	_, err = io.WriteString(w, strings.Join(lines, "\n"))
	return err
}

// options are the settings that both of tablewriter's renderers share: nothing
// is reformatted, wrapped or trimmed behind our back.
func options(t *Table) []tablewriter.Option {
	align := make([]tw.Align, len(t.Columns))
	for j, c := range t.Columns {
		align[j] = c.align()
	}
	return []tablewriter.Option{
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithEastAsian(tw.Off),
		tablewriter.WithHeaderAlignmentConfig(tw.CellAlignment{PerColumn: align}),
		tablewriter.WithRowAlignmentConfig(tw.CellAlignment{PerColumn: align}),
	}
}

func (c Column) align() tw.Align {
	switch c.Align {
	case Left:
		return tw.AlignLeft
	case Right:
		return tw.AlignRight
	case Centre:
		return tw.AlignCenter
	}
	if c.Kind == KindText || c.Kind == KindVerdict {
		return tw.AlignLeft
	}
	return tw.AlignRight
}

func fill(tab *tablewriter.Table, body [][]string) error {
	tab.Header(body[0])
	for _, r := range body[1:] {
		if err := tab.Append(r); err != nil {
			return err
		}
	}
	return tab.Render()
}

// wrap breaks the widest columns of text, and all headers, until the lines fit
// the width or nothing more can be broken.
func (t *Table) wrap(body [][]string, width int) {
	if width <= 0 {
		return
	}
	widest := make([]int, len(t.Columns))
	least := make([]int, len(t.Columns))
	for j, c := range t.Columns {
		for i, r := range body {
			n := narrow.StringWidth(r[j])
			if i == 0 || c.Kind == KindText || c.Kind == KindVerdict {
				least[j] = max(least[j], min(n, minText))
			} else {
				least[j] = max(least[j], n)
			}
			widest[j] = max(widest[j], n)
		}
	}
	total := 2 * len(widest)
	for _, n := range widest {
		total += n
	}
	for ; total > width; total-- {
		at := -1
		for j := range widest {
			if widest[j] > least[j] && (at < 0 || widest[j] > widest[at]) {
				at = j
			}
		}
		if at < 0 {
			break
		}
		widest[at]--
	}
	for i := range body {
		for j := range body[i] {
			body[i][j] = strings.TrimSuffix(fold(body[i][j], widest[j], ""), "\n")
		}
	}
}

// fold breaks s at spaces into lines of at most width columns, those after the
// first indented, each ended by a newline. A word that is longer is left whole.
func fold(s string, width int, indent string) string {
	if s == "" {
		return ""
	}
	var b strings.Builder
	used := 0
	for i, word := range strings.Fields(s) {
		n := narrow.StringWidth(word)
		switch {
		case i == 0:
		case width > 0 && used+1+n > width:
			b.WriteString("\n" + indent)
			used = len(indent)
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += n
	}
	b.WriteByte('\n')
	return b.String()
}
