package ablation

import "testing"

// Any text is a grid that has jobs, or an error; never a panic.
func FuzzDecode(f *testing.F) {
	for _, name := range []string{Default, Variants} {
		text, err := shipped.ReadFile(name + ".toml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("name = \"g\"\nseeds = 1\nfirst_seed = 1\n[[base]]\nname = \"b\"\n[[arm]]\nname = \"a\"\n[arm.spec]\nsteps = 5\n"))
	f.Add([]byte("name = \"g\"\nseeds = 1\nfirst_seed = 1\n[[base]]\nname = \"b\"\npreset = \"cost-init\"\n[[arm]]\nname = \"a\"\nagainst = \"a\"\ninterventions = [{name = \"baseline\"}]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		g, err := Decode("fuzz", text)
		if err != nil {
			return
		}
		g.Cut(3)
		jobs := g.Jobs()
		if want := g.Seeds * (len(g.Bases) + len(g.Arms)); len(jobs) != want {
			t.Fatalf("%d jobs of %d seeds, %d bases and %d arms", len(jobs), g.Seeds, len(g.Bases), len(g.Arms))
		}
		for _, j := range jobs {
			if err := j.Spec.Check(); err != nil {
				t.Fatalf("%s-%s: a grid that was read has a spec that cannot be run: %v", j.Base, j.Arm, err)
			}
		}
	})
}
