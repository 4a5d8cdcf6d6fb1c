package cost

import "math"

// The functions of this file map local costs to architecture gradients. All
// of them work on one edge of K operations, are pure, and write dL/dalpha into
// dst (descent subtracts it). A cost c_k = dL/dZ_k is positive when the
// operation raises the loss. The slices of one call have equal lengths; dst
// may be the slice of costs, but not that of gates or probabilities. NaN and
// Inf pass through.

// Softmax writes p_k = exp(alpha_k) / sum_m exp(alpha_m) into dst, computed
// relative to the largest alpha. dst may be alpha. A NaN or +Inf among the
// logits makes every probability NaN.
func Softmax(dst, alpha []float64) {
	top := math.Inf(-1)
	for _, a := range alpha {
		if a > top {
			top = a
		}
	}
	sum := 0.0
	for k, a := range alpha {
		e := math.Exp(a - top)
		dst[k] = e
		sum += e
	}
	for k := range dst {
		dst[k] /= sum
	}
}

// Sigmoid returns 1/(1+exp(-a)) without overflow.
func Sigmoid(a float64) float64 {
	if a >= 0 {
		return 1 / (1 + math.Exp(-a))
	}
	e := math.Exp(a)
	return e / (1 + e)
}

// DARTS writes dL/dalpha_k = z_k (c_k - sum_m z_m c_m) for gates
// z = softmax(alpha) (P1.1). With alpha shared by several cells, c_k is the sum
// of the cells' costs. The result sums to zero: the gauge of the softmax.
func DARTS(dst, z, c []float64) {
	mean := meanCost(z, c)
	for k, zk := range z {
		dst[k] = zk * (c[k] - mean)
	}
}

// SNAS writes dL/dalpha_k = z_k (c_k - sum_m z_m c_m) / lambda for gates
// z = softmax((alpha + G)/lambda) with Gumbel noise G; the costs are those at
// the sampled soft gates (P1.2). As lambda falls to 0 its expectation does not
// become that of DSNAS (P1.4).
func SNAS(dst, z, c []float64, lambda float64) {
	mean := meanCost(z, c)
	for k, zk := range z {
		dst[k] = zk * (c[k] - mean) / lambda
	}
}

// DSNAS writes c (onehot(sampled) - p) for one sample of the operation, c being
// the cost of the sampled operation (P1.3). Its expectation over the sample is
// DARTS(p, Cbar) with Cbar_k = E[c | k sampled]; it is not the gradient of any
// objective (P1.5).
func DSNAS(dst, p []float64, sampled int, c float64) {
	for k, pk := range p {
		dst[k] = -c * pk
	}
	dst[sampled] = c * (1 - p[sampled])
}

// SummedLogWeights writes w_e = k p_e / sum_e' p_e' into dst, where p_e is the
// probability of the operation sampled on edge e and k the number of edges
// (P1.7). Code that forms one scalar log(sum_e p_e(Z_e)) and broadcasts it
// against the k edge costs, as the published analysis code does, has the
// gradient w_e c_e (onehot - p_e) on edge e: DSNAS times w_e. At uniform p
// every weight is 1; the weights always sum to k.
func SummedLogWeights(dst, psampled []float64) {
	sum := 0.0
	for _, p := range psampled {
		sum += p
	}
	k := float64(len(psampled))
	for e, p := range psampled {
		dst[e] = k * p / sum
	}
}

// FairDARTS writes dL/dalpha_k = z_k (1 - z_k) c_k for independent gates
// z_k = sigmoid(alpha_k) (P1.6): operations do not compete.
func FairDARTS(dst, z, c []float64) {
	for k, zk := range z {
		dst[k] = zk * (1 - zk) * c[k]
	}
}

// PartialChannel writes the gradient of one edge's alpha in PC-DARTS, whose
// gates are beta_e softmax(alpha)_k: beta z_k (c_k - sum_m z_m c_m) (P1.6).
// It returns the edge's own cost sum_m z_m c_m, the cost to hand to
// EdgeNormalisation.
func PartialChannel(dst, z, c []float64, beta float64) float64 {
	mean := meanCost(z, c)
	for k, zk := range z {
		dst[k] = beta * zk * (c[k] - mean)
	}
	return mean
}

// EdgeNormalisation writes the gradient of PC-DARTS's edge logits over the
// edges that enter one node: beta_i (C_i - sum_m beta_m C_m), where
// beta = softmax(edge logits) and C_i is the cost of edge i at its own softmax
// gates, without beta (P1.6).
func EdgeNormalisation(dst, beta, edgeCost []float64) { DARTS(dst, beta, edgeCost) }

// GDAS writes the straight-through gradient z_k (c_k - sum_m z_m c_m) / tau,
// where z = softmax((alpha + G)/tau) is the soft sample and the costs of all
// operations are taken at the hard sample onehot(argmax z) (P1.6).
func GDAS(dst, z, c []float64, tau float64) { SNAS(dst, z, c, tau) }

// ProxylessNAS writes p_k (c_k - sum_m p_m c_m) with the costs of all
// operations taken at the sampled one-hot gates: BinaryConnect's gradient
// dL/dZ passed through the softmax Jacobian at p (P1.6).
func ProxylessNAS(dst, p, c []float64) { DARTS(dst, p, c) }

// meanCost returns sum_k z_k c_k.
func meanCost(z, c []float64) float64 {
	s := 0.0
	for k, zk := range z {
		s += zk * c[k]
	}
	return s
}
