package proofs

// claimsP1 are the gradient identities.
func claimsP1() []Claim {
	return []Claim{
		{
			ID: "P1.1", Name: "gradient of DARTS", Tag: Exact,
			Text:   "With gates Z = softmax(alpha) and local costs C^k = dL/dZ^k = <dL/dx_j, O^k(x_i)>, summed over the cells that share alpha: dL/dalpha_k = Z^k (C^k - sum_m Z^m C^m). It sums to zero over k.",
			LaTeX:  `With $Z=\mathrm{softmax}(\alpha)$ and $C^k=\partial L/\partial Z^k=\langle \partial L/\partial x_j, O^k(x_i)\rangle$, summed over the cells that share $\alpha$, $\partial L/\partial\alpha_k = Z^k\,(C^k-\sum_m Z^m C^m)$, and $\sum_k \partial L/\partial\alpha_k=0$.`,
			Proof:  `The Jacobian of the softmax is $\partial Z^m/\partial\alpha_k = Z^m(\delta_{mk}-Z^k)$; contract it with $C^m$. The sum over $k$ is $\langle C\rangle-\langle C\rangle=0$.`,
			Checks: []string{"P1.1/softmax", "P1.1/supernet"},
			Coq:    []string{"Softmax.softmax_gradient", "Softmax.darts_gradient", "Softmax.local_cost_is_gate_gradient", "Softmax.gauge_identity"},
			CoqOf:  "one cell",
		},
		{
			ID: "P1.2", Name: "gradient of SNAS", Tag: Exact, Uses: []string{"P1.1"},
			Text:   "With Z = softmax((alpha + G)/lambda) at fixed noise G, dL/dalpha_k = Z^k (C^k - sum_m Z^m C^m)/lambda, costs taken at the sampled Z.",
			LaTeX:  `With $Z=\mathrm{softmax}((\alpha+G)/\lambda)$ at fixed noise $G$, $\partial L/\partial\alpha_k=\lambda^{-1}Z^k(C^k-\sum_m Z^mC^m)$, costs taken at the sampled $Z$.`,
			Proof:  `The chain rule adds the factor $1/\lambda$ to the Jacobian of P1.1.`,
			Checks: []string{"P1.2/gumbel"},
			Coq:    []string{"Softmax.gumbel_gradient"},
		},
		{
			ID: "P1.3", Name: "expected update of DSNAS", Tag: Exact, Uses: []string{"P1.1"},
			Text:   "Per sample the update is C(Z)(Z^k - p^k); its expectation is p^k (Cbar^k - sum_m p^m Cbar^m) with Cbar^k = E[C(Z) | Z_e = k]. Only Z_e ~ p_e is needed; independence of the edges is not.",
			LaTeX:  `Per sample the update is $C(Z)(Z^k-p^k)$; its expectation is $p^k(\bar C^k-\sum_m p^m\bar C^m)$ with $\bar C^k=E[C(Z)\mid Z_e=k]$. Only $Z_e\sim p_e$ is needed.`,
			Proof:  `$E[C Z^k]=p^k\bar C^k$ and $E[C]=\sum_m p^m\bar C^m$.`,
			Checks: []string{"P1.3/enumeration"},
			Coq:    []string{"Dsnas.dsnas_expectation", "Dsnas.dsnas_gauge"},
		},
		{
			ID: "P1.4", Name: "SNAS at temperature 0 is not DSNAS", Tag: Theorem, Uses: []string{"P1.2", "P1.3"},
			Text:   "One edge {none, op}, lambda -> 0: E[SNAS] -> p(1-p) int_0^1 (C^1 - C^0)(z) dz = p(1-p)[L(1) - L(0)], the path-integrated cost; DSNAS gives p(1-p) C^1(1), the end-point cost.",
			LaTeX:  `On one edge with none and one operation, as $\lambda\to0$, $E[\mathrm{SNAS}]\to p(1-p)\int_0^1(C^1-C^0)(z)\,dz=p(1-p)[L(1)-L(0)]$, while DSNAS gives $p(1-p)C^1(1)$.`,
			Given:  "C continuous on the path",
			Proof:  `Substitute $z=\sigma((a+G)/\lambda)$ with logistic $G$: the expectation is $\int_0^1 f(\lambda\,\mathrm{logit}\,z-a)(C^1-C^0)(z)\,dz$, and the logistic density $f(\lambda\,\mathrm{logit}\,z-a)\to f(-a)=p(1-p)$, bounded by $1/4$.`,
			Checks: []string{"P1.4/limit"},
		},
		{
			ID: "P1.5x", Name: "DSNAS descends some objective", Tag: False, Uses: []string{"P1.3"},
			Text:   "False: the expected update of DSNAS is the gradient of some objective. Its Jacobian is not symmetric. (The policy gradient of E[L] has a symmetric one.)",
			LaTeX:  `\emph{False:} the expected update of DSNAS is the gradient of some objective. Its Jacobian is not symmetric, while that of the policy gradient of $E[L]$ is.`,
			Proof:  `A gradient field has a symmetric Jacobian; two edges whose end-point costs differ from the differences of $L$ give an asymmetric one.`,
			Checks: []string{"P1.5x/asymmetry"},
		},
		{
			ID: "P1.6", Name: "gradients of FairDARTS, PC-DARTS, GDAS and ProxylessNAS", Tag: Exact, Uses: []string{"P1.1"},
			Text:   "FairDARTS (sigmoid gates): Z(1-Z) C^k. PC-DARTS (gates beta_ij Z^k): beta_ij Z^k (C^k - <C>) for alpha and beta_i (C_i - sum_m beta_m C_m) for the edge logits. GDAS straight-through: (1/tau) Ztilde^k (C^k - <C>) at the soft sample Ztilde; ProxylessNAS as P1.1 with costs at the one-hot gate.",
			LaTeX:  `FairDARTS: $Z(1-Z)C^k$. PC-DARTS with gates $\beta_{ij}Z^k$: $\beta_{ij}Z^k(C^k-\langle C\rangle)$ and $\beta_i(C_i-\sum_m\beta_mC_m)$ for the edge logits. GDAS: $\tau^{-1}\tilde Z^k(C^k-\langle C\rangle_{\tilde Z})$ at the soft sample; ProxylessNAS: P1.1 with costs at the one-hot gate.`,
			Proof:  `Chain rule; the straight-through estimators use the Jacobian of the soft gate and the costs of the hard one.`,
			Checks: []string{"P1.6/sigmoid", "P1.6/partial-channels", "P1.6/straight-through"},
			Coq:    []string{"Softmax.fairdarts_gradient"},
			CoqOf:  "FairDARTS",
		},
		{
			ID: "P1.7", Name: "summed-log estimator of the published code", Tag: Exact, Uses: []string{"P1.3"},
			Text:   "Code that forms log sum_e p_e(Z_e) as one scalar against the per-edge costs has grad_e = k p_e(Z_e)/(sum_e' p_e'(Z_e')) C_e(Z)(Z - p_e): the textbook estimator times a weight. The weights sum to k. Rare samples are down-weighted: falling from .5 to 1e-3 takes 496 times as long (K=2, mean p = 1).",
			LaTeX:  `Code that forms $\log\sum_e p_e(Z_e)$ as one scalar has $\mathrm{grad}_e = k\,p_e(Z_e)/\bigl(\sum_{e'}p_{e'}(Z_{e'})\bigr)\,C_e(Z)(Z-p_e)$. The weights sum to $k$; falling from $.5$ to $10^{-3}$ takes 496 times as long as with the textbook estimator ($K=2$, mean $p=1$).`,
			Proof:  `$\partial\log\sum_{e'}p_{e'}(Z_{e'})/\partial\alpha_{e,m} = p_e(Z_e)(\delta_{m,Z_e}-p_{e,m})/\sum_{e'}p_{e'}(Z_{e'})$. The drift on a two-way edge is then $p^2(1-p)$ instead of $p(1-p)$; integrate both.`,
			Checks: []string{"P1.7/log-sum", "P1.7/drop-time"},
		},
		{
			ID: "P1.8", Name: "edge reward norm of the published code", Tag: Observation,
			Text:  "The flag --edge_reward_norm of the published SNAS analysis code reads the gradient of an array that is not in the graph, so that every alpha gradient is 0/0. Even as intended it divides by a running variance without centring.",
			LaTeX: `The flag \texttt{-{}-edge\_reward\_norm} of the published SNAS analysis code reads the gradient of an array that is not in the graph: every gradient of $\alpha$ is $0/0$. Even as intended it divides by a running variance, without centring.`,
			Seen:  "published analysis code run on a CPU",
		},
		{
			ID: "P1.9", Name: "costs of operations that did not run are ill-conditioned", Tag: Exact,
			Text:   "Where x_2 = 0, the cost that an unsampled operation of an edge into node 2 would have had grows like eps^-1/2 if a pool with batch norm sits on (2,3). Costs of sampled operations are exactly 0. Unsampled costs must not be reported.",
			LaTeX:  `Where $x_2=0$, the cost that an unsampled operation of an edge into node~2 would have had grows like $\varepsilon^{-1/2}$ if a pooling with batch norm sits on $(2,3)$; costs of sampled operations are exactly 0.`,
			Given:  "edges (0,2) and (1,2) none",
			Proof:  `At a zero batch the Jacobian of batch norm is the centred identity divided by $\sqrt{\varepsilon}$.`,
			Checks: []string{"P1.9/blow-up"},
		},
	}
}
