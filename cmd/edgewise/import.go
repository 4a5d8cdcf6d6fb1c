package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	foreignreport "edgewise/reports/foreign"
	"edgewise/sim/check"
	"edgewise/sim/predict"
	"edgewise/sim/trace"
	"edgewise/sim/trace/foreign"
	"edgewise/sim/trace/recorder"
	"edgewise/sim/trace/runlog"
)

type importCmd struct {
	Paths    []string `arg:"" optional:"" name:"path" help:"Logs, checkpoints, arrays, tables or folders of them; each becomes one trace."`
	Format   string   `help:"Format of the files; empty: detected. \"list\" lists the formats."`
	Out      string   `help:"Folder for the trace; with several paths, for one folder per trace." default:"out/import" type:"path"`
	Name     string   `help:"Name of the run."`
	Ops      []string `help:"Operations of the columns, in order, where the log does not name them; ? for one that is not known."`
	RunNo    int      `name:"run" help:"Which run of a file that holds several, from 1; 0 takes the longest."`
	Steps    int      `help:"Steps of an epoch, where the log does not say."`
	Export   []string `help:"Write the trace in these forms too: csv, parquet, genotype."`
	Recorder bool     `help:"Print the recorder for PyTorch searches (at most 30 lines of Python) and stop."`
	JSON     bool     `name:"json" help:"Print what was found as JSON."`
}

func (importCmd) Help() string {
	return "Example:\n  edgewise import --recorder > edgewise_recorder.py\n\n" +
		"  edgewise import nohup.out --out out/theirs && edgewise check out/theirs\n\n" +
		"reads another program's log, writes out/theirs/manifest.json and out/theirs/trace.jsonl,\n" +
		"and says what the log holds, what it lacks and which predictions it allows."
}

// imported is what an import says about one path.
type imported struct {
	Path, Folder, Run, Name, Source string
	Points, Edges                   int
	Kinds, Ops, Rungs, Blanks       []string
	Complete                        bool
	Findings                        []check.Finding
}

func (c *importCmd) Run(s streams) error {
	if c.Recorder {
		_, err := fmt.Fprint(s.out, recorder.Python)
		return err
	}
	if c.Format == "list" {
		for _, f := range foreign.Formats() {
			fmt.Fprintf(s.out, "%-16s %s\n", f.Name, f.About)
		}
		return nil
	}
	if len(c.Paths) == 0 {
		return misuse{fmt.Errorf("name what to import, or --recorder")}
	}
	for _, form := range c.Export {
		if foreign.Forms[form] == "" {
			return misuse{fmt.Errorf("--export %s: the known forms are csv, parquet and genotype", form)}
		}
	}
	var all []imported
	var traces []*trace.Trace
	bar := newProgress(s.err, "import")
	defer bar.close()
	for i, path := range c.Paths {
		bar.set(i, len(c.Paths))
		t, findings, err := foreign.Import(path, foreign.Options{Format: c.Format, Options: runlog.Options{Ops: c.Ops, Run: c.RunNo, Name: c.Name, Steps: c.Steps}})
		if err != nil {
			return err
		}
		dir := c.Out
		if len(c.Paths) > 1 {
			dir = filepath.Join(c.Out, folderName(t.Manifest.Name))
		}
		if err := c.store(dir, t); err != nil {
			return err
		}
		all, traces = append(all, describe(path, dir, t, findings)), append(traces, t)
	}
	bar.close()
	if c.JSON {
		e := json.NewEncoder(s.out)
		e.SetIndent("", "  ")
		return e.Encode(all)
	}
	for _, i := range all {
		i.print(s)
	}
	if len(all) > 1 {
		return foreignreport.Traces(traces).Terminal(s.out, 0)
	}
	return nil
}

// store writes the trace and its other forms; the forms are made first, so that a
// failure leaves no half of them.
func (c *importCmd) store(dir string, t *trace.Trace) error {
	texts := map[string][]byte{}
	for _, form := range c.Export {
		var b bytes.Buffer
		if err := foreign.Export(&b, t, form); err != nil {
			return err
		}
		texts[foreign.Forms[form]] = b.Bytes()
	}
	if err := trace.Write(dir, t); err != nil {
		return err
	}
	for name, text := range texts {
		if err := trace.WriteFile(filepath.Join(dir, name), text); err != nil {
			return err
		}
	}
	return nil
}

var unsafeInNames = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

func folderName(name string) string {
	return strings.Trim(unsafeInNames.ReplaceAllString(name, "-"), "-.")
}

func describe(path, dir string, t *trace.Trace, findings []check.Finding) imported {
	m := &t.Manifest
	i := imported{Path: path, Folder: filepath.Clean(dir), Run: m.Run, Name: m.Name, Source: m.Source, Points: len(t.Points), Edges: len(m.Edges),
		Kinds: m.Kinds, Ops: m.Ops, Blanks: m.Blanks, Complete: t.Complete(), Findings: findings}
	for _, r := range predict.Rungs(t) {
		if r.OK {
			i.Rungs = append(i.Rungs, r.Rung)
		}
	}
	return i
}

func (i imported) print(s streams) {
	end := "it does not reach the end of its search"
	if i.Complete {
		end = "complete"
	}
	fmt.Fprintf(s.out, "%s: %s: %d points, %s cells of %d edges, %s; %s\n", i.Path, i.Source, i.Points, strings.Join(i.Kinds, " and "), i.Edges, strings.Join(i.Ops, " "), end)
	for _, f := range i.Findings {
		at := ""
		if f.Line > 0 && !strings.Contains(f.What, fmt.Sprintf(":%d: ", f.Line)) {
			at = fmt.Sprintf("line %d: ", f.Line)
		}
		fmt.Fprintf(s.out, "  %s: %s%s: %s\n", f.Severity, at, f.What, f.Means)
	}
	if len(i.Blanks) > 0 {
		fmt.Fprintf(s.out, "  not in it: %s\n", strings.Join(i.Blanks, "; "))
	}
	if len(i.Rungs) > 0 {
		fmt.Fprintf(s.out, "  predictions that it allows: %s\n", strings.Join(i.Rungs, ", "))
	} else {
		fmt.Fprintln(s.out, "  predictions that it allows: none without a spec")
	}
	fmt.Fprintf(s.out, "  written to %s\n", i.Folder)
}
