package cost

import (
	"edgewise/theory/cell"
	"edgewise/theory/symbolic"
)

var (
	sym    = symbolic.V
	add    = symbolic.Add
	sub    = symbolic.Sub
	mul    = symbolic.Mul
	pow    = symbolic.Pow
	equate = symbolic.Equate
	number = symbolic.Number
)

func call(f symbolic.Function, x symbolic.Expr) symbolic.Expr { return symbolic.Call(f, x) }

// gapSymbol is L - H.
func gapSymbol() symbolic.Expr { return sub(sym("L"), sym("H")) }

// overClasses is sum_k body over classes 0..K-1.
func overClasses(classes int, body func(k symbolic.Index) symbolic.Expr) symbolic.Expr {
	set := make([]symbolic.Index, classes)
	for k := range set {
		set[k] = symbolic.Int(k)
	}
	return symbolic.SumOver("k", symbolic.NewSet("classes", set...), body(symbolic.Bound("k")))
}

// OutputLaws states the law L - H of the output for a head of that many classes
// (P2): z[k] are logits, p[k] the prediction, y[k] the label.
func OutputLaws(classes int) []Statement {
	z := make([]symbolic.Expr, classes)
	for k := range z {
		z[k] = sym("z", symbolic.Int(k))
	}
	at := func(base string) func(symbolic.Index) symbolic.Expr {
		return func(k symbolic.Index) symbolic.Expr { return sym(base, k) }
	}
	p, y, zk := at("p"), at("y"), at("z")
	K := number(int64(classes))
	py := sym("p", symbolic.Name("y"))
	other := sub(symbolic.One(), py)
	least := symbolic.Neg(call(symbolic.LambertW, symbolic.Div(sub(K, symbolic.One()), call(symbolic.Exp, symbolic.One()))))
	norm := pow(sym("normW"), 2)
	definitions := []symbolic.Relation{
		equate(sym("L"), symbolic.Neg(overClasses(classes, func(k symbolic.Index) symbolic.Expr { return mul(y(k), call(symbolic.Log, p(k))) }))),
		equate(sym("H"), symbolic.Neg(overClasses(classes, func(k symbolic.Index) symbolic.Expr { return mul(p(k), call(symbolic.Log, p(k))) }))),
	}
	prediction := equate(sym("p", symbolic.Int(0)), symbolic.Softmax(0, z...))
	return []Statement{
		{"P2.1", "The output costs of a sample sum to its loss less its entropy", "last cell, linear head without bias; p = softmax(z)",
			append([]symbolic.Relation{
				equate(gapSymbol(), overClasses(classes, func(k symbolic.Index) symbolic.Expr { return mul(sub(p(k), y(k)), zk(k)) })),
				prediction}, definitions...)},
		{"P2.2", "It is the slope of the loss in the logit scale tau at tau = 1, positive iff over-confident", "dot: derivative by tau of L at logits tau z",
			[]symbolic.Relation{equate(symbolic.Sym(symbolic.Var("L").With(symbolic.Dot)), gapSymbol())}},
		{"P2.3", "A classifier bias b and label smoothing epsilon change the total T of the output costs", "T: sum over the concat of <dL/dx, x>",
			[]symbolic.Relation{
				equate(symbolic.Sym(symbolic.Var("T").Super(symbolic.Name("bias"))), sub(gapSymbol(),
					overClasses(classes, func(k symbolic.Index) symbolic.Expr { return mul(sym("b", k), sub(p(k), y(k))) }))),
				equate(symbolic.Sym(symbolic.Var("T").Super(symbolic.Name("smoothing"))), add(gapSymbol(), mul(sym("epsilon"),
					sub(sym("z", symbolic.Name("y")), mul(symbolic.Rational(1, int64(classes)), overClasses(classes, zk)))))),
			}},
		{"P2.4", "Bounds of a sample's L - H at p_y, and its exact lower bound over all logits", "attained: others equal; one other; margin 1 + W((K-1)/e)",
			[]symbolic.Relation{
				{Left: gapSymbol(), Op: symbolic.AtLeast, Right: mul(other, call(symbolic.Log, symbolic.Div(other, mul(number(int64(classes-1)), py))))},
				{Left: gapSymbol(), Op: symbolic.AtMost, Right: mul(other, call(symbolic.Log, symbolic.Div(other, py)))},
				{Left: gapSymbol(), Op: symbolic.AtLeast, Right: least},
			}},
		{"P2.5", "At initialisation, to leading order in the standard deviation s of the logits", "labels independent of the logits; mean over the batch",
			[]symbolic.Relation{equate(gapSymbol(), mul(pow(sym("s"), 2), sub(symbolic.One(), symbolic.Rational(1, int64(classes)))))}},
		{"P2.6", "Norm law of the classifier W under one SGD step of rate eta", "lambda: weight decay; G: squared norm of the step's gradient with decay",
			[]symbolic.Relation{equate(pow(symbolic.Sym(symbolic.Var("normW").Super(symbolic.Name("next"))), 2),
				add(norm, mul(number(-2), sym("eta"), add(gapSymbol(), mul(sym("lambda"), norm))), mul(pow(sym("eta"), 2), sym("G"))))}},
		{"P2.7", "Where the classifier is stationary the total is pinned", "no skip_connect from intermediate nodes; mean over wirings and data",
			[]symbolic.Relation{equate(gapSymbol(), symbolic.Neg(mul(sym("lambda"), norm)))}},
	}
}

// opSymbol is base[i,j;op].
func opSymbol(base string, e cell.Edge, o cell.Operation) symbolic.Expr {
	return symbolic.Sym(edgeSymbol(base, e).Super(symbolic.Name(o.Name)))
}

// PathLaws states what each operation passes back to its source (P3.1-P3.3).
func PathLaws(ops []cell.Operation) []Statement {
	var degrees []symbolic.Relation
	for _, o := range ops {
		name := symbolic.Name(o.Name)
		degrees = append(degrees, equate(symbolic.Sym(symbolic.Var("R").Super(name)),
			mul(number(int64(o.Degree)), symbolic.Sym(symbolic.Var("C").Super(name)))))
	}
	channel := []symbolic.Index{symbolic.Bound("c")}
	set := symbolic.NewSet("channels", symbolic.Int(1), symbolic.Int(2))
	g, b := sym("g", channel...), sym("beta", channel...)
	training := symbolic.SumOver("c", set, mul(sym("epsilon"), symbolic.Div(sub(sym("A", channel...), mul(b, g)), add(sym("v", channel...), sym("epsilon")))))
	eval := add(sym("C"), symbolic.SumOver("c", set, mul(g, sub(symbolic.Div(mul(sym("gamma", channel...), sym("mu", channel...)),
		call(symbolic.Sqrt, add(sym("v", channel...), sym("epsilon")))), b))))
	return []Statement{
		{"P3.1", "What an operation of homogeneity degree d passes back to its source: R = d C", "batch sums; batch norm in training mode, eps to 0", degrees},
		{"P3.2", "With eps a single batch norm passes back a rest, affine parameters included", "two channels written out; A = <g, O> of a channel, g the sum of its gradient, v its variance",
			[]symbolic.Relation{equate(sym("R"), training)}},
		{"P3.3", "In eval mode a batch norm is an affine map and passes back nearly all", "mu, v: running statistics",
			[]symbolic.Relation{equate(sym("R"), eval)}},
	}
}

// ConservationLaws states how the costs of the nodes and edges of a cell add up
// (P3.4, P3.6).
func ConservationLaws(c cell.Cell, ops []cell.Operation) []Statement {
	nodes := Statement{Claim: "P3.4", Title: "Node: the edges into a node carry its output cost and what its consumers hand back",
		Given: "S_j: sum of C_e over edges into node j; batch sums, training mode, eps to 0"}
	var outside []symbolic.Relation
	all, back := symbolic.Zero(), symbolic.Zero()
	for _, e := range c.Edges {
		all = add(all, symbolic.Sym(edgeSymbol("C", e)))
	}
	for j := cell.Inputs; j < cell.Inputs+c.Nodes; j++ {
		direct, handed := sym("D", symbolic.Int(j)), symbolic.Zero()
		if !c.InConcat(j) {
			direct = symbolic.Zero()
			outside = append(outside, equate(sym("D", symbolic.Int(j)), direct))
		}
		for _, e := range c.OutOf(j) {
			for _, o := range ops {
				handed = add(handed, mul(number(int64(o.Degree)), opSymbol("Z", c.Edges[e], o), opSymbol("C", c.Edges[e], o)))
			}
		}
		nodes.Relations = append(nodes.Relations, equate(sym("S", symbolic.Int(j)), add(direct, handed)))
		back = add(back, handed)
	}
	nodes.Relations = append(nodes.Relations, outside...)
	list := []Statement{nodes,
		{"P3.4", "Last cell: the edge costs sum to L - H and, once more, what intermediate edges hand back", "linear head without bias",
			[]symbolic.Relation{equate(all, add(gapSymbol(), back))}},
		{"P3.4", "Earlier cells: the output is normalised before it is used, so only the handed-back terms remain", "",
			[]symbolic.Relation{equate(all, back)}},
	}
	for _, o := range ops {
		if o.Name != cell.None {
			continue
		}
		force := symbolic.Zero()
		for _, e := range c.Edges {
			force = add(force, symbolic.Neg(symbolic.Div(opSymbol("g", e, o), opSymbol("Z", e, o))))
		}
		list = append(list, Statement{"P3.6", "None logits: the force on all of them is L - H and the handed-back terms",
			"g: dL/dalpha of none; DARTS with logits shared by all cells (SNAS: g times its temperature)",
			[]symbolic.Relation{equate(force, add(gapSymbol(), back))}})
	}
	return list
}
