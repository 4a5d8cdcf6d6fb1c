package table_test

import (
	"fmt"
	"math"

	"edgewise/reports/table"
)

// biases is a table with every kind of column and value.
func biases() *table.Table {
	t := &table.Table{
		Name:    "biases",
		Caption: "Predicted and observed wiring biases on 100 % of the runs; edge_none & co. A positive cost means that the edge raises the loss and its operation loses probability.",
		Columns: []table.Column{
			{Header: "Bias"},
			{Header: "Runs", Kind: table.KindInteger},
			{Header: "observed", Kind: table.KindEstimate},
			{Header: "driven", Kind: table.KindEstimate, Group: "predicted"},
			{Header: "law", Kind: table.KindEstimate, Group: "predicted"},
			{Header: "null", Kind: table.KindNumber, Unit: "share"},
			{Header: "p", Kind: table.KindPValue},
			{Header: "Verdict", Kind: table.KindVerdict},
		},
		Notes: []string{"Spearman's ρ with bounds by bootstrap; null: uniform α."},
		Runs:  []string{"3fa1c2", "77c0de"},
	}
	t.AddFrom([]string{"3fa1c2"}, table.Text("O1 growth: peak of the mean none-probability, and what regrows"), table.Integer(5),
		table.Symmetric(0.31234, 0.02871, 5), table.Estimate{Mean: 0.3, Lo: 0.21, Hi: 0.33, N: 5}, table.Symmetric(0.4, 0.0996, 3), table.Number(0.5), table.PValue(0.00021), table.Agrees)
	t.AddFrom([]string{"77c0de"}, table.Text("O2 width"), table.Integer(15000),
		table.Noted(table.Symmetric(-12.3, 1.27, 5), "one seed diverged at step 120"), table.Missing{Reason: "no search split"}, table.Symmetric(3.2e-9, 4.1e-10, 5), table.Number(-0.123456), table.PValue(0.0324), table.Disagrees)
	t.Rule()
	t.Add(table.Text("O3_failure {a|b} $x^2$ ~100% #1 \\end"), table.NotApplicable(),
		table.Estimate{Mean: 0.8, Lo: math.NaN(), Hi: math.NaN(), N: 1}, table.Symmetric(1234, 567, 5), table.Number(2), table.Number(1.5e-12), table.PValue(1), table.Noted(table.NotEnough, "one seed diverged at step 120"))
	return t
}

// plain is a narrow table without uncertainties.
func plain() *table.Table {
	t := &table.Table{
		Name:    "plain",
		Caption: "Two columns, and a caption that is longer than they are wide.",
		Columns: []table.Column{{Header: "Edge"}, {Header: "None-probability at the end", Kind: table.KindNumber, Precision: 3}},
	}
	for i, e := range []string{"(0,2)", "(1,2)", "[0,3]", "*(1,3)", "(2,3)"} {
		t.Add(table.Text(e), table.Number(float64(i)/7))
	}
	return t
}

// wide has more columns than any page has room for.
func wide() *table.Table {
	t := &table.Table{Name: "wide", Caption: "Cost of every operation.", Columns: []table.Column{{Header: "Edge"}}}
	for _, o := range []string{"none", "skip_connect", "max_pool_3x3", "avg_pool_3x3", "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"} {
		for _, g := range []string{"start", "end"} {
			t.Columns = append(t.Columns, table.Column{Header: g, Group: o, Kind: table.KindEstimate})
		}
	}
	for e := range 5 {
		row := []table.Item{table.Text(fmt.Sprintf("(%d,%d)", e%2, 2+e/2))}
		for k := range 16 {
			row = append(row, table.Symmetric(float64(e*k)*0.0137-0.1, 0.0021*float64(k+1), 5))
		}
		t.Add(row...)
	}
	return t
}

// long runs over three pages.
func long() *table.Table {
	t := &table.Table{Name: "long", Caption: "Inventory of traces. A positive cost means that the edge raises the loss.", Columns: []table.Column{
		{Header: "Run"}, {Header: "Source"}, {Header: "Steps", Kind: table.KindInteger}, {Header: "Final none-probability", Kind: table.KindEstimate},
	}}
	for i := range 150 {
		t.AddFrom([]string{fmt.Sprintf("%06x", i*7919)}, table.Text(fmt.Sprintf("%06x", i*7919)), table.Text("import quark0, max_pool_3x3"), table.Integer(i*100), table.Noted(table.Symmetric(float64(i)/150, 0.013, 3+i%3), "settled"))
	}
	return t
}

// longWide is both.
func longWide() *table.Table {
	t := biases()
	t.Name = "longwide"
	rows := t.Rows
	for len(t.Rows) < 100 {
		t.Rows = append(t.Rows, rows...)
	}
	return t
}
