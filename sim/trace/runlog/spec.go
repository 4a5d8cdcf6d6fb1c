package runlog

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"edgewise/sim/spec"
	"edgewise/theory/cell"
)

// images are the sizes of the training sets that searches use.
var images = map[string]int{
	"cifar10": 50000, "cifar100": 50000, "cifar": 50000, "svhn": 73257,
	"mnist": 60000, "fashionmnist": 60000, "fashion-mnist": 60000, "kmnist": 60000,
}

// dataset returns the data set that the arguments name.
func (r *Run) dataset() string {
	v, _ := r.Arg("dataset", "set")
	return v
}

// pool is the number of images that are split between weights and alpha;
// 0 where it is not known.
func (r *Run) pool(c Convention) int {
	if n := r.Number("subset"); n > 0 && n < 1e7 {
		return int(n)
	}
	if n, ok := images[r.dataset()]; ok {
		return n
	}
	if c.Source == "import quark0" && r.dataset() == "" && len(r.Args) > 0 {
		return images["cifar10"] // the only data set of that script
	}
	return 0
}

// split returns the images that weights and alpha are trained on.
func (r *Run) split(c Convention) (train, search int) {
	train, search = r.planned(c)
	if r.cut(train) {
		train = r.trained()
	}
	return train, search
}

// planned is the split that arguments and data set give.
func (r *Run) planned(c Convention) (train, search int) {
	n := r.pool(c)
	if n == 0 {
		return 0, 0
	}
	if c.Level != spec.Bilevel {
		return n, 0
	}
	portion := r.Number("train_portion")
	if !(portion > 0 && portion < 1) {
		portion = 0.5
	}
	train = int(math.Floor(portion * float64(n)))
	return train, n - train
}

// cut says whether the log counts fewer steps in an epoch than its data set has
// batches: the search saw only a part of the images.
func (r *Run) cut(train int) bool {
	batch := r.Number("batch_size")
	return r.Counted > 0 && batch >= 1 && r.Counted < int(math.Ceil(float64(train)/batch))
}

// trained is the number of training images of a run that saw only a part of its
// data set: the smallest of which all printed accuracies are whole shares, at most
// a batch for each counted step; 0 where none fits.
func (r *Run) trained() int {
	batch := r.Number("batch_size")
	if len(r.Snapshots) < 10 || !(batch >= 1 && batch < 1e6) || r.Counted > 1000 {
		return 0
	}
next:
	for n := r.Counted; n <= min(r.Counted*int(batch), 10_000); n++ {
		for i := range r.Snapshots {
			if s := r.Snapshots[i].Train; s != nil && s.N == Share {
				k := s.Accuracy() * float64(n)
				if math.Abs(k-math.Round(k)) > 1.01*float64(n)/(2*Share) {
					continue next
				}
			}
		}
		return n
	}
	return 0
}

// steps is the number of steps of an epoch; 0 where nothing says it.
func (r *Run) steps(c Convention, o Options) int {
	switch {
	case o.Steps > 0:
		return o.Steps
	case r.Counted > 0:
		return r.Counted
	}
	batch := r.Number("batch_size")
	train, _ := r.split(c)
	if train == 0 || !(batch >= 1) {
		return 0
	}
	return int(math.Ceil(float64(train) / batch))
}

// Spec is what the arguments say of the search, and what they do not; nil where
// the space is not one that Edgewise can build.
func (r *Run) Spec(c Convention, ops []string, nodes, perEpoch int) (*spec.Spec, []string) {
	var blanks []string
	if len(r.Args) == 0 {
		return nil, []string{"spec: the log prints no arguments"}
	}
	ops, stand := standIns(ops)
	if _, err := cell.OperationsByName(ops); err != nil {
		return nil, []string{"spec: " + err.Error()}
	}
	blanks = append(blanks, stand...)
	s := spec.Default()
	s.Name, s.Net.Ops, s.Net.Nodes, s.Net.Multiplier = "imported", ops, nodes, nodes
	s.Algorithm, s.Level, s.Order, s.Estimator = c.Algorithm, c.Level, max(c.Order, 1), c.Estimator
	if s.Estimator == "" {
		s.Estimator = spec.PerEdge
	}
	real := func(dst *float64, names ...string) {
		if v := r.Number(names...); !math.IsNaN(v) {
			*dst = v
		} else {
			blanks = append(blanks, "argument "+names[0])
		}
	}
	integer := func(dst *int, names ...string) {
		if v := r.Number(names...); v >= 0 && v < 1e9 {
			*dst = int(v)
		} else {
			blanks = append(blanks, "argument "+names[0])
		}
	}
	real(&s.Alpha.Rate, "arch_learning_rate", "alpha_lr")
	real(&s.Alpha.WeightDecay, "arch_weight_decay", "alpha_weight_decay")
	real(&s.Theta.Rate, "learning_rate", "w_lr")
	real(&s.Theta.RateMin, "learning_rate_min", "w_lr_min")
	real(&s.Theta.Momentum, "momentum", "w_momentum")
	real(&s.Theta.WeightDecay, "weight_decay", "w_weight_decay")
	real(&s.Theta.Clip, "grad_clip", "w_grad_clip")
	integer(&s.Batch, "batch_size")
	integer(&s.Net.Channels, "init_channels")
	integer(&s.Net.Cells, "layers")
	if m := r.Number("multiplier"); m > 0 && m <= float64(nodes) {
		s.Net.Multiplier = int(m)
	}
	if seed := r.Number("seed"); seed >= 0 && seed < 1e18 {
		s.Seed = uint64(seed)
	}
	if side := r.Number("imgsize"); side > 0 && side < 1e4 {
		s.Data.Side = int(side)
	} else {
		s.Data.Side = 32
	}
	s.Data.Train, s.Data.Search = r.split(c)
	if s.Data.Train < s.Batch && r.Counted > 0 {
		blanks = append(blanks, fmt.Sprintf("training images: the log counts %d steps in an epoch, of %d images as far as accuracies tell; a spec has one batch size, that of alpha's split, and says %d images", r.Counted, s.Data.Train, s.Batch))
		s.Data.Train = s.Batch
	}
	if epochs := r.Number("epochs"); epochs > 0 && epochs < 1e6 && perEpoch > 0 {
		s.Steps = int(epochs) * perEpoch
	} else {
		s.Steps = max(1, perEpoch) * max(1, len(r.Snapshots))
	}
	s.Record.Every = max(1, perEpoch)
	if r.Final == nil && len(r.Snapshots) == 0 {
		s.Record.Every = 1
	}
	if c.hasReduction(r) {
		s.Net.Reductions = []int{s.Net.Cells / 3, 2 * s.Net.Cells / 3}
	}
	if m := r.Number("loc_mean"); !math.IsNaN(m) {
		s.Alpha.InitMean = m
		real(&s.Alpha.InitStd, "loc_std")
	}
	if t := r.Number("temp"); t > 0 {
		s.Temperature.Start, s.Temperature.End = t, t
		if r.Truth("temp_annealing") {
			real(&s.Temperature.End, "temp_min")
		}
	}
	if r.Truth("cutout") {
		blanks = append(blanks, "cutout of the images, which a spec cannot say")
	}
	if err := s.Check(); err != nil {
		return nil, append(blanks, "spec: "+err.Error())
	}
	return &s, blanks
}

// standIns puts, in the place of operations that Edgewise cannot build, convolutions
// that the list does not have, and says so: the laws ask of an operation only
// whether it is none, a skip or one with batch norm. Columns without a name stay.
func standIns(ops []string) (out, blanks []string) {
	out = slices.Clone(ops)
	free := []string{"sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"}
	free = slices.DeleteFunc(free, func(o string) bool { return slices.Contains(ops, o) })
	for i, name := range out {
		if _, err := cell.OperationByName(name); err == nil || strings.HasPrefix(name, "column_") || len(free) == 0 {
			continue
		}
		out[i], free = free[0], free[1:]
		blanks = append(blanks, fmt.Sprintf("operation %s, which Edgewise does not build: the spec has %s in its place", name, out[i]))
	}
	return out, blanks
}

// hasReduction says whether the stack has reduction cells: the run logs their
// parameters and has cells enough.
func (c Convention) hasReduction(r *Run) bool {
	for _, s := range r.Snapshots {
		_, a := s.Alpha["reduce"]
		_, p := s.Prob["reduce"]
		return (a || p) && r.Number("layers") >= 3
	}
	return false
}
