// Package nb201 reads the logs of AutoDL-Projects on the space of NAS-Bench-201:
// after each epoch the derived structure and the softmax of alpha,
//
//	[Search the 000-240-th epoch] searching : loss=1.90, accuracy@1=30.10%, ...
//	[000-240] evaluate  : loss=2.01, accuracy@1=28.00%, ...
//	<<<--->>> The 000-240-th epoch : Structure(4 nodes with |nor_conv_3x3~0|+|...|)
//	arch-parameters :
//	tensor([[0.19, 0.21, ...], ...])
//
// Rows are the edges 1<-0, 2<-0, 2<-1, 3<-0, 3<-1, 3<-2. The one input, node 0, is
// Edgewise's input node 1; no edge leaves node 0.
package nb201

import (
	"fmt"
	"io"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"edgewise/sim/check"
	"edgewise/sim/trace"
	"edgewise/sim/trace/genotype"
	"edgewise/sim/trace/runlog"
	"edgewise/sim/trace/textlog"
	"edgewise/theory/cell"
)

// Primitives is the order of columns of NAS-Bench-201.
var Primitives = []string{"none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"}

var (
	epochTag = regexp.MustCompile(`(?:^|[^\d])(\d{3,5})-(\d{3,5})(?:-th epoch)?`)
	metric   = regexp.MustCompile(`(searching|evaluate)\s*:\s*loss=([0-9.naif+-]+),\s*accuracy@1=([0-9.naif+-]+)%`)
)

// Detect says whether the beginning of a file looks like such a log.
func Detect(head string) bool {
	return strings.Contains(head, "arch-parameters :") || strings.Contains(head, "<<<--->>> The ")
}

type reader struct {
	*textlog.Lines
	run  *runlog.Run
	snap *runlog.Snapshot
	want bool // the next tensor is alpha
}

// Import reads the log.
func Import(in io.Reader, file string, o runlog.Options) (*trace.Trace, []check.Finding, error) {
	r := &reader{run: &runlog.Run{File: file, Line: 1}}
	r.Lines = textlog.NewLines(in, file, func(e *textlog.Error) { r.run.Problem(check.Warning, e, "the line is incomplete") })
	for r.Next() {
		if body, rank := textlog.Body(r.Text()); rank <= 0 {
			r.line(body)
		}
	}
	if err := r.Err(); err != nil {
		return nil, nil, err
	}
	if r.Partial {
		r.run.Problem(check.Note, r.Errorf("the last line has no ending"), "the file may have been copied while it was written")
	}
	t, err := r.trace(file, o)
	check.Sort(r.run.Problems)
	return t, r.run.Problems, err
}

// epoch makes the snapshot of the epoch that a line names the one at hand.
func (r *reader) epoch(text string) bool {
	m := epochTag.FindStringSubmatch(text)
	if m == nil {
		return r.snap != nil
	}
	n, _ := strconv.Atoi(m[1])
	if r.snap == nil || r.snap.Epoch != n {
		if len(r.run.Snapshots) == 1_000_000 {
			return false
		}
		r.run.Snapshots = append(r.run.Snapshots, runlog.NewSnapshot(r.Line(), n))
		r.snap = &r.run.Snapshots[len(r.run.Snapshots)-1]
		if all, _ := strconv.Atoi(m[2]); n+1 >= all {
			r.run.Ended = true
		}
	}
	return true
}

func (r *reader) line(text string) {
	switch {
	case strings.Contains(text, "Namespace("):
		r.run.Args = textlog.Namespace(text)
	case metric.MatchString(text):
		m := metric.FindStringSubmatch(text)
		loss, bad := textlog.Number(m[2])
		acc, bad2 := textlog.Number(m[3])
		if bad || bad2 || !r.epoch(text) {
			r.run.Problem(check.Warning, r.Errorf("%q holds no epoch, loss and accuracy", m[0]), "the line is left out")
			return
		}
		if m[1] == "searching" {
			r.snap.Train = runlog.Percent(loss, acc, 0)
		} else {
			r.snap.Valid = runlog.Percent(loss, acc, 0)
		}
	case strings.Contains(text, "-th epoch :") && genotype.Excerpt(text) != "":
		g, err := genotype.Parse(text)
		if err != nil || !r.epoch(text) {
			r.run.Problem(check.Warning, r.Errorf("structure: %v", err), "the structure is left out")
			return
		}
		r.snap.Genotype = bench(g)
	case strings.Contains(text, "arch-parameters :"):
		r.want = true
		if strings.Contains(text, "tensor(") {
			r.tensor()
		}
	case r.want && strings.Contains(text, "tensor("):
		r.tensor()
	}
}

func (r *reader) tensor() {
	r.want = false
	t, _, err := r.Tensor()
	if err != nil {
		r.run.Problem(check.Warning, err, "the tensor is left out")
		return
	}
	if len(t.Shape) != 2 {
		return
	}
	if r.snap == nil {
		r.run.Snapshots = append(r.run.Snapshots, runlog.NewSnapshot(t.Line, 0))
		r.snap = &r.run.Snapshots[0]
	}
	r.snap.Prob, r.snap.Line = runlog.Tables{"normal": t.Matrix()}, t.Line
}

// bench writes a structure in the text of NAS-Bench-201.
func bench(g genotype.Genotype) string {
	var nodes []string
	for _, n := range g.Cells[0].Nodes {
		s := "|"
		for _, p := range n {
			s += fmt.Sprintf("%s~%d|", p.Op, p.From-1)
		}
		nodes = append(nodes, s)
	}
	return strings.Join(nodes, "+")
}

// trace assembles what runlog cannot: a cell with one input. Tables are printed
// after their epoch, so they begin the next.
func (r *reader) trace(file string, o runlog.Options) (*trace.Trace, error) {
	var first [][]float64
	for _, s := range r.run.Snapshots {
		if s.Prob != nil {
			first = s.Prob["normal"]
			break
		}
	}
	if first == nil {
		return nil, fmt.Errorf("%s: there is no table of arch-parameters in it", file)
	}
	nodes := 0
	for n, e := 1, 1; e <= len(first); n, e = n+1, e+n+1 {
		if e == len(first) {
			nodes = n
		}
	}
	if nodes == 0 || nodes >= cell.MaxNodes {
		return nil, fmt.Errorf("%s: %d rows are no cell with one input: 1, 3, 6, 10, ... edges make 1, 2, 3, 4, ... nodes", file, len(first))
	}
	names := o.Ops
	if len(names) == 0 && len(first[0]) == len(Primitives) {
		names = Primitives
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: %w", file, &genotype.AskError{Columns: len(first[0])})
	}
	if len(names) != len(first[0]) {
		return nil, fmt.Errorf("%s: %d operations are named, but the log has %d columns", file, len(names), len(first[0]))
	}
	m := trace.Manifest{Format: trace.Format, Version: "import", Name: o.Name, Origin: trace.Observed, Source: "import nb201",
		Kinds: []string{"normal"}, Nodes: nodes, Concat: []int{nodes + 1}, Ops: runlog.CanonicalOrder(slices.Clone(names)),
		Notes:  []string{"file: " + filepath.Base(file), "the cell has one input, here node 1; its output is its last node", "steps are epochs; parameters are printed after each epoch and begin the next"},
		Blanks: []string{"entropy", "steps per epoch", "raw alpha", "alpha before the first epoch"}}
	if m.Name == "" {
		m.Name = filepath.Base(filepath.Dir(file)) + "/" + filepath.Base(file)
	}
	for j := 2; j < nodes+2; j++ {
		for i := 1; i < j; i++ {
			m.Edges = append(m.Edges, [2]int{i, j})
		}
	}
	t := &trace.Trace{Manifest: m}
	var agree genotype.Agreement
	nan := math.NaN()
	prev := -1
	for i := range r.run.Snapshots {
		s := &r.run.Snapshots[i]
		table := s.Prob["normal"]
		if table == nil || len(table) != len(m.Edges) || len(table[0]) != len(names) || s.Epoch <= prev {
			if table != nil {
				r.run.Problem(check.Warning, &textlog.Error{Position: textlog.Position{File: file, Line: s.Line}, Msg: fmt.Sprintf("epoch %d: its table does not fit, or the epoch is repeated", s.Epoch)}, "the epoch is left out")
			}
			continue
		}
		prev = s.Epoch
		prob := make([][]float64, len(table))
		for e, row := range table {
			prob[e] = make([]float64, len(names))
			for k, n := range m.Ops {
				prob[e][k] = row[slices.Index(names, n)]
			}
		}
		p := trace.Point{Step: s.Epoch + 1, Steps: 1, Epoch: float64(s.Epoch + 1), Rate: nan, AlphaRate: nan, Temperature: nan, HeadNorm: nan, Line: s.Line,
			Prob: [][][]float64{prob}, Genotype: s.Genotype}
		if i+1 < len(r.run.Snapshots) { // the losses of the epoch that these parameters begin
			p.Train, p.Search = r.run.Snapshots[i+1].Train, r.run.Snapshots[i+1].Valid
		}
		if g, err := genotype.Parse(s.Genotype); err == nil && g.Cells[0].Pairs() == len(m.Edges) {
			c := m.Cell()
			agree = agree.Add(genotype.Match(g.Cells[0], c, m.Ops, prob, genotype.Rule{None: m.None(), AskNone: true}, 1e-4))
		}
		t.Points = append(t.Points, p)
	}
	if len(t.Points) == 0 {
		return nil, fmt.Errorf("%s: none of its tables fits", file)
	}
	whole := r.run.Ended && r.run.Snapshots[len(r.run.Snapshots)-1].Prob != nil
	if last := &t.Points[len(t.Points)-1]; whole {
		last.Steps, last.Status, last.Train, last.Search = 0, trace.Complete, nil, nil
	}
	if agree.Pairs > 0 {
		severity, means := check.Note, "columns and edges are read as the search read them"
		if agree.Share() < 0.95 {
			severity, means = check.Warning, "the search derives its wiring otherwise than by the largest probability, or columns are mixed up"
		}
		r.run.Problems = append(r.run.Problems, check.Finding{Severity: severity, Point: -1, Count: agree.Pairs, Means: means,
			What: fmt.Sprintf("of %d logged (operation, edge) pairs %d are derived from the parameters too, %d tie within the printed resolution, %d differ", agree.Pairs, agree.Same, agree.Tied, agree.Different)})
	}
	t.Manifest.Run = runlog.Digest(t)
	return t, nil
}
