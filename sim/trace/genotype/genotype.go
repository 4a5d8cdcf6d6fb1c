// Package genotype reads the wirings that searches print ("Genotype(normal=[('sep_conv_3x3', 1), ...", nested or flat, and the |op~node| strings of
// NAS-Bench-201), derives wirings from parameters as those searches do, tells
// how far the two agree, and finds out from that agreement which column of a log
// is which operation.
package genotype

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"edgewise/theory/cell"
)

// Pair is one chosen operation on the edge from node From.
type Pair struct {
	Op   string
	From int
}

// Cell is one derived cell: Nodes[j] lists the pairs that enter node j+2, in
// the order of the text; Concat are the nodes of the output (nil: not said).
type Cell struct {
	Nodes  [][]Pair
	Concat []int
}

// Genotype is one printed wiring: a cell per kind, "normal" and "reduce".
type Genotype struct {
	Kinds []string
	Cells []Cell
}

// Cell returns the cell of a kind.
func (g Genotype) Cell(kind string) (Cell, bool) {
	for i, k := range g.Kinds {
		if k == kind {
			return g.Cells[i], true
		}
	}
	return Cell{}, false
}

// Pairs is the number of chosen edges.
func (c Cell) Pairs() int {
	n := 0
	for _, p := range c.Nodes {
		n += len(p)
	}
	return n
}

// String prints the genotype as DARTS does.
func (g Genotype) String() string {
	var b strings.Builder
	b.WriteString("Genotype(")
	for i, c := range g.Cells {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s=[", g.Kinds[i])
		first := true
		for _, n := range c.Nodes {
			for _, p := range n {
				if !first {
					b.WriteString(", ")
				}
				first = false
				fmt.Fprintf(&b, "('%s', %d)", p.Op, p.From)
			}
		}
		fmt.Fprintf(&b, "], %s_concat=%s", g.Kinds[i], pythonRange(c.Concat))
	}
	b.WriteString(")")
	return b.String()
}

func pythonRange(v []int) string {
	for i := range v {
		if v[i] != v[0]+i {
			return strings.ReplaceAll(fmt.Sprint(v), " ", ", ")
		}
	}
	if len(v) == 0 {
		return "[]"
	}
	return fmt.Sprintf("range(%d, %d)", v[0], v[len(v)-1]+1)
}

var (
	field  = regexp.MustCompile(`(normal|reduce)(_concat)?\s*=\s*`)
	tuple  = regexp.MustCompile(`^\(\s*['"]([A-Za-z0-9_.+-]{1,64})['"]\s*,\s*(\d{1,4})\s*\)`)
	ranges = regexp.MustCompile(`^range\(\s*(\d{1,4})\s*,\s*(\d{1,4})\s*\)`)
	ints   = regexp.MustCompile(`^\[\s*(\d{1,4}(?:\s*,\s*\d{1,4})*)\s*\]`)
	bench  = regexp.MustCompile(`\|(?:[A-Za-z0-9_.+-]{1,64}~\d{1,4}\|)+(?:\+\|(?:[A-Za-z0-9_.+-]{1,64}~\d{1,4}\|)+)*`)
)

// Excerpt returns the part of a line that holds a genotype, or "".
func Excerpt(text string) string {
	if i := strings.Index(text, "Genotype("); i >= 0 {
		return text[i:]
	}
	return bench.FindString(text)
}

// Balanced says whether the text closes all its brackets.
func Balanced(text string) bool {
	depth := 0
	for _, c := range text {
		switch c {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		}
	}
	return depth <= 0
}

// Parse reads a genotype. Flat lists are split into nodes by their length: two
// pairs per node, or all edges of each node; lists of lists keep their nodes.
// A NAS-Bench-201 string gives the one kind "normal", its node 0 being Edgewise's
// input node 1.
func Parse(text string) (Genotype, error) {
	text = Excerpt(text)
	if strings.HasPrefix(text, "|") {
		return parseBench(text)
	}
	if !strings.HasPrefix(text, "Genotype(") {
		return Genotype{}, fmt.Errorf("there is no genotype in the text")
	}
	if !Balanced(text) {
		return Genotype{}, fmt.Errorf("the genotype is cut off")
	}
	var g Genotype
	flat := map[string][][]Pair{}
	concat := map[string][]int{}
	for _, m := range field.FindAllStringSubmatchIndex(text, 16) {
		kind, rest := text[m[2]:m[3]], text[m[1]:]
		if m[4] >= 0 {
			v, err := parseConcat(rest)
			if err != nil {
				return Genotype{}, fmt.Errorf("%s_concat: %w", kind, err)
			}
			concat[kind] = v
			continue
		}
		if _, ok := flat[kind]; ok {
			return Genotype{}, fmt.Errorf("%s occurs twice", kind)
		}
		groups, err := parsePairs(rest)
		if err != nil {
			return Genotype{}, fmt.Errorf("%s: %w", kind, err)
		}
		flat[kind] = groups
		g.Kinds = append(g.Kinds, kind)
	}
	if len(g.Kinds) == 0 {
		return g, fmt.Errorf("the genotype has neither normal nor reduce")
	}
	for _, kind := range g.Kinds {
		nodes, err := split(flat[kind], concat[kind])
		if err != nil {
			return Genotype{}, fmt.Errorf("%s: %w", kind, err)
		}
		g.Cells = append(g.Cells, Cell{nodes, concat[kind]})
	}
	return g, nil
}

func parseConcat(s string) ([]int, error) {
	var out []int
	if m := ranges.FindStringSubmatch(s); m != nil {
		lo, _ := strconv.Atoi(m[1])
		hi, _ := strconv.Atoi(m[2])
		if hi-lo > cell.MaxNodes {
			return nil, fmt.Errorf("range(%d, %d) is longer than %d nodes", lo, hi, cell.MaxNodes)
		}
		for i := lo; i < hi; i++ {
			out = append(out, i)
		}
		return out, nil
	}
	if m := ints.FindStringSubmatch(s); m != nil {
		for _, f := range strings.Split(m[1], ",") {
			v, _ := strconv.Atoi(strings.TrimSpace(f))
			if len(out) == cell.MaxNodes {
				return nil, fmt.Errorf("more than %d nodes", cell.MaxNodes)
			}
			out = append(out, v)
		}
		return out, nil
	}
	return nil, fmt.Errorf("neither a range nor a list of nodes")
}

// parsePairs reads [pair, pair, ...] as one group, [[pair, ...], ...] as one
// group per node.
func parsePairs(s string) ([][]Pair, error) {
	if !strings.HasPrefix(s, "[") {
		return nil, fmt.Errorf("no list of pairs")
	}
	groups := [][]Pair{nil}
	nested := false
	depth, n := 1, 0
	s = s[1:]
	for depth > 0 {
		s = strings.TrimLeft(s, " ,\t")
		switch {
		case s == "":
			return nil, fmt.Errorf("the list is cut off")
		case s[0] == '[':
			if depth == 2 || n > 0 && !nested {
				return nil, fmt.Errorf("lists are nested unevenly")
			}
			if nested {
				groups = append(groups, nil)
			}
			nested = true
			depth++
			s = s[1:]
		case s[0] == ']':
			depth--
			s = s[1:]
		default:
			m := tuple.FindStringSubmatch(s)
			if m == nil {
				return nil, fmt.Errorf("%q is not a pair of an operation and a node", s[:min(len(s), 24)])
			}
			if nested && depth == 1 {
				return nil, fmt.Errorf("lists are nested unevenly")
			}
			if n++; n > 1024 {
				return nil, fmt.Errorf("more than 1024 pairs")
			}
			from, _ := strconv.Atoi(m[2])
			groups[len(groups)-1] = append(groups[len(groups)-1], Pair{m[1], from})
			s = s[len(m[0]):]
		}
	}
	if n == 0 {
		return nil, fmt.Errorf("the list of pairs is empty")
	}
	if !nested {
		out := make([][]Pair, 0, n)
		for _, p := range groups[0] {
			out = append(out, []Pair{p})
		}
		return append(out, nil), nil // the nil marks a flat list
	}
	return groups, nil
}

// split gives each node its pairs and checks their sources.
func split(groups [][]Pair, concat []int) ([][]Pair, error) {
	var nodes [][]Pair
	if groups[len(groups)-1] == nil && len(groups) > 1 {
		flat := groups[:len(groups)-1]
		var sizes []int
		last := 0
		for _, j := range concat {
			last = max(last, j)
		}
		n, all := len(flat), 0
		for j := 2; all < n && j < 2+cell.MaxNodes; j++ {
			all += j
			sizes = append(sizes, j)
		}
		switch {
		case n%2 == 0 && (last == 0 || n/2 == last-1):
			sizes = sizes[:0]
			for range n / 2 {
				sizes = append(sizes, 2)
			}
		case all != n || last != 0 && len(sizes) != last-1:
			return nil, fmt.Errorf("%d pairs are neither two per node nor all edges of a cell whose last node is %d", n, last)
		}
		for _, k := range sizes {
			var node []Pair
			for _, g := range flat[:k] {
				node = append(node, g...)
			}
			nodes, flat = append(nodes, node), flat[k:]
		}
	} else {
		nodes = groups
	}
	if len(nodes) > cell.MaxNodes {
		return nil, fmt.Errorf("%d nodes: at most %d", len(nodes), cell.MaxNodes)
	}
	for j, node := range nodes {
		for _, p := range node {
			if p.From >= j+cell.Inputs {
				return nil, fmt.Errorf("node %d takes its input from node %d, which comes after it", j+cell.Inputs, p.From)
			}
		}
	}
	return nodes, nil
}

// parseBench reads |op~0|+|op~0|op~1|+...
func parseBench(s string) (Genotype, error) {
	var c Cell
	for j, node := range strings.Split(s, "+|") {
		var pairs []Pair
		for _, f := range strings.Split(strings.Trim(node, "|"), "|") {
			op, from, _ := strings.Cut(f, "~")
			i, err := strconv.Atoi(from)
			if err != nil || i > j {
				return Genotype{}, fmt.Errorf("%q is not an operation and a node before node %d", f, j+1)
			}
			pairs = append(pairs, Pair{op, i + 1})
		}
		c.Nodes = append(c.Nodes, pairs)
	}
	if len(c.Nodes) > cell.MaxNodes {
		return Genotype{}, fmt.Errorf("%d nodes: at most %d", len(c.Nodes), cell.MaxNodes)
	}
	c.Concat = []int{len(c.Nodes) + 1}
	return Genotype{[]string{"normal"}, []Cell{c}}, nil
}
