// Package robust reads the records of RobustDARTS (Zela et al., ICLR 2020): a
// text log in the DARTS manner without parameters (log_N.txt), losses and errors
// per epoch (errors_N.json), the gradient g and the Hessian H of the validation
// loss in alpha at every second epoch (derivatives_N.json, one JSON object per
// line), and the final genotype (arch_N). Naming one of them reads all that lie
// beside it.
//
// g is grad + 1e-3 alpha and H is Hessian + 1e-3 identity: the code differentiates
// the loss with its weight decay. Indices run over kind, edge, operation, the
// operation fastest.
package robust

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"edgewise/sim/check"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/sim/trace/genotype"
	"edgewise/sim/trace/quark0"
	"edgewise/sim/trace/runlog"
)

const (
	decay    = 1e-3 // weight decay inside g and H
	maxLine  = 64 << 20
	maxFile  = 64 << 20 // of errors_N.json and arch_N
	maxEpoch = 1_000_000
)

var member = regexp.MustCompile(`^(log|errors|derivatives|arch)_(\d{1,6})(?:\.txt|\.json)?$`)

// Detect says whether a file belongs to such a record by its name.
func Detect(path string) bool { return member.MatchString(filepath.Base(path)) }

// Convention is that of the RobustDARTS code.
func Convention(*runlog.Run) runlog.Convention {
	return runlog.Convention{
		Source: "import robust", Algorithm: spec.DARTS, Level: spec.Bilevel, Order: 2, Valid: "search", AtEnd: true,
		Notes: []string{
			"genotypes are printed after each epoch: they stand at the next point",
			"grad and hessian are of the validation loss after the epoch, with weight decay 1e-3 inside",
		},
		Blanks: []string{"alpha and probabilities: the record has neither", "entropy"},
	}
}

// Record is one line of a derivatives file.
type Record struct {
	Line  int
	Epoch int
	H     [][]float64
	G     []float64
}

type number float64

func (n *number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*n = number(math.NaN())
		return nil
	}
	v, err := strconv.ParseFloat(string(b), 64)
	*n = number(v)
	return err
}

// Derivatives reads a derivatives file. Damaged lines are findings.
func Derivatives(r io.Reader, file string) ([]Record, []check.Finding, error) {
	var out []Record
	var findings []check.Finding
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 1<<16), maxLine)
	size := 0
	for n := 1; s.Scan(); n++ {
		text := bytes.TrimSpace(bytes.TrimPrefix(s.Bytes(), []byte("\xef\xbb\xbf")))
		if len(text) == 0 {
			continue
		}
		rec, err := decode(text)
		if err == nil && size != 0 && len(rec.G) != size {
			err = fmt.Errorf("it has %d numbers where the lines before have %d", len(rec.G), size)
		}
		if err == nil && len(out) > 0 && rec.Epoch <= out[len(out)-1].Epoch {
			err = fmt.Errorf("epoch %d comes after epoch %d", rec.Epoch, out[len(out)-1].Epoch)
		}
		if err != nil {
			findings = append(findings, check.Finding{Severity: check.Warning, Point: -1, Count: 1, Line: n, What: fmt.Sprintf("%s:%d: %v", file, n, err), Means: "the record is left out"})
			if len(findings) > 50 {
				return out, findings, nil
			}
			continue
		}
		rec.Line, size = n, len(rec.G)
		out = append(out, rec)
	}
	if err := s.Err(); err != nil {
		return out, findings, fmt.Errorf("%s: after record %d: %w", file, len(out), err)
	}
	return out, findings, nil
}

var pythonFloats = regexp.MustCompile(`-?(?:NaN|Infinity)`)

func decode(text []byte) (Record, error) {
	if bytes.Contains(text, []byte("NaN")) || bytes.Contains(text, []byte("Infinity")) {
		text = pythonFloats.ReplaceAll(text, []byte("null"))
	}
	var w struct {
		Epoch *int       `json:"epoch"`
		H     [][]number `json:"H"`
		G     []number   `json:"g"`
	}
	if err := json.Unmarshal(text, &w); err != nil {
		return Record{}, fmt.Errorf("not a record of epoch, H and g: %w", err)
	}
	n := len(w.G)
	if w.Epoch == nil || *w.Epoch < 0 || *w.Epoch > maxEpoch || n == 0 || len(w.H) != n {
		return Record{}, fmt.Errorf("not a record of epoch, H and g: g has %d numbers, H %d rows", n, len(w.H))
	}
	rec := Record{Epoch: *w.Epoch, G: make([]float64, n)}
	for i, v := range w.G {
		rec.G[i] = float64(v)
	}
	for _, row := range w.H {
		if len(row) != n {
			return Record{}, fmt.Errorf("H has a row of %d numbers, not %d", len(row), n)
		}
		r := make([]float64, n)
		for i, v := range row {
			r[i] = float64(v)
		}
		rec.H = append(rec.H, r)
	}
	return rec, nil
}

// record is all that lies in one folder under one number.
type record struct {
	dir, number string
	run         *runlog.Run
	derivatives []Record
	findings    []check.Finding
	read        []string
}

// Import reads the record that path belongs to.
func Import(path string, o runlog.Options) (*trace.Trace, []check.Finding, error) {
	m := member.FindStringSubmatch(filepath.Base(path))
	if m == nil {
		return nil, nil, fmt.Errorf("%s: it is named neither log_N.txt, errors_N.json, derivatives_N.json nor arch_N", path)
	}
	r := &record{dir: filepath.Dir(path), number: m[2]}
	for _, part := range []struct {
		name string
		read func(io.Reader, string) error
	}{{"log_" + m[2] + ".txt", r.log}, {"derivatives_" + m[2] + ".json", r.deriv}, {"errors_" + m[2] + ".json", r.errors}, {"arch_" + m[2], r.arch}} {
		file := filepath.Join(r.dir, part.name)
		f, err := os.Open(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, nil, fmt.Errorf("reading the record: %w", err)
		}
		err = part.read(f, file)
		f.Close()
		if err != nil {
			return nil, r.findings, err
		}
		r.read = append(r.read, part.name)
	}
	return r.trace(path, o)
}

func (r *record) log(f io.Reader, file string) error {
	runs, err := quark0.Read(f, file, nil)
	if err != nil {
		return err
	}
	run, list, err := runlog.Pick(file, runs, 0)
	if err != nil {
		r.findings = append(r.findings, check.Finding{Severity: check.Warning, Point: -1, Count: 1, Line: 1, What: err.Error(), Means: "the file is left out"})
		return nil
	}
	r.run = run
	r.findings = append(r.findings, list...)
	return nil
}

func (r *record) deriv(f io.Reader, file string) error {
	var err error
	var found []check.Finding
	r.derivatives, found, err = Derivatives(f, file)
	r.findings = append(r.findings, found...)
	return err
}

// snapshot returns the snapshot of an epoch, which is made where there is none.
func (r *record) snapshot(epoch, line int) *runlog.Snapshot {
	if r.run == nil {
		r.run = &runlog.Run{File: filepath.Join(r.dir, "derivatives_"+r.number+".json"), Line: 1}
	}
	s := r.run.Snapshots
	i, found := slices.BinarySearchFunc(s, epoch, func(s runlog.Snapshot, e int) int { return s.Epoch - e })
	if !found {
		r.run.Snapshots = slices.Insert(s, i, runlog.NewSnapshot(line, epoch))
	}
	return &r.run.Snapshots[i]
}

// errors reads losses and errors: "acc" there is the error in percent.
func (r *record) errors(f io.Reader, file string) error {
	text, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	text = pythonFloats.ReplaceAll(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), []byte("null"))
	var w map[string][]number
	if err := json.Unmarshal(text, &w); err != nil {
		r.findings = append(r.findings, check.Finding{Severity: check.Warning, Point: -1, Count: 1, Line: 1, What: fmt.Sprintf("%s: %v", file, err), Means: "the file is left out"})
		return nil
	}
	for _, split := range []string{"train", "valid"} {
		loss, errs := w[split+"_loss"], w[split+"_acc"]
		for i := range min(max(len(loss), len(errs)), 100_000) {
			s := r.snapshot(i, 1)
			l, a := math.NaN(), math.NaN()
			if i < len(loss) {
				l = float64(loss[i])
			}
			if i < len(errs) {
				a = 100 - float64(errs[i])
			}
			p := runlog.Percent(l, a, 0)
			if split == "train" {
				s.Train = p
			} else {
				s.Valid = p
			}
		}
	}
	return nil
}

func (r *record) arch(f io.Reader, file string) error {
	text, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	g, err := genotype.Parse(string(text))
	if err != nil {
		r.findings = append(r.findings, check.Finding{Severity: check.Warning, Point: -1, Count: 1, Line: 1, What: fmt.Sprintf("%s: %v", file, err), Means: "the file is left out"})
		return nil
	}
	if r.run == nil {
		r.run = &runlog.Run{File: file, Line: 1}
	}
	if r.run.Genotype != "" && r.run.Genotype != g.String() {
		r.findings = append(r.findings, check.Finding{Severity: check.Warning, Point: -1, Count: 1, Line: 1, What: file + " is not the last genotype of the log", Means: "the files belong to different searches"})
	}
	r.run.Genotype = g.String()
	return nil
}

func (r *record) trace(path string, o runlog.Options) (*trace.Trace, []check.Finding, error) {
	ops := 0
	for i := range r.derivatives {
		d := &r.derivatives[i]
		r.snapshot(d.Epoch, d.Line)
		ops = len(d.G)
	}
	if r.run == nil {
		return nil, r.findings, fmt.Errorf("%s: there is nothing to read", path)
	}
	if o.Name == "" {
		o.Name = filepath.Base(r.dir) + "/" + r.number
	}
	r.run.Ended = len(r.run.Snapshots) > 0 && r.run.Genotype != "" && slices.Contains(r.read, "arch_"+r.number)
	if ops > 0 {
		var err error
		if r.run.Layout, err = r.layout(ops, o.Ops); err != nil {
			return nil, r.findings, err
		}
	}
	named := len(o.Ops) > 0
	o.Ops = nil
	t, found, err := r.run.Trace(Convention(r.run), o)
	r.findings = append(r.findings, found...)
	if err != nil {
		return nil, r.findings, err
	}
	if ops > 0 {
		t.Manifest.Decay = decay
		if !named {
			t.Manifest.Blanks = append(t.Manifest.Blanks, "names of the operations: spaces S1 and S2 have other ones on each edge")
		}
		r.fill(t, ops/edges)
	}
	t.Manifest.Notes = append(t.Manifest.Notes, fmt.Sprintf("read together: %v", r.read))
	t.Manifest.Run = runlog.Digest(t)
	check.Sort(r.findings)
	return t, r.findings, nil
}

// nodes and edges of both cells: the only net of this code.
const (
	nodes = 4
	edges = 2 * nodes * (nodes + 3) / 2
)

// layout is that of n derivatives: two kinds of cells of four nodes.
func (r *record) layout(n int, names []string) (*runlog.Layout, error) {
	if n%edges != 0 {
		return nil, fmt.Errorf("%s: %d derivatives are not a multiple of %d edges (two cells of four nodes)", filepath.Join(r.dir, "derivatives_"+r.number+".json"), n, edges)
	}
	k := n / edges
	if len(names) == 0 {
		for i := range k {
			names = append(names, fmt.Sprintf("column_%d", i))
		}
	}
	if len(names) != k {
		return nil, fmt.Errorf("%d operations are named, but the derivatives are of %d per edge", len(names), k)
	}
	return &runlog.Layout{Kinds: []string{"normal", "reduce"}, Nodes: nodes, Ops: names}, nil
}

// fill puts the derivatives of k operations per edge at the points of their epochs.
func (r *record) fill(t *trace.Trace, k int) {
	for _, d := range r.derivatives {
		i := slices.IndexFunc(t.Points, func(p trace.Point) bool { return p.Epoch == float64(d.Epoch) })
		if i < 0 {
			continue
		}
		p := &t.Points[i]
		p.Grad, p.Hessian = runlog.Unknown(2, edges/2, k), d.H
		for j, v := range d.G {
			p.Grad[j/(edges/2*k)][j/k%(edges/2)][j%k] = v
		}
	}
}
