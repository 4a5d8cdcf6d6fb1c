package attack

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// tinySpec is a search that takes a fraction of a second and visits every part of
// the driver: windows, evaluations, checkpoints.
func tinySpec(steps int) string {
	return fmt.Sprintf(`name = "tiny"
steps = %d
%s`, steps, strings.Replace(tinyRest(""), "eval = 50", fmt.Sprintf("eval = %d", min(50, steps)), 1))
}

func tinyRest(prefix string) string {
	return strings.ReplaceAll(`batch = 4
[@data]
side = 8
train = 32
search = 16
test = 16
[@net]
channels = 1
stem = 1
ops = ["none", "skip_connect", "sep_conv_3x3"]
[@record]
every = 5
eval = 50
`, "@", prefix)
}

// tinyGrid is an ablation of two arms under two seeds.
func tinyGrid(steps int) string {
	return fmt.Sprintf(`name = "tiny"
seeds = 2
first_seed = 1
[[base]]
name = "b"
setting = "tiny"
[base.spec]
steps = %d
%s
[[arm]]
name = "frozen"
claim = "P7"
[arm.spec.alpha]
freeze = true
[[arm]]
name = "bold"
claim = "P7"
[arm.spec.alpha]
rate = 0.05
`, steps, strings.Replace(tinyRest("base.spec."), "eval = 50", fmt.Sprintf("eval = %d", min(50, steps)), 1))
}

// tinyLog is a log of a search in the form of the DARTS code.
func tinyLog(epochs int) string {
	var b strings.Builder
	b.WriteString("args = Namespace(batch_size=64, epochs=" + fmt.Sprint(epochs) + ", layers=8)\n")
	row := "[0.1000, 0.1000, 0.1000, 0.2000, 0.1300, 0.1200, 0.1200, 0.1300]"
	for i := range epochs {
		fmt.Fprintf(&b, "epoch %d lr 2.5e-02\n", i)
		b.WriteString("genotype = Genotype(normal=[('sep_conv_3x3', 1), ('skip_connect', 0)], normal_concat=range(2, 3), reduce=[('skip_connect', 0), ('sep_conv_3x3', 1)], reduce_concat=range(2, 3))\n")
		for range 2 {
			b.WriteString("tensor([" + row + ",\n        " + row + "],\n       device='cuda:0', grad_fn=<SoftmaxBackward>)\n")
		}
		b.WriteString("train 000 2.3e+00 10.0 50.0\ntrain_acc 40.0\nvalid 000 1.9e+00 30.0 60.0\nvalid_acc 35.0\n")
	}
	return b.String()
}

func (e *Env) file(name, text string) (string, error) {
	path := filepath.Join(e.Tmp, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	return path, os.WriteFile(path, []byte(text), 0o644)
}
