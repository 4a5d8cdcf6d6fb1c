// Package benchmark is a complete table: every wiring of a restricted minimal
// cell, each trained from scratch on the embedded images under several seeds.
// Where a search method claims to rank architectures, the table knows the truth
// to within its own noise from seed to seed.
//
// The cell has two inputs, two intermediate nodes and five edges; each edge takes
// none, skip_connect or sep_conv_3x3, so that there are 3^5 = 243 wirings. The
// table is made by
//
//	go run ./sim/benchmark/build --out DIR
//
// which continues where it was stopped and packs the table once all runs are there. The
// shipped one holds the first two seeds and was trained by kernels of rounding 1.
package benchmark

import (
	"fmt"
	"math"

	"edgewise/sim/spec"
	"edgewise/theory/cell"
)

// Format names the layout of the packed table.
const Format = "edgewise benchmark 1"

// Score is what a trained network reached on one split. Batch norm uses the
// statistics of each batch of Spec.Batch images, as in every evaluation of a
// search; images that do not fill a batch are left out.
type Score struct {
	N       int     `json:"n"`
	Correct int     `json:"correct"`
	Loss    float64 `json:"loss"` // mean cross-entropy, nats
}

// Accuracy is Correct/N.
func (s Score) Accuracy() float64 { return float64(s.Correct) / float64(s.N) }

// Run is one wiring trained from scratch under one seed.
type Run struct {
	ID    string `json:"id"`    // content address: the ID of the spec
	Train Score  `json:"train"` // over the last step's batches, in training
	Valid Score  `json:"valid"` // the search split: what a search may see
	Test  Score  `json:"test"`
}

// Entry is one wiring with one run per seed of the table.
type Entry struct {
	Wiring cell.Wiring `json:"wiring"` // index into Table.Ops per edge, in DARTS order
	Runs   []Run       `json:"runs"`
}

// Table is the whole benchmark. Entries[i] is the wiring At(i).
type Table struct {
	Format string    `json:"format"`
	Data   string    `json:"data"` // fingerprint of the images, as in a manifest
	Base   spec.Spec `json:"base"` // without edge rules, at the first seed
	Seeds  []uint64  `json:"seeds"`
	// Rounding is the kernel.Rounding of the program that trained the runs. Under
	// another one a run has the same draws and batches and other last bits, which
	// training amplifies to a small part of what another seed changes.
	Rounding int     `json:"rounding"`
	Entries  []Entry `json:"entries"`
}

// Base is the spec that every run of the shipped table shares: DARTS networks of one
// minimal cell with 8 channels on 16×16 images, 200 steps of SGD at 0.1 with cosine
// decay. Alpha has nothing to choose.
func Base() spec.Spec {
	s := spec.Default()
	s.Name = "benchmark"
	s.Algorithm = spec.Random
	s.Net.Ops = []string{cell.None, cell.Skip, cell.SepConv3x3}
	s.Steps = 200
	s.Theta.Rate = 0.1
	s.Data.Train, s.Data.Search, s.Data.Test = 3000, 1000, 1000
	s.Record = spec.Record{Every: 20, Eval: s.Steps}
	return s
}

// Seeds of a whole table; the shipped one holds the first of them.
func Seeds() []uint64 { return []uint64{1, 2, 3} }

// Count is the number of wirings of a base spec, ops^edges.
func Count(base spec.Spec) (int, error) {
	space, err := base.Space()
	if err != nil {
		return 0, err
	}
	v := math.Pow(float64(len(space.Ops)), float64(len(space.Cell.Edges)))
	if v > 1e6 {
		return 0, fmt.Errorf("a complete table of %.3g wirings is too large", v)
	}
	return int(v), nil
}

// At is wiring i of a cell: the digits of i in base ops, the first edge's most
// significant.
func At(i, edges, ops int) cell.Wiring {
	w := make(cell.Wiring, edges)
	for e := edges - 1; e >= 0; e-- {
		w[e], i = i%ops, i/ops
	}
	return w
}

// Index is the inverse of At.
func Index(w cell.Wiring, ops int) int {
	i := 0
	for _, o := range w {
		i = i*ops + o
	}
	return i
}

// Spec is the run of one wiring: every edge is fixed, so that the supernet is the
// derived network itself.
func Spec(base spec.Spec, w cell.Wiring, seed uint64) (spec.Spec, error) {
	space, err := base.Space()
	if err != nil {
		return base, err
	}
	if err := space.Cell.Check(w, len(space.Ops)); err != nil {
		return base, err
	}
	s := base
	s.Seed, s.Edges = seed, nil
	for e, ed := range space.Cell.Edges {
		s.Edges = append(s.Edges, spec.EdgeRule{Edge: ed.String(), Fix: space.Ops[w[e]].Name})
	}
	return s, nil
}
