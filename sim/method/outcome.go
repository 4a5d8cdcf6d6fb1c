package method

import (
	"fmt"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/theory/bias"
	"edgewise/theory/cell"
)

// Biases are the names of the measures whose changes theory predicts.
var Biases = []string{"growth", "width", "failure"}

// Outcome is what one search did, what its cell is worth and what it cost.
type Outcome struct {
	Runs []string // ids of the runs

	Growth  bias.Value // rise of the mean none-probability above its start (O1)
	Width   bias.Value // none-probability of intermediate minus input edges at the end (O2)
	Failure bias.Value // mean none-probability at the end (O3)

	Depth, Wide, Edges bias.Value // of the derived cell
	Size               bias.Value // trainable weights of the derived cell's operations
	Alive              bias.Value // share of the operations that still have weight

	Accuracy   bias.Value // test accuracy of the derived cell, trained from scratch
	Loss       bias.Value // test loss of the same
	Soft       bias.Value // test loss of the supernet as it ended
	Discrete   bias.Value // test loss of the supernet under the derived cell
	Difference bias.Value // Discrete - Soft: the gap of discretisation

	Latency bias.Value // of the derived cell, as the shipped regressor predicts it, in milliseconds

	Costs [][]float64 // [edge][op]: mean of the recorded costs of the loss; nil where none were
	Final [][]float64 // [edge][op]: weights at the end; nil without a search

	Images  float64 // images taken forward and back, in thousands
	Seconds bias.Value
	Derived Derived
}

func known(x float64) bias.Value   { return bias.Value{X: x, Known: true} }
func absent(why string) bias.Value { return bias.Value{Why: why} }

// measure reads what a method did under a seed.
func (p Plan) measure(m Method, seed uint64, out string) (Outcome, error) {
	o := Outcome{Seconds: absent("not metered")}
	d, err := p.derived(m, seed, out)
	if err != nil {
		return o, err
	}
	o.Derived = d
	if m.drawn {
		if err := p.measureDraws(&o, m, seed, out); err != nil {
			return o, err
		}
	} else if err := p.measureSearch(&o, m, seed, out); err != nil {
		return o, err
	}
	o.Accuracy, o.Loss = absent("the cell is none of the images' net"), absent("the cell is none of the images' net")
	o.Latency = o.Accuracy
	o.Depth, o.Wide, o.Edges, o.Size = o.Accuracy, o.Accuracy, o.Accuracy, o.Accuracy
	w, err := d.wirings(p.Retrain)
	if err != nil {
		return o, nil
	}
	space, err := p.Retrain.Space()
	if err != nil {
		return o, err
	}
	of := bias.Of(space.Cell, w[space.Stack[0]])
	o.Depth, o.Wide, o.Edges = known(float64(of.Depth)), known(of.Width), known(float64(of.Edges))
	o.Size = known(float64(Weights(d[0], p.Retrain.Net.Channels)))
	o.Latency = milliseconds(d, space)
	j, err := p.training(d, p.Retrain, m.Name, seed)
	if err != nil {
		return o, err
	}
	t, err := read(j, out)
	if err != nil {
		return o, fmt.Errorf("training its cell: %w", err)
	}
	if s := t.Points[len(t.Points)-1].Test; s != nil {
		o.Accuracy, o.Loss = known(100*s.Accuracy()), known(s.Loss)
	}
	o.Runs = append(o.Runs, j.ID())
	return o, nil
}

func (p Plan) measureSearch(o *Outcome, m Method, seed uint64, out string) error {
	j := p.job(m, seed)
	t, err := read(j, out)
	if err != nil {
		return err
	}
	o.Runs = append(o.Runs, j.ID())
	if s, ok := j.Seconds(out); ok {
		o.Seconds = known(s)
	}
	o.Images = Images(t) / 1000
	if err := o.biases(t); err != nil {
		return err
	}
	last := &t.Points[len(t.Points)-1]
	o.Soft, o.Discrete, o.Difference = absent("not evaluated"), absent("not evaluated"), absent("no supernet, or record.discrete is not set")
	if last.Test != nil {
		o.Soft = known(last.Test.Loss)
	}
	if last.Discrete != nil {
		o.Discrete = known(last.Discrete.Loss)
	}
	if o.Soft.Known && o.Discrete.Known {
		o.Difference = known(o.Discrete.X - o.Soft.X)
	}
	return nil
}

func (p Plan) measureDraws(o *Outcome, m Method, seed uint64, out string) error {
	jobs, _, err := p.trials(m, seed)
	if err != nil {
		return err
	}
	sum, all := 0.0, true
	for _, j := range jobs {
		t, err := read(j, out)
		if err != nil {
			return err
		}
		o.Runs = append(o.Runs, j.ID())
		o.Images += Images(t) / 1000
		s, ok := j.Seconds(out)
		sum, all = sum+s, all && ok
	}
	if all {
		o.Seconds = known(sum)
	}
	why := "random search has no probabilities"
	o.Growth, o.Width, o.Failure, o.Alive = absent(why), absent(why), absent(why), absent(why)
	why = "random search has no supernet"
	o.Soft, o.Discrete, o.Difference = absent(why), absent(why), absent(why)
	return nil
}

// biases measures growth, width and failure. Where a space has no none but weights do
// not compete, the share of its initial weight that an edge has lost stands for its
// none-probability: q_e(t) = 1 - min(1, sum_k p_k(t) / sum_k p_k(0)).
func (o *Outcome) biases(t *trace.Trace) error {
	tr := bias.Trajectory{Cell: t.Manifest.Cell(), None: t.Manifest.None()}
	last, err := weights(t, &t.Points[len(t.Points)-1], 0)
	if err != nil {
		return err
	}
	o.Final, o.Costs = last, meanCosts(t)
	alive, all := 0, 0
	for e, row := range t.Points[0].Prob[0] {
		for k, x := range row {
			if k == tr.None || x == 0 {
				continue
			}
			all++
			if last[e][k] > 0 {
				alive++
			}
		}
	}
	o.Alive = absent("the search begins without weight")
	if all > 0 {
		o.Alive = known(float64(alive) / float64(all))
	}
	if tr.None < 0 && !t.Manifest.Spec.SoftmaxGate() {
		return o.lost(t)
	}
	for _, p := range t.Points {
		tr.Step, tr.Prob = append(tr.Step, p.Step), append(tr.Prob, p.Prob[0])
	}
	m, err := bias.Measure(tr, bias.Options{})
	if err != nil {
		return err
	}
	o.Growth, o.Width, o.Failure = m.Growth.Rise, m.Width.Gap, m.Failure.Mean
	return nil
}

// lost measures the weight that edges have lost.
func (o *Outcome) lost(t *trace.Trace) error {
	c := t.Manifest.Cell()
	var start []float64
	var q []float64
	rise := 0.0
	for i := range t.Points {
		w, err := weights(t, &t.Points[i], 0)
		if err != nil {
			return err
		}
		q = make([]float64, len(w))
		mean := 0.0
		for e, row := range w {
			sum := 0.0
			for _, x := range row {
				sum += x
			}
			if i == 0 {
				start = append(start, sum)
			}
			if start[e] > 0 {
				q[e] = 1 - min(1, sum/start[e])
			}
			mean += q[e] / float64(len(w))
		}
		rise = max(rise, mean)
	}
	mean := 0.0
	for _, x := range q {
		mean += x / float64(len(q))
	}
	o.Growth, o.Failure = known(rise), known(mean)
	nodes, gap := 0.0, 0.0
	for j := cell.Inputs; j < cell.Inputs+c.Nodes; j++ {
		var in, mid, ni, nm float64
		for _, e := range c.Into(j) {
			if c.Edges[e].FromInput() {
				in, ni = in+q[e], ni+1
			} else {
				mid, nm = mid+q[e], nm+1
			}
		}
		if ni > 0 && nm > 0 {
			nodes, gap = nodes+1, gap+mid/nm-in/ni
		}
	}
	o.Width = absent("no node is entered by edges of both kinds")
	if nodes > 0 {
		o.Width = known(gap / nodes)
	}
	return nil
}

// Images counts the images that a search took forward and back: those of the weights'
// steps, and in a bi-level search those of alpha's.
func Images(t *trace.Trace) float64 {
	sum := 0
	for _, p := range t.Points {
		if p.Train != nil {
			sum += p.Train.N
		}
		if p.Search != nil && p.Steps > 0 && t.Manifest.Spec.Level == spec.Bilevel {
			sum += p.Search.N
		}
	}
	return float64(sum)
}

// Weights counts the trainable weights of a cell's operations at that many channels:
// k^2 C + C^2 per depthwise-pointwise pair, of which sep_conv has two.
func Weights(ops []string, channels int) int {
	sum := 0
	for _, name := range ops {
		pairs, k := 0, 0
		switch name {
		case cell.SepConv3x3:
			pairs, k = 2, 3
		case cell.SepConv5x5:
			pairs, k = 2, 5
		case cell.DilConv3x3:
			pairs, k = 1, 3
		case cell.DilConv5x5:
			pairs, k = 1, 5
		}
		sum += pairs * (k*k*channels + channels*channels)
	}
	return sum
}
