// Package tidy reads and writes traces as tables with one row per epoch, edge and
// operation, the shape that data-frame libraries call tidy. Columns are known by
// name, in any order:
//
//	step | epoch        time; rows of epoch -1 hold the state before the first
//	kind | cell         normal or reduce (default normal)
//	edge | from, to     index in DARTS order or "(0,2)", or the two nodes
//	op                  name of the operation
//	alpha | log_alpha, prob
//	cost | cost_mean, cost_n | cost_count, cost_square
//	loss, entropy, acc  of the training split; with column split: of that split
//	train_loss, search_loss, test_loss, train_entropy, ..., test_acc
//
// A table without op is one of losses per epoch and split.
package tidy

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"edgewise/sim/check"
	"edgewise/sim/trace"
	"edgewise/sim/trace/runlog"
	"edgewise/sim/trace/textlog"
	"edgewise/theory/cell"
)

// MaxRows bounds a table.
const MaxRows = 20_000_000

var columns = map[string]string{
	"step": "step", "iter": "step", "iteration": "step", "epoch": "epoch", "steps": "steps", "kind": "kind", "cell": "kind", "cell_type": "kind",
	"edge": "edge", "from": "from", "to": "to", "op": "op", "operation": "op", "primitive": "op",
	"alpha": "alpha", "log_alpha": "alpha", "prob": "prob", "probability": "prob", "weight": "prob",
	"cost": "cost", "cost_mean": "cost", "cost_n": "count", "cost_count": "count", "cost_square": "square",
	"split": "split", "n": "n", "acc": "acc", "accuracy": "acc", "loss": "loss", "entropy": "entropy",
	"train_loss": "train_loss", "train_entropy": "train_entropy", "train_acc": "train_acc", "search_loss": "search_loss", "search_entropy": "search_entropy", "search_acc": "search_acc",
	"valid_loss": "search_loss", "valid_acc": "search_acc", "test_loss": "test_loss", "test_entropy": "test_entropy", "test_acc": "test_acc",
	"n_correct": "correct", "loss_correct": "loss_correct", "entropy_correct": "entropy_correct", "loss_wrong": "loss_wrong", "entropy_wrong": "entropy_wrong",
}

// Detect says whether a line is a header of such a table.
func Detect(line string) bool {
	seen := map[string]bool{}
	for _, f := range strings.Split(strings.TrimPrefix(strings.TrimSpace(line), "\ufeff"), ",") {
		if c, ok := columns[name(f)]; ok {
			seen[c] = true
		}
	}
	time := seen["step"] || seen["epoch"]
	return time && (seen["op"] && (seen["alpha"] || seen["prob"]) || seen["loss"])
}

func name(s string) string { return strings.ToLower(strings.Trim(s, "\" \t")) }

// row is one row, by column.
type row struct {
	line int
	text map[string]string
}

func (r row) real(c string) float64 {
	v, bad := textlog.Number(r.text[c])
	if bad {
		return math.NaN()
	}
	return v
}

// Import reads a table.
func Import(r io.Reader, file string, o runlog.Options) (*trace.Trace, []check.Finding, error) {
	end := &lastByte{r: skipBOM(r)}
	c := csv.NewReader(end)
	c.ReuseRecord, c.FieldsPerRecord, c.LazyQuotes = true, -1, true
	head, err := c.Read()
	if err != nil {
		return nil, nil, fmt.Errorf("%s:1: no header of a table: %w", file, err)
	}
	index := map[string]int{}
	for i, f := range head {
		if k, ok := columns[name(f)]; ok {
			if _, twice := index[k]; twice {
				return nil, nil, fmt.Errorf("%s:1: two columns mean %s: remove one", file, k)
			}
			index[k] = i
		}
	}
	width := len(head)
	_, step := index["step"]
	_, epoch := index["epoch"]
	if !step && !epoch {
		return nil, nil, fmt.Errorf("%s:1: there is no column step or epoch", file)
	}
	b := &builder{file: file, opt: o, time: "step", kinds: map[string]bool{}, at: map[float64]*moment{}}
	if !step {
		b.time = "epoch"
	}
	_, hasOp := index["op"]
	for n := 0; ; n++ {
		rec, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := c.FieldPos(0)
		if err != nil {
			b.problem(line, "it is no row: "+err.Error())
			break
		}
		if n == MaxRows {
			return nil, nil, fmt.Errorf("%s:%d: the table has more than %d rows", file, line, MaxRows)
		}
		if len(rec) != width {
			b.problem(line, fmt.Sprintf("the row has %d fields, the header %d", len(rec), width))
			continue
		}
		w := row{line, map[string]string{}}
		for k, i := range index {
			w.text[k] = strings.TrimSpace(rec[i])
		}
		if msg := b.take(w, hasOp); msg != "" {
			b.problem(line, msg)
		}
	}
	if line, _ := c.FieldPos(0); end.last != '\n' {
		b.findings = append(b.findings, check.Finding{Severity: check.Note, Point: -1, Count: 1, Line: line,
			What: fmt.Sprintf("%s:%d: the last line has no ending", file, line), Means: "the file may have been copied while it was written: its last number may be cut"})
	}
	t, err := b.trace()
	check.Sort(b.findings)
	return t, b.findings, err
}

// lastByte remembers the last byte that was read.
type lastByte struct {
	r    io.Reader
	last byte
}

func (l *lastByte) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if n > 0 {
		l.last = p[n-1]
	}
	return n, err
}

func skipBOM(r io.Reader) io.Reader {
	head := make([]byte, 3)
	n, _ := io.ReadFull(r, head)
	if string(head[:n]) == "\xef\xbb\xbf" {
		return r
	}
	return io.MultiReader(strings.NewReader(string(head[:n])), r)
}

// moment is what the table says about one time.
type moment struct {
	time   float64
	epoch  float64
	line   int
	cells  map[place]values
	splits map[string]*trace.Split
	steps  float64
}

type place struct {
	kind     string
	from, to int
	op       string
}

type values struct{ alpha, prob, cost, count, square float64 }

type builder struct {
	file     string
	opt      runlog.Options
	time     string
	kinds    map[string]bool
	edges    [][2]int
	ops      []string
	at       map[float64]*moment
	findings []check.Finding
	dropped  int
	first    string // the first problem
	cells    int    // rows that were taken
	squares  bool
	probs    bool
	alphas   bool
}

func (b *builder) problem(line int, msg string) {
	what := fmt.Sprintf("%s:%d: %s", b.file, line, msg)
	if b.dropped++; b.dropped == 1 {
		b.first = what
	}
	if b.dropped <= 20 {
		b.findings = append(b.findings, check.Finding{Severity: check.Warning, Point: -1, Count: 1, Line: line,
			What: what, Means: "the row is left out"})
	}
}

// sound says whether some row held parameters or losses.
func (b *builder) sound() bool {
	for _, m := range b.at {
		if len(m.splits) > 0 {
			return true
		}
	}
	return b.cells > 0
}

// edgeAt is the edge of a full cell with that index in DARTS order.
func edgeAt(i int) (from, to int, ok bool) {
	for to = cell.Inputs; to < cell.Inputs+cell.MaxNodes; to++ {
		if i < to {
			return i, to, i >= 0
		}
		i -= to
	}
	return 0, 0, false
}

func (r row) edge() (from, to int, ok bool) {
	if r.text["from"] != "" && r.text["to"] != "" {
		f, err1 := strconv.Atoi(r.text["from"])
		t, err2 := strconv.Atoi(r.text["to"])
		return f, t, err1 == nil && err2 == nil && f >= 0 && f < t && t >= cell.Inputs && t < cell.Inputs+cell.MaxNodes
	}
	text := strings.Trim(r.text["edge"], "()")
	if f, t, two := strings.Cut(text, ","); two {
		return row{text: map[string]string{"from": strings.TrimSpace(f), "to": strings.TrimSpace(t)}}.edge()
	}
	i, err := strconv.Atoi(text)
	if err != nil {
		return 0, 0, false
	}
	return edgeAt(i)
}

func (b *builder) take(r row, hasOp bool) string {
	at := r.real(b.time)
	if math.IsNaN(at) || math.IsInf(at, 0) || math.Abs(at) > 1e9 {
		return fmt.Sprintf("%s is %q, which is no number", b.time, r.text[b.time])
	}
	m := b.at[at]
	if m == nil {
		m = &moment{time: at, epoch: r.real("epoch"), line: r.line, cells: map[place]values{}, splits: map[string]*trace.Split{}, steps: r.real("steps")}
		b.at[at] = m
	}
	for _, name := range []string{"train", "search", "test"} { // one column per split
		loss, acc := r.real(name+"_loss"), r.real(name+"_acc")
		if m.splits[name] == nil && !(math.IsNaN(loss) && math.IsNaN(acc)) {
			m.splits[name] = runlog.Percent(loss, acc, 0)
			m.splits[name].Entropy = r.real(name + "_entropy")
		}
	}
	if s := b.split(r); s != nil {
		name := r.text["split"]
		if name == "" {
			name = "train"
		}
		if name == "valid" || name == "val" {
			name = "search"
		}
		m.splits[name] = s
	}
	if !hasOp {
		return ""
	}
	kind := strings.ToLower(r.text["kind"])
	switch kind {
	case "":
		kind = "normal"
	case "reduction":
		kind = "reduce"
	}
	if kind != "normal" && kind != "reduce" {
		return fmt.Sprintf("cell %q is neither normal nor reduce", kind)
	}
	from, to, ok := r.edge()
	if !ok {
		return fmt.Sprintf("edge %q is none of a cell", r.text["edge"]+r.text["from"]+r.text["to"])
	}
	op := r.text["op"]
	if op == "" || len(op) > 64 {
		return "the operation has no name"
	}
	p := place{kind, from, to, op}
	if _, twice := m.cells[p]; twice {
		return fmt.Sprintf("%s of edge (%d,%d) at %s %g occurs twice", op, from, to, b.time, at)
	}
	v := values{r.real("alpha"), r.real("prob"), r.real("cost"), r.real("count"), r.real("square")}
	b.squares = b.squares || !math.IsNaN(v.square)
	b.probs = b.probs || !math.IsNaN(v.prob)
	b.alphas = b.alphas || !math.IsNaN(v.alpha)
	m.cells[p] = v
	b.cells++
	b.kinds[kind] = true
	if !slices.Contains(b.edges, [2]int{from, to}) {
		b.edges = append(b.edges, [2]int{from, to})
	}
	if !slices.Contains(b.ops, op) {
		if len(b.ops) == 256 {
			return "it names more than 256 operations"
		}
		b.ops = append(b.ops, op)
	}
	return ""
}

// split reads the losses of a row; nil where it has none.
func (b *builder) split(r row) *trace.Split {
	loss, acc := r.real("loss"), r.real("acc")
	if math.IsNaN(loss) && math.IsNaN(acc) {
		return nil
	}
	n := 0
	if v := r.real("n"); v >= 1 && v < 1e9 {
		n = int(v)
	}
	s := runlog.Percent(loss, acc, n)
	s.Entropy, s.LossCorrect, s.EntropyCorrect = r.real("entropy"), r.real("loss_correct"), r.real("entropy_correct")
	s.LossWrong, s.EntropyWrong = r.real("loss_wrong"), r.real("entropy_wrong")
	if v := r.real("correct"); v >= 0 && v <= float64(s.N) {
		s.Correct = int(v)
	}
	return s
}

func (b *builder) trace() (*trace.Trace, error) {
	if b.dropped > 20 {
		b.findings = append(b.findings, check.Finding{Severity: check.Warning, Point: -1, Count: b.dropped,
			What: fmt.Sprintf("%s: %d rows were left out in all", b.file, b.dropped), Means: "the table is damaged in many places"})
	}
	times := make([]float64, 0, len(b.at))
	for t := range b.at {
		times = append(times, t)
	}
	slices.Sort(times)
	switch {
	case !b.sound() && b.dropped > 0:
		return nil, fmt.Errorf("%s; the table has no sound row: the %d that it has are like this one", b.first, b.dropped)
	case !b.sound():
		return nil, fmt.Errorf("%s: the table has no sound row, one with parameters or losses", b.file)
	}
	m := trace.Manifest{Format: trace.Format, Version: "import", Name: b.opt.Name, Origin: trace.Observed, Source: "import tidy",
		Notes: []string{"file: " + filepath.Base(b.file)}}
	if m.Name == "" {
		m.Name = filepath.Base(filepath.Dir(b.file)) + "/" + filepath.Base(b.file)
	}
	for _, k := range []string{"normal", "reduce"} {
		if b.kinds[k] {
			m.Kinds = append(m.Kinds, k)
		}
	}
	if len(m.Kinds) == 0 {
		c := cell.Minimal()
		m.Kinds, b.ops = []string{"normal"}, []string{"unknown"}
		for _, e := range c.Edges {
			b.edges = append(b.edges, [2]int{e.From, e.To})
		}
		m.Blanks = append(m.Blanks, "cell and operations: the table holds losses only, the cell is a placeholder")
	}
	slices.SortFunc(b.edges, func(x, y [2]int) int { return (x[1]-y[1])*1000 + x[0] - y[0] })
	m.Edges = b.edges
	for _, e := range b.edges {
		m.Nodes = max(m.Nodes, e[1]-1)
	}
	for j := range m.Nodes {
		m.Concat = append(m.Concat, j+cell.Inputs)
	}
	m.Ops = runlog.CanonicalOrder(b.ops)
	if need := len(times) * len(m.Kinds) * len(m.Edges) * len(m.Ops); need > 50*b.cells+10_000_000 {
		return nil, fmt.Errorf("%s: %d rows for %d times, %d edges and %d operations: most of the table is missing", b.file, b.cells, len(times), len(m.Edges), len(m.Ops))
	}
	if b.time == "epoch" {
		m.Notes = append(m.Notes, "steps are epochs: the table does not count steps")
		m.Blanks = append(m.Blanks, "steps per epoch")
	}
	t := &trace.Trace{Manifest: m}
	shifted := times[0] == -1
	for i, at := range times {
		now := b.at[at]
		state := now
		if shifted { // a row's parameters stand at the end of its epoch: they begin the next
			if i == 0 {
				continue
			}
			state = b.at[times[i-1]]
		}
		t.Points = append(t.Points, b.point(&m, now, state, times, i))
	}
	if shifted {
		last := b.at[times[len(times)-1]]
		p := b.point(&m, &moment{time: last.time + 1, epoch: last.epoch + 1, line: last.line}, last, times, len(times))
		p.Steps, p.Status = 0, trace.Complete
		t.Points = append(t.Points, p)
		t.Manifest.Notes = append(t.Manifest.Notes, "the table has an epoch -1: its rows were read as the state at the end of their epoch")
	} else if last := &t.Points[len(t.Points)-1]; last.Steps == 0 {
		last.Status = trace.Complete
	}
	t.Manifest.Run = runlog.Digest(t)
	return t, nil
}

func (b *builder) point(m *trace.Manifest, now, state *moment, times []float64, i int) trace.Point {
	nan := math.NaN()
	p := trace.Point{Step: int(math.Max(now.time, 0)), Steps: 1, Epoch: now.epoch, Rate: nan, AlphaRate: nan, Temperature: nan, HeadNorm: nan, Line: now.line,
		Train: now.splits["train"], Search: now.splits["search"], Test: now.splits["test"]}
	if b.time == "step" {
		switch {
		case now.steps >= 0:
			p.Steps = int(now.steps)
		case i+1 < len(times):
			p.Steps = int(times[i+1]) - p.Step
		}
	}
	p.Prob = runlog.Unknown(len(m.Kinds), len(m.Edges), len(m.Ops))
	if b.alphas {
		p.Alpha = runlog.Unknown(len(m.Kinds), len(m.Edges), len(m.Ops))
	}
	costs := false
	for _, v := range now.cells {
		costs = costs || !math.IsNaN(v.cost)
	}
	if costs {
		p.Cost = &trace.Cost{Count: zero(m), Mean: zero(m)}
		if b.squares {
			p.Cost.Square = zero(m)
		}
	}
	for k, kind := range m.Kinds {
		for e, ed := range m.Edges {
			for o, op := range m.Ops {
				at := place{kind, ed[0], ed[1], op}
				if v, ok := state.cells[at]; ok {
					p.Prob[k][e][o] = v.prob
					if b.alphas {
						p.Alpha[k][e][o] = v.alpha
					}
				}
				if v, ok := now.cells[at]; ok && costs && !math.IsNaN(v.cost) {
					p.Cost.Mean[k][e][o], p.Cost.Count[k][e][o] = v.cost, v.count
					if math.IsNaN(v.count) {
						p.Cost.Count[k][e][o] = float64(p.Steps)
					}
					if b.squares {
						p.Cost.Square[k][e][o] = v.square
					}
				}
			}
		}
	}
	if !b.probs && b.alphas {
		p.Prob = runlog.Softmax(p.Alpha)
	}
	return p
}

func zero(m *trace.Manifest) [][][]float64 {
	c := runlog.Unknown(len(m.Kinds), len(m.Edges), len(m.Ops))
	for _, k := range c {
		for _, e := range k {
			clear(e)
		}
	}
	return c
}
