package ablation

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"edgewise/reports/figure"
	runner "edgewise/sim/ablation"
)

// There is a forest plot per measure, with every arm that has an outcome; one seed
// gives marks without intervals; no outcome, no plot.
func TestForestsShowEveryArm(t *testing.T) {
	for _, seeds := range []int{1, 3} {
		s := made(t, seeds, func(_, arm string, seed uint64) (runner.Outcome, error) {
			return outcome(.1*float64(len(arm))+.01*float64(seed*seed)*float64(len(arm)), .2, .3), nil
		})
		list, err := s.Forests()
		if err != nil || len(list) != len(measures) {
			t.Fatalf("%d seeds: %d plots, %v", seeds, len(list), err)
		}
		var b bytes.Buffer
		if err := list[0].Encode(&b, figure.SVG); err != nil {
			t.Fatal(err)
		}
		for _, a := range s.Grid.Arms {
			if !strings.Contains(b.String(), ">"+a.Name+"<") {
				t.Errorf("%d seeds: no arm %s in the plot", seeds, a.Name)
			}
		}
	}
	s := made(t, 1, func(string, string, uint64) (runner.Outcome, error) { return runner.Outcome{}, fmt.Errorf("failed") })
	if list, err := s.Forests(); err != nil || len(list) != 0 {
		t.Errorf("without outcomes: %d plots, %v", len(list), err)
	}
}
