package supernet

import (
	"math/rand/v2"
	"testing"
)

// Planned says, before anything is taken, what Bytes says after the operations ran;
// Release goes back to it. Over random subsets, reduction cells included.
func TestPlannedIsTaken(t *testing.T) {
	s := newTrial[float64](t, "nr", 2, 2, func(*Config) {})
	rnd := rand.New(rand.NewPCG(11, 12))
	g := s.soft()
	live := make([][][]bool, len(g))
	for c := range g {
		live[c] = make([][]bool, len(g[c]))
		for e := range g[c] {
			live[c][e] = make([]bool, len(g[c][e]))
		}
	}
	for trial := range 6 {
		for c := range g {
			for e := range g[c] {
				for o := range g[c][e] {
					live[c][e][o] = rnd.IntN(2) == 0
				}
			}
		}
		z := NewGates(s.net.cfg.Space)
		for c := range z {
			for e := range z[c] {
				for o := range z[c][e] {
					if live[c][e][o] {
						z[c][e][o] = 0.5
					}
				}
			}
		}
		plan := s.net.Planned(live, false)
		s.net.Release(live, false)
		s.backward(z, Train, Want{Theta: true, Cost: true})
		if got := s.net.Bytes(); got != plan {
			t.Fatalf("trial %d: planned %+v, taken %+v", trial, plan, got)
		}
		one := s.net.Planned(live, true)
		s.net.Release(live, true)
		for c := range z {
			for e := range z[c] {
				pick := -1
				for o := range z[c][e] {
					z[c][e][o] = 0
					if live[c][e][o] {
						pick = o
					}
				}
				if pick >= 0 {
					z[c][e][pick] = 1
				}
			}
		}
		s.backward(z, Train, Want{Theta: true, Cost: true})
		if got := s.net.Bytes(); got.Total() > one.Total() || one.Total() > plan.Total() {
			t.Fatalf("trial %d: one operation per edge takes %d bytes, planned %d; all together %d", trial, got.Total(), one.Total(), plan.Total())
		}
	}
	if err := s.net.Backward(make([]float64, s.net.batch*s.net.cfg.Classes), Want{Theta: true}); err == nil {
		t.Error("a second backward pass was accepted")
	}
	s.loss(g, Train)
	s.net.Release(live, false)
	if err := s.net.Backward(make([]float64, s.net.batch*s.net.cfg.Classes), Want{Theta: true}); err == nil {
		t.Error("a backward pass on released tensors was accepted")
	}
}
