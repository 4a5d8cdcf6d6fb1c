// Package ptdarts reads the logs of pt.darts (khanrc/pt.darts) and its forks. They
// differ from those of the DARTS code in all that matters: parameters are printed
// as a softmax per node under "# Alpha - normal" and "# Alpha - reduce" at the
// start of each epoch, none is the last column, the genotype is printed after the
// epoch, is nested by node, never chooses none and ranks edges by raw alpha,
// which the log does not print; one file may hold several runs.
package ptdarts

import (
	"io"
	"regexp"
	"strconv"
	"strings"

	"edgewise/sim/check"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/sim/trace/genotype"
	"edgewise/sim/trace/runlog"
	"edgewise/sim/trace/textlog"
)

// Primitives is the order of columns of pt.darts.
var Primitives = []string{"max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5", "none"}

// Convention is that of pt.darts.
func Convention(*runlog.Run) runlog.Convention {
	return runlog.Convention{
		Source: "import ptdarts", Known: [][]string{Primitives}, Algorithm: spec.DARTS, Level: spec.Bilevel, Valid: "search", AtEnd: true, Order: 1, RawRank: true,
		Notes: []string{
			"genotypes rank edges by raw alpha, which the log does not print",
			"search losses are taken after the epoch in evaluation mode",
		},
		Blanks: []string{"entropy"},
		Defects: []check.Finding{{
			Severity: check.Warning, Point: -1, Count: 1,
			What:  "source pt.darts: its second-order term is (p - n)/2.*eps, multiplied by eps where it should be divided (khanrc/pt.darts issue 43; some forks repaired it)",
			Means: "unless the fork repaired it, the search was in effect first-order: it is imported as order 1",
		}},
	}
}

var (
	argument = regexp.MustCompile(`^([A-Z][A-Z0-9_]{1,40})=(.*)$`)
	meter    = regexp.MustCompile(`^(Train|Valid): \[\s*(\d{1,6})/(\d{1,6})\] (?:Step (\d{1,7})/(\d{1,7}) Loss (\S+) Prec@\(1,5\) \((\S+?)%|Final Prec@1 (\S+?)%)`)
)

// Detect says whether the beginning of a file looks like such a log.
func Detect(head string) bool {
	return strings.Contains(head, "####### ALPHA #######") || strings.Contains(head, "# Alpha - normal")
}

type reader struct {
	*textlog.Lines
	file string
	runs []*runlog.Run
	run  *runlog.Run
	args map[string]string // of the run that begins
	line int               // at which they begin

	snap     *runlog.Snapshot // of the epoch that the coming lines belong to
	kind     string           // of the tensors that come
	genotype string           // printed after the last epoch
}

// Read reads all runs of a log.
func Read(r io.Reader, file string) ([]*runlog.Run, error) {
	p := &reader{file: file}
	p.Lines = textlog.NewLines(r, file, func(e *textlog.Error) { p.problem(e, "the line is incomplete") })
	for p.Next() {
		body, rank := textlog.Body(p.Text())
		if rank <= 0 {
			p.take(strings.TrimSpace(body))
		}
	}
	p.end()
	if p.Partial && p.run != nil {
		p.run.Problem(check.Note, p.Errorf("the last line has no ending"), "the file may have been copied while it was written")
	}
	return p.runs, p.Err()
}

func (p *reader) problem(e *textlog.Error, means string) {
	if p.run == nil {
		p.begin()
	}
	p.run.Problem(check.Warning, e, means)
}

func (p *reader) begin() {
	p.run = &runlog.Run{File: p.file, Line: max(1, p.line), Args: p.args}
	if p.line == 0 {
		p.run.Line = max(1, p.Line())
	}
	p.runs = append(p.runs, p.run)
	p.args, p.line = nil, 0
}

func (p *reader) take(body string) {
	switch {
	case body == "Parameters:":
		p.end()
		p.run, p.genotype, p.args, p.line = nil, "", map[string]string{}, p.Line()
	case p.args != nil && p.run == nil && argument.MatchString(body):
		if m := argument.FindStringSubmatch(body); len(p.args) < 1000 {
			p.args[strings.ToLower(m[1])] = m[2]
		}
	case strings.Contains(body, "# ALPHA #"):
		p.alphas()
	case strings.HasPrefix(body, "# Alpha - "):
		p.kind = strings.TrimPrefix(body, "# Alpha - ")
	case strings.HasPrefix(body, "tensor("):
		p.tensor()
	case strings.HasPrefix(body, "genotype = "):
		p.wiring(body)
	default:
		if m := meter.FindStringSubmatch(body); m != nil && p.run != nil {
			p.meter(m)
		}
	}
}

// alphas begins the tables of an epoch.
func (p *reader) alphas() {
	if p.run == nil {
		p.begin()
	}
	epoch := 0
	if n := len(p.run.Snapshots); n > 0 || p.snap != nil {
		p.close()
		epoch = p.run.Snapshots[len(p.run.Snapshots)-1].Epoch + 1
	}
	s := runlog.NewSnapshot(p.Line(), epoch)
	s.Genotype, s.Prob = p.genotype, runlog.Tables{}
	p.snap, p.genotype, p.kind = &s, "", ""
}

// tensor appends the rows of one node.
func (p *reader) tensor() {
	t, _, err := p.Tensor()
	if err != nil {
		p.problem(err, "the table of this epoch is incomplete: the epoch is left out")
		return
	}
	if p.snap == nil || len(t.Shape) != 2 || p.kind != "normal" && p.kind != "reduce" || len(p.snap.Prob[p.kind]) > 1024 {
		return
	}
	if p.snap.Prob == nil {
		p.snap.Prob = runlog.Tables{}
	}
	p.snap.Prob[p.kind] = append(p.snap.Prob[p.kind], t.Matrix()...)
}

func (p *reader) wiring(body string) {
	g, err := genotype.Parse(body)
	if err != nil {
		p.problem(p.Errorf("genotype: %v", err), "the genotype is left out")
		return
	}
	p.genotype = g.String()
}

func (p *reader) meter(m []string) {
	if p.snap == nil {
		s := runlog.NewSnapshot(p.Line(), 0)
		p.snap = &s
	}
	if n, _ := strconv.Atoi(m[2]); n > 0 {
		p.snap.Epoch = n - 1
	}
	at := &p.snap.Train
	if m[1] == "Valid" {
		at = &p.snap.Valid
	} else if n, _ := strconv.Atoi(m[5]); m[5] != "" {
		p.run.Counted = n + 1
	}
	if m[8] != "" {
		if acc, bad := textlog.Number(m[8]); !bad && *at != nil {
			*at = runlog.Percent((*at).Loss, acc, 0)
		}
		return
	}
	loss, bad := textlog.Number(m[6])
	acc, bad2 := textlog.Number(m[7])
	if bad || bad2 {
		p.problem(p.Errorf("%q holds no loss and accuracy", m[0]), "the line is left out")
		return
	}
	*at = runlog.Percent(loss, acc, 0)
}

// close ends the epoch at hand.
func (p *reader) close() {
	if p.snap == nil || p.run == nil {
		return
	}
	if len(p.snap.Prob) == 0 {
		p.snap.Prob = nil
	}
	p.run.Snapshots = append(p.run.Snapshots, *p.snap)
	p.snap = nil
}

// end ends the run at hand.
func (p *reader) end() {
	p.close()
	if p.run != nil {
		p.run.Genotype = p.genotype
	}
}

// Import reads the run that the options ask for.
func Import(r io.Reader, file string, o runlog.Options) (*trace.Trace, []check.Finding, error) {
	runs, err := Read(r, file)
	if err != nil {
		return nil, nil, err
	}
	run, list, err := runlog.Pick(file, runs, o.Run)
	if err != nil {
		return nil, nil, err
	}
	t, findings, err := run.Trace(Convention(run), o)
	return t, append(list, findings...), err
}
