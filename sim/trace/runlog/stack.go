package runlog

import (
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"edgewise/sim/check"
	"edgewise/sim/trace"
)

// Stack collects tables of parameters by time and name from sources that have
// no text around them: arrays, checkpoints, event files. Names decide what they
// are:
//
//	kind     "reduce" in the name; otherwise normal
//	softmax  "prob", "softmax" or "weights" in the name; otherwise by their rows
//	node     a number at the end, where one table holds the rows of one node
type Stack struct {
	File   string
	Source string
	moment map[int]*moment
	Run    Run
}

type moment struct {
	tables map[string]map[int][][]float64 // by kind and node (-1: whole cell)
	train  *trace.Split
	valid  *trace.Split
	rate   float64
}

var nodeNumber = regexp.MustCompile(`(?:^|[._/\[-])(\d{1,3})\]?$`)

// IsAlpha says whether a name is that of architecture parameters.
func IsAlpha(name string) bool {
	n := strings.ToLower(name)
	if strings.Contains(n, "optimizer") || strings.Contains(n, "exp_avg") || strings.Contains(n, "grad") {
		return false
	}
	return strings.Contains(n, "alpha") || strings.Contains(n, "arch_param") || strings.Contains(n, "arch_weights") || n == "normal" || n == "reduce" || n == "prob" || strings.HasPrefix(n, "prob_")
}

func (s *Stack) at(step int) *moment {
	if s.moment == nil {
		s.moment = map[int]*moment{}
	}
	m := s.moment[step]
	if m == nil {
		m = &moment{tables: map[string]map[int][][]float64{}, rate: math.NaN()}
		s.moment[step] = m
	}
	return m
}

// Add takes one table; rows are edges.
func (s *Stack) Add(step int, name string, rows [][]float64) {
	low := strings.ToLower(name)
	kind := "normal"
	if strings.Contains(low, "reduc") {
		kind = "reduce"
	}
	node := -1
	if m := nodeNumber.FindStringSubmatch(name); m != nil {
		node, _ = strconv.Atoi(m[1])
	}
	if strings.Contains(low, "prob") || strings.Contains(low, "softmax") || strings.Contains(low, "arch_weights") {
		kind = "prob " + kind
	}
	m := s.at(step)
	if m.tables[kind] == nil {
		m.tables[kind] = map[int][][]float64{}
	}
	if len(m.tables[kind]) < 1024 {
		m.tables[kind][node] = rows
	}
}

// Losses takes a loss or accuracy; NaN leaves it as it is.
func (s *Stack) Losses(step int, split string, loss, accuracy float64) {
	m := s.at(step)
	at := &m.valid
	if split == "train" {
		at = &m.train
	}
	if *at != nil {
		if math.IsNaN(loss) {
			loss = (*at).Loss
		}
		if math.IsNaN(accuracy) {
			accuracy = 100 * (*at).Accuracy()
		}
	}
	*at = Percent(loss, accuracy, 0)
}

// Rate takes the learning rate of the weights.
func (s *Stack) Rate(step int, v float64) { s.at(step).rate = v }

// Trace makes the trace. Times are numbered in order: what a time is, the source
// does not say.
func (s *Stack) Trace(c Convention, o Options) (*trace.Trace, []check.Finding, error) {
	steps := make([]int, 0, len(s.moment))
	for k := range s.moment {
		steps = append(steps, k)
	}
	slices.Sort(steps)
	s.Run.File, s.Run.Line = s.File, 0
	tables := 0
	for _, k := range steps {
		m := s.moment[k]
		snap := NewSnapshot(0, k)
		snap.Train, snap.Valid, snap.Rate = m.train, m.valid, m.rate
		for kind, nodes := range m.tables {
			rows := join(nodes)
			if len(rows) == 0 || len(rows[0]) < 2 {
				continue
			}
			plain, prob := strings.CutPrefix(kind, "prob ")
			into := &snap.Alpha
			if prob || distributions(rows) {
				into = &snap.Prob
			}
			if *into == nil {
				*into = Tables{}
			}
			(*into)[plain] = rows
			tables++
		}
		if snap.Alpha != nil || snap.Prob != nil || snap.Train != nil || snap.Valid != nil {
			s.Run.Snapshots = append(s.Run.Snapshots, snap)
		}
	}
	if tables == 0 {
		return nil, s.Run.Problems, fmt.Errorf("%s: it holds no table of architecture parameters (looked for names with alpha, arch_param, normal, reduce, prob)", s.File)
	}
	if o.Name == "" {
		o.Name = filepath.Base(filepath.Dir(s.File)) + "/" + filepath.Base(s.File)
	}
	return s.Run.Trace(c, o)
}

// join puts the tables of single nodes under each other.
func join(nodes map[int][][]float64) [][]float64 {
	if rows, ok := nodes[-1]; ok {
		return rows
	}
	keys := make([]int, 0, len(nodes))
	for k := range nodes {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var out [][]float64
	for _, k := range keys {
		out = append(out, nodes[k]...)
	}
	return out
}

// distributions says whether every row is positive and sums to 1.
func distributions(rows [][]float64) bool {
	for _, row := range rows {
		sum := 0.0
		for _, v := range row {
			if !(v >= 0) {
				return false
			}
			sum += v
		}
		if !(math.Abs(sum-1) < 1e-3) {
			return false
		}
	}
	return true
}
