package torch

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edgewise/sim/check"
	"edgewise/sim/trace"
	"edgewise/sim/trace/damage"
	"edgewise/sim/trace/runlog"

	"github.com/nlpodyssey/gopickle/pytorch"
	"github.com/nlpodyssey/gopickle/types"
)

var ops = []string{"none", "max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"}

// The files in testdata are written by make.py there.
func TestCheckpointsHoldAlpha(t *testing.T) {
	for _, name := range []string{"zip.pt", "legacy.pt"} {
		tr, _, err := Import(filepath.Join("testdata", name), runlog.Options{Ops: ops})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		p := tr.Points[0]
		if len(tr.Points) != 1 || p.Step != 7 || len(tr.Manifest.Kinds) != 2 || p.Alpha[0][4][1] != float64(float32(3.5)) || p.Alpha[1][2][1] != float64(3*10+2)/7 {
			t.Errorf("%s: step %d, %v %v", name, p.Step, p.Alpha[0][4], p.Alpha[1][2])
		}
	}
	for _, name := range []string{"nodes.pt", "module.pt"} {
		tr, _, err := Import(filepath.Join("testdata", name), runlog.Options{Ops: ops})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(tr.Manifest.Edges) != 5 || tr.Points[0].Alpha[0][1][0] != 2 || tr.Points[0].Alpha[0][2][0] != 3 {
			t.Errorf("%s: %v", name, tr.Points[0].Alpha)
		}
	}
}

// Another reader of pickles finds the same numbers.
func TestAnotherReaderAgrees(t *testing.T) {
	for _, name := range []string{"zip.pt", "legacy.pt"} {
		path := filepath.Join("testdata", name)
		ours, _, err := Load(path, runlog.IsAlpha)
		if err != nil {
			t.Fatal(err)
		}
		v, err := pytorch.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		state, ok := v.(*types.Dict).Get("state_dict")
		if !ok {
			t.Fatal("no state_dict")
		}
		theirs, ok := state.(*types.Dict).Get("alphas_reduce")
		if !ok {
			t.Fatal("no alphas_reduce")
		}
		tensor := theirs.(*pytorch.Tensor)
		data := tensor.Source.(*pytorch.DoubleStorage).Data
		for _, o := range ours {
			if o.Name != "state_dict.alphas_reduce" {
				continue
			}
			for i, x := range o.Data {
				at := tensor.StorageOffset + i/8*tensor.Stride[0] + i%8*tensor.Stride[1]
				if data[at] != x {
					t.Fatalf("%s: number %d is %v, another reader has %v", name, i, x, data[at])
				}
			}
		}
	}
}

func safe(names map[string][]float32, shape []int) []byte {
	head, body := map[string]any{"__metadata__": map[string]string{"a": "b"}}, []byte{}
	for n, data := range names {
		lo := len(body)
		for _, v := range data {
			body, _ = binary.Append(body, binary.LittleEndian, v)
		}
		head[n] = map[string]any{"dtype": "F32", "shape": shape, "data_offsets": []int{lo, len(body)}}
	}
	text, err := json.Marshal(head)
	if err != nil {
		panic(err)
	}
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), append(text, body...)...)
}

func TestSafetensorsHoldAlpha(t *testing.T) {
	dir := t.TempDir()
	for i := range 3 {
		data := make([]float32, 40)
		data[9] = float32(i)
		path := filepath.Join(dir, "ckpt_"+string(rune('0'+i))+".safetensors")
		if err := os.WriteFile(path, safe(map[string][]float32{"alphas_normal": data, "stem.weight": data}, []int{5, 8}), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tr, _, err := Import(dir, runlog.Options{Ops: ops})
	if err != nil {
		t.Fatal(err)
	}
	if len(tr.Points) != 3 || tr.Points[2].Step != 2 || tr.Points[2].Alpha[0][1][2] != 2 { // column 1 is max_pool_3x3, operation 2
		t.Errorf("%d points, %v", len(tr.Points), tr.Points[2].Alpha[0][1])
	}
}

func TestHostileFilesAreRefused(t *testing.T) {
	zip, err := os.ReadFile(filepath.Join("testdata", "zip.pt"))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"empty": nil, "text": []byte("hello, world: no checkpoint"), "cut": zip[:len(zip)/2],
		"huge header": append(binary.LittleEndian.AppendUint64(nil, 1<<40), '{'),
	} {
		if _, _, err := Read(bytes.NewReader(data), int64(len(data)), name, runlog.IsAlpha); err == nil {
			t.Errorf("%s was read as a checkpoint", name)
		}
		if _, _, err := ReadSafe(bytes.NewReader(data), int64(len(data)), name, runlog.IsAlpha); err == nil {
			t.Errorf("%s was read as safetensors", name)
		}
	}
	// A pickle that calls os.system builds an opaque object and calls nothing.
	v, err := unpickle(bufio.NewReader(strings.NewReader("cos\nsystem\n(X\x04\x00\x00\x00exittR.")))
	if o, ok := v.(*object); err != nil || !ok || o.class != (global{"os", "system"}) {
		t.Errorf("%v %v", v, err)
	}
	for pickle, want := range map[string]string{
		"B\xff\xff\xff\x7f": "bytes", "0": "more than it has put", "h\x05.": "never stored", "\x99": "does not write", "(": "cut off", "X\x05\x00\x00\x00ab": "cut off", "(N.": "",
	} {
		if _, err := unpickle(bufio.NewReader(strings.NewReader(pickle))); want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", pickle, err, want)
		}
	}
}

func TestDamage(t *testing.T) {
	alpha := make([]float32, 40)
	for i := range alpha {
		alpha[i] = float32(i) / 8
	}
	head := func(text string) []byte {
		return append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...)
	}
	files := []damage.File{{Name: "a.safetensors", Data: safe(map[string][]float32{"alphas_normal": alpha}, []int{5, 8}), Size: map[string][]byte{
		"10^9 edges": head(`{"alphas_normal":{"dtype":"F32","shape":[1000000000,8],"data_offsets":[0,32000000000]}}`),
		"deep":       head(`{"alphas_normal":` + strings.Repeat("[", 1<<20)),
		"2^40 bytes": append(binary.LittleEndian.AppendUint64(nil, 1<<40), '{'),
	}}}
	for _, name := range []string{"zip.pt", "legacy.pt"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, damage.File{Name: name, Data: data})
	}
	for _, f := range files {
		path := filepath.Join(t.TempDir(), f.Name)
		f.Read = func(data []byte) (*trace.Trace, []check.Finding, error) {
			if err := os.WriteFile(path, data, 0o644); err != nil {
				return nil, nil, err
			}
			return Import(path, runlog.Options{Ops: ops})
		}
		covered := 0
		if f.Name == "zip.pt" {
			covered = len(f.Data)
		}
		damage.Binary(t, f, covered)
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"zip.pt", "legacy.pt"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add(safe(map[string][]float32{"alphas_normal": make([]float32, 40)}, []int{5, 8}))
	f.Add([]byte("cos\nsystem\n(X\x04\x00\x00\x00exittR."))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = unpickle(bufio.NewReader(bytes.NewReader(data)))
		_, _, _ = Read(bytes.NewReader(data), int64(len(data)), "fuzz", runlog.IsAlpha)
		_, _, _ = ReadSafe(bytes.NewReader(data), int64(len(data)), "fuzz", runlog.IsAlpha)
	})
}
