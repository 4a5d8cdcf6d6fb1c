package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"edgewise/reports/page"
	"edgewise/reports/reproduce"
)

type reportCmd struct {
	Traces []string `arg:"" name:"trace" help:"Folders of observed traces." type:"path"`
	Out    string   `help:"Folder for tables, figures and report.html." default:"out/report" type:"path"`
	Serve  string   `help:"Instead, show the traces at that loopback address and follow them while their searches run." placeholder:"127.0.0.1:PORT"`
	JSON   bool     `name:"json" help:"Also print the table of scores as JSON."`
}

func (reportCmd) Help() string {
	return "Example:\n  edgewise search --steps 300 --out out/run && edgewise report out/run --out out/report\n\n" +
		"With --serve 127.0.0.1:8080 it follows a search that is still running, until interrupted."
}

func (c *reportCmd) Run(ctx context.Context, s streams) error {
	if c.Serve != "" {
		err := page.Serve(ctx, c.Serve, page.Live{Report: page.Report{Title: "Edgewise: running searches"}, Dirs: c.Traces}, func(url string) {
			fmt.Fprintf(s.out, "%s follows %s; interrupt to stop\n", url, strings.Join(c.Traces, ", "))
		})
		if errors.Is(err, context.Canceled) {
			return nil
		}
		return err
	}
	runs, err := reproduce.FromTraces(c.Traces)
	if err != nil {
		return misuse{err}
	}
	if err := reproduce.Assemble(c.Out, runs); err != nil {
		return err
	}
	if c.JSON {
		t := reproduce.ScoreTable(runs)
		return t.JSON(s.out)
	}
	_, err = fmt.Fprintf(s.out, "written to %s: tables, figures, report.html\n", filepath.Clean(c.Out))
	return err
}
