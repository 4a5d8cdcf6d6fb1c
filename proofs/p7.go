package proofs

// claimsP7 are changes of the cost assignment and what they do.
func claimsP7() []Claim {
	return []Claim{
		{
			ID: "P7.1", Name: "leave-one-out costs", Tag: Exact, Uses: []string{"P5.10", "P1.4"},
			Text:   "C -> L(A) - L(A\\e): the mean field is the gradient of E[L] (symmetric Jacobian) and the pessimism of P5.10 is gone. For edges without active downstream edges of the last cell it is free: L(z) - L(z - z_e), z_e = W_j GAP O_e.",
			LaTeX:  `$C\to L(A)-L(A\setminus e)$: the mean field is the gradient of $E[L]$, with a symmetric Jacobian. For edges of the last cell without active edges downstream it is $L(z)-L(z-z_e)$, $z_e=W_j\,\mathrm{GAP}\,O_e$, without another forward pass.`,
			Proof:  `$\partial E[L]/\partial p_e=E[L\mid a_e=1]-E[L\mid a_e=0]$; the head is linear.`,
			Checks: []string{"P7.1/symmetric", "P7.1/free"},
		},
		{
			ID: "P7.2", Name: "second-order costs", Tag: Leading, Uses: []string{"P5.10"},
			Text:   "C - (1/2) z_e' H z_e agrees with leave-one-out to third order in z_e.",
			LaTeX:  `$C-\frac12z_e^\top Hz_e$ agrees with leave-one-out to third order in $z_e$.`,
			Proof:  `Taylor expansion of $L(z-z_e)$.`,
			Checks: []string{"P7.2/third-order"},
			Coq:    []string{"Convexity.hessian_nonneg"},
		},
		{
			ID: "P7.3", Name: "baseline", Tag: Exact, Uses: []string{"P1.3"},
			Text:   "(C - b)(Z - p) with b independent of Z_e leaves the expected update as it is: it removes no bias, only variance.",
			LaTeX:  `$(C-b)(Z-p)$ with $b$ independent of $Z_e$ leaves the expected update as it is.`,
			Proof:  `$E[b(Z-p)]=E[b]E[Z-p]=0$.`,
			Checks: []string{"P7.3/baseline"},
			Coq:    []string{"Dsnas.baseline_unbiased"},
		},
		{
			ID: "P7.4", Name: "centred and normalised edge rewards", Tag: Exact, Uses: []string{"P5.3"},
			Text:   "C/c(t) is a rescaling of time: order and signs unchanged. The centred version C_e - sum pC/sum p is zero-sum: no O1, no O3; O2 stays.",
			LaTeX:  `$C/c(t)$ rescales time: order and signs are unchanged. The centred $C_e-\sum pC/\sum p$ is zero-sum over the edges.`,
			Proof:  `$\sum_ep_e(C_e-\sum pC/\sum p)=0$; a positive factor common to all edges is a change of time.`,
			Checks: []string{"P7.4/zero-sum"},
			Coq:    []string{"Interventions.centred_costs_zero_sum"},
		},
		{
			ID: "P7.5", Name: "Shapley costs", Tag: Exact,
			Text:   "Shapley values of the edges add up to L(A) - L(empty): their sign follows L against log K, not L - H.",
			LaTeX:  `Shapley values of the edges add up to $L(A)-L(\emptyset)$: their sign follows $L$ against $\log K$, not $L-H$.`,
			Proof:  `Each order of insertion telescopes.`,
			Checks: []string{"P7.5/efficiency"},
		},
		{
			ID: "P7.6", Name: "integrated gradients", Tag: Exact, Uses: []string{"P2.1"},
			Text:   "Costs integrated along s z, s from 0 to 1, add up to L(A) - L(empty), up to the quadrature and the jump of batch norm at 0.",
			LaTeX:  `Costs integrated along $sz$, $s\in[0,1]$, add up to $L(A)-L(\emptyset)$.`,
			Given:  "logits linear in the voters",
			Proof:  `Fundamental theorem of calculus along $sz$.`,
			Checks: []string{"P7.6/completeness"},
		},
		{
			ID: "P7.7", Name: "importance weighting", Tag: Exact, Uses: []string{"P4.3", "P4.4x"},
			Text:   "C_4/(1 - q0q1) = E[phi | effective]: an exact repair of width preference only if phi is constant; harmful while costs are positive.",
			LaTeX:  `$C_4/(1-q_0q_1)=E[\varphi\mid\text{effective}]$: an exact repair of width preference only if $\varphi$ is constant.`,
			Proof:  `$C_4=P(\text{effective}\mid\text{active})E[\varphi\mid\text{effective}]$.`,
			Checks: []string{"P7.7/constant-density"},
		},
		{
			ID: "P7.8", Name: "none charged the mean op cost", Tag: Exact, Uses: []string{"P1.1"},
			Text:   "With the cost of none set to the mean cost of the ops, alpha_none stands still and, for equal op costs, the edge is frozen.",
			LaTeX:  `With the cost of none set to the mean cost of the operations $\alpha_{\mathrm{none}}$ stands still; for equal costs the edge is frozen.`,
			Proof:  `All costs of the edge then have the mean of none's own.`,
			Checks: []string{"P7.8/frozen"},
			Coq:    []string{"Interventions.charged_none_stands_still"},
		},
		{
			ID: "P7.9", Name: "no none operation", Tag: Exact,
			Text:   "Without none every edge is active and effective: the number of effective edges does not depend on alpha; O1 and O3 are impossible by construction.",
			LaTeX:  `Without none every edge is active and effective, whatever $\alpha$: O1 and O3 are impossible by construction.`,
			Proof:  `$q_e=0$ for every $e$ gives $r_e=1$ and $h_e=1/|E|$.`,
			Checks: []string{"P7.9/all-effective"},
		},
		{
			ID: "P7.10", Name: "entropy bonus", Tag: Exact, Uses: []string{"P1.1"},
			Text:   "With -T H(p) in the objective the fixed point is p_k ~ exp(-C_k/T): |D - ln(K-1)| <= |C|/T bounds drop and growth.",
			LaTeX:  `With $-TH(p)$ in the objective the fixed point is $p_k\propto e^{-C_k/T}$, so that $D=\log(K-1)-C/T$ at equal costs bounds drop and growth.`,
			Proof:  `$C_k+T\log p_k$ is constant there.`,
			Checks: []string{"P7.10/boltzmann"},
			Coq:    []string{"Interventions.boltzmann_is_fixed_point"},
		},
		{
			ID: "P7.11", Name: "costs at calibrated logits", Tag: Exact, Uses: []string{"P2.2"},
			Text:   "At tau* z the costs of the last cell add up to exactly 0 in the batch mean: the global drive of O1 and O3 is gone.",
			LaTeX:  `At $\tau^*z$ the costs of the last cell add up to exactly 0 in the batch mean.`,
			Given:  "tau* finite and positive",
			Proof:  `$\tau\,dL(\tau z)/d\tau$ is $L-H$ at $\tau z$ and vanishes at $\tau^*$.`,
			Checks: []string{"P7.11/calibrated"},
			Coq:    []string{"Interventions.temperature_derivative_at", "Interventions.calibrated_gap_zero"},
		},
	}
}
