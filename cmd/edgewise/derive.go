package main

import (
	"encoding/json"
	"io"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/theory/cell"
	"edgewise/theory/cost"
)

type deriveCmd struct {
	Nodes      int      `help:"Intermediate nodes of the cell." default:"2"`
	Multiplier int      `help:"Last nodes that are concatenated; 0 takes all of them."`
	Ops        []string `help:"Candidate operations; all eight by default."`
	Classes    int      `help:"Classes of the head." default:"10"`
	LaTeX      bool     `name:"latex" help:"Print a LaTeX document instead of text."`
	Out        string   `help:"Write to that file instead of the terminal." type:"path"`
	JSON       bool     `name:"json" help:"Print the statements as JSON."`
}

func (deriveCmd) Help() string {
	return "Example:\n  edgewise derive --nodes 4 --latex --out cell.tex\n\n" +
		"prints conservation laws, expected costs, dynamics, drop times and fixed points of a cell."
}

func (c *deriveCmd) Run(s streams) error {
	if c.Multiplier == 0 {
		c.Multiplier = c.Nodes
	}
	if len(c.Ops) == 0 {
		c.Ops = spec.Default().Net.Ops
	}
	ops, err := cell.OperationsByName(c.Ops)
	if err != nil {
		return misuse{err}
	}
	graph, err := cell.DARTS(c.Nodes, c.Multiplier)
	if err != nil {
		return misuse{err}
	}
	d, err := cost.Derive(graph, ops, c.Classes)
	if err != nil {
		return misuse{err}
	}
	text := d.Text()
	switch {
	case c.LaTeX:
		text = d.Document()
	case c.JSON:
		b, err := json.MarshalIndent(statements(d), "", "  ")
		if err != nil {
			return err
		}
		text = string(b) + "\n"
	}
	if c.Out != "" {
		return trace.WriteFile(c.Out, []byte(text))
	}
	_, err = io.WriteString(s.out, text)
	return err
}

// A statement is one law as JSON shows it; relations are in the syntax that the
// text output uses.
type statement struct {
	Section   string
	Claim     string
	Title     string
	Given     string `json:",omitempty"`
	Relations []string
}

func statements(d cost.Derivation) []statement {
	var out []statement
	for _, section := range d.Sections {
		for _, s := range section.Statements {
			x := statement{Section: section.Title, Claim: s.Claim, Title: s.Title, Given: s.Given}
			for _, r := range s.Relations {
				x.Relations = append(x.Relations, r.String())
			}
			out = append(out, x)
		}
	}
	return out
}
