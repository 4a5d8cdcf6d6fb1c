// Package page writes report.html: one self-contained file that shows a verdict,
// a cell that evolves under a time slider as observed and as predicted, linked
// charts, tables that sort and copy as LaTeX, and where every number came from.
// It needs no network and no server; Serve shows the same page of a search that
// is still running.
package page

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"unicode/utf8"

	"edgewise/reports/figure"
	"edgewise/reports/table"
	"edgewise/sim/trace"
)

// Report is what the page shows, in the order of its fields.
type Report struct {
	Title   string
	Verdict Verdict
	Tables  []*table.Table
	Runs    []Run
	Figures []*figure.Figure
	Facts   []Fact // further provenance: program version, command, machine
}

// Verdict is the first thing on the page.
type Verdict struct {
	State    table.Verdict // Agrees, Disagrees or NotEnough; empty: none
	Headline string
	Details  []string
}

// Run is an observed trace and the predictions of it.
type Run struct {
	Name      string
	Observed  *trace.Trace
	Predicted []Prediction
}

// Prediction is a predicted trace and the rung or name it is shown under.
type Prediction struct {
	Label string
	Trace *trace.Trace
}

// Fact is a named piece of provenance.
type Fact struct{ Name, Value string }

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

//go:embed data.js
var dataJS string

//go:embed chart.js
var chartJS string

//go:embed cell.js
var cellJS string

//go:embed page.js
var pageJS string

//go:embed live.js
var liveJS string

// long says that a text is better wrapped than kept on one line.
func long(s string) bool { return utf8.RuneCountInString(s) > 28 }

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{"long": long}).Parse(pageHTML))

// content is what the template sees.
type content struct {
	Report
	Live       bool
	CSS        template.CSS
	JS         template.JS
	Data       template.JS
	TableViews []tableView
	Pictures   []picture
	Sources    []source
}

type tableView struct {
	*table.View
	Name, Caption, LaTeX, CSV string
	Grouped                   bool
	Groups                    []group
}

type group struct {
	Title string
	Span  int
}

type picture struct {
	Source  template.URL
	Caption string
	Width   string
}

type source struct {
	Role, Run, Name, Source, Rung, Data string
	Points                              int
	Status, Spec                        string
	Notes                               []string
}

// Write writes the page. All of the traces of a run must be of the same cell
// and operations; long ones are thinned to what a screen resolves. On an error
// nothing is written.
func Write(w io.Writer, r Report) error {
	text, err := render(r, false)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

func render(r Report, live bool) ([]byte, error) {
	script := dataJS + chartJS + cellJS + pageJS
	if live {
		script += liveJS
	}
	c := content{Report: r, Live: live, CSS: template.CSS(pageCSS), JS: template.JS(script)}
	data, err := encodeRuns(r.Runs)
	if err != nil {
		return nil, fmt.Errorf("page %s: %w", r.Title, err)
	}
	// json.Marshal writes <, > and & as escapes, so the text cannot end the script
	text, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("page %s: %w", r.Title, err)
	}
	c.Data = template.JS(text)
	for _, t := range r.Tables {
		v, err := viewOf(t)
		if err != nil {
			return nil, fmt.Errorf("page %s: %w", r.Title, err)
		}
		c.TableViews = append(c.TableViews, v)
	}
	for _, f := range r.Figures {
		var b bytes.Buffer
		if err := f.Encode(&b, figure.SVG); err != nil {
			return nil, fmt.Errorf("page %s: %w", r.Title, err)
		}
		c.Pictures = append(c.Pictures, picture{
			Source:  template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(b.Bytes())),
			Caption: f.Caption,
			Width:   fmt.Sprintf("%.0f", f.Width.Points()*1.7),
		})
	}
	for _, run := range r.Runs {
		c.Sources = append(c.Sources, sourceOf("observed", run.Observed))
		for _, p := range run.Predicted {
			c.Sources = append(c.Sources, sourceOf("predicted: "+p.Label, p.Trace))
		}
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, c); err != nil {
		return nil, fmt.Errorf("page %s: %w", r.Title, err)
	}
	return b.Bytes(), nil
}

func viewOf(t *table.Table) (tableView, error) {
	v, err := t.View()
	if err != nil {
		return tableView{}, err
	}
	out := tableView{View: v, Name: t.Name, Caption: t.Caption}
	var b bytes.Buffer
	if err := t.LaTeX(&b, table.AutoLayout); err != nil {
		return out, err
	}
	out.LaTeX = b.String()
	b.Reset()
	if err := t.CSV(&b); err != nil {
		return out, err
	}
	out.CSV = b.String()
	for i, h := range v.Heads {
		out.Grouped = out.Grouped || h.Group != ""
		if i > 0 && h.Group != "" && v.Heads[i-1].Group == h.Group {
			out.Groups[len(out.Groups)-1].Span++
			continue
		}
		out.Groups = append(out.Groups, group{h.Group, 1})
	}
	return out, nil
}

func sourceOf(role string, t *trace.Trace) source {
	m := &t.Manifest
	s := source{Role: role, Run: m.Run, Name: m.Name, Source: m.Source, Rung: m.Rung, Points: len(t.Points), Notes: m.Notes}
	if m.Data.Name != "" {
		s.Data = fmt.Sprintf("%s: %d train, %d search, %d test", m.Data.Name, m.Data.Train, m.Data.Search, m.Data.Test)
		if m.Data.Fingerprint != "" {
			s.Data += ", SHA-256 " + m.Data.Fingerprint
		}
	}
	if n := len(t.Points); n > 0 {
		s.Status = t.Points[n-1].Status
	}
	if m.Spec != nil {
		if text, err := json.MarshalIndent(m.Spec, "", "  "); err == nil {
			s.Spec = string(text)
		}
	}
	return s
}
