// Package quark0 reads the logs of the DARTS code of Liu et al. (quark0/darts)
// and of the many codes that grew from it: log.txt with genotypes and losses,
// and captured standard output, which has the softmax of alpha too. Standard
// output and standard error may be mixed, tensors run over several lines.
//
//	epoch 0 lr 2.5e-02                 an epoch begins
//	genotype = Genotype(...)           of the alpha at hand
//	tensor([[...]], grad_fn=<Softmax   normal, then reduce
//	train 050 LOSS TOP1 TOP5           running means of the epoch
//	train_acc TOP1 / valid_acc TOP1    of the whole epoch
package quark0

import (
	"io"
	"math"
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

// Primitives is the order of columns of the DARTS code.
var Primitives = []string{"none", "max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"}

// Convention is that of the DARTS code: bi-level, "valid" being the split that
// alpha is trained on, evaluated after each epoch in evaluation mode.
func Convention(r *runlog.Run) runlog.Convention {
	c := runlog.Convention{
		Source: "import quark0", Known: [][]string{Primitives}, Algorithm: spec.DARTS, Level: spec.Bilevel, Valid: "search", AtEnd: true, Order: 1,
		Notes: []string{
			"train losses are running means up to the last report of the epoch, in training mode; search losses are taken after the epoch in evaluation mode",
		},
		Blanks: []string{"entropy"},
	}
	if r.Truth("unrolled") {
		c.Order = 2
	}
	return c
}

var (
	epochLine = regexp.MustCompile(`^epoch (\d{1,6}) lr (\S+)(?: temp (\S+))?`)
	meterLine = regexp.MustCompile(`^(train|valid) (\d{1,6}) (\S+) (\S+)`)
	accLine   = regexp.MustCompile(`^(train|valid)_acc (\S+)`)
)

// Detect says whether the beginning of a file looks like such a log.
func Detect(head string) bool {
	for _, line := range strings.Split(head, "\n") {
		body, _ := textlog.Body(strings.TrimSuffix(line, "\r"))
		if epochLine.MatchString(body) {
			return true
		}
	}
	return false
}

// State is where a reader stands.
type State struct {
	*textlog.Lines
	Run    *runlog.Run
	Snap   *runlog.Snapshot // the epoch at hand; nil before the first
	Begun  bool             // the epoch at hand has trained
	next   pending
	runs   []*runlog.Run
	others int // lines of other ranks
	file   string
}

// pending is what was printed after the training of an epoch: the state with
// which the next one begins.
type pending struct {
	alpha, prob runlog.Tables
	genotype    string
	line        int
}

// Read reads all runs of a log. extra, which may be nil, is asked first about
// each line; it says whether it has dealt with it.
func Read(r io.Reader, file string, extra func(s *State, body string) bool) ([]*runlog.Run, error) {
	s := &State{file: file}
	s.Lines = textlog.NewLines(r, file, func(e *textlog.Error) { s.run().Problem(check.Warning, e, "the line is incomplete") })
	for s.Next() {
		body, rank := textlog.Body(s.Text())
		if rank > 0 {
			s.others++
			continue
		}
		if extra != nil && extra(s, body) {
			continue
		}
		s.line(body)
	}
	s.close()
	if s.Partial && s.Run != nil {
		s.run().Problem(check.Note, s.Errorf("the last line has no ending"), "the file may have been copied while it was written")
	}
	if s.others > 0 && s.Run != nil {
		s.run().Problem(check.Note, s.Errorf("%d lines of other ranks were passed over", s.others), "only rank 0 was read")
	}
	return s.runs, s.Err()
}

// run is the run at hand, which is begun where there is none.
func (s *State) run() *runlog.Run {
	if s.Run == nil {
		s.Run = &runlog.Run{File: s.file, Line: max(1, s.Line())}
		s.runs = append(s.runs, s.Run)
	}
	return s.Run
}

func (s *State) line(body string) {
	switch {
	case strings.Contains(body, "Namespace("):
		args := textlog.Namespace(body)
		if s.Run == nil || s.Snap != nil || s.Run.Args != nil {
			s.close()
			s.Run = nil
		}
		s.run().Args = args
	case strings.Contains(body, "tensor("):
		if t := s.ReadTensor(); t != nil {
			s.table(t, body)
		}
	case genotype.Excerpt(body) != "" && strings.Contains(body, "enotype"):
		s.genotype(body)
	case strings.HasPrefix(body, "primitives:"):
		s.run().Ops = textlog.Names(strings.TrimPrefix(body, "primitives:"))
	default:
		s.numbers(body)
	}
}

// ReadTensor reads the tensor on the current line; a broken one is noted.
func (s *State) ReadTensor() *textlog.Tensor {
	t, _, err := s.Tensor()
	if err != nil {
		s.run().Problem(check.Warning, err, "the tensor is left out")
		return nil
	}
	return t
}

func (s *State) numbers(body string) {
	if m := epochLine.FindStringSubmatch(body); m != nil {
		n, _ := strconv.Atoi(m[1])
		s.close()
		snap := runlog.NewSnapshot(s.Line(), n)
		if v, bad := textlog.Number(m[2]); !bad {
			snap.Rate = v
		}
		if v, bad := textlog.Number(m[3]); !bad {
			snap.Temperature = v
		}
		snap.Alpha, snap.Prob, snap.Genotype = s.next.alpha, s.next.prob, s.next.genotype
		s.run()
		s.Snap, s.Begun, s.next = &snap, false, pending{}
		return
	}
	if s.Snap == nil {
		return
	}
	if m := meterLine.FindStringSubmatch(body); m != nil {
		loss, bad := textlog.Number(m[3])
		acc, bad2 := textlog.Number(m[4])
		if bad || bad2 {
			s.run().Problem(check.Warning, s.Errorf("%q holds no loss and accuracy", body), "the line is left out")
			return
		}
		s.Begun = true
		if m[1] == "train" {
			s.Snap.Train = runlog.Percent(loss, acc, 0)
		} else {
			s.Snap.Valid = runlog.Percent(loss, acc, 0)
		}
	}
	if m := accLine.FindStringSubmatch(body); m != nil {
		acc, bad := textlog.Number(m[2])
		if bad {
			s.run().Problem(check.Warning, s.Errorf("%q holds no accuracy", body), "the line is left out")
			return
		}
		s.Begun = true
		at := &s.Snap.Train
		if m[1] == "valid" {
			at = &s.Snap.Valid
		}
		loss := math.NaN()
		if *at != nil {
			loss = (*at).Loss
		}
		*at = runlog.Percent(loss, acc, 0)
	}
}

// genotype takes a genotype, which may be broken over several lines.
func (s *State) genotype(body string) {
	at := s.Errorf("")
	text := genotype.Excerpt(body)
	for n := 0; !genotype.Balanced(text) && n < 16 && s.Next(); n++ {
		text += s.Text()
	}
	g, err := genotype.Parse(text)
	if err != nil {
		at.Msg = "genotype: " + err.Error()
		s.run().Problem(check.Warning, at, "the genotype is left out")
		return
	}
	if s.Snap != nil && !s.Begun {
		s.Snap.Genotype = g.String()
		return
	}
	s.next.genotype = g.String()
	s.run()
}

// table takes a matrix of parameters: raw or softmax, normal before reduce.
func (s *State) table(t *textlog.Tensor, body string) {
	if len(t.Shape) != 2 || t.Shape[1] < 2 || s.Run == nil && s.Snap == nil && !strings.Contains(body, "alpha") {
		return
	}
	alpha, prob := &s.next.alpha, &s.next.prob
	if s.Snap != nil && !s.Begun {
		alpha, prob = &s.Snap.Alpha, &s.Snap.Prob
	}
	into := alpha
	if t.Softmax || !t.Grad && simplex(t) {
		into = prob
	}
	kind := "normal"
	if _, ok := (*into)["normal"]; ok || strings.Contains(body, "reduce") {
		kind = "reduce"
	}
	if *into == nil {
		*into = runlog.Tables{}
	}
	if _, ok := (*into)[kind]; ok {
		return // further matrices of the epoch are something else
	}
	(*into)[kind] = t.Matrix()
	s.next.line = t.Line
	s.run()
}

// simplex says whether every row is a distribution, to the printed places.
func simplex(t *textlog.Tensor) bool {
	for _, row := range t.Matrix() {
		sum := 0.0
		for _, v := range row {
			if v < 0 {
				return false
			}
			sum += v
		}
		if !(math.Abs(sum-1) < 1e-2) {
			return false
		}
	}
	return true
}

// close ends the epoch at hand, and at the end of a run its final state.
func (s *State) close() {
	if s.Run == nil {
		return
	}
	if s.Snap != nil {
		s.Run.Snapshots = append(s.Run.Snapshots, *s.Snap)
		s.Run.Final, s.Run.Genotype = nil, ""
	}
	if s.next.alpha != nil || s.next.prob != nil {
		f := runlog.NewSnapshot(s.next.line, 0)
		f.Alpha, f.Prob, f.Genotype = s.next.alpha, s.next.prob, s.next.genotype
		s.Run.Final = &f
	} else if s.next.genotype != "" {
		s.Run.Genotype = s.next.genotype
	}
	s.Snap, s.Begun = nil, false
}

// Import reads the run that the options ask for.
func Import(r io.Reader, file string, o runlog.Options) (*trace.Trace, []check.Finding, error) {
	runs, err := Read(r, file, nil)
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
