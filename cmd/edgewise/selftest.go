package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"edgewise/proofs/attack"
	"edgewise/reports/table"
	"edgewise/sim/trace"
)

type selftestCmd struct {
	Full bool     `help:"Make every attack at its full size (70 minutes on one core); otherwise the short ones (a few minutes)."`
	Only []string `help:"Make these attacks or families only."`
	List bool     `help:"List the attacks and stop."`
	Seed uint64   `help:"Seed of what is random in the attacks." default:"1"`
	Jobs int      `help:"Test runs at a time; 0: two."`
	Out  string   `help:"Folder for the table (selftest.json, .md, .csv, .tex); empty: not stored." type:"path"`
	JSON bool     `name:"json" help:"Print the table as JSON."`
}

func (selftestCmd) Help() string {
	return "Example:\n  edgewise selftest --only kill-search --seed 7\n\n" +
		"attacks the program: kills, full disks, damaged files, nonsense, mutations of its science. It runs from a checkout of\n" +
		"the repository, which it builds and whose copies it mutates, and needs go. Exit 1 when an attack is lost."
}

func (c *selftestCmd) Run(ctx context.Context, s streams) error {
	if c.Jobs < 0 {
		return misuse{fmt.Errorf("--jobs is %d: it must not be negative", c.Jobs)}
	}
	if c.List {
		for _, a := range attack.All() {
			form := "both"
			switch {
			case a.Long:
				form = "full"
			case a.Sample:
				form = "short"
			}
			fmt.Fprintf(s.out, "%-20s %-12s %-6s %s\n", a.Name, a.Family, form, a.About)
		}
		return nil
	}
	o := attack.Options{Full: c.Full, Only: c.Only, Seed: c.Seed, Jobs: c.Jobs, Log: s.err}
	if _, err := attack.Select(o); err != nil {
		return misuse{err}
	}
	root, err := attack.FindRoot(".")
	if err != nil {
		return misuse{err}
	}
	o.Root = root
	rows, err := attack.Run(ctx, o)
	if len(rows) > 0 {
		if perr := c.show(s, rows); err == nil {
			err = perr
		}
	}
	if err != nil {
		return err
	}
	lost := 0
	for _, r := range rows {
		lost += len(r.Lost)
	}
	if lost > 0 {
		return fmt.Errorf("%d tries lost", lost)
	}
	return nil
}

// show prints and stores the table.
func (c *selftestCmd) show(s streams, rows []attack.Row) error {
	t := selftestTable(rows)
	text, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := table.Save(c.Out, &t); err != nil {
			return err
		}
		if err := trace.WriteFile(filepath.Join(c.Out, "attacks.json"), append(text, '\n')); err != nil {
			return err
		}
	}
	if c.JSON {
		_, err := fmt.Fprintf(s.out, "%s\n", text)
		return err
	}
	return t.Terminal(s.out, 0)
}

func selftestTable(rows []attack.Row) table.Table {
	t := table.Table{
		Name:    "selftest",
		Caption: "Attacks: an attack is lost when a byte was, when an error did not say where and what to do, or when no test noticed a mutation.",
		Columns: []table.Column{
			{Header: "Family"}, {Header: "Attack"}, {Header: "tried", Kind: table.KindInteger}, {Header: "survived", Kind: table.KindInteger},
			{Header: "lost", Kind: table.KindInteger}, {Header: "seconds", Kind: table.KindInteger}, {Header: "What it does"},
		},
	}
	tried, survived, lost, seconds := 0, 0, 0, 0.0
	for i, r := range rows {
		if i > 0 && rows[i-1].Family != r.Family {
			t.Rule()
		}
		if r.NotRun != "" {
			t.Add(table.Text(r.Family), table.Text(r.Attack), table.NotApplicable(), table.NotApplicable(), table.NotApplicable(), table.NotApplicable(), table.Text(r.About+": not run: "+r.NotRun))
			continue
		}
		about := r.About
		if len(r.Skipped) > 0 {
			about += "; not run here: " + strings.Join(r.Skipped, "; ")
		}
		t.Add(table.Text(r.Family), table.Text(r.Attack), table.Integer(r.Tried), table.Integer(r.Survived), table.Integer(len(r.Lost)), table.Integer(int(r.Seconds+0.5)), table.Text(about))
		tried, survived, lost, seconds = tried+r.Tried, survived+r.Survived, lost+len(r.Lost), seconds+r.Seconds
		for _, l := range r.Lost {
			t.Notes = append(t.Notes, r.Attack+" lost: "+l)
		}
		for _, n := range r.Notes {
			t.Notes = append(t.Notes, r.Attack+": "+n)
		}
	}
	t.Rule()
	t.Add(table.Text("all"), table.Text(""), table.Integer(tried), table.Integer(survived), table.Integer(lost), table.Integer(int(seconds+0.5)), table.Text(""))
	return t
}
