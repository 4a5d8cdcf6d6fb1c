package method

import "testing"

// A plan that is read can be made into searches, each of which can be run.
func FuzzDecode(f *testing.F) {
	f.Add(defaultPlan)
	f.Add([]byte("seeds = 1\nfirst_seed = 1\n[[method]]\nname = \"a\"\nspec = { steps = 5 }\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := Decode("fuzz", text)
		if err != nil {
			return
		}
		for _, j := range p.searches() {
			if err := j.Spec.Check(); err != nil {
				t.Fatalf("a plan was read whose search %s cannot be run: %v", j.ID(), err)
			}
		}
	})
}
