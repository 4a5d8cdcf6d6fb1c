package bias

import (
	"slices"
	"testing"

	"edgewise/theory/cell"
)

func TestDerive(t *testing.T) {
	c := cell.Minimal()
	w := [][]float64{{.6, .1, .3}, {.1, .5, .4}, {.2, .4, .4}, {.5, .3, .2}, {.1, .1, .8}}
	for _, x := range []struct {
		rule  Rule
		none  int
		want  cell.Wiring
		depth int
	}{
		{MostProbable, 0, cell.Wiring{-1, 1, 1, -1, 2}, 2},
		{TopTwo, 0, cell.Wiring{2, 1, 1, -1, 2}, 2},
		{TopTwo, -1, cell.Wiring{0, 1, -1, 0, 2}, 2},
	} {
		got, err := Derive(x.rule, c, w, x.none)
		if err != nil || !slices.Equal(got, x.want) {
			t.Errorf("%s, none %d: %v, %v, want %v", x.rule, x.none, got, err, x.want)
		}
		if d := Of(c, got); d.Depth != x.depth {
			t.Errorf("%s: depth %d, want %d", x.rule, d.Depth, x.depth)
		}
	}
	// weights that do not compete: an edge without weight is no candidate
	got, err := Derive(TopTwo, c, [][]float64{{0, 0}, {.9, 1}, {0, .1}, {0, 0}, {.2, 0}}, -1)
	if want := (cell.Wiring{-1, 1, 1, -1, 0}); err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	if _, err := Derive("best", c, w, 0); err == nil {
		t.Error("an unknown rule was accepted")
	}
	if _, err := Derive(TopTwo, c, w[:2], 0); err == nil {
		t.Error("weights of two edges were accepted")
	}
}
