package proofs

// claimsP2 say what the output of the last cell costs.
func claimsP2() []Claim {
	return []Claim{
		{
			ID: "P2.1", Name: "output cost is L - H", Tag: Exact,
			Text:   "Last cell, bias-free linear head after global average pooling: sum_j D_j = L - H for every sample, D_j = <dL/dx_j, x_j> over the concatenated nodes, H the entropy of the prediction.",
			LaTeX:  `Last cell, bias-free linear head after global average pooling: $\sum_j D_j=L-H$ for every sample, with $D_j=\langle\partial L/\partial x_j,x_j\rangle$ over the concatenated nodes and $H$ the entropy of the prediction.`,
			Given:  "linear head without bias",
			Proof:  `The logits are linear in the concatenation, so $\sum_jD_j=\langle p-y,z\rangle=E_p z-z_y$, and $\log p_k=z_k-\log\sum_m e^{z_m}$ turns this into $L-H$.`,
			Checks: []string{"P2.1/identity", "P2.1/supernet"},
			Coq:    []string{"OutputCost.ce_minus_entropy", "OutputCost.ce_minus_entropy_onehot", "OutputCost.output_costs_sum"},
		},
		{
			ID: "P2.2", Name: "L - H is the temperature derivative", Tag: Exact, Uses: []string{"P2.1"},
			Text:   "L - H = d/dtau L(tau z) at tau = 1 = <dL/dW, W>, block by block. L is convex in tau, so the batch mean is positive iff the batch is over-confident (tau* < 1); calibrated predictions (y ~ p) have E[L - H] = 0.",
			LaTeX:  `$L-H=\frac{d}{d\tau}L(\tau z)|_{\tau=1}=\langle\partial L/\partial W,W\rangle$, block by block. $L$ is convex in $\tau$: the batch mean is positive iff the batch is over-confident, and zero in expectation if $y\sim p$.`,
			Proof:  `$dL/dz=p-y$ along $z$; the second derivative is the variance of $z$ under $p$.`,
			Checks: []string{"P2.2/temperature", "P2.2/head", "P2.2/calibrated"},
			Coq:    []string{"OutputCost.output_cost_is_temperature_derivative", "OutputCost.ce_derivative", "Convexity.temperature_second_derivative", "OutputCost.calibrated_mean_zero"},
		},
		{
			ID: "P2.3", Name: "bias and label smoothing", Tag: Exact, Uses: []string{"P2.1"},
			Text:   "With a head bias b the nodes carry L - H - b.(p - y). Label smoothing: L_ls - H = (L - H) + eps (z_y - mean z). Weight decay does not enter.",
			LaTeX:  `With a head bias $b$ the nodes carry $L-H-b\cdot(p-y)$. Label smoothing: $L_{ls}-H=(L-H)+\varepsilon(z_y-\bar z)$. Weight decay does not enter.`,
			Proof:  `Split $z$ into its linear part and $b$; write $y'=(1-\varepsilon)y+\varepsilon/K$ in P2.1.`,
			Checks: []string{"P2.3/smoothing", "P2.3/bias"},
			Coq:    []string{"OutputCost.bias_correction", "OutputCost.label_smoothing"},
		},
		{
			ID: "P2.4", Name: "bounds of L - H", Tag: Theorem, Uses: []string{"P2.1"},
			Text:   "Per sample, p = p_y: (1-p) log[(1-p)/((K-1)p)] <= L - H <= (1-p) log[(1-p)/p]. L - H >= -W((K-1)/e) (W the Lambert function), attained at z_y - z_other = 1 + W; no upper bound. L - H < 0 iff p_y > exp(-H); p_y > 1/2 implies negative, p_y < 1/K positive; correctly classified implies L - H <= 0.",
			LaTeX:  `Per sample with $p=p_y$: $(1-p)\log\frac{1-p}{(K-1)p}\le L-H\le(1-p)\log\frac{1-p}{p}$, and $L-H\ge-W((K-1)/e)$, attained at $z_y-z_k=1+W$ for all $k\ne y$; there is no upper bound. $L-H<0$ iff $p_y>e^{-H}$; $p_y>1/2$ implies negative, $p_y<1/K$ positive; correctly classified implies $L-H\le0$.`,
			Proof:  `With $d_k=z_y-z_k$, $L-H=-\sum_k d_ke^{-d_k}/\sum_k e^{-d_k}$; from $1+t\le e^t$, $(d-W)e^{-d}\le e^{-1-W}$, and $(K-1)e^{-1-W}=W$. At fixed $p_y$, $H$ is largest for the other classes uniform, smallest for them concentrated. If $z_y$ is the largest logit then $E_pz\le z_y$.`,
			Checks: []string{"P2.4/lambert", "P2.4/at-p", "P2.4/sign"},
			Coq:    []string{"Bound.gap_lower_bound", "Bound.gap_lower_bound_attained", "Bound.lambert_exists", "Bound.lambert_unique", "Bound.gap_lower_at_p", "Bound.gap_upper_at_p", "Bound.correct_gap_nonpos", "Bound.confident_gap_negative", "Bound.unlikely_gap_positive", "Bound.gap_sign", "Bound.gap_unbounded"},
		},
		{
			ID: "P2.4x", Name: "misclassified implies L - H > 0", Tag: False, Uses: []string{"P2.4"},
			Text:   "False: a misclassified sample has L - H > 0. With three classes, z = (0, 1/16, -1) and label 0 is wrong and has L - H < 0.",
			LaTeX:  `\emph{False:} a misclassified sample has $L-H>0$. With three classes, $z=(0,1/16,-1)$ and label 0 is wrong and has $L-H<0$.`,
			Proof:  `A class far below the others adds entropy without adding loss.`,
			Checks: []string{"P2.4x/wrong-but-negative"},
			Coq:    []string{"Bound.wrong_but_negative"},
		},
		{
			ID: "P2.5", Name: "uniform labels", Tag: Exact, Uses: []string{"P2.1"},
			Text:   "Averaged over uniform labels independent of z, L - H = KL(p|u) + KL(u|p) >= 0; to leading order in the standard deviation s of the logits s^2 (1 - 1/K).",
			LaTeX:  `Averaged over uniform labels independent of $z$, $L-H=\mathrm{KL}(p|u)+\mathrm{KL}(u|p)\ge0$; to leading order in the standard deviation $s$ of the logits it is $s^2(1-1/K)$.`,
			Proof:  `Write both divergences out; expand $p=u+u(z-\bar z)+\dots$.`,
			Checks: []string{"P2.5/divergences", "P2.5/leading-order"},
			Coq:    []string{"OutputCost.uniform_labels", "OutputCost.kl_nonneg", "OutputCost.uniform_labels_nonneg"},
			CoqOf:  "the exact part",
		},
		{
			ID: "P2.6", Name: "norm law", Tag: Exact, Uses: []string{"P2.2"},
			Text:   "One SGD step on the head: |W+|^2 = |W|^2 - 2 lr (L - H + lam |W|^2) + lr^2 |g + lam W|^2. Under gradient flow the total output cost is -1/2 d|W|^2/dt - lam |W|^2, also node by node.",
			LaTeX:  `One SGD step on the head: $|W^+|^2=|W|^2-2\eta(L-H+\lambda|W|^2)+\eta^2|g+\lambda W|^2$; under gradient flow the total output cost is $-\frac12\frac{d}{dt}|W|^2-\lambda|W|^2$.`,
			Proof:  `Expand the square and use $\langle g,W\rangle=L-H$.`,
			Checks: []string{"P2.6/square", "P2.6/supernet-step"},
			Coq:    []string{"OutputCost.norm_law"},
			CoqOf:  "the step",
		},
		{
			ID: "P2.7", Name: "output cost at stationarity", Tag: Exact, Uses: []string{"P2.2"},
			Text:   "Where W is stationary under weight decay lam, E[L - H] = -lam |W|^2 <= 0, node by node: the late total cost is pinned and the competition is zero-sum within each node.",
			LaTeX:  `Where $W$ is stationary under weight decay $\lambda$, $E[L-H]=-\lambda|W|^2\le0$, node by node with $W_j$.`,
			Given:  "no skip between intermediate nodes",
			Proof:  `Contract $E[\partial L/\partial W]+\lambda W=0$ with $W$, or with its block $W_j$.`,
			Checks: []string{"P2.7/stationary-head"},
			Coq:    []string{"Interventions.stationary_head"},
		},
	}
}
