package cost

import "math"

// TwoPath writes ProxylessNAS's gradient over the two operations i and j that a
// step samples: with p~ the softmax of their two logits and the costs of both taken
// at the one-hot gate,
//
//	dL/dalpha_k = p~_k (c_k - sum_m p~_m c_m) for k in {i, j}, 0 for the others.
//
// p are the probabilities of all operations of the edge.
func TwoPath(dst, p, c []float64, i, j int) {
	share := p[i] / (p[i] + p[j])
	g := share * (1 - share) * (c[i] - c[j])
	clear(dst)
	dst[i], dst[j] = g, -g
}

// KeepOthers shifts the logits of operations i and j by one amount so that they
// have the total weight again that they had in before: the probabilities of all
// other operations stay as they were when only these two were trained.
//
//	alpha_k -= log (sum_k e^alpha_k / sum_k e^before_k), k in {i, j}
func KeepOthers(alpha, before []float64, i, j int) {
	shift := logAdd(alpha[i], alpha[j]) - logAdd(before[i], before[j])
	alpha[i] -= shift
	alpha[j] -= shift
}

// logAdd is log(e^a + e^b).
func logAdd(a, b float64) float64 { return max(a, b) + math.Log1p(math.Exp(-math.Abs(a-b))) }
