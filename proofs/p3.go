package proofs

// claimsP3 say what an operation passes back and how costs add up.
func claimsP3() []Claim {
	return []Claim{
		{
			ID: "P3.1", Name: "path law", Tag: Exact,
			Text:   "An operation that ends in (or contains, after homogeneous layers) train-mode batch norm with eps -> 0 is of degree 0 in its input, so it passes nothing back: <J'g, x> = 0 summed over the batch. Per sample it is not 0. An operation of degree 1 passes back its whole cost.",
			LaTeX:  `An operation that ends in (or contains, after homogeneous layers) train-mode batch norm with $\varepsilon\to0$ is of degree 0 in its input: $\langle J^\top g,x\rangle=0$ summed over the batch, not per sample. An operation of degree 1 passes back its whole cost, $\langle J^\top g,x\rangle=\langle g,O(x)\rangle$.`,
			Given:  "train mode, eps -> 0, differentiability at x",
			Proof:  `Euler: differentiate $O(tx)=t^dO(x)$ at $t=1$. ReLU, bias-free convolution and pooling have degree 1, $\mathrm{BN}(cu)=\mathrm{BN}(u)$ for $c>0$, and degrees multiply under composition.`,
			Checks: []string{"P3.1/supernet", "P3.1/per-sample"},
			Coq:    []string{"Euler.euler_degree0", "Euler.euler_degree1", "Euler.path_law_degree0", "Euler.path_law_degree1", "Euler.degree_compose", "Euler.batchnorm_degree0"},
		},
		{
			ID: "P3.2", Name: "path law with eps", Tag: Exact, Uses: []string{"P3.1"},
			Text:   "An operation with one batch norm passes back R = sum over channels of eps/(var_c + eps) <g_c, O_c>. It grows as the input shrinks.",
			LaTeX:  `An operation with one batch norm passes back $R=\sum_c\frac{\varepsilon}{\mathrm{var}_c+\varepsilon}\langle g_c,O_c\rangle$, which grows as the input shrinks.`,
			Proof:  `Differentiate $t(u-\mu)/\sqrt{t^2\mathrm{var}+\varepsilon}$ at $t=1$.`,
			Checks: []string{"P3.2/radial"},
			Coq:    []string{"Euler.batchnorm_radial", "Euler.eps_correction"},
		},
		{
			ID: "P3.3", Name: "what keeps and what breaks the path law", Tag: Exact, Uses: []string{"P3.1"},
			Text:   "Kept by affine batch norm, group/layer/instance norm (then per sample), a convolution bias directly before batch norm, leaky ReLU, batch norm first. Broken by eval mode (R = C + <g, mu/sigma>), by the absence of a norm (R = C), by swish and tanh, by a bias before a ReLU. A mixed edge passes back Z_skip <g, x>.",
			LaTeX:  `Kept by affine batch norm, group, layer and instance norm (then per sample), a bias directly before batch norm, leaky ReLU, batch norm first. Broken by eval mode ($R=C+\langle g,\mu/\sigma\rangle$), absence of a norm ($R=C$), swish and tanh, a bias before a ReLU. A mixed edge passes back $Z_{\mathrm{skip}}\langle g,x\rangle$.`,
			Proof:  `Each layer's degree, case by case; in eval mode the map is affine and its constant part is not scaled.`,
			Checks: []string{"P3.3/kept", "P3.3/broken", "P3.3/eval-supernet"},
			Coq:    []string{"Euler.eval_mode_breaks"},
			CoqOf:  "eval mode",
		},
		{
			ID: "P3.4", Name: "conservation in nodes and cells", Tag: Exact, Uses: []string{"P2.1", "P3.1"},
			Text:   "Node: S_j = sum_{e->j} C_e = D_j + sum_l Z_skip,jl C_skip,jl. Last cell: sum_e C_e = (L - H) + sum over intermediate edges of Z_skip C_skip. Earlier cells, whose output is normalised before it is used: sum_j D_j = 0, so sum_e C_e = the skip terms alone. A node outside the concatenation has D_j = 0.",
			LaTeX:  `Node: $S_j=\sum_{e\to j}C_e=D_j+\sum_lZ^{\mathrm{skip}}_{jl}C^{\mathrm{skip}}_{jl}$. Last cell: $\sum_eC_e=(L-H)+\sum Z_{\mathrm{skip}}C_{\mathrm{skip}}$ over the intermediate edges. Earlier cells: $\sum_jD_j=0$.`,
			Given:  "batch sums, train mode, eps -> 0, bias-free head",
			Proof:  `$g_j$ is the direct part plus what the consumers hand back, which P3.1 evaluates op by op; sum over nodes. The output of an earlier cell enters only through maps of degree 0.`,
			Checks: []string{"P3.4/supernet", "P3.4/outside-concat"},
			Coq:    []string{"Conservation.node_conservation", "Conservation.cell_conservation", "Conservation.passed_back_by_target", "Conservation.no_skip_no_return", "Conservation.earlier_cell_zero"},
		},
		{
			ID: "P3.4x", Name: "total edge cost is L - H without the skip term", Tag: False, Uses: []string{"P3.4"},
			Text:   "False: the edge costs of the last cell add up to L - H. With skip on (2,3) its cost is counted twice.",
			LaTeX:  `\emph{False:} the edge costs of the last cell add up to $L-H$. With skip on $(2,3)$ its cost is counted twice.`,
			Proof:  `P3.4 with a skip between intermediate nodes.`,
			Checks: []string{"P3.4x/skip-counted-twice"},
		},
		{
			ID: "P3.5", Name: "none and zero nodes", Tag: Exact,
			Text:   "BN(0) = 0 exactly; where x_2 = 0 the sampled costs of edges (0,2), (1,2), (2,3) are exactly 0 and all is finite; with none on every edge L - H = 0.",
			LaTeX:  `$\mathrm{BN}(0)=0$ exactly; where $x_2=0$ the sampled costs of edges $(0,2)$, $(1,2)$, $(2,3)$ are exactly 0; with none on every edge $L-H=0$.`,
			Proof:  `The output of each op on a zero batch is zero, and a cost is an inner product with it; zero logits have $L=H=\log K$.`,
			Checks: []string{"P3.5/supernet"},
			Coq:    []string{"Euler.batchnorm_of_zero"},
			CoqOf:  "BN(0) = 0",
		},
		{
			ID: "P3.6", Name: "law of the none logits", Tag: Exact, Uses: []string{"P1.1", "P3.4"},
			Text:   "With soft gates, sum_e (-dL/dalpha_none,e)/Z_none,e = (L - H) + skip terms (times 1/lambda for SNAS): L - H is the force on all none logits.",
			LaTeX:  `With soft gates, $\sum_e(-\partial L/\partial\alpha_{\mathrm{none},e})/Z_{\mathrm{none},e}=(L-H)+\text{skip terms}$ (times $1/\lambda$ for SNAS).`,
			Given:  "none costs 0; softmax gates",
			Proof:  `$-\partial L/\partial\alpha_{\mathrm{none}}=Z_{\mathrm{none}}C_e$ by P1.1; divide and sum with P3.4.`,
			Checks: []string{"P3.6/supernet"},
			Coq:    []string{"Conservation.none_logit_law"},
		},
	}
}
