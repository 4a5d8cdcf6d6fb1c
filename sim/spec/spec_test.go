package spec

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Every preset is sound, reads back from its own TOML, and keeps its run id.
func TestPresetsReadBack(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range Presets() {
		if err := p.Spec.Check(); err != nil {
			t.Errorf("%s: %v", p.Spec.Name, err)
		}
		text, err := p.Spec.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := Decode("preset", text, Default())
		if err != nil {
			t.Fatalf("%s: %v\n%s", p.Spec.Name, err, text)
		}
		if d := cmp.Diff(p.Spec, back); d != "" {
			t.Errorf("%s reads back differently:\n%s", p.Spec.Name, d)
		}
		if back.ID() != p.Spec.ID() || seen[back.ID()] {
			t.Errorf("%s: run id %s is not its own", p.Spec.Name, back.ID())
		}
		seen[back.ID()] = true
		renamed := back
		renamed.Name = "other"
		if renamed.ID() != back.ID() {
			t.Error("the name is part of the run id")
		}
		reseeded := back
		reseeded.Seed++
		if reseeded.ID() == back.ID() {
			t.Error("the seed is not part of the run id")
		}
	}
	if _, err := Preset("dsnas-1cell"); err != nil {
		t.Error(err)
	}
}

// Bad specs are refused with the field, its value and what it may be.
func TestBadSpecs(t *testing.T) {
	for text, want := range map[string]string{
		`algorithm = "enas"`:                                        `algorithm is "enas": it must be one of [darts snas dsnas gdas proxyless random`,
		`level = "tri"`:                                             `level is "tri": it must be one of [single bilevel mixed]`,
		`level = "mixed"`:                                           `alpha.search_weight is 0 at level mixed`,
		"[alpha]\nsearch_weight = 1.0":                              `alpha.search_weight is 1 at level single`,
		"[alpha]\ngate = \"softmin\"":                               `alpha.gate: gate "softmin" is not known`,
		"[alpha]\ngate = \"sigmoid\"":                               `alpha.gate is "sigmoid": its weights are no distribution`,
		"[net]\nnorm = \"instance\"":                                `net.norm is "instance": it must be one of`,
		"[net]\nnorm = \"group\"\nchannels = 2":                     `net.channels is 2: norm group`,
		"[net]\npartial = 2":                                        `net.partial is 2: partial channels with edge weights belong to first-order darts`,
		"algorithm = \"darts\"\n[net]\npartial = 3":                 `net.partial is 3: it must be 2 or more and divide`,
		"[net]\nnorm = \"none\"\n[alpha]\nstatistics = \"running\"": `alpha.statistics is "running": norm none keeps no running`,
		"[[interventions]]\nname = \"zero-one\"\nstrength = 1.0":    `interventions[0] zero-one: it moves the weights of soft operations`,
		"level = \"mixed\"\n[alpha]\nsearch_weight = 1.0\n[[interventions]]\nname = \"shapley\"": `interventions[0] shapley: it reads one batch's logits`,
		`precision = "float16"`: `precision is "float16": it must be one of [float32 float64]`,
		`steps = 0`:             `steps is 0: it must be 1 to 10000000`,
		`batch = 1`:             `batch is 1: it must be 2 to 4096`,
		`batch = 3000`:          `batch is 3000: it must not exceed the split it is drawn from (train 2000, search 1000)`,
		`estimator = "summed-log"` + "\nalgorithm=\"snas\"": `estimator is "summed-log": it belongs to dsnas, not snas`,
		`order = 2`:         `order is 2: the unrolled gradient belongs to bi-level darts, not single-level dsnas`,
		"[data]\nside = 20": `data.side is 20: it must be 8, 16 or 32`,
		"level = \"bilevel\"\n[data]\nsearch = 0":                     `data.search is 0: a bilevel search needs a search split`,
		"[data]\nlabel_noise = 1.5":                                   `data.label_noise is 1.5: it must be 0 to 1`,
		"[net]\nops = [\"none\", \"none\"]":                           `net: operation "none" is named twice`,
		"[net]\nops = [\"conv_9x9\"]":                                 `net: unknown operation "conv_9x9": the known ones are`,
		"[net]\nops = []":                                             `net: a space needs at least one operation`,
		"[net]\nnodes = 40":                                           `net: a cell needs 1 to 32 intermediate nodes, not 40`,
		"[net]\nmultiplier = 3":                                       `net: a cell of 2 intermediate nodes cannot concatenate its last 3`,
		"[net]\ncells = 0":                                            `net: a stack needs 1 to 64 cells, not 0`,
		"[net]\ncells = 1000000000":                                   `net: a stack needs 1 to 64 cells, not 1000000000`,
		"[net]\nreductions = [4]":                                     `net: reduction cell 4 is outside the stack of 1`,
		"[net]\neps = 0.0":                                            `net.eps is 0: it must be`,
		"[theta]\nmomentum = 1.0":                                     `theta.momentum is 1: it must be 0 to 0.9999`,
		"[theta]\nrate = nan":                                         `theta.rate is NaN: it must be 0 to 1000`,
		"[alpha]\nbeta2 = 1.0":                                        `alpha.beta2 is 1: it must be`,
		"[alpha]\noptimiser = \"lion\"":                               `alpha.optimiser is "lion": it must be one of [adam sgd`,
		"[temperature]\nend = 0.0":                                    `temperature.end is 0: it must be 0.001 to 1000`,
		"[record]\nevery = 5000":                                      `record.every is 5000: it must be 1 to 1000`,
		"[[edges]]\nedge = \"1,2\"\ndelete = true":                    `edges[0] 1,2: an edge is written "(from,to)"`,
		"[[edges]]\nedge = \"(2,2)\"\ndelete = true":                  `edges[0] (2,2): the cell has no such edge`,
		"[[edges]]\nedge = \"(1,2)\"":                                 `edges[0] (1,2): exactly one of fix, delete and ops must be set`,
		"[[edges]]\nedge = \"(1,2)\"\nfix = \"conv\"":                 `edges[0] (1,2): operation "conv" is not in net.ops`,
		"[[edges]]\nedge = \"(1,2)\"\nfix = \"none\"\nkind = \"odd\"": `edges[0] (1,2): kind is "odd": it must be normal, reduce or left out`,
		`colour = "blue"`:                                             `unknown keys colour`,
		`steps = "many"`:                                              `toml:`,
		`steps = `:                                                    `toml:`,
	} {
		_, err := Decode("bad.toml", []byte(text), Default())
		if err == nil {
			t.Errorf("%q was accepted", text)
			continue
		}
		if !strings.HasPrefix(err.Error(), "bad.toml: "+want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q:\n got %v\nwant bad.toml: %s", text, err, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, p := range Presets() {
		text, err := p.Spec.Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add("[[edges]]\nedge = \"(2,3)\"\nops = [\"none\"]")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Decode("fuzz", []byte(text), Default())
		if err != nil {
			return
		}
		if _, err := s.Space(); err != nil {
			t.Fatalf("a checked spec has no space: %v", err)
		}
		if _, err := s.Allowed(); err != nil {
			t.Fatalf("a checked spec has no allowed operations: %v", err)
		}
	})
}

// A file read on top of a spec leaves the spec as it was: neither the tables of methods
// nor lists are shared.
func TestDecodeLeavesItsBase(t *testing.T) {
	base := Default()
	base.Use(SemiNAS)
	base.SemiNAS = &SemiNASRule{Smooth: 0.1, Rounds: 2}
	base.Net.Ops = append(make([]string, 0, 16), base.Net.Ops...)
	s, err := Decode("top", []byte("seminas = { smooth = 0.5 }\nnet = { ops = [\"none\", \"sep_conv_3x3\"] }"), base)
	if err != nil {
		t.Fatal(err)
	}
	if s.SemiNAS.Smooth != 0.5 || s.SemiNAS.Rounds != 2 || len(s.Net.Ops) != 2 {
		t.Errorf("read %+v over operations %v", s.SemiNAS, s.Net.Ops)
	}
	if base.SemiNAS.Smooth != 0.1 || base.Net.Ops[1] != "skip_connect" {
		t.Errorf("the base became %+v over operations %v", base.SemiNAS, base.Net.Ops)
	}
}
