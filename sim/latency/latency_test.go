package latency

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"edgewise/theory/cell"
)

// The shipped latencies are learned to within the claimed 10 % on wirings that the
// regressor has not seen, better than their mean predicts them.
func TestShippedLatenciesAreLearned(t *testing.T) {
	table, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	held := len(table.Wirings) / 5
	s := Learn(table, []int{len(table.Wirings) - held}, held)
	if len(s) != 1 || s[0].Relative > .10 || s[0].Relative > .7*s[0].Mean {
		t.Errorf("%+v", s)
	}
}

// made is a table of a known law: a time per operation and edge.
func made(n int) *Table {
	r := rand.New(rand.NewPCG(1, 2))
	t := &Table{Nodes: 2, Setting: "made"}
	for range n {
		w, ms := make(cell.Wiring, 5), 1.0
		for e := range w {
			w[e] = r.IntN(8)
			ms += .05 * float64(w[e]) * float64(e+1) / 3
		}
		t.Wirings, t.Millis = append(t.Wirings, w), append(t.Millis, ms)
	}
	return t
}

func TestGradientIsTheDerivative(t *testing.T) {
	r := Train(made(60))
	x, dx := make([]float64, 40), make([]float64, 40)
	for i := range x {
		x[i] = .125 + .01*math.Sin(float64(i))
	}
	r.Gradient(dx, x)
	size := 0.0
	for i := range x {
		const h = 1e-6
		at := x[i]
		x[i] = at + h
		up := r.At(x)
		x[i] = at - h
		down := r.At(x)
		x[i] = at
		if want := (up - down) / (2 * h); math.Abs(dx[i]-want) > 1e-6 {
			t.Errorf("input %d: %v, by differences %v", i, dx[i], want)
		}
		size = max(size, math.Abs(dx[i]))
	}
	if size < 1e-2 {
		t.Error("the regressor is flat: nothing was tried")
	}
}

func TestTables(t *testing.T) {
	text := made(30).Encode()
	back, err := Decode("t", text)
	if err != nil || !bytes.Equal(back.Encode(), text) {
		t.Errorf("a table does not read back: %v", err)
	}
	for line, want := range map[string]string{
		"1,2,3,4,5":     "fields",
		"1,2,3,4,9,1":   "operation \"9\"",
		"1,2,3,4,5,NaN": "time",
		"1,2,3,4,5,-1":  "time",
		"# nodes=99":    "nodes is",
		"x,2,3,4,5,1":   "operation \"x\"",
	} {
		if _, err := Decode("t", append(text, line+"\n"...)); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "t:33: ") {
			t.Errorf("%q: %v", line, err)
		}
	}
	if _, err := Decode("t", made(10).Encode()); err == nil {
		t.Error("ten wirings were taken for enough")
	}
}

func TestFlipPoint(t *testing.T) {
	if v, ok := FlipPoint(-.3, 2, -.1, 1); !ok || math.Abs(v-.2) > 1e-12 {
		t.Errorf("lambda* = %v, %v", v, ok)
	}
	if v, ok := FlipPoint(-.1, 2, -.3, 1); !ok || v != 0 {
		t.Errorf("better and faster: %v, %v", v, ok)
	}
	if _, ok := FlipPoint(-.3, 1, -.1, 2); ok {
		t.Error("a slower operation overtakes")
	}
}

// A measured table has its setting and a time for every wiring.
func TestMeasure(t *testing.T) {
	table, err := Measure(context.Background(), Setting{Nodes: 2, Channels: 2, Side: 8, Batch: 4, Samples: minSamples, Repeats: 1, Seed: 1, Machine: "here"}, nil)
	if err != nil || len(table.Millis) != minSamples || !strings.Contains(table.Setting, "here; one cell, 2 channels") {
		t.Fatalf("%+v, %v", table, err)
	}
	if _, err := Measure(context.Background(), Setting{Nodes: 2, Channels: 2, Side: 8, Batch: 4, Samples: 3, Repeats: 1}, nil); err == nil {
		t.Error("three samples were measured")
	}
}
