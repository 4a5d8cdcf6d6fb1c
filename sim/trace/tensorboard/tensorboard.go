package tensorboard

import (
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	"edgewise/sim/check"
	"edgewise/sim/trace"
	"edgewise/sim/trace/runlog"
)

// Magic says whether the bytes begin an event file: a first record of plausible
// length with a sound checksum.
func Magic(head []byte) bool {
	if len(head) < 12 {
		return false
	}
	return masked(head[:8]) == uint32(head[8])|uint32(head[9])<<8|uint32(head[10])<<16|uint32(head[11])<<24
}

// single is a scalar tag of one parameter: ...normal.../EDGE/OP, OP a number or a
// name.
var single = regexp.MustCompile(`(?i)(?:edge)?[_ ]?(\d{1,3})[/._ -]+(?:op)?[_ ]?([A-Za-z0-9_]{1,64})$`)

// Convention: an event file says nothing about the search.
func Convention(*runlog.Run) runlog.Convention {
	return runlog.Convention{Source: "import tensorboard", Valid: "search",
		Notes: []string{"steps are those of the event file"}, Blanks: []string{"arguments: event files have none", "entropy"}}
}

// Import reads the scalars and tensors of an event file. Tensors whose tag names
// alpha (with normal or reduce) are parameters; so are scalars whose tag ends in
// an edge and an operation. Scalars of loss, accuracy (top1) and learning rate
// are losses where their tag names train or val.
func Import(r io.Reader, file string, o runlog.Options) (*trace.Trace, []check.Finding, error) {
	s := &runlog.Stack{File: file}
	singles := newSingles()
	values := 0
	err := Read(r, file, func(v Value) {
		if values++; values > 5_000_000 || v.Step < 0 || v.Step > 1<<40 {
			return
		}
		step := int(v.Step)
		switch {
		case len(v.Shape) == 2 && runlog.IsAlpha(v.Tag) && v.Shape[1] > 0:
			rows := make([][]float64, v.Shape[0])
			for i := range rows {
				rows[i] = v.Data[i*v.Shape[1] : (i+1)*v.Shape[1]]
			}
			s.Add(step, v.Tag, rows)
		case len(v.Data) == 1 && runlog.IsAlpha(v.Tag):
			singles.add(step, v.Tag, v.Data[0])
		case len(v.Data) == 1:
			metric(s, step, strings.ToLower(v.Tag), v.Data[0])
		}
	}, func(p Problem) {
		if len(s.Run.Problems) < 50 {
			s.Run.Problems = append(s.Run.Problems, check.Finding{Severity: check.Warning, Point: -1, Count: 1, What: p.String(), Means: "the record is left out"})
		}
	})
	if err != nil {
		return nil, nil, err
	}
	s.Run.Ops = singles.into(s)
	return s.Trace(Convention(&s.Run), o)
}

func metric(s *runlog.Stack, step int, tag string, v float64) {
	split := ""
	switch {
	case strings.Contains(tag, "train"):
		split = "train"
	case strings.Contains(tag, "val") || strings.Contains(tag, "search"):
		split = "valid"
	}
	switch {
	case tag == "lr" || strings.HasSuffix(tag, "/lr") || strings.Contains(tag, "learning_rate"):
		s.Rate(step, v)
	case split == "":
	case strings.Contains(tag, "loss"):
		s.Losses(step, split, v, math.NaN())
	case strings.Contains(tag, "top1") || strings.Contains(tag, "acc"):
		if v <= 1 {
			v *= 100
		}
		s.Losses(step, split, math.NaN(), v)
	}
}

// singles gathers parameters that are logged one by one.
type singles struct {
	ops    []string
	values map[key]float64
	edges  map[string]int // edges of a prefix
}

type key struct {
	step   int
	prefix string
	edge   int
	op     string
}

func newSingles() *singles {
	return &singles{values: map[key]float64{}, edges: map[string]int{}}
}

func (s *singles) add(step int, tag string, v float64) {
	m := single.FindStringSubmatchIndex(tag)
	if m == nil {
		return
	}
	edge, _ := strconv.Atoi(tag[m[2]:m[3]])
	op, prefix := tag[m[4]:m[5]], tag[:m[0]]
	known := false
	for _, o := range s.ops {
		known = known || o == op
	}
	if !known {
		if len(s.ops) == 256 {
			return
		}
		s.ops = append(s.ops, op)
	}
	s.values[key{step, prefix, edge, op}] = v
	s.edges[prefix] = max(s.edges[prefix], edge+1)
}

// into puts them into tables; it returns the operations where tags name them.
func (s *singles) into(st *runlog.Stack) []string {
	if len(s.values) == 0 {
		return nil
	}
	names := s.ops
	numbered := true
	for _, o := range s.ops {
		n, err := strconv.Atoi(o)
		numbered = numbered && err == nil && n < len(s.ops)
	}
	if numbered {
		names = nil
	}
	column := map[string]int{}
	for i, o := range s.ops {
		column[o] = i
		if numbered {
			column[o], _ = strconv.Atoi(o)
		}
	}
	count := map[key]int{}
	for k := range s.values {
		count[key{step: k.step, prefix: k.prefix}]++
	}
	tables := map[key][][]float64{}
	for k, v := range s.values {
		at := key{step: k.step, prefix: k.prefix}
		if count[at] != s.edges[k.prefix]*len(s.ops) {
			continue // parameters are missing: no table of this moment
		}
		if tables[at] == nil {
			rows := make([][]float64, s.edges[k.prefix])
			for e := range rows {
				rows[e] = make([]float64, len(s.ops))
			}
			tables[at] = rows
		}
		tables[at][k.edge][column[k.op]] = v
	}
	for at, rows := range tables {
		st.Add(at.step, strings.TrimRight(at.prefix, "/._- ")+"/", rows)
	}
	return names
}
