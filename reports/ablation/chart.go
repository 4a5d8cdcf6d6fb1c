package ablation

import (
	"fmt"

	"edgewise/reports/figure"
	"edgewise/reports/table"
	runner "edgewise/sim/ablation"
)

var edgeNames = [...]string{"(0,2)", "(1,2)", "(0,3)", "(1,3)", "(2,3)"}

// ChartFigure is the map as a picture: an input edge of each node and the
// intermediate edge, over learning rate and none prior.
func ChartFigure(c *runner.Chart) (*figure.Figure, error) {
	var titles []string
	var values [][][]float64
	for _, e := range []int{0, 2, 4} {
		titles = append(titles, "edge "+edgeNames[e])
		var panel [][]float64
		for i := range c.Priors {
			row := make([]float64, len(c.Rates))
			for j := range row {
				row[j] = c.Final[i][j][e]
			}
			panel = append(panel, row)
		}
		values = append(values, panel)
	}
	return figure.Chart("map", fmt.Sprintf("Final none-probability in closed form (P4.3 along the curve of P6), %d Adam steps per search.", c.Steps),
		figure.Axis{Label: "learning rate of alpha", Values: c.Rates}, figure.Axis{Label: "none prior", Values: c.Priors}, 0, 1, titles, values)
}

// ChartTable shows the final none-probability of one edge of the minimal cell over
// none prior (rows) and learning rate (columns).
func ChartTable(c *runner.Chart, edge int) table.Table {
	t := table.Table{
		Name:    "map",
		Caption: fmt.Sprintf("Final none-probability of edge %s in closed form (P4.3 along the curve of P6), %d Adam steps per search.", edgeNames[edge], c.Steps),
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
