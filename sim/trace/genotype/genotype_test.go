package genotype

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"edgewise/theory/cell"

	"github.com/google/go-cmp/cmp"
)

const flat = "08/01 genotype = Genotype(normal=[('sep_conv_3x3', 1), ('skip_connect', 0), ('dil_conv_3x3', 2), ('none', 0)], normal_concat=range(2, 4), reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('avg_pool_3x3', 1), ('avg_pool_3x3', 2)], reduce_concat=[2, 3])"

func TestGenotypesInEveryForm(t *testing.T) {
	want := Genotype{[]string{"normal", "reduce"}, []Cell{
		{[][]Pair{{{"sep_conv_3x3", 1}, {"skip_connect", 0}}, {{"dil_conv_3x3", 2}, {"none", 0}}}, []int{2, 3}},
		{[][]Pair{{{"max_pool_3x3", 0}, {"max_pool_3x3", 1}}, {{"avg_pool_3x3", 1}, {"avg_pool_3x3", 2}}}, []int{2, 3}},
	}}
	nested := "Genotype(normal=[[('sep_conv_3x3', 1), ('skip_connect', 0)], [('dil_conv_3x3', 2), ('none', 0)]], normal_concat=range(2, 4), reduce=[[('max_pool_3x3', 0), ('max_pool_3x3', 1)], [('avg_pool_3x3', 1), ('avg_pool_3x3', 2)]], reduce_concat=range(2, 4))"
	for _, text := range []string{flat, nested} {
		got, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		again, err := Parse(got.String())
		if err != nil || !cmp.Equal(got, again) {
			t.Errorf("printed and read back: %v %v", err, again)
		}
	}
	all, err := Parse("genotype_edge_all = Genotype(normal=[('a', 1), ('b', 0), ('c', 2), ('d', 0), ('none', 1)], normal_concat=range(2, 4))")
	if err != nil || len(all.Cells[0].Nodes[1]) != 3 {
		t.Errorf("all edges: %v %v", all, err)
	}
	b, err := Parse("Structure(4 nodes with |nor_conv_3x3~0|+|none~0|skip_connect~1|+|a~0|b~1|c~2|)")
	if err != nil || b.Cells[0].Pairs() != 6 || b.Cells[0].Nodes[2][2] != (Pair{"c", 3}) {
		t.Errorf("NAS-Bench-201: %v %v", b, err)
	}
}

func TestBadGenotypesAreErrors(t *testing.T) {
	for text, want := range map[string]string{
		"epoch 3":                             "no genotype",
		"Genotype(normal=[('a', 0), ('b', 1)": "cut off",
		"Genotype(normal=[('a', 0), ('b', 5)], normal_concat=range(2, 3))":    "comes after it",
		"Genotype(normal=[('a', 0)], normal_concat=range(2, 4))":              "neither two per node",
		"Genotype(normal=[[('a', 0)], ('b', 1)])":                             "unevenly",
		"Genotype(normal=[(a, 0)])":                                           "not a pair",
		"Genotype(normal=[], normal_concat=range(2, 6))":                      "empty",
		"Genotype(normal=[('a', 0), ('b', 1)], normal_concat=range(0, 9999))": "longer than",
		"Genotype(normal=[('a', 0), ('b', 1)], normal=[('a', 0), ('b', 1)])":  "twice",
		"Genotype()": "neither normal nor reduce",
		"|a~3|":      "before node 1",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// random draws tables of probabilities and the genotype that DARTS derives.
func random(rng *rand.Rand, c cell.Cell, ops []string, r Rule, decimals int) Observation {
	scores := make([][]float64, len(c.Edges))
	for e := range scores {
		sum := 0.0
		scores[e] = make([]float64, len(ops))
		for o := range scores[e] {
			scores[e][o] = math.Exp(rng.NormFloat64())
			sum += scores[e][o]
		}
		for o := range scores[e] {
			scores[e][o] /= sum
		}
	}
	logged := Derive(c, ops, scores, r)
	scale := math.Pow(10, float64(decimals))
	for e := range scores {
		for o := range scores[e] {
			scores[e][o] = math.Round(scores[e][o]*scale) / scale
		}
	}
	return Observation{Scores: scores, Logged: logged}
}

func TestColumnsAreToldByTheGenotypes(t *testing.T) {
	c, err := cell.DARTS(4, 4)
	if err != nil {
		t.Fatal(err)
	}
	ops := []string{"mb_conv", "none", "sep_conv_3x3", "fused"}
	rng := rand.New(rand.NewPCG(1, 2))
	var obs []Observation
	for range 40 {
		obs = append(obs, random(rng, c, ops, Rule{PerNode: 2, None: 1}, 4))
	}
	got, err := NameColumns(c, 4, nil, nil, nil, obs, 1e-4)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(ops, got.Ops); d != "" || got.None != 1 || got.Agree.Different > 0 || got.Agree.Pairs != 320 {
		t.Errorf("%s none %d %+v", d, got.None, got.Agree)
	}
	// A known order that the genotypes contradict is not believed.
	wrong := []string{"none", "mb_conv", "fused", "sep_conv_3x3"}
	got, err = NameColumns(c, 4, nil, nil, [][]string{wrong}, obs, 1e-4)
	if err != nil || got.None != 1 {
		t.Errorf("a wrong known order: %v %v", got.Ops, err)
	}
	var ask *AskError
	if _, err = NameColumns(c, 4, nil, nil, nil, nil, 1e-4); !errors.As(err, &ask) || !strings.Contains(err.Error(), "--ops") {
		t.Errorf("without any evidence: %v", err)
	}
	if _, err = NameColumns(c, 4, []string{"a", "b"}, nil, nil, obs, 1e-4); err == nil {
		t.Error("two names for four columns were accepted")
	}
	if got, err = NameColumns(c, 4, []string{"?", "none", "?", "?"}, nil, nil, obs, 1e-4); err != nil || len(got.Unnamed) != 3 || got.Agree.Different != 320 {
		t.Errorf("unknown columns: %+v %v", got, err)
	}
}

// Numbers that tie at four places are counted as tied, not as different; a wrong
// operation is different.
func TestTiesAreCounted(t *testing.T) {
	c := cell.Minimal()
	ops := []string{"none", "a", "b"}
	scores := [][]float64{{.2, .4, .4}, {.2, .3, .5}, {.5, .25, .25}, {.8, .1, .1}, {.2, .7, .1}}
	logged := Cell{Nodes: [][]Pair{{{"b", 0}, {"b", 1}}, {{"a", 2}, {"b", 1}}}}
	got := Match(logged, c, ops, scores, Rule{PerNode: 2, None: 0}, 1e-4)
	if want := (Agreement{4, 2, 1, 1, 0}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got = Match(logged, c, ops, scores, Rule{PerNode: 2, None: 0}, 0); got.Tied != 0 {
		t.Errorf("exact numbers tie: %+v", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(flat)
	f.Add("|nor_conv_3x3~0|+|none~0|skip_connect~1|")
	f.Add("Genotype(normal=[[('a', 0), ('b', 1)]], normal_concat=range(2, 3))")
	f.Fuzz(func(t *testing.T, text string) {
		g, err := Parse(text)
		if err != nil || strings.HasPrefix(Excerpt(text), "|") {
			return
		}
		for _, c := range g.Cells {
			if c.Concat == nil {
				return
			}
			two := true
			for _, n := range c.Nodes {
				two = two && len(n) == 2
			}
			if !two || len(c.Concat) == 0 || c.Concat[len(c.Concat)-1] != len(c.Nodes)+1 {
				return
			}
		}
		again, err := Parse(g.String())
		if err != nil || !cmp.Equal(g, again) {
			t.Fatalf("%q is printed as %q, which reads back as %v (%v)", text, g.String(), again, err)
		}
	})
}
