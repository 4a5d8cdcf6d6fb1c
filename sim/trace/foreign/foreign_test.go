package foreign

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edgewise/sim/trace"
	"edgewise/sim/trace/runlog"
)

const small = "epoch 0 lr 2.5e-02\ntensor([[0.2000, 0.8000],\n        [0.3000, 0.7000]], grad_fn=<SoftmaxBackward>)\ntrain 000 2.3e+00 10.0 50.0\n"

func TestFormatsAreDetected(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct{ text, want string }{
		"a.log":              {"07/27 06:41:12 AM | Parameters:\r\n####### ALPHA #######\r\n# Alpha - normal\r\n", "ptdarts"},
		"nohup.out":          {"\ufeff" + small, "quark0"},
		"log.txt":            {"2026-01-01 06:17:25,273 self.args = Namespace(dsnas=True, gen_max_child=True)\n2026-01-01 06:17:25,273 epoch 0 lr 1e-2\n", "official"},
		"nb.txt":             {"arch-parameters :\ntensor([[0.2, 0.2]])\n", "nb201"},
		"sharp.txt":          {"2019_01_15_18_59_41 alphas_normal = tensor([[0.1]])\n", "sharpdarts"},
		"log_3.txt":          {"2019-07-16 13:28:39,383 epoch 0 lr 2.5e-02\n", "robust"},
		"derivatives_3.json": {"{}", "robust"},
		"t.csv":              {"epoch,edge,op,prob\n0,0,none,1\n", "tidy"},
		"curve.csv":          {"epoch,split,loss\n0,train,1\n", "tidy"},
		"x.npy":              {"\x93NUMPY\x01\x00", "npy"},
		"x.pt":               {"PK\x03\x04", "torch"},
		"x.safetensors":      {"\x02\x00\x00\x00\x00\x00\x00\x00{}", "torch"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if f, err := Detect(path); err != nil || f.Name != c.want {
			t.Errorf("%s: %q, want %q (%v)", name, f.Name, c.want, err)
		}
	}
	path := filepath.Join(dir, "what")
	if err := os.WriteFile(path, []byte("nothing of the kind"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Detect(path); err == nil || !strings.Contains(err.Error(), "--format") {
		t.Errorf("an unknown file: %v", err)
	}
	if _, _, err := Import(path, Options{Format: "nonsense"}); err == nil || !strings.Contains(err.Error(), "quark0") {
		t.Errorf("an unknown format: %v", err)
	}
}

// A trace imports as itself, and every form of it can be written.
func TestOwnTracesAndForms(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "nohup.out")
	if err := os.WriteFile(path, []byte(small), 0o644); err != nil {
		t.Fatal(err)
	}
	tr, _, err := Import(path, Options{Options: runlog.Options{Ops: []string{"none", "sep_conv_3x3"}, Name: "mine", Steps: 7}})
	if err != nil || tr.Manifest.Name != "mine" || tr.Points[0].Steps != 7 {
		t.Fatal(err)
	}
	own := filepath.Join(dir, "own")
	if err := trace.Write(own, tr); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{own, filepath.Join(own, trace.PointsFile), filepath.Join(own, trace.ManifestFile)} {
		again, _, err := Import(p, Options{})
		if err != nil || again.Manifest.Run != tr.Manifest.Run || len(again.Points) != 1 {
			t.Errorf("%s: %v", p, err)
		}
	}
	for form := range Forms {
		var b bytes.Buffer
		if err := Export(&b, tr, form); err != nil || b.Len() == 0 {
			t.Errorf("%s: %v", form, err)
		}
	}
	g, err := Genotype(tr)
	if err != nil || g.String() != "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1)], normal_concat=range(2, 3))" {
		t.Errorf("%s %v", g, err)
	}
	if err := Export(&bytes.Buffer{}, tr, "xml"); err == nil {
		t.Error("an unknown form was written")
	}
}
