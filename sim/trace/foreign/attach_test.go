package foreign

import (
	"strings"
	"testing"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// A spec fits a trace whose cell and operations it has, and no other.
func TestASpecIsAttachedWhereItFits(t *testing.T) {
	s := spec.Default()
	s.Net.Ops = []string{"none", "skip_connect", "sep_conv_3x3"}
	space, err := s.Space()
	if err != nil {
		t.Fatal(err)
	}
	fresh := func() *trace.Trace {
		tr := &trace.Trace{Manifest: trace.Manifest{Name: "a log"}}
		tr.Manifest.SetCell(space)
		tr.Manifest.Stack = nil
		return tr
	}
	tr := fresh()
	if err := Attach(tr, s); err != nil || tr.Manifest.Spec == nil || len(tr.Manifest.Stack) != s.Net.Cells || len(tr.Manifest.Notes) != 1 {
		t.Fatalf("%v %+v", err, tr.Manifest)
	}
	if err := Attach(tr, s); err == nil || !strings.Contains(err.Error(), "says its own spec") {
		t.Errorf("a second spec: %v", err)
	}
	for want, spoil := range map[string]func(*trace.Manifest, *spec.Spec){
		"net.ops is":          func(m *trace.Manifest, _ *spec.Spec) { m.Ops = []string{"none", "sep_conv_3x3", "skip_connect"} },
		"net.nodes is 3":      func(_ *trace.Manifest, s *spec.Spec) { s.Net.Nodes, s.Net.Multiplier = 3, 3 },
		"kinds of cells":      func(m *trace.Manifest, _ *spec.Spec) { m.Kinds = []string{"normal", "reduce"} },
		"it stacks 1 cells":   func(m *trace.Manifest, _ *spec.Spec) { m.Stack = []string{"normal", "normal"} },
		"the spec of a log: ": func(_ *trace.Manifest, s *spec.Spec) { s.Net.Ops = []string{"nonsense"} },
	} {
		tr, other := fresh(), s
		spoil(&tr.Manifest, &other)
		if err := Attach(tr, other); err == nil || !strings.Contains(err.Error(), want) || tr.Manifest.Spec != nil {
			t.Errorf("want %q: %v", want, err)
		}
	}
}
