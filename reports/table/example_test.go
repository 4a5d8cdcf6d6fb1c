package table_test

import (
	"os"

	"edgewise/reports/table"
)

func Example() {
	t := table.Table{
		Name:    "biases",
		Caption: "Predicted and observed wiring biases. A positive cost means that the edge raises the loss.",
		Columns: []table.Column{
			{Header: "Bias"},
			{Header: "observed", Kind: table.KindEstimate},
			{Header: "driven", Kind: table.KindEstimate, Group: "predicted"},
			{Header: "p", Kind: table.KindPValue},
			{Header: "Verdict", Kind: table.KindVerdict},
		},
	}
	t.AddFrom([]string{"3fa1", "77c0"}, table.Text("growth"), table.Symmetric(0.31234, 0.02871, 5), table.Symmetric(0.3, 0.03, 5), table.PValue(0.0004), table.Agrees)
	t.Add(table.Text("failure"), table.Symmetric(0.8, 0.1, 5), table.Missing{Reason: "no search split"}, table.NotApplicable(), table.Noted(table.NotEnough, "one seed diverged"))
	if err := t.Terminal(os.Stdout, 80); err != nil {
		panic(err)
	}
	// Output:
	// Predicted and observed wiring biases. A positive cost means that the edge raises
	// the loss.
	// ─────────────────────────────────────────────────────────────────────────
	//  Bias          observed  predicted: driven       p  Verdict
	// ─────────────────────────────────────────────────────────────────────────
	//  growth   0.312 ± 0.029      0.300 ± 0.030  <0.001  agrees
	//  failure    0.80 ± 0.10                 ~ᵃ       –  not enough evidenceᵇ
	// ─────────────────────────────────────────────────────────────────────────
	// Mean ± half-width of the 95 % confidence interval, n = 5 unless noted.
	// ~: no evidence; –: not applicable.
	// ᵃ no search split
	// ᵇ one seed diverged
	// Runs: 3fa1, 77c0
}
