package proofs

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestPublishedNumbers reads the published logs, where they are at hand, and
// compares the column of none of their last block with the table.
func TestPublishedNumbers(t *testing.T) {
	row := regexp.MustCompile(`\[([\d., ]+)\]`)
	for i, file := range []string{"ptdarts-jkooy-cifar10/cifar10.log", "ptdarts-jkooy-cifar100/cifar100.log"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "shared", "traces", file))
		if err != nil {
			t.Skip("the published logs are not here: ", err)
		}
		blocks := strings.Split(string(text), "####### ALPHA #######")
		last := strings.SplitN(blocks[len(blocks)-1], "#####################", 2)[0]
		for k, part := range strings.Split(last, "# Alpha - reduce") {
			want := publishedNone[2*i+k].None
			rows := row.FindAllStringSubmatch(part, -1)
			if len(rows) != len(want) {
				t.Fatalf("%s: %d rows in the last block, want %d", file, len(rows), len(want))
			}
			for e, r := range rows {
				cells := strings.Split(r[1], ",")
				got, err := strconv.ParseFloat(strings.TrimSpace(cells[len(cells)-1]), 64)
				if err != nil {
					t.Fatal(err)
				}
				if got != want[e] {
					t.Errorf("%s, edge %d: %g in the log, %g in the table", file, e, got, want[e])
				}
			}
		}
	}
}
