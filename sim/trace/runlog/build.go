package runlog

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"edgewise/sim/check"
	"edgewise/sim/trace"
	"edgewise/sim/trace/genotype"
	"edgewise/theory/cell"
)

// Trace makes a trace of the run. Snapshots whose tables do not fit the others
// are left out and named among the findings.
func (r *Run) Trace(c Convention, o Options) (*trace.Trace, []check.Finding, error) {
	b := builder{run: r, conv: c, opt: o}
	if err := b.shape(); err != nil {
		return nil, r.Problems, err
	}
	b.inOrder()
	if err := b.columns(); err != nil {
		return nil, r.Problems, err
	}
	t := b.assemble()
	findings := append(slices.Clone(r.Problems), c.Defects...)
	findings = append(findings, b.agreement()...)
	check.Sort(findings)
	for _, f := range findings {
		if f.Severity > check.Note {
			t.Manifest.Notes = append(t.Manifest.Notes, f.Severity.String()+": "+f.What+": "+f.Means)
		}
	}
	return t, findings, nil
}

type builder struct {
	run          *Run
	conv         Convention
	opt          Options
	kinds        []string
	cell         cell.Cell
	cols         int
	snaps        []Snapshot
	named        genotype.Columns
	ops          []string // canonical order
	from         []int    // ops[i] stands in column from[i]
	unit         float64  // of the printed probabilities
	agreed       genotype.Agreement
	gauge, slack map[string][][]float64 // by kind: [snapshot][edge]
	rate         float64                // of alpha
	off          float64                // largest difference between printed probabilities and softmax(alpha)
	offLine      int
}

// shape finds kinds, cell and columns from the first snapshot with tables.
func (b *builder) shape() error {
	for _, s := range b.run.all() {
		t := s.tables()
		var have []string
		for _, k := range []string{"normal", "reduce"} {
			if m, ok := t[k]; ok && len(m) > 0 {
				have = append(have, k)
			}
		}
		if len(have) <= len(b.kinds) {
			continue
		}
		c, err := CellOf(len(t[have[0]]))
		if err != nil {
			return fmt.Errorf("%s:%d: %w", b.run.File, s.Line, err)
		}
		b.kinds, b.cell, b.cols = have, c, len(t[have[0]][0])
	}
	if len(b.kinds) > 0 {
		b.unused()
		return nil
	}
	return b.shapeWithoutTables()
}

// CellOf returns the full cell with that number of edges.
func CellOf(edges int) (cell.Cell, error) {
	for n := 1; n <= cell.MaxNodes; n++ {
		if n*(n+3)/2 == edges {
			return cell.DARTS(n, n)
		}
	}
	return cell.Cell{}, fmt.Errorf("%d rows are no full cell: 2, 5, 9, 14, ... edges make 1, 2, 3, 4, ... nodes", edges)
}

// unused drops a reduce kind that no cell has: its gradient is zero throughout,
// or its parameters never change.
func (b *builder) unused() {
	if len(b.kinds) < 2 || len(b.run.Snapshots) < 2 {
		return
	}
	zero, still, moves, grads := true, true, false, 0
	first, normal := b.run.Snapshots[0].tables()["reduce"], b.run.Snapshots[0].tables()["normal"]
	for _, s := range b.run.Snapshots {
		if g, ok := s.Grad["reduce"]; ok {
			grads++
			for _, row := range g {
				for _, v := range row {
					zero = zero && v == 0
				}
			}
		}
		if m := s.tables()["reduce"]; m != nil {
			still = still && equalTables(first, m)
			moves = moves || !equalTables(normal, s.tables()["normal"])
		}
	}
	if grads > 0 && zero || still && moves {
		b.kinds = b.kinds[:1]
		b.run.note(check.Note, b.run.Snapshots[0].Line, "the parameters of reduction cells get no gradient", "the net has no reduction cells: only the normal cell was imported")
	}
}

func equalTables(a, b [][]float64) bool {
	return slices.EqualFunc(a, b, func(x, y []float64) bool { return slices.Equal(x, y) })
}

func (s *Snapshot) tables() Tables {
	if s.Alpha != nil {
		return s.Alpha
	}
	return s.Prob
}

// all are the snapshots with the final one.
func (r *Run) all() []Snapshot {
	if r.Final == nil {
		return r.Snapshots
	}
	return append(slices.Clip(r.Snapshots), *r.Final)
}

// shapeWithoutTables takes cell and operations from the genotypes alone: such
// traces have losses and wirings, and no probabilities.
func (b *builder) shapeWithoutTables() (err error) {
	if l := b.run.Layout; l != nil {
		b.kinds, b.ops = l.Kinds, slices.Clone(l.Ops)
		b.cell, err = cell.DARTS(l.Nodes, l.Nodes)
		return err
	}
	seen := map[string]bool{}
	if g, err := genotype.Parse(b.run.Genotype); err == nil && len(b.run.Snapshots) == 0 {
		b.run.Snapshots = []Snapshot{{Line: b.run.Line, Genotype: g.String(), Rate: math.NaN(), Temperature: math.NaN()}}
	}
	for _, text := range b.genotypes() {
		g, err := genotype.Parse(text)
		if err != nil {
			continue
		}
		b.kinds = g.Kinds
		for _, c := range g.Cells {
			for _, n := range c.Nodes {
				for _, p := range n {
					seen[p.Op] = true
				}
			}
		}
		b.cell, err = cell.DARTS(len(g.Cells[0].Nodes), len(g.Cells[0].Nodes))
		if err != nil {
			return err
		}
	}
	if len(b.kinds) == 0 {
		if len(b.run.Snapshots) == 0 {
			return fmt.Errorf("%s:%d: the run has no epoch, no parameters and no genotype", b.run.File, max(b.run.Line, 1))
		}
		if !slices.ContainsFunc(b.run.Snapshots, func(s Snapshot) bool { return s.Train != nil || s.Valid != nil }) {
			why := ""
			if len(b.run.Problems) > 0 {
				why = ": " + b.run.Problems[0].What
			}
			return fmt.Errorf("%s:%d: the run has neither parameters nor a genotype nor losses%s", b.run.File, max(b.run.Line, 1), why)
		}
		b.kinds = []string{"normal"}
		b.cell = cell.Minimal()
		b.run.note(check.Warning, b.run.Line, "the log has neither parameters nor genotypes", "losses were imported; the cell is a placeholder of 5 edges")
		seen["unknown"] = true
	}
	for n := range seen {
		b.ops = append(b.ops, n)
	}
	b.ops = CanonicalOrder(b.ops)
	return nil
}

// genotypes are all that the run prints.
func (b *builder) genotypes() []string {
	out := []string{b.run.Genotype}
	for _, s := range b.run.all() {
		out = append(out, s.Genotype)
	}
	return out
}

// inOrder keeps the last of repeated epochs and the snapshots that fit.
func (b *builder) inOrder() {
	for _, s := range b.run.Snapshots {
		if t := s.tables(); t != nil && !b.fits(t) {
			b.run.note(check.Warning, s.Line, fmt.Sprintf("%s:%d: epoch %d: its tables do not have %d rows of %d numbers", b.run.File, s.Line, s.Epoch, len(b.cell.Edges), b.cols), "the epoch is left out")
			continue
		}
		if n := len(b.snaps); n > 0 && s.Epoch <= b.snaps[n-1].Epoch {
			old := b.snaps[n-1].Epoch
			for n > 0 && b.snaps[n-1].Epoch >= s.Epoch {
				n--
			}
			b.run.note(check.Warning, s.Line, fmt.Sprintf("%s:%d: epoch %d comes after epoch %d", b.run.File, s.Line, s.Epoch, old), "the search was resumed or two logs were mixed: the later lines were kept")
			b.snaps = b.snaps[:n]
		}
		b.snaps = append(b.snaps, s)
	}
}

func (b *builder) fits(t Tables) bool {
	for _, k := range b.kinds {
		m, ok := t[k]
		if !ok {
			continue // some logs print one kind only
		}
		if len(m) != len(b.cell.Edges) {
			return false
		}
		for _, row := range m {
			if len(row) != b.cols {
				return false
			}
		}
	}
	return true
}

// columns names the columns and puts the operations in canonical order.
func (b *builder) columns() error {
	if b.cols == 0 {
		b.from = make([]int, len(b.ops))
		return nil
	}
	var obs []genotype.Observation
	b.unit = printed(b.snaps)
	b.gauges()
	for i, s := range b.all() {
		g, err := genotype.Parse(s.Genotype)
		t := s.tables()
		if err != nil || t == nil {
			continue
		}
		for _, k := range b.kinds {
			if c, ok := g.Cell(k); ok && len(c.Nodes) == b.cell.Nodes && t[k] != nil {
				o := genotype.Observation{Scores: t[k], Logged: c}
				if b.conv.RawRank && s.Alpha == nil && i < len(b.gauge[k]) {
					o.Gauge, o.Slack = b.gauge[k][i], b.slack[k][i]
				}
				obs = append(obs, o)
			}
		}
	}
	cols, err := genotype.NameColumns(b.cell, b.cols, b.opt.Ops, b.run.Ops, b.conv.Known, obs, b.unit)
	if err != nil {
		return fmt.Errorf("%s: %w", b.run.File, err)
	}
	b.named, b.agreed = cols, cols.Agree
	b.ops = CanonicalOrder(slices.Clone(cols.Ops))
	for _, n := range b.ops {
		b.from = append(b.from, slices.Index(cols.Ops, n))
	}
	return nil
}

// gauges recovers raw alpha where only its softmax is printed, by kind and
// snapshot.
func (b *builder) gauges() {
	b.gauge, b.slack = map[string][][]float64{}, map[string][][]float64{}
	if slices.ContainsFunc(b.all(), func(s Snapshot) bool { return s.Alpha != nil }) {
		return
	}
	for _, k := range b.kinds {
		var tables [][][]float64
		for _, s := range b.all() {
			m := s.Prob[k]
			if m == nil { // the epoch's table is missing or damaged: its gauge is not known
				m = Unknown(1, len(b.cell.Edges), b.cols)[0]
			}
			tables = append(tables, m)
		}
		b.gauge[k], b.slack[k] = Gauge(tables, b.unit)
	}
}

func (b *builder) all() []Snapshot {
	if b.run.Final == nil || b.run.Final.tables() == nil || !b.fits(b.run.Final.tables()) {
		return b.snaps
	}
	return append(slices.Clip(b.snaps), *b.run.Final)
}

// CanonicalOrder sorts names: Edgewise's operations in its order, then others as
// they stand.
func CanonicalOrder(names []string) []string {
	place := map[string]int{}
	for i, o := range cell.Canonical() {
		place[o.Name] = i
	}
	slices.SortStableFunc(names, func(a, b string) int {
		i, ok := place[a]
		if !ok {
			i = len(place)
		}
		j, ok := place[b]
		if !ok {
			j = len(place)
		}
		return i - j
	})
	return names
}

// printed is one unit in the last place of the printed tables.
func printed(snaps []Snapshot) float64 {
	for d := 1; d <= 6; d++ {
		scale, fits, any := math.Pow(10, float64(d)), true, false
		for _, s := range snaps {
			for _, m := range s.tables() {
				for _, row := range m {
					for _, v := range row {
						any = true
						fits = fits && math.Abs(v*scale-math.Round(v*scale)) <= 1e-6*math.Max(1, math.Abs(v))
					}
				}
			}
		}
		if any && fits {
			return 1 / scale
		}
	}
	return 0
}

// cube puts tables in the order of the trace.
func (b *builder) cube(t Tables) [][][]float64 {
	if t == nil {
		return nil
	}
	out := Unknown(len(b.kinds), len(b.cell.Edges), len(b.ops))
	for k, kind := range b.kinds {
		m, ok := t[kind]
		if !ok {
			continue
		}
		if len(m) != len(b.cell.Edges) {
			return nil
		}
		for e, row := range m {
			if len(row) != b.cols {
				return nil
			}
			for i, col := range b.from {
				out[k][e][i] = row[col]
			}
		}
	}
	return out
}

// Unknown is a cube of NaN: probabilities that a log does not print.
func Unknown(kinds, edges, ops int) [][][]float64 {
	out := make([][][]float64, kinds)
	for k := range out {
		out[k] = make([][]float64, edges)
		for e := range out[k] {
			out[k][e] = make([]float64, ops)
			for o := range out[k][e] {
				out[k][e][o] = math.NaN()
			}
		}
	}
	return out
}

func (b *builder) assemble() *trace.Trace {
	per := b.run.steps(b.conv, b.opt)
	m := trace.Manifest{
		Format: trace.Format, Version: "import", Name: b.name(), Origin: trace.Observed, Source: b.conv.Source,
		Kinds: b.kinds, Nodes: b.cell.Nodes, Concat: b.cell.Concat, Ops: b.ops,
		Notes: slices.Clone(b.conv.Notes), Blanks: slices.Clone(b.conv.Blanks),
	}
	if b.conv.AtEnd {
		m.AtEnd = []string{b.conv.Valid}
	}
	for _, e := range b.cell.Edges {
		m.Edges = append(m.Edges, [2]int{e.From, e.To})
	}
	m.Notes = append(m.Notes, "file: "+filepath.Base(b.run.File))
	if per == 0 {
		per = 1
		m.Notes = append(m.Notes, "steps are epochs: the log does not say how many steps an epoch has")
		m.Blanks = append(m.Blanks, "steps per epoch")
	}
	var blanks []string
	m.Spec, blanks = b.run.Spec(b.conv, b.ops, b.cell.Nodes, per)
	m.Blanks = append(m.Blanks, blanks...)
	b.rate = b.run.Number("arch_learning_rate", "alpha_lr")
	if b.still() {
		b.rate = 0
		if m.Spec != nil {
			m.Spec.Alpha.Freeze = true
		}
		m.Notes = append(m.Notes, "alpha is the same at every epoch: the run trains weights only")
	}
	b.stack(&m)
	if train, _ := b.run.planned(b.conv); b.run.cut(train) {
		b.run.note(check.Warning, b.run.Line, fmt.Sprintf("an epoch has %d steps, where the arguments and %s give %.0f", b.run.Counted, b.run.dataset(), math.Ceil(float64(train)/b.run.Number("batch_size"))),
			"the weights were trained on a small part of the images, and alpha moved for few steps: the run says little about a whole search")
	}
	m.Data.Name = b.run.dataset()
	if train, _ := b.run.split(b.conv); train == 0 {
		m.Blanks = append(m.Blanks, fmt.Sprintf("number of images: accuracies are stored as shares of %d", Share))
	}
	m.Data.Train, m.Data.Search = b.run.split(b.conv)
	if b.named.How != "" {
		m.Notes = append(m.Notes, "columns: "+b.named.How)
	}
	if len(b.gauge) > 0 {
		m.Blanks = append(m.Blanks, "raw alpha: recovered from its softmax, the constant per edge is an estimate")
	}
	if b.run.Genotype != "" {
		m.Notes = append(m.Notes, "final genotype, printed without its parameters: "+b.run.Genotype)
	}
	t := &trace.Trace{Manifest: m}
	for i := range b.snaps {
		t.Points = append(t.Points, b.point(i, &b.snaps[i], per))
	}
	complete := b.run.Ended || len(b.snaps) > 0 && float64(b.snaps[len(b.snaps)-1].Epoch+1) >= b.run.Number("epochs")
	if f := b.run.Final; f != nil && f.tables() != nil && b.fits(f.tables()) {
		p := b.point(len(b.snaps), f, per)
		p.Steps = 0
		if n := len(t.Points); n > 0 {
			p.Step = t.Points[n-1].Step + t.Points[n-1].Steps
			p.Epoch = float64(b.snaps[n-1].Epoch + 1)
		}
		t.Points = append(t.Points, p)
	} else if complete {
		t.Manifest.Notes = append(t.Manifest.Notes, "parameters are printed at the start of each epoch: the state after the last epoch is not logged")
		t.Manifest.Blanks = append(t.Manifest.Blanks, "final parameters")
	}
	if n := len(t.Points); complete && n > 0 {
		t.Points[n-1].Status = trace.Complete
	}
	t.Manifest.Run = digest(t)
	return t
}

// still says whether raw alpha is printed and never moves.
func (b *builder) still() bool {
	for _, s := range b.snaps {
		if s.Alpha == nil || !equalTables(s.Alpha["normal"], b.snaps[0].Alpha["normal"]) || !equalTables(s.Alpha["reduce"], b.snaps[0].Alpha["reduce"]) {
			return false
		}
	}
	return len(b.snaps) > 2
}

// distance keeps how far printed probabilities are from the softmax of printed
// alpha.
func (b *builder) distance(printed, softmax [][][]float64, line int) {
	for k := range printed {
		for e := range printed[k] {
			for o, v := range printed[k][e] {
				if d := math.Abs(v - softmax[k][e][o]); d > b.off || math.IsNaN(d) {
					b.off, b.offLine = d, line
				}
			}
		}
	}
}

func (b *builder) stack(m *trace.Manifest) {
	if m.Spec != nil {
		if s, err := m.Spec.Space(); err == nil {
			for _, k := range s.Stack {
				m.Stack = append(m.Stack, k.String())
			}
			m.Concat = s.Cell.Concat
		}
		return
	}
	n := b.run.Number("layers", "layers_of_cells")
	if !(n >= 1 && n <= cell.MaxCells) {
		m.Blanks = append(m.Blanks, "number of cells")
		return
	}
	for i := range int(n) {
		kind := "normal"
		if len(b.kinds) > 1 && (i == int(n)/3 || i == 2*int(n)/3) {
			kind = "reduce"
		}
		m.Stack = append(m.Stack, kind)
	}
}

func (b *builder) point(at int, s *Snapshot, per int) trace.Point {
	p := trace.Point{
		Step: s.Epoch * per, Steps: per, Epoch: float64(s.Epoch), Rate: s.Rate, Temperature: s.Temperature, HeadNorm: math.NaN(),
		AlphaRate: b.rate,
		Alpha:     b.cube(s.Alpha), Prob: b.cube(s.Prob), Grad: b.cube(s.Grad), CostToDate: b.cube(s.ToDate),
		Genotype: s.Genotype, Line: s.Line,
	}
	train, search := b.run.split(b.conv)
	p.Train = of(s.Train, train)
	if b.conv.Valid == "search" {
		p.Search = of(s.Valid, search)
	} else {
		p.Test = of(s.Valid, 0)
	}
	switch {
	case p.Alpha != nil:
		q := p.Prob
		p.Prob = Softmax(p.Alpha) // raw alpha is printed to as many places, and says more
		b.distance(q, p.Prob, s.Line)
	case p.Prob != nil && p.Alpha == nil:
		p.Alpha = b.raw(at, p.Prob)
	case p.Prob == nil:
		p.Prob = Unknown(len(b.kinds), len(b.cell.Edges), len(b.ops))
	}
	return p
}

// of counts a split over n images, where they are known and the log has none.
func of(s *trace.Split, n int) *trace.Split {
	if s == nil || n == 0 || s.N != Share {
		return s
	}
	c := *s
	c.N, c.Correct = n, int(math.Round(s.Accuracy()*float64(n)))
	return &c
}

// Softmax returns the softmax of every row.
func Softmax(alpha [][][]float64) [][][]float64 {
	return each(alpha, func(out, row []float64) {
		top, sum := math.Inf(-1), 0.0
		for _, v := range row {
			top = math.Max(top, v)
		}
		for i, v := range row {
			out[i] = math.Exp(v - top)
			sum += out[i]
		}
		for i := range out {
			out[i] /= sum
		}
	})
}

// raw is log p - gauge; a printed 0 stands for half a unit of the last place.
func (b *builder) raw(at int, prob [][][]float64) [][][]float64 {
	floor := math.Max(b.unit/2, 1e-12)
	out := make([][][]float64, len(prob))
	for k, kind := range b.kinds {
		g := b.gauge[kind]
		if at >= len(g) {
			return nil
		}
		out[k] = make([][]float64, len(prob[k]))
		for e, row := range prob[k] {
			out[k][e] = make([]float64, len(row))
			for i, v := range row {
				out[k][e][i] = math.Log(math.Max(v, floor)) - g[at][e]
			}
		}
	}
	return out
}

func each(cube [][][]float64, f func(out, row []float64)) [][][]float64 {
	res := make([][][]float64, len(cube))
	for k := range cube {
		res[k] = make([][]float64, len(cube[k]))
		for e, row := range cube[k] {
			res[k][e] = make([]float64, len(row))
			f(res[k][e], row)
		}
	}
	return res
}

// agreement is the finding about genotypes against parameters.
func (b *builder) agreement() []check.Finding {
	var out []check.Finding
	a := b.agreed
	if a.Pairs > 0 {
		f := check.Finding{Severity: check.Note, Point: -1, Count: a.Pairs,
			What:  fmt.Sprintf("of %d logged (operation, edge) pairs %d are derived from the parameters too, %d tie within the printed resolution, %d differ", a.Pairs, a.Same, a.Tied, a.Different),
			Means: "columns and edges are read as the search read them"}
		if a.Share() < 0.95 {
			f.Severity, f.Means = check.Warning, "the search derives its wiring otherwise than from these numbers, or columns are mixed up"
			if b.conv.RawRank {
				f.Means = "edges compete by raw alpha, of which the log prints only the softmax: the constant per edge is an estimate"
			}
		}
		out = append(out, f)
	}
	if limit := 4 * math.Max(b.unit, 1e-6); b.off > limit || math.IsNaN(b.off) {
		out = append(out, check.Finding{Severity: check.Error, Point: -1, Count: 1, Line: b.offLine,
			What:  fmt.Sprintf("printed probabilities differ from the softmax of printed alpha by up to %.2g (line %d)", b.off, b.offLine),
			Means: "they belong to different steps or edges, or are not tied by a softmax; the softmax of alpha was taken"})
	}
	if n := len(b.named.Unnamed); n > 0 {
		out = append(out, check.Finding{Severity: check.Warning, Point: -1, Count: n,
			What:  fmt.Sprintf("%d of %d columns have no name: they are called column_N", n, b.cols),
			Means: "measures that ask for none work only if none is named; give all with --ops"})
	}
	return out
}

func (b *builder) name() string {
	if b.opt.Name != "" {
		return b.opt.Name
	}
	base := filepath.Base(b.run.File)
	dir := filepath.Base(filepath.Dir(b.run.File))
	if dir == "." || dir == string(filepath.Separator) {
		return base
	}
	return dir + "/" + base
}

// digest is the run id of an imported trace: its content.
func digest(t *trace.Trace) string {
	h := sha256.New()
	fmt.Fprint(h, t.Manifest.Source, t.Manifest.Ops, t.Manifest.Edges)
	var line []byte
	for i := range t.Points {
		line = trace.AppendPoint(line[:0], &t.Points[i])
		h.Write(line)
	}
	return "import-" + hex.EncodeToString(h.Sum(nil))[:12]
}

// Digest is the run id for traces that are assembled elsewhere.
func Digest(t *trace.Trace) string { return digest(t) }

// Share is the N of a split whose number of images is not known: its accuracy is
// stored as a share of so many.
const Share = 100_000

// Percent makes a split of a mean loss and an accuracy in percent over n images,
// 0 where their number is not known; NaN is what is not known.
func Percent(loss, accuracy float64, n int) *trace.Split {
	nan := math.NaN()
	s := &trace.Split{N: max(n, 1), Loss: loss, Entropy: nan, LossCorrect: nan, EntropyCorrect: nan, LossWrong: nan, EntropyWrong: nan}
	if accuracy >= 0 && accuracy <= 100 {
		if n == 0 {
			s.N = Share
		}
		s.Correct = int(math.Round(accuracy / 100 * float64(s.N)))
	}
	return s
}

// Fields splits a message into words and reads word i as a number.
func Fields(text string, i int) (float64, bool) {
	f := strings.Fields(text)
	if i >= len(f) {
		return math.NaN(), false
	}
	v, err := strconv.ParseFloat(strings.TrimSuffix(strings.Trim(f[i], ",()[]"), "%"), 64)
	return v, err == nil
}
