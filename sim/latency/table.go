// Package latency predicts how long a wired cell takes from its encoding, after
// LA-DARTS (arXiv 2001.06392): latencies of randomly drawn wirings are measured on
// this program's own kernels, a multi-layer regressor learns them, and its
// derivative at the relaxed encoding tells a search what each operation adds.
package latency

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"

	"edgewise/sim/bounded"
	"edgewise/theory/cell"
)

// Table holds measured latencies. Wirings are [edge], numbers of canonical
// operations; an edge without an operation has none.
type Table struct {
	Setting string // machine, net and batch, in words
	Nodes   int    // intermediate nodes of the cell
	Wirings []cell.Wiring
	Millis  []float64 // per forward pass of one batch
	digest  string
}

//go:embed shipped.csv
var shipped []byte

// Shipped is the table that comes with the program.
func Shipped() (*Table, error) { return Decode("the shipped table", shipped) }

// Load reads a table that WriteTo wrote; "" is the shipped one.
func Load(path string) (*Table, error) {
	if path == "" {
		return Shipped()
	}
	text, err := bounded.Read(path, 64<<20)
	if err != nil {
		return nil, fmt.Errorf("reading latencies: %w", err)
	}
	return Decode(path, text)
}

// Decode reads "# setting", "# nodes=N" and one line per wiring: operations by number
// in canonical order, then milliseconds, separated by commas.
func Decode(name string, text []byte) (*Table, error) {
	sum := sha256.Sum256(text)
	t := &Table{digest: hex.EncodeToString(sum[:])}
	edges := 0
	for n, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		fail := func(format string, args ...any) (*Table, error) {
			return nil, fmt.Errorf("%s:%d: %s", name, n+1, fmt.Sprintf(format, args...))
		}
		if rest, ok := strings.CutPrefix(line, "# nodes="); ok {
			v, err := strconv.Atoi(rest)
			if err != nil || v < 1 || v > cell.MaxNodes {
				return fail("nodes is %q: it must be 1 to %d", rest, cell.MaxNodes)
			}
			t.Nodes, edges = v, v*(v+3)/2
			continue
		}
		if rest, ok := strings.CutPrefix(line, "# "); ok {
			t.Setting = rest
			continue
		}
		if line == "" {
			continue
		}
		fields := strings.Split(line, ",")
		if edges == 0 || len(fields) != edges+1 {
			return fail("%d fields: a cell of %d nodes has %d operations and a time", len(fields), t.Nodes, edges)
		}
		w := make(cell.Wiring, edges)
		for e := range w {
			v, err := strconv.Atoi(fields[e])
			if err != nil || v < 0 || v >= len(cell.Canonical()) {
				return fail("operation %q of edge %d: it must be 0 to %d", fields[e], e, len(cell.Canonical())-1)
			}
			w[e] = v
		}
		ms, err := strconv.ParseFloat(fields[edges], 64)
		if err != nil || !(ms > 0) || math.IsInf(ms, 1) {
			return fail("time %q: it must be positive milliseconds", fields[edges])
		}
		t.Wirings, t.Millis = append(t.Wirings, w), append(t.Millis, ms)
	}
	if len(t.Wirings) < minSamples {
		return nil, fmt.Errorf("%s: %d wirings: a regressor needs at least %d", name, len(t.Wirings), minSamples)
	}
	return t, nil
}

const minSamples = 20

// Encode writes what Decode reads.
func (t *Table) Encode() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n# nodes=%d\n", t.Setting, t.Nodes)
	for i, w := range t.Wirings {
		for _, o := range w {
			fmt.Fprintf(&b, "%d,", o)
		}
		fmt.Fprintf(&b, "%.4f\n", t.Millis[i])
	}
	return b.Bytes()
}

// Digest is the SHA-256 of the table's text.
func (t *Table) Digest() string { return t.digest }

// Mean is the mean latency: the unit in which a search weighs it.
func (t *Table) Mean() float64 {
	sum := 0.0
	for _, v := range t.Millis {
		sum += v
	}
	return sum / float64(len(t.Millis))
}

// Head returns the table's first n rows; n = 0 or more than it has: all.
func (t *Table) Head(n int) *Table {
	if n <= 0 || n >= len(t.Wirings) {
		return t
	}
	return &Table{Setting: t.Setting, Nodes: t.Nodes, Wirings: t.Wirings[:n], Millis: t.Millis[:n], digest: fmt.Sprintf("%s/%d", t.digest, n)}
}
