package attack

import (
	"context"
	"testing"
)

// The short form of the attacks: real kills, damaged files, bombs, pickles and rude
// clients, a few of each. edgewise selftest --full makes all of them.
func TestShortForm(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program")
	}
	rows, err := Run(context.Background(), Options{Root: "../..", Brief: true, Seed: 1, Jobs: 1, Only: []string{
		"kill-search", "kill-ablate", "kill-import", "disk-read-only", "damage-trace", "damage-checkpoint", "damage-resume", "damage-ablation", "bad-input", "bombs", "pickles", "live-server",
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		t.Log(r)
		if len(r.Lost) > 0 || r.Tried != r.Survived || r.Tried == 0 && r.NotRun == "" {
			t.Error(r)
		}
	}
}
