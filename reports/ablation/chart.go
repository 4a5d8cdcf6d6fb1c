package ablation

import (
	"fmt"

	"edgewise/reports/table"
	runner "edgewise/sim/ablation"
)

// ChartTable shows the final none-probability of one edge of the minimal cell over
// none prior (rows) and learning rate (columns).
func ChartTable(c *runner.Chart, edge int) table.Table {
	names := [...]string{"(0,2)", "(1,2)", "(0,3)", "(1,3)", "(2,3)"}
	t := table.Table{
		Name:    "map",
		Caption: fmt.Sprintf("Final none-probability of edge %s in closed form (P4.3 along the curve of P6), %d Adam steps per search.", names[edge], c.Steps),
		Columns: []table.Column{{Header: "none prior", Kind: table.KindNumber}},
	}
	for _, r := range c.Rates {
		t.Columns = append(t.Columns, table.Column{Header: fmt.Sprintf("%.3g", r), Key: fmt.Sprintf("rate_%.3g", r), Group: "alpha rate", Kind: table.KindNumber, Precision: 3})
	}
	for i, p := range c.Priors {
		row := []table.Item{table.Number(p)}
		for j := range c.Rates {
			row = append(row, table.Number(c.Final[i][j][edge]))
		}
		t.Add(row...)
	}
	return t
}
