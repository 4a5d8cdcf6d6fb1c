package runlog

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Alpha that moves so that sum sqrt(p(1-p)) dalpha = 0 is recovered from its softmax
// to the printed places; where it does not, the gauge is wrong and stays an estimate.
func TestGaugeIsRecovered(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, obeys := range []bool{true, false} {
		alpha := make([]float64, 6)
		var prob, truth [][][]float64
		for range 40 {
			p := Softmax([][][]float64{{alpha}})[0]
			rounded := append([]float64{}, p[0]...)
			for i := range rounded {
				rounded[i] = math.Round(rounded[i]*1e6) / 1e6
			}
			prob = append(prob, [][]float64{rounded})
			truth = append(truth, [][]float64{append([]float64{}, alpha...)})
			step, weight, sum, total := make([]float64, 6), make([]float64, 6), 0.0, 0.0
			for k := range step {
				step[k] = 0.05 * rng.NormFloat64()
				weight[k] = math.Sqrt(p[0][k] * (1 - p[0][k]))
				sum += weight[k] * step[k]
				total += weight[k]
			}
			for k := range step {
				alpha[k] += step[k] + 0.05
				if obeys {
					alpha[k] -= sum/total + 0.05
				}
			}
		}
		gauge, _ := Gauge(prob, 1e-6)
		worst := 0.0
		for i := range prob {
			for k, p := range prob[i][0] {
				worst = math.Max(worst, math.Abs(math.Log(p)-gauge[i][0]-truth[i][0][k]))
			}
		}
		if obeys && worst > 0.02 || !obeys && worst < 0.5 {
			t.Errorf("obeys %v: alpha is off by %g", obeys, worst)
		}
	}
}
