// Package trace is the one thing that observation and prediction share: what a
// search did to its cells over time. A trained supernet records a trace, an
// importer reads one from another program's log, an integrator of the
// closed-form dynamics predicts one; measures of bias, statistics and tables
// take traces and do not ask where they came from.
package trace

import (
	"math"

	"edgewise/sim/spec"
	"edgewise/theory/cell"
)

// Format is the name and version of the file format. It changes when a reader of the
// old one would be wrong about the new one: fields may come, none changes its meaning.
const Format = "edgewise-trace/1"

// Observed and Predicted are the two origins of a trace.
const (
	Observed  = "observed"
	Predicted = "predicted"
)

// Trace is a manifest and its points in order of time.
type Trace struct {
	Manifest Manifest
	Points   []Point
}

// Manifest says what was run, on what, and how the arrays of the points are
// laid out.
type Manifest struct {
	Format  string     `json:"format"`
	Version string     `json:"version"`              // of the program that wrote it
	Run     string     `json:"run"`                  // run id: the spec's content address, or the importer's digest of the log
	Name    string     `json:"name"`                 // a person's name for the run
	Origin  string     `json:"origin"`               // observed or predicted
	Source  string     `json:"source"`               // what made it: "edgewise search", "import quark0", "predict driven"
	Rung    string     `json:"rung,omitempty"`       // of a prediction
	Spec    *spec.Spec `json:"spec,omitempty"`       // nil where an imported log does not say
	Kinds   []string   `json:"kinds"`                // "normal", "reduce": first index of Alpha, Prob and Cost
	Nodes   int        `json:"nodes"`                // intermediate nodes
	Concat  []int      `json:"concat"`               // nodes of the output
	Edges   [][2]int   `json:"edges"`                // second index, DARTS order
	Ops     []string   `json:"ops"`                  // third index
	Stack   []string   `json:"stack,omitempty"`      // kind of each cell from stem to head
	Decay   float64    `json:"grad_decay,omitempty"` // weight decay that Grad and Hessian contain: grad + Decay*alpha, Hessian + Decay*identity
	AtEnd   []string   `json:"at_end,omitempty"`     // splits whose losses were taken at the end of each window, not over it
	Data    Data       `json:"data"`                 // what the images were
	Notes   []string   `json:"notes,omitempty"`      // what a reader must know
	Blanks  []string   `json:"blanks,omitempty"`     // what an imported log does not say
}

// Data names the images and their splits.
type Data struct {
	Name        string `json:"name,omitempty"`
	Fingerprint string `json:"fingerprint,omitempty"` // SHA-256 of the images and labels used
	Train       int    `json:"train,omitempty"`
	Search      int    `json:"search,omitempty"`
	Test        int    `json:"test,omitempty"`
}

// Point describes the window of steps [Step, Step+Steps): Alpha and Prob as
// they stood before the window's first update, costs and losses accumulated
// over it. The last point of a finished trace has Steps = 0 and holds the final
// alpha. Arrays that are not known are nil; a number that is not known is NaN.
type Point struct {
	Step        int
	Steps       int
	Epoch       float64 // passes over the training split before Step
	Rate        float64 // theta's learning rate at Step
	AlphaRate   float64 // alpha's learning rate at Step; 0 while alpha is frozen
	Temperature float64 // SNAS
	HeadNorm    float64 // |W|^2 of the linear head at Step (P2.6, P2.7)

	Alpha [][][]float64 // [kind][edge][op]; NaN for an operation that is not allowed
	Prob  [][][]float64 // [kind][edge][op]: share of the edge's weight; 0 for an operation that is not allowed, NaN throughout where a log has none (HasProb)

	Cost     *Cost
	Gate     [][][]float64 // [kind][edge][op]: the weights Z of the one step, where Steps is 1 and they are sampled or not equal to Prob
	EdgeCost [][]float64   // [cell][edge]: mean over the window of sum_k Z^k C^k, each cell apart
	SkipCost []float64     // [cell]: mean over the window of sum Z_skip C_skip over edges from intermediate nodes, which the conservation law counts twice (P3.4)

	// What only some imported logs hold.
	CostToDate [][][]float64 // [kind][edge][op]: mean cost from the start of the run to the end of the window, where a log prints no other
	Grad       [][][]float64 // [kind][edge][op]: gradient of the loss in alpha that the log prints, plus Manifest.Decay * alpha
	Hessian    [][]float64   // [index][index], index = (kind*edges + edge)*ops + op: second derivatives in alpha
	Genotype   string        // the wiring that the log prints for the alpha of this point
	Line       int           // line of the source file at which the point begins

	Train  *Split
	Search *Split
	Test   *Split

	// Discrete is the test split under the derived cell, with the weights of the
	// supernet: its loss minus Test's is the gap of discretisation.
	Discrete *Split

	Signs []string // Dead, Saturated, Rounding: what was wrong with the search in the window

	Status string // empty, or what ended the trace: Complete or a named failure
}

// Complete is the status of the last point of a trace that reached its end.
const Complete = "complete"

// Cost holds the moments of C^k_e = <dL/dx_j, O^k_e(x_i)> = dL/dZ^k_e, summed
// over the cells of a kind because they share alpha, over the steps of a
// window. A positive cost means that the operation raises the loss and loses
// probability. For one-hot gates the moments are conditional on the operation
// having been sampled and Count says how often it was; for soft gates Count is
// the number of steps. Costs are per-step batch means.
type Cost struct {
	Count  [][][]float64   // [kind][edge][op]
	Mean   [][][]float64   // [kind][edge][op]
	Square [][][]float64   // [kind][edge][op]: mean of the square
	Cross  [][][][]float64 // [kind][edge][op][op]: mean of C^k C^l, soft gates only; nil for one-step points, where it is the product
}

// Split holds the mean loss, and entropy of the prediction, over N images of
// one split, for all of them and for those classified correctly and wrongly.
type Split struct {
	N              int
	Correct        int
	Loss           float64
	Entropy        float64
	LossCorrect    float64 // NaN when Correct is 0
	EntropyCorrect float64
	LossWrong      float64 // NaN when Correct is N
	EntropyWrong   float64
}

// LeastLoss is the smallest mean loss that the accuracy allows: an image that is
// classified wrongly has a probability of at most 1/2, and costs log 2 at least. A
// mean cross-entropy below it is of other images, weights or units.
func (s *Split) LeastLoss() float64 { return (1 - s.Accuracy()) * math.Ln2 }

// Impossible says whether the loss lies below what the accuracy allows, a tenth
// left for losses and accuracies of slightly different images. A split of one image is
// one whose accuracy is not known.
func (s *Split) Impossible() bool { return s.N > 1 && s.Loss < 0.9*s.LeastLoss() }

// Gap is L - H, the total cost that the head assigns to the last cell (P2.1).
func (s *Split) Gap() float64 { return s.Loss - s.Entropy }

// GapCorrect is L - H over the correctly classified images.
func (s *Split) GapCorrect() float64 { return s.LossCorrect - s.EntropyCorrect }

// GapWrong is L - H over the wrongly classified images.
func (s *Split) GapWrong() float64 { return s.LossWrong - s.EntropyWrong }

// Accuracy is the share of the images that are classified correctly.
func (s *Split) Accuracy() float64 { return float64(s.Correct) / float64(s.N) }

// Cell returns the cell that the manifest describes.
func (m *Manifest) Cell() cell.Cell {
	c := cell.Cell{Nodes: m.Nodes, Concat: m.Concat}
	for _, e := range m.Edges {
		c.Edges = append(c.Edges, cell.Edge{From: e[0], To: e[1]})
	}
	return c
}

// None returns the index of none in Ops, or -1.
func (m *Manifest) None() int {
	for k, o := range m.Ops {
		if o == cell.None {
			return k
		}
	}
	return -1
}

// SetCell lays the manifest's arrays out for a space.
func (m *Manifest) SetCell(s cell.Space) {
	m.Nodes, m.Concat, m.Ops = s.Cell.Nodes, s.Cell.Concat, s.Names()
	m.Edges, m.Kinds, m.Stack = nil, nil, nil
	for _, e := range s.Cell.Edges {
		m.Edges = append(m.Edges, [2]int{e.From, e.To})
	}
	for _, k := range s.Kinds() {
		m.Kinds = append(m.Kinds, k.String())
	}
	for _, k := range s.Stack {
		m.Stack = append(m.Stack, k.String())
	}
}

// HasProb says whether any probability is known. A log without parameters has none:
// Prob then has its shape, filled with NaN, and the manifest's blanks say so.
func (t *Trace) HasProb() bool {
	for i := range t.Points {
		for _, k := range t.Points[i].Prob {
			for _, e := range k {
				for _, v := range e {
					if !math.IsNaN(v) {
						return true
					}
				}
			}
		}
	}
	return false
}

// NoneProb returns the none-probability of each edge of a kind at each point:
// [point][edge]. It is nil when the space has no none, or no probability is known.
func (t *Trace) NoneProb(kind int) [][]float64 {
	none := t.Manifest.None()
	if none < 0 || !t.HasProb() {
		return nil
	}
	out := make([][]float64, len(t.Points))
	for i, p := range t.Points {
		out[i] = make([]float64, len(p.Prob[kind]))
		for e := range out[i] {
			out[i][e] = p.Prob[kind][e][none]
		}
	}
	return out
}

// Complete says whether the trace reached the end of its search.
func (t *Trace) Complete() bool {
	return len(t.Points) > 0 && t.Points[len(t.Points)-1].Status == Complete
}
