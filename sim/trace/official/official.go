// Package official reads the logs of the published analysis code of the paper
// (SNAS, DSNAS and DARTS searches of minimal cells): raw alpha and its softmax at
// the start of each epoch, the gradient of alpha and the cost means of the run so
// far at its end, and in some scripts loss, entropy and cost of correctly and
// wrongly classified images. It also reads per-step records (arrays "alpha",
// "weights", "edge_cost", "alpha_grad", "train", "search") and the epoch tables
// beside a log.
package official

import (
	"io"
	"math"
	"path/filepath"
	"strings"

	"edgewise/sim/check"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/sim/trace/quark0"
	"edgewise/sim/trace/runlog"
	"edgewise/sim/trace/textlog"
)

// Primitives is the order of columns of the SNAS and DSNAS scripts; the DARTS
// script has the order of package quark0.
var Primitives = []string{"none", "skip_connect", "max_pool_3x3", "avg_pool_3x3", "sep_conv_3x3", "dil_conv_3x3", "dil_conv_5x5", "sep_conv_5x5"}

// Detect says whether the beginning of a log comes from this code.
func Detect(head string) bool {
	return strings.Contains(head, "gen_max_child=") || strings.Contains(head, "genotype_edge_all") || strings.Contains(head, "cal_stat=") && strings.Contains(head, "del_edge0=")
}

// Convention is that of the script that the arguments belong to.
func Convention(r *runlog.Run) runlog.Convention {
	c := runlog.Convention{
		Source: "import official", Known: [][]string{Primitives, quark0.Primitives}, Level: spec.Single, Valid: "test", AtEnd: true,
		Notes: []string{"cost_to_date is the log's 'reward mean stat': the mean over all steps of the run so far in which the operation was sampled, not over the epoch"},
	}
	switch {
	case r.Truth("random_sample"):
		c.Algorithm = spec.Random
	case r.Truth("dsnas"):
		c.Algorithm, c.Estimator = spec.DSNAS, spec.SummedLog
		c.Defects = append(c.Defects, check.Finding{Severity: check.Warning, Point: -1, Count: 1,
			What:  "source analysis code: its DSNAS gradient is that of the log of the summed probabilities, not of the summed logs (P1.7)",
			Means: "the drift of rarely sampled operations is weaker than the textbook's: the spec says estimator summed-log"})
		if r.Truth("edge_reward_norm") {
			c.Defects = append(c.Defects, check.Finding{Severity: check.Error, Point: -1, Count: 1,
				What: "source analysis code: --edge_reward_norm divides 0 by 0 (P1.8)", Means: "every gradient of alpha is NaN"})
		}
	case r.Truth("snas"):
		c.Algorithm = spec.SNAS
	default:
		c.Algorithm, c.Level, c.Valid, c.Known = spec.DARTS, spec.Bilevel, "test", [][]string{quark0.Primitives, Primitives}
		c.Notes = nil
	}
	return c
}

// block is what the coming lines belong to.
type block struct {
	name  string // "grad", "mean", "total" or "statistic"
	kind  int
	stat  string
	split trace.Split
	seen  map[string]bool
}

// reader is the part of the log that the DARTS family does not have.
type reader struct{ block }

var kinds = []string{"normal", "reduce"}

func (b *reader) line(s *quark0.State, body string) bool {
	text := strings.Trim(body, "- ")
	switch text {
	case "total gradient", "total gradient normal":
		b.block = block{name: "grad"}
		return true
	case "loss gradient", "resource gradient", "reward var stat":
		b.block = block{name: "skip"}
		return true
	case "reward mean stat":
		b.block = block{name: "mean"}
		return true
	case "reward mean total stat":
		b.block = block{name: "total"}
		return true
	}
	if f := strings.Fields(text); len(f) == 2 && (f[0] == "correct" || f[0] == "wrong" || f[0] == "total") && (f[1] == "loss" || f[1] == "entropy" || f[1] == "cost" || f[1] == "count") {
		seen, split := b.seen, b.split
		b.block = block{name: "statistic", stat: text, seen: seen, split: split}
		if seen == nil {
			b.seen, b.split = map[string]bool{}, *runlog.Percent(math.NaN(), math.NaN(), 0)
		}
		return true
	}
	if b.name == "" {
		return false
	}
	if strings.Contains(body, "tensor(") {
		t := s.ReadTensor()
		if t == nil {
			b.block = block{}
			return true
		}
		b.tensor(s, t)
		return true
	}
	if v, bad := textlog.Number(text); !bad {
		if b.name == "statistic" {
			b.statistic(s, v)
		} else {
			b.kind++
		}
		return true
	}
	b.block = block{}
	return false
}

// tensor takes the next matrix of the block, normal before reduce.
func (b *reader) tensor(s *quark0.State, t *textlog.Tensor) {
	k := b.kind
	b.kind++
	if k >= len(kinds) || s.Snap == nil {
		return
	}
	var m [][]float64
	switch {
	case b.name == "grad" && len(t.Shape) == 2, b.name == "total" && len(t.Shape) == 2, b.name == "mean" && len(t.Shape) == 2:
		m = t.Matrix()
	case b.name == "mean" && len(t.Shape) == 3: // per cell: those of one kind share alpha
		m = t.Slice(0).Matrix()
		for i := 1; i < t.Shape[0]; i++ {
			for e, row := range t.Slice(i).Matrix() {
				for o, v := range row {
					m[e][o] += v
				}
			}
		}
	default:
		return
	}
	at := &s.Snap.ToDate
	if b.name == "grad" {
		at = &s.Snap.Grad
	}
	if *at == nil {
		*at = runlog.Tables{}
	}
	(*at)[kinds[k]] = m
}

// statistic takes one number about correctly, wrongly or all classified images.
func (b *reader) statistic(s *quark0.State, v float64) {
	if b.seen == nil {
		return // a second number under one heading
	}
	p := &b.split
	switch b.stat {
	case "correct loss":
		p.LossCorrect = v
	case "correct entropy":
		p.EntropyCorrect = v
	case "correct count":
		if v >= 0 && v < 1e9 {
			p.Correct = int(v)
		}
	case "wrong loss":
		p.LossWrong = v
	case "wrong entropy":
		p.EntropyWrong = v
	case "total loss":
		p.Loss = v
	case "total entropy":
		p.Entropy = v
	case "total count":
		if v >= 1 && v < 1e9 {
			p.N = int(v)
		}
	}
	b.seen[b.stat] = true
	if b.seen["total count"] && b.seen["correct count"] && b.seen["total loss"] && s.Snap != nil {
		c := b.split
		s.Snap.Train = &c
		b.seen, b.split = nil, trace.Split{}
	}
}

// Read reads all runs of a log.
func Read(r io.Reader, file string) ([]*runlog.Run, error) {
	b := &reader{}
	runs, err := quark0.Read(r, file, func(s *quark0.State, body string) bool {
		if s.Snap != nil && s.Snap.Train != nil && !math.IsNaN(s.Snap.Train.Entropy) && strings.HasPrefix(body, "train_acc ") {
			return true // the counts are there already
		}
		if strings.HasPrefix(body, "valid_acc_argmax_alpha") {
			return true
		}
		return b.line(s, body)
	})
	for _, run := range runs {
		if run.Truth("random_sample") || run.Truth("fix_arch") {
			carry(run)
		}
		single(run)
	}
	return runs, err
}

// carry fills in the parameters of epochs that print none, in searches that
// never move them.
func carry(r *runlog.Run) {
	for i := 1; i < len(r.Snapshots); i++ {
		s, p := &r.Snapshots[i], &r.Snapshots[i-1]
		if s.Alpha == nil && s.Prob == nil {
			s.Alpha, s.Prob, s.Genotype = p.Alpha, p.Prob, p.Genotype
		}
	}
}

// single drops the reduce tables of nets without reduction cells, which is what
// these scripts build unless they say otherwise: their gradient is zero.
func single(r *runlog.Run) {
	if n := r.Number("layers"); !(n > 0 && n < 3) && !strings.Contains(strings.ToLower(r.Args["remark_fur"]), "normalcell") {
		return
	}
	all := r.Snapshots
	if r.Final != nil {
		all = append(all[:len(all):len(all)], *r.Final)
	}
	for _, s := range all {
		for _, t := range []runlog.Tables{s.Alpha, s.Prob, s.Grad, s.ToDate} {
			delete(t, "reduce")
		}
	}
}

// Import reads the run that the options ask for, with the epoch tables that lie
// beside it.
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
	findings = append(list, findings...)
	if err != nil {
		return nil, findings, err
	}
	more, err := companions(t, filepath.Dir(file))
	findings = append(findings, more...)
	check.Sort(findings)
	t.Manifest.Run = runlog.Digest(t)
	if !hasEntropy(t) {
		t.Manifest.Blanks = append(t.Manifest.Blanks, "entropy")
	}
	return t, findings, err
}

func hasEntropy(t *trace.Trace) bool {
	for _, p := range t.Points {
		if p.Train != nil && !math.IsNaN(p.Train.Entropy) {
			return true
		}
	}
	return false
}

// rowOf is the place of an operation in a trace.
func rowOf(t *trace.Trace, op string) int {
	for i, o := range t.Manifest.Ops {
		if o == op {
			return i
		}
	}
	return -1
}
