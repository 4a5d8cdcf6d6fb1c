package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"edgewise/proofs"
	"edgewise/reports/figure"
	"edgewise/reports/foreign"
	"edgewise/reports/page"
	"edgewise/reports/paper"
	"edgewise/reports/reproduce"
	"edgewise/reports/table"
	"edgewise/sim/trace"
)

type reportCmd struct {
	Traces   []string `arg:"" name:"trace" help:"Folders of observed traces, or of the runs of a study (as reproduce and search write them)." type:"path"`
	Out      string   `help:"Folder for tables, figures, edgewise.tex, edgewise.bib and report.html." default:"out/report" type:"path"`
	Paper    bool     `help:"All tables of the field: also the register of claims, checked now, and what --ablation and --bench name."`
	Ablation string   `help:"Folder that ablate wrote: its tables are taken over (with --paper)." type:"path" placeholder:"DIR"`
	Bench    string   `help:"File that bench --json printed, or folder that bench --out wrote (with --paper)." type:"path" placeholder:"PATH"`
	Claims   string   `help:"Which claims are checked (with --paper): a P-number such as P2, or part of a name; all otherwise." placeholder:"FILTER"`
	Seed     uint64   `help:"Seed of the random points at which claims are checked (with --paper)." default:"1"`
	Serve    string   `help:"Instead, show the traces at that loopback address and follow them while their searches run." placeholder:"127.0.0.1:PORT"`
	JSON     bool     `name:"json" help:"Also print the table of scores as JSON."`
	formatFlag
}

// formatFlag chooses what figures are written as.
type formatFlag struct {
	Formats []string `help:"Formats of figures, comma-separated: svg, pdf, png, pgf, tex." default:"svg,pdf,png"`
}

func (f formatFlag) formats() ([]figure.Format, error) {
	known := []figure.Format{figure.SVG, figure.PDF, figure.PNG, figure.PGF, figure.TeX}
	var out []figure.Format
	for _, name := range f.Formats {
		format := figure.Format(strings.ToLower(strings.TrimSpace(name)))
		if !slices.Contains(known, format) {
			return nil, misuse{fmt.Errorf("--formats %s: the formats are svg, pdf, png, pgf and tex", name)}
		}
		if !slices.Contains(out, format) {
			out = append(out, format)
		}
	}
	return out, nil
}

func (reportCmd) Help() string {
	return "Example:\n  edgewise search --steps 300 --out out/run && edgewise report --paper out/run --out out/paper\n\n" +
		"writes out/paper/edgewise.tex, which takes all tables and figures into a document by one \\input, edgewise.bib,\n" +
		"paper.tex, which compiles as it stands, report.html, and sources.json: run id -> trace, checksum and spec.\n" +
		"With --serve 127.0.0.1:8080 it follows a search that is still running, until interrupted."
}

func (c *reportCmd) Run(ctx context.Context, s streams) error {
	if c.Serve != "" {
		for _, dir := range c.Traces {
			if info, err := os.Stat(dir); err != nil || !info.IsDir() {
				return misuse{fmt.Errorf("%s is no folder: start its search first", dir)}
			}
		}
		err := page.Serve(ctx, c.Serve, page.Live{Report: page.Report{Title: "Edgewise: running searches"}, Dirs: c.Traces}, func(url string) {
			fmt.Fprintf(s.out, "%s follows %s; interrupt to stop\n", url, strings.Join(c.Traces, ", "))
		})
		if errors.Is(err, context.Canceled) {
			return nil
		}
		return err
	}
	formats, err := c.formats()
	if err != nil {
		return err
	}
	if !c.Paper && (c.Ablation != "" || c.Bench != "" || c.Claims != "") {
		return misuse{errors.New("--ablation, --bench and --claims belong to the set that --paper writes: give --paper too")}
	}
	dirs, err := traceFolders(c.Traces)
	if err != nil {
		return misuse{err}
	}
	bar := newProgress(s.err, "report")
	defer bar.close()
	runs, err := reproduce.FromTraces(dirs, runtime.GOMAXPROCS(0), bar.set)
	if err != nil {
		return misuse{err}
	}
	set, err := reproduce.NewSet("Report of traces", runs)
	if err != nil {
		return err
	}
	said, err := c.extend(ctx, set, runs)
	if err != nil {
		return err
	}
	if err := reproduce.Assemble(c.Out, runs, set, formats); err != nil {
		return err
	}
	bar.close()
	if c.JSON {
		t := reproduce.ScoreTable(runs)
		return t.JSON(s.out)
	}
	for _, line := range said {
		fmt.Fprintln(s.out, line)
	}
	_, err = fmt.Fprintf(s.out, "written to %s: %d tables, %d figures, %s, %s, %s, report.html\n", filepath.Clean(c.Out),
		len(set.Tables), len(set.Figures), paper.InputFile, paper.BibliographyFile, paper.ArticleFile)
	return err
}

// extend adds to the set what is said of traces as such, whoever made them, and
// with --paper what does not come from them. It returns what could not be made.
func (c *reportCmd) extend(ctx context.Context, set *paper.Set, runs []reproduce.Run) (said []string, err error) {
	var traces []*trace.Trace
	for _, r := range runs {
		traces = append(traces, r.Observed)
	}
	set.Tables = append(set.Tables, foreign.Traces(traces))
	if t, err := foreign.NoneRegression(traces); err == nil {
		set.Tables = append(set.Tables, t)
	} else {
		said = append(said, "no regression table: "+err.Error())
	}
	if !c.Paper {
		return said, nil
	}
	add := func(tables []*table.Table, sources paper.Sources) {
		set.Tables = append(set.Tables, tables...)
		for id, x := range sources {
			set.Sources[id] = x
		}
	}
	for _, x := range []struct{ path, made string }{{c.Ablation, "edgewise ablate"}, {c.Bench, "edgewise bench"}} {
		if x.path == "" {
			continue
		}
		tables, sources, err := paper.Saved(x.path, x.made)
		if err != nil {
			return nil, misuse{err}
		}
		add(tables, sources)
	}
	results := proofs.Run(ctx, c.Claims, c.Seed)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	rows := proofs.Summary(c.Claims, results)
	if len(rows) == 0 {
		return nil, misuse{fmt.Errorf("--claims %s: no claim matches it", c.Claims)}
	}
	t, sources := paper.ClaimTable(rows, c.Seed)
	add([]*table.Table{t}, sources)
	return said, nil
}

// traceFolders replaces a folder of a study by those of its runs.
func traceFolders(dirs []string) ([]string, error) {
	var out []string
	for _, dir := range dirs {
		_, err := os.Stat(filepath.Join(dir, trace.ManifestFile))
		if !errors.Is(err, fs.ErrNotExist) {
			out = append(out, dir)
			continue
		}
		found, err := filepath.Glob(filepath.Join(dir, "runs", "*", trace.ManifestFile))
		if err != nil || len(found) == 0 {
			out = append(out, dir) // whose reading says what is wrong
			continue
		}
		for _, f := range found {
			out = append(out, filepath.Dir(f))
		}
	}
	return out, nil
}
