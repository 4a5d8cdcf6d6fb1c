package paper

import (
	"fmt"

	"edgewise/proofs"
	"edgewise/reports/table"
)

// ClaimTable is the register of claims with what may be said of each, from checks
// under the given seed.
func ClaimTable(rows []proofs.Row, seed uint64) (*table.Table, Sources) {
	id := fmt.Sprintf("prove:%d", seed)
	t := &table.Table{
		Name:    "claims",
		Caption: "The register of claims. A check counts only if it passes as stated and fails with its mutation.",
		Columns: []table.Column{{Header: "Claim"}, {Header: "Statement"}, {Header: "Tag"}, {Header: "Status"},
			{Header: "checks", Kind: table.KindInteger}, {Header: "passed", Kind: table.KindInteger}, {Header: "Coq theorems", Kind: table.KindInteger}},
		Runs: []string{id},
	}
	for _, r := range rows {
		t.Add(table.Text(r.ID), table.Text(r.Name), table.Text(string(r.Tag)), table.Text(string(r.Status)),
			table.Integer(r.Checks), table.Integer(r.Passed), table.Integer(r.Theorems))
	}
	return t, Sources{id: {Made: "edgewise prove", Command: fmt.Sprintf("edgewise prove --seed %d", seed)}}
}
