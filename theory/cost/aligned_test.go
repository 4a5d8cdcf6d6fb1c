package cost

import (
	"strings"
	"testing"

	"edgewise/theory/symbolic"
)

// A broken line keeps every term and sign: read without the breaks it is the
// unbroken LaTeX.
func TestBrokenLinesLoseNothing(t *testing.T) {
	for _, text := range []string{
		"x",
		"a[1]*b[1] - a[2]*b[2]",
		"aa*(b1 + c1*s)*(b2 + c2*s)*(b3 + c3*s)*(b4 + c4*s)*(b5 + c5*s)*(b6 + c6*s)*(b7 + c7*s)*(b8 + c8*s)*(b9 + c9*s)",
		"-3*aa*(b1 + c1*s)*(b2 + c2*s)*(b3 + c3*s)*(b4 + c4*s)*(b5 + c5*s)*(b6 + c6*s)*(b7 + c7*s)*(b8 + c8*s)*(b9 + c9*s)",
		"x1 - x2 + x3 - x4 + x5 - x6 + x7 - x8 + x9 - y1 + y2 - y3 + y4 - y5 + y6 - y7 + y8 - y9 + z1 - z2 + z3 - z4 + z5 - z6 + z7 - z8",
	} {
		e, err := symbolic.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		plain := func(s string) string {
			return strings.NewReplacer(" ", "", `\,`, "", `{}\times`, "").Replace(s)
		}
		lines := breakLines(e)
		got := plain(strings.ReplaceAll(strings.Join(lines, ""), `{} \times`, ""))
		if want := plain(e.LaTeX()); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
		for _, l := range lines {
			if printedWidth(l) > lineWidth {
				t.Errorf("%s: a line of %d signs: %s", text, printedWidth(l), l)
			}
		}
		if strings.HasPrefix(text, "x1") || strings.Contains(text, "b9") {
			if len(lines) < 2 {
				t.Errorf("%s is not broken", text)
			}
		}
	}
	r := symbolic.Relation{Left: symbolic.V("a"), Op: symbolic.AtMost, Right: symbolic.V("b")}
	if got := alignRelation(r); got != `a &\le b` {
		t.Errorf("aligned %q", got)
	}
}
