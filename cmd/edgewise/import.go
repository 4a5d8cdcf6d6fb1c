package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	foreignreport "edgewise/reports/foreign"
	"edgewise/sim/check"
	"edgewise/sim/predict"
	"edgewise/sim/spec"
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
	Spec     string   `help:"TOML spec of the search, on top of the default, where the source does not say it: rungs of prediction need it." type:"path"`
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
	if c.RunNo < 0 || c.Steps < 0 {
		return misuse{fmt.Errorf("--run and --steps must not be negative")}
	}
	for _, form := range c.Export {
		if foreign.Forms[form] == "" {
			return misuse{fmt.Errorf("--export %s: the known forms are csv, parquet and genotype", form)}
		}
	}
	var given *spec.Spec
	if c.Spec != "" {
		s, err := spec.Load(c.Spec)
		if err != nil {
			return misuse{err}
		}
		given = &s
	}
	sources, err := c.sources()
	if err != nil {
		return err
	}
	var all []imported
	var traces []*trace.Trace
	var left []string
	folders, runs := map[string]bool{}, map[string]string{}
	bar := newProgress(s.err, "import")
	defer bar.close()
	for i, from := range sources {
		bar.set(i, len(sources))
		t, findings, err := foreign.Import(from.path, foreign.Options{Format: c.Format, Options: runlog.Options{Ops: c.Ops, Run: c.RunNo, Name: c.Name, Steps: c.Steps}})
		if err == nil && given != nil {
			err = foreign.Attach(t, *given)
		}
		if err == nil && from.found && runs[t.Manifest.Run] != "" {
			err = fmt.Errorf("%s: the same run as %s", from.path, runs[t.Manifest.Run])
		}
		if err != nil && from.found {
			left = append(left, oneLine(err))
			continue
		}
		if err != nil {
			return err
		}
		runs[t.Manifest.Run] = from.path
		dir := c.Out
		if len(sources) > 1 {
			dir = filepath.Join(c.Out, folderName(t.Manifest.Name))
			for n := 2; folders[dir]; n++ {
				dir = filepath.Join(c.Out, fmt.Sprintf("%s-%d", folderName(t.Manifest.Name), n))
			}
			folders[dir] = true
		}
		if err := c.store(dir, t); err != nil {
			return err
		}
		all, traces = append(all, describe(from.path, dir, t, findings)), append(traces, t)
	}
	bar.close()
	for _, why := range left {
		fmt.Fprintf(s.err, "left out: %s\n", why)
	}
	if len(all) == 0 {
		return fmt.Errorf("nothing was imported of %d files", len(left))
	}
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

// source is a file or folder to import. One that was found in a folder is left out
// when it cannot be read; one that was named ends the command.
type source struct {
	path  string
	found bool
}

// sources opens folders that are no trace by themselves: what lies in them is
// found, one source for every file and for every folder that is one.
func (c *importCmd) sources() ([]source, error) {
	var out []source
	for _, path := range c.Paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("importing: %w", err)
		}
		if !info.IsDir() || c.Format != "" || isFormat(path) {
			out = append(out, source{path: path})
			continue
		}
		err = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && p != path && isFormat(p):
				out = append(out, source{p, true})
				return fs.SkipDir
			case !d.IsDir():
				out = append(out, source{p, true})
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("importing: %w", err)
		}
	}
	return out, nil
}

func isFormat(path string) bool {
	_, err := foreign.Detect(path)
	return err == nil
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
