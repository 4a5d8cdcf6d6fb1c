// Package sharpdarts reads logs of sharpDARTS and of other forks of the DARTS code
// that name what they print:
//
//	epoch, 56, train_acc, 99.8, valid_acc, 91.4, train_loss, 0.01, valid_loss, 0.29, lr, 1e-03
//	genotype = Genotype(...)
//	alphas_normal = tensor([[...
//	alphas_reduce = tensor([[...
//
// Tables that follow an epoch line belong to it; tables without one belong to the
// epoch before the next epoch line. A text may hold several runs, begun by their
// arguments or by a line "=== next block ===". The primitive lists differ between
// runs of the same program.
package sharpdarts

import (
	"io"
	"regexp"
	"strconv"
	"strings"

	"edgewise/sim/check"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/sim/trace/genotype"
	"edgewise/sim/trace/quark0"
	"edgewise/sim/trace/runlog"
	"edgewise/sim/trace/textlog"
)

var epochLine = regexp.MustCompile(`^epoch, (\d{1,6}), (.*)$`)

// Detect says whether the beginning of a file looks like such a log.
func Detect(head string) bool {
	return strings.Contains(head, "alphas_normal = tensor(") || strings.Contains(head, "epoch, ") && strings.Contains(head, ", train_acc, ")
}

// Convention is that of the sharpDARTS code.
func Convention(r *runlog.Run) runlog.Convention {
	c := runlog.Convention{
		Source: "import sharpdarts", Known: [][]string{quark0.Primitives}, Algorithm: spec.DARTS, Level: spec.Bilevel, Order: 1, Valid: "search", AtEnd: true,
		Notes:  []string{"parameters stand at the end of the epoch that they are printed with"},
		Blanks: []string{"entropy", "most epochs: only excerpts print parameters"},
	}
	if v, _ := r.Arg("weighting_algorithm"); v == "max_w" {
		c.Defects = append(c.Defects, check.Finding{Severity: check.Warning, Point: -1, Count: 1,
			What: "source sharpDARTS: weighting_algorithm is max_w", Means: "the mixture is not a softmax-weighted sum: laws of DARTS do not apply to this run"})
	}
	return c
}

type reader struct {
	*textlog.Lines
	file  string
	runs  []*runlog.Run
	run   *runlog.Run
	epoch *runlog.Snapshot // of the last epoch line, while its tables may follow
	snap  *runlog.Snapshot // that tables go to
	last  int              // epoch of the last epoch line
	text  string           // genotype that precedes its tables
	maxW  bool
}

// Read reads all runs.
func Read(in io.Reader, file string) ([]*runlog.Run, error) {
	r := &reader{file: file}
	r.Lines = textlog.NewLines(in, file, func(e *textlog.Error) { r.begin().Problem(check.Warning, e, "the line is incomplete") })
	for r.Next() {
		body, rank := textlog.Body(r.Text())
		if rank <= 0 {
			r.take(body)
		}
	}
	if r.Partial && r.run != nil {
		r.run.Problem(check.Note, r.Errorf("the last line has no ending"), "the file may have been copied while it was written")
	}
	r.close()
	var out []*runlog.Run
	for _, run := range r.runs {
		if len(run.Snapshots) > 0 {
			out = append(out, run)
		}
	}
	return out, r.Err()
}

func (r *reader) begin() *runlog.Run {
	if r.run == nil {
		r.run = &runlog.Run{File: r.file, Line: max(1, r.Line()), Args: map[string]string{}}
		r.runs = append(r.runs, r.run)
		if r.maxW {
			r.run.Args["weighting_algorithm"] = "max_w"
		}
	}
	return r.run
}

// close ends the run at hand.
func (r *reader) close() {
	if r.run != nil && r.snap != nil {
		r.keep()
	}
	r.run, r.epoch, r.snap, r.text, r.last = nil, nil, nil, "", 0
}

func (r *reader) keep() {
	s := r.snap
	if s.Epoch < 0 {
		s.Epoch = r.last + 1
	}
	r.run.Snapshots = append(r.run.Snapshots, *s)
	r.snap = nil
}

func (r *reader) take(body string) {
	switch m := epochLine.FindStringSubmatch(body); {
	case strings.HasPrefix(body, "=== next block ==="):
		r.close()
		r.maxW = false
	case strings.Contains(body, "--weighting_algorithm max_w"):
		r.maxW = true
		if r.run != nil && len(r.run.Args) > 0 {
			r.run.Args["weighting_algorithm"] = "max_w"
		}
	case strings.Contains(body, "args = Namespace("):
		r.arguments(body)
	case strings.HasPrefix(body, "primitives: ["):
		r.begin().Ops = textlog.Names(strings.TrimPrefix(body, "primitives: "))
	case m != nil:
		r.epochLine(m)
	case strings.Contains(body, "Genotype(") && strings.Contains(body, "enotype = "):
		r.genotype(body)
	case strings.HasPrefix(body, "alphas_") && strings.Contains(body, "tensor("):
		r.table(body)
	}
}

func (r *reader) arguments(body string) {
	for n := 0; !genotype.Balanced(body) && n < 16 && r.Next(); n++ {
		body += r.Text()
	}
	args := textlog.Namespace(body)
	if args["arch_learning_rate"] == "" {
		return // of the training of a derived net
	}
	if r.run != nil && (len(r.run.Snapshots) > 0 || r.snap != nil) {
		r.close()
	}
	run := r.begin()
	for k, v := range args {
		run.Args[k] = v
	}
	if v := args["layers_of_cells"]; v != "" {
		run.Args["layers"] = v
	}
}

func (r *reader) epochLine(m []string) {
	n, _ := strconv.Atoi(m[1])
	run := r.begin()
	if r.snap != nil {
		if r.snap.Epoch < 0 && n > 0 {
			r.snap.Epoch = n - 1
		}
		r.keep()
	}
	r.last = n
	s := runlog.NewSnapshot(r.Line(), n)
	f := strings.Split(m[2], ", ")
	values := map[string]float64{}
	for i := 0; i+1 < len(f); i += 2 {
		if v, bad := textlog.Number(strings.TrimSpace(f[i+1])); !bad {
			values[f[i]] = v
		}
	}
	if _, ok := values["train_loss"]; !ok {
		run.Problem(check.Warning, r.Errorf("epoch %d has no train_loss", n), "its losses are left out")
	} else {
		s.Train = runlog.Percent(values["train_loss"], values["train_acc"], 0)
		s.Valid = runlog.Percent(values["valid_loss"], values["valid_acc"], 0)
	}
	if v, ok := values["lr"]; ok {
		s.Rate = v
	}
	r.epoch = &s
	if e, ok := r.run.Arg("epochs"); ok && e == m[1] {
		run.Ended = true
	}
}

func (r *reader) genotype(body string) {
	at := r.Errorf("")
	text := genotype.Excerpt(body)
	for n := 0; !genotype.Balanced(text) && n < 16 && r.Next(); n++ {
		text += r.Text()
	}
	g, err := genotype.Parse(text)
	if err != nil {
		at.Msg = "genotype: " + err.Error()
		r.begin().Problem(check.Warning, at, "the genotype is left out")
		return
	}
	r.text = g.String()
	r.begin().Genotype = r.text
}

func (r *reader) table(body string) {
	run := r.begin()
	kind := "normal"
	if strings.HasPrefix(body, "alphas_reduce") {
		kind = "reduce"
	}
	line := r.Line()
	t, _, err := r.Tensor()
	if err != nil {
		run.Problem(check.Warning, err, "the table is left out")
		return
	}
	if len(t.Shape) != 2 || t.Shape[1] < 2 {
		return
	}
	if r.snap != nil && r.snap.Prob[kind] != nil {
		r.keep()
	}
	if r.snap == nil {
		s := r.epoch
		if s == nil {
			n := runlog.NewSnapshot(line, -1)
			s = &n
		} else if r.text != "" {
			s.Genotype = r.text
		}
		s.Prob = runlog.Tables{}
		r.snap, r.epoch, r.text = s, nil, ""
	}
	r.snap.Prob[kind] = t.Matrix()
}

// Import reads the run that the options ask for.
func Import(in io.Reader, file string, o runlog.Options) (*trace.Trace, []check.Finding, error) {
	runs, err := Read(in, file)
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
