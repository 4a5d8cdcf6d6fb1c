package page

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"edgewise/sim/trace"
)

// Bounds of what the page carries: the moments of a run, and the probabilities
// of all runs together, two bytes each.
const (
	maxMoments = 400
	minMoments = 40
	maxValues  = 700_000
)

// absent stands for a probability that is not known; the others are multiples
// of 1/65534.
const absent = math.MaxUint16

type pageData struct {
	Runs []runData `json:"runs"`
}

// runData is one run on a common grid of steps. Arrays are little-endian bytes
// in base64: prob is uint16 [step][kind][edge][op], cost float32
// [step][kind][edge], a split float32 [step][field] with the fields loss,
// entropy, accuracy, then loss and entropy of the correct and of the wrong
// images; NaN where not known.
type runData struct {
	Name      string            `json:"name"`
	ID        string            `json:"id"`
	Kinds     []string          `json:"kinds"`
	Edges     [][2]int          `json:"edges"`
	Ops       []string          `json:"ops"`
	None      int               `json:"none"`
	Nodes     int               `json:"nodes"`
	Concat    []int             `json:"concat"`
	Steps     []int             `json:"steps"`
	Prob      string            `json:"prob"`
	Cost      string            `json:"cost,omitempty"`
	Splits    map[string]string `json:"splits"`
	Predicted []predictedData   `json:"predicted"`
	Total     int               `json:"total"` // points before thinning
}

type predictedData struct {
	Label string `json:"label"`
	Prob  string `json:"prob"`
}

func encodeRuns(runs []Run) (pageData, error) {
	out := pageData{Runs: []runData{}}
	perMoment := 0
	for i, r := range runs {
		if err := r.Observed.Sound(); err != nil {
			return out, fmt.Errorf("run %d (%s) %w", i+1, r.Name, err)
		}
		m := &r.Observed.Manifest
		perMoment += len(m.Kinds) * len(m.Edges) * len(m.Ops) * (1 + len(r.Predicted))
	}
	moments := maxMoments
	if perMoment > 0 {
		moments = min(maxMoments, max(minMoments, maxValues/perMoment))
	}
	for _, r := range runs {
		d, err := encodeRun(r, moments)
		if err != nil {
			return out, fmt.Errorf("run %s: %w", r.Name, err)
		}
		out.Runs = append(out.Runs, d)
	}
	return out, nil
}

func encodeRun(r Run, moments int) (runData, error) {
	t := r.Observed
	m := &t.Manifest
	d := runData{Name: r.Name, ID: m.Run, Kinds: m.Kinds, Edges: m.Edges, Ops: m.Ops, None: m.None(), Nodes: m.Nodes, Concat: m.Concat,
		Splits: map[string]string{}, Predicted: []predictedData{}, Total: len(t.Points)}
	if d.Name == "" {
		d.Name = m.Name
	}
	at := grid(len(t.Points), moments)
	steps := make([]float64, len(at))
	for i, k := range at {
		d.Steps = append(d.Steps, t.Points[k].Step)
		steps[i] = float64(t.Points[k].Step)
	}
	order := make([]int, len(m.Ops))
	for i := range order {
		order[i] = i
	}
	d.Prob = probabilities(t, steps, order)
	d.Cost = costs(t, at)
	for name, of := range map[string]func(*trace.Point) *trace.Split{
		"train":  func(p *trace.Point) *trace.Split { return p.Train },
		"search": func(p *trace.Point) *trace.Split { return p.Search },
		"test":   func(p *trace.Point) *trace.Split { return p.Test },
	} {
		if s := losses(t, at, of); s != "" {
			d.Splits[name] = s
		}
	}
	for _, p := range r.Predicted {
		if err := p.Trace.Sound(); err != nil {
			return d, fmt.Errorf("prediction %s %w", p.Label, err)
		}
		q := &p.Trace.Manifest
		if !slices.Equal(q.Edges, m.Edges) || !slices.Equal(q.Kinds, m.Kinds) || len(q.Ops) != len(m.Ops) {
			return d, fmt.Errorf("prediction %s is of kinds %v, edges %v and %d operations: the run is of kinds %v, edges %v and %d operations", p.Label, q.Kinds, q.Edges, len(q.Ops), m.Kinds, m.Edges, len(m.Ops))
		}
		for i, o := range m.Ops {
			if order[i] = slices.Index(q.Ops, o); order[i] < 0 {
				return d, fmt.Errorf("prediction %s has no operation %s", p.Label, o)
			}
		}
		d.Predicted = append(d.Predicted, predictedData{p.Label, probabilities(p.Trace, steps, order)})
	}
	return d, nil
}

// grid picks at most n of the indices 0 ... points-1, evenly, with both ends.
func grid(points, n int) []int {
	if points <= n {
		n = points
	}
	out := make([]int, n)
	for i := range out {
		if n > 1 {
			out[i] = i * (points - 1) / (n - 1)
		}
	}
	return out
}

// probabilities are those of the trace at the steps, interpolated linearly
// between its points and absent before the first and after the last; op k of
// the page is op order[k] of the trace.
func probabilities(t *trace.Trace, steps []float64, order []int) string {
	m := &t.Manifest
	var b []byte
	i := 0
	for _, s := range steps {
		for i+1 < len(t.Points) && float64(t.Points[i+1].Step) <= s {
			i++
		}
		p, q, f := &t.Points[i], &t.Points[i], 0.0
		switch {
		case float64(p.Step) == s:
		case float64(p.Step) > s || i+1 == len(t.Points):
			p = nil
		default:
			q = &t.Points[i+1]
			f = (s - float64(p.Step)) / float64(q.Step-p.Step)
		}
		for k := range m.Kinds {
			for e := range m.Edges {
				for _, o := range order {
					v := math.NaN()
					if p != nil {
						v = p.Prob[k][e][o]
						if f > 0 {
							v += f * (q.Prob[k][e][o] - v)
						}
					}
					b = binary.LittleEndian.AppendUint16(b, quantised(v))
				}
			}
		}
	}
	return base64.StdEncoding.EncodeToString(b)
}

func quantised(p float64) uint16 {
	if math.IsNaN(p) {
		return absent
	}
	return uint16(math.Round(min(max(p, 0), 1) * (absent - 1)))
}

// costs are the mean cost of each edge between one moment of the grid and the
// next, weighted with the steps of the points; empty where the trace holds none.
func costs(t *trace.Trace, at []int) string {
	m := &t.Manifest
	var b []byte
	known := false
	for i, from := range at {
		to := len(t.Points)
		if i+1 < len(at) {
			to = at[i+1]
		}
		for k := range m.Kinds {
			for e := range m.Edges {
				sum, weight := 0.0, 0.0
				for j := from; j < to; j++ {
					if c := m.EdgeCostOf(&t.Points[j], k, e); !math.IsNaN(c) {
						w := float64(max(1, t.Points[j].Steps))
						sum, weight = sum+w*c, weight+w
					}
				}
				known = known || weight > 0
				b = appendFloat(b, sum/weight)
			}
		}
	}
	if !known {
		return ""
	}
	return base64.StdEncoding.EncodeToString(b)
}

// losses are those of a split at each moment, or at the last point between the
// moment before and it that knows them; empty where none does.
func losses(t *trace.Trace, at []int, of func(*trace.Point) *trace.Split) string {
	var b []byte
	known := false
	from := 0
	for _, to := range at {
		var s *trace.Split
		for j := from; j <= to; j++ {
			if q := of(&t.Points[j]); q != nil {
				s = q
			}
		}
		from = to + 1
		values := [7]float64{}
		for i := range values {
			values[i] = math.NaN()
		}
		if s != nil {
			known = true
			values = [7]float64{s.Loss, s.Entropy, s.Accuracy(), s.LossCorrect, s.EntropyCorrect, s.LossWrong, s.EntropyWrong}
		}
		for _, v := range values {
			b = appendFloat(b, v)
		}
	}
	if !known {
		return ""
	}
	return base64.StdEncoding.EncodeToString(b)
}

func appendFloat(b []byte, v float64) []byte {
	return binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v)))
}
