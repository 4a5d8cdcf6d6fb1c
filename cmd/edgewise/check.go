package main

import (
	"encoding/json"
	"fmt"
	"io"

	"edgewise/reports/table"
	"edgewise/sim/check"
	"edgewise/sim/trace"
)

type checkCmd struct {
	Traces []string `arg:"" name:"trace" help:"Folders of traces." type:"path"`
	Out    string   `help:"Also write the residuals of each trace to that folder as .tex, .csv, .md and .json." type:"path"`
	JSON   bool     `name:"json" help:"Print findings and residuals as JSON."`
}

func (checkCmd) Help() string {
	return "Example:\n  edgewise search --steps 50 --out out/run && edgewise check out/run\n\n" +
		"Exit 1 when a trace has an error, 0 otherwise."
}

func (c *checkCmd) Run(s streams) error {
	bad := 0
	for _, dir := range c.Traces {
		t, err := trace.Read(dir)
		if t == nil {
			return misuse{err}
		}
		r := check.Trace(t)
		if err != nil {
			r.Findings = append([]check.Finding{{Severity: check.Error, Point: len(t.Points), Count: 1, What: err.Error(),
				Means: "only the points before it were read"}}, r.Findings...)
		}
		if r.Worst() == check.Error {
			bad++
		}
		laws := lawTable(dir, t, r)
		if c.Out != "" && len(laws.Rows) > 0 {
			if len(c.Traces) > 1 {
				laws.Name += "-" + t.Manifest.Run
			}
			if err := table.Save(c.Out, &laws); err != nil {
				return err
			}
		}
		if err := printReport(s.out, dir, t, r, laws, c.JSON); err != nil {
			return err
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d traces have errors", bad, len(c.Traces))
	}
	return nil
}

// lawTable are the residuals of what must be zero.
func lawTable(dir string, t *trace.Trace, r check.Report) table.Table {
	laws := table.Table{
		Name:    "residuals",
		Caption: fmt.Sprintf("%s (%s, %d points): what must be zero", t.Manifest.Name, dir, len(t.Points)),
		Columns: []table.Column{
			{Header: "Law"}, {Header: "Source"},
			{Header: "Points", Kind: table.KindInteger},
			{Header: "Median", Kind: table.KindText}, {Header: "Largest", Kind: table.KindText}, {Header: "Limit", Kind: table.KindText},
		},
		Runs: []string{t.Manifest.Run},
	}
	for _, v := range r.Residuals {
		laws.Add(table.Text(v.Law), table.Text(v.Source), table.Integer(v.Points),
			table.Text(fmt.Sprintf("%.1e", v.Median)), table.Text(fmt.Sprintf("%.1e", v.Max)), table.Text(fmt.Sprintf("%.0e", v.Limit)))
	}
	return laws
}

func printReport(w io.Writer, dir string, t *trace.Trace, r check.Report, laws table.Table, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(struct {
			Trace string
			Run   string
			check.Report
		}{dir, t.Manifest.Run, r})
	}
	if len(laws.Rows) > 0 {
		if err := laws.Terminal(w, 0); err != nil {
			return err
		}
	}
	if len(r.Findings) == 0 {
		_, err := fmt.Fprintln(w, "no findings")
		return err
	}
	for _, f := range r.Findings {
		at := "manifest"
		if f.Point >= 0 {
			at = fmt.Sprintf("line %d, step %d", f.Point+1, f.Step)
			if f.Line > 0 {
				at = fmt.Sprintf("line %d of the source, step %d", f.Line, f.Step)
			}
		}
		if _, err := fmt.Fprintf(w, "%s: %s: %s (%d points): %s\n", f.Severity, at, f.What, f.Count, f.Means); err != nil {
			return err
		}
	}
	return nil
}
