package attack

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

func limits() []Attack {
	return []Attack{
		{Name: "bombs", Family: "input", About: "files that claim or unpack to more than the machine has: refused in one line, before memory is taken", Run: bombs},
		{Name: "pickles", Family: "input", About: "pickles that call os.system, eval, open, ...: nothing is executed", Run: pickles},
	}
}

// most is the resident memory in MiB that a refusal may take: the program itself,
// the embedded images and the longest line that is read.
const most = 400

// addressSpace is the address space in MiB that the program is given, so that a bomb that
// goes off does not take the machine with it.
const addressSpace = 8 << 10

// A bomb is a command over files, one of which is hostile.
type bomb struct {
	what   string
	args   []string
	files  map[string][]byte
	large  map[string]int64 // sparse files of that many zero bytes
	leaves string           // what it says of the hostile part, where the rest of the file is sound and is taken
}

func bombList() []bomb {
	manifest := func(edges string, nodes int) []byte {
		return fmt.Appendf(nil, `{"format":"edgewise-trace/1","version":"t","run":"r","name":"n","origin":"observed","source":"s","kinds":["normal"],"nodes":%d,"concat":[2],"edges":%s,"ops":["none","skip_connect"],"data":{}}`, nodes, edges)
	}
	small := manifest("[[0,2],[1,2]]", 1)
	be := func(v ...uint32) (b []byte) {
		for _, x := range v {
			b = binary.BigEndian.AppendUint32(b, x)
		}
		return b
	}
	npy := func(head string) []byte {
		head += strings.Repeat(" ", 118-len(head)-1) + "\n"
		return append(append([]byte("\x93NUMPY\x01\x00"), byte(len(head)), 0), head...)
	}
	data := func(images []byte) map[string][]byte {
		return map[string][]byte{"d/train-images-idx3-ubyte": images, "d/train-labels-idx1-ubyte": append(be(0x801, 1), 0), "d/t10k-images-idx3-ubyte": append(be(0x803, 1, 1, 1), 0), "d/t10k-labels-idx1-ubyte": append(be(0x801, 1), 0)}
	}
	deep := bytes.Repeat([]byte("["), 4<<20)
	table := "tensor([" + strings.Repeat("[0.5, 0.5],\n", 300000) + "[0.5, 0.5]])\n"
	return []bomb{
		{"a manifest of 10^9 nodes", []string{"check", "t"}, map[string][]byte{"t/manifest.json": manifest("[[0,2]]", 1000000000), "t/trace.jsonl": nil}, nil, ""},
		{"a manifest of 10^6 edges", []string{"check", "t"}, map[string][]byte{"t/manifest.json": manifest("["+strings.Repeat("[0,2],", 1000000)+"[1,2]]", 1), "t/trace.jsonl": nil}, nil, ""},
		{"a cyclic cell", []string{"check", "t"}, map[string][]byte{"t/manifest.json": manifest("[[2,3],[3,2]]", 2), "t/trace.jsonl": nil}, nil, ""},
		{"a manifest of 8 GB", []string{"check", "t"}, map[string][]byte{"t/trace.jsonl": nil}, map[string]int64{"t/manifest.json": 8 << 30}, ""},
		{"a point of 8 GB on one line", []string{"compare", "t"}, map[string][]byte{"t/manifest.json": small}, map[string]int64{"t/trace.jsonl": 8 << 30}, ""},
		{"a point of 4 million brackets", []string{"compare", "t"}, map[string][]byte{"t/manifest.json": small, "t/trace.jsonl": deep}, nil, ""},
		{"a spec of 8 GB", []string{"search", "--spec", "s.toml", "--out", "out"}, nil, map[string]int64{"s.toml": 8 << 30}, ""},
		{"a spec of 10^9 nodes", []string{"search", "--spec", "s.toml", "--out", "out"}, map[string][]byte{"s.toml": []byte("net.nodes = 1000000000\nnet.multiplier = 1000000000")}, nil, ""},
		{"a net of 10^9 weights", []string{"search", "--spec", "s.toml", "--out", "out"}, map[string][]byte{"s.toml": []byte("batch = 4096\n[net]\nchannels = 512\nstem = 16\ncells = 64\nnodes = 32\nmultiplier = 32\n[data]\ntrain = 4096")}, nil, ""},
		{"a spec with a key of 500,000 parts", []string{"search", "--spec", "s.toml", "--out", "out"}, map[string][]byte{"s.toml": []byte(strings.Repeat("a.", 500000) + "b = 1")}, nil, ""},
		{"a grid with a key of 500,000 parts", []string{"ablate", "plan", "--grid", "g.toml", "--out", "out"}, map[string][]byte{"g.toml": []byte(strings.Repeat("a.", 500000) + "b = 1")}, nil, ""},
		{"a plan with a key of 500,000 parts", []string{"ablate", "methods", "--plan", "p.toml", "--out", "out"}, map[string][]byte{"p.toml": []byte(strings.Repeat("a.", 500000) + "b = 1")}, nil, ""},
		{"a spec of 10^6 brackets", []string{"search", "--spec", "s.toml", "--out", "out"}, map[string][]byte{"s.toml": []byte("a = " + strings.Repeat("[", 1000000))}, nil, ""},
		{"a spec of 300,000 tables in tables", []string{"search", "--spec", "s.toml", "--out", "out"}, map[string][]byte{"s.toml": []byte("a = " + strings.Repeat("{a=", 300000))}, nil, ""},
		{"a spec of 170,000 unknown keys", []string{"search", "--spec", "s.toml", "--out", "out"}, map[string][]byte{"s.toml": []byte(strings.Repeat("[[a]]\n", 170000))}, nil, ""},
		{"a spec without an end", []string{"search", "--spec", "/dev/zero", "--out", "out"}, nil, nil, ""},
		{"a plan without an end", []string{"ablate", "methods", "--plan", "/dev/zero", "--out", "out"}, nil, nil, ""},
		{"tables of 8 GB", []string{"report", "--paper", "--ablation", "t.json", "--claims", "none", "--out", "out"}, nil, map[string]int64{"t.json": 8 << 30}, ""},
		{"a grid of 8 GB", []string{"ablate", "plan", "--grid", "g.toml", "--out", "out"}, nil, map[string]int64{"g.toml": 8 << 30}, ""},
		{"a checkpoint of 8 GB", []string{"search", "--steps", "4", "--out", "t", "--resume"}, nil, map[string]int64{"t/checkpoint.bin": 8 << 30}, ""},
		{"10^9 images", []string{"search", "--steps", "2", "--out", "out", "--data", "d"}, data(be(0x803, 1000000000, 28, 28)), nil, ""},
		{"images of 10^9 columns", []string{"search", "--steps", "2", "--out", "out", "--data", "d"}, data(be(0x803, 1, 1, 1000000000)), nil, ""},
		{"an array of 10^9 edges", []string{"import", "a.npy", "--out", "out"}, map[string][]byte{"a.npy": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 8), }")}, nil, ""},
		{"an array of 10^18 edges", []string{"import", "a.npy", "--out", "out"}, map[string][]byte{"a.npy": npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 1000000000), }")}, nil, ""},
		{"a bomb of zipped arrays", []string{"import", "a.npz", "--out", "out"}, map[string][]byte{"a.npz": zipBomb("alphas_normal.npy", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (33554432, 8), }"))}, nil, ""},
		{"a bomb of a zipped checkpoint", []string{"import", "a.pt", "--out", "out"}, map[string][]byte{"a.pt": zipBomb("archive/data.pkl", nil)}, nil, ""},
		{"a checkpoint of 10^9 edges over 64 bytes", []string{"import", "a.pt", "--out", "out"}, map[string][]byte{"a.pt": checkpoint(1000000000)}, nil, ""},
		{"a pickle of 16 million marks", []string{"import", "a.pkl", "--format", "torch", "--out", "out"}, map[string][]byte{"a.pkl": append([]byte("\x80\x02"), bytes.Repeat([]byte("("), 16<<20)...)}, nil, ""},
		{"a pickle of a text of 2^60 bytes", []string{"import", "a.pkl", "--format", "torch", "--out", "out"}, map[string][]byte{"a.pkl": append(binary.LittleEndian.AppendUint64([]byte("\x80\x04\x8d"), 1<<60), "abc"...)}, nil, ""},
		{"a pickle of 2^64 numbers in pairs of pairs", []string{"import", "a.pkl", "--format", "torch", "--out", "out"}, map[string][]byte{"a.pkl": []byte("\x80\x02K\x01" + strings.Repeat("2\x86", 64) + ".")}, nil, ""},
		{"safetensors with a header of 2^40 bytes", []string{"import", "a.safetensors", "--out", "out"}, map[string][]byte{"a.safetensors": append(binary.LittleEndian.AppendUint64(nil, 1<<40), '{')}, nil, ""},
		{"safetensors of 10^9 edges", []string{"import", "a.safetensors", "--out", "out"}, map[string][]byte{"a.safetensors": safe(`{"alphas_normal":{"dtype":"F32","shape":[1000000000,8],"data_offsets":[0,32000000000]}}`)}, nil, ""},
		{"an event of 2^60 bytes", []string{"import", "events.out.tfevents.1", "--out", "out", "--format", "tensorboard"}, map[string][]byte{"events.out.tfevents.1": append(binary.LittleEndian.AppendUint64(nil, 1<<60), 1, 2, 3, 4)}, nil, ""},
		{"a table of 10^9 edges", []string{"import", "t.csv", "--out", "out", "--format", "tidy"}, map[string][]byte{"t.csv": []byte("epoch,cell,edge,op,alpha\n0,normal,1000000000,none,0.5\n")}, nil, ""},
		{"a log that claims 10^9 edges", []string{"import", "log.txt", "--out", "out", "--ops", "none,skip_connect"}, map[string][]byte{"log.txt": []byte(
			"epoch 0 lr 2.5e-02\ngenotype = Genotype(normal=[('sep_conv_3x3', 999999999), ('skip_connect', 0)], normal_concat=range(2, 1000000000), reduce=[], reduce_concat=[])\n")}, nil, ""},
		{"a log of losses that claims 10^9 edges", []string{"import", "log.txt", "--out", "out"}, map[string][]byte{"log.txt": []byte(
			"epoch 0 lr 2.5e-02\ngenotype = Genotype(normal=[('sep_conv_3x3', 999999999), ('skip_connect', 0)], normal_concat=range(2, 1000000000), reduce=[], reduce_concat=[])\ntrain_acc 40.0\n")}, nil,
			"log.txt:2: genotype: normal"},
		{"a log of 300,001 edges", []string{"import", "log.txt", "--out", "out", "--ops", "none,skip_connect"}, map[string][]byte{"log.txt": []byte("epoch 0 lr 2.5e-02\n" + table)}, nil, ""},
		{"a log of losses with 300,001 edges", []string{"import", "log.txt", "--out", "out", "--ops", "none,skip_connect"}, map[string][]byte{"log.txt": []byte("epoch 0 lr 2.5e-02\n" + table + "train_acc 40.0\n")}, nil,
			"log.txt:2: a printed tensor is larger than 65536 numbers"},
		{"a log of a tensor of 10^6 dimensions", []string{"import", "log.txt", "--out", "out"}, map[string][]byte{"log.txt": []byte("epoch 0 lr 2.5e-02\ntensor(" + strings.Repeat("[", 1000000) + "\n")}, nil, ""},
		{"a log of 8 GB on one line", []string{"import", "log.txt", "--out", "out", "--format", "quark0"}, nil, map[string]int64{"log.txt": 8 << 30}, ""},
	}
}

func safe(head string) []byte {
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(head))), head...)
}

// checkpoint is what torch.save writes of {"alphas_normal": t} for a float tensor t of
// that many rows of 8 over a storage of 16 numbers.
func checkpoint(rows uint32) []byte {
	text := func(s string) string {
		return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s
	}
	number := func(v uint32) string { return "J" + string(binary.LittleEndian.AppendUint32(nil, v)) }
	pickle := "\x80\x02}" + text("alphas_normal") + "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\nFloatStorage\n" + text("0") + text("cpu") +
		number(16) + "tQK\x00" + number(rows) + "K\x08\x86K\x08K\x01\x86\x89ccollections\nOrderedDict\n)RtRs."
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range [][2]string{{"archive/data.pkl", pickle}, {"archive/data/0", strings.Repeat("\x00", 64)}, {"archive/version", "3\n"}} {
		if out, err := w.Create(f[0]); err == nil {
			io.WriteString(out, f[1])
		}
	}
	w.Close()
	return b.Bytes()
}

// zipBomb is a zip archive whose one file unpacks to a gigabyte.
func zipBomb(name string, head []byte) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestSpeed) })
	f, err := w.Create(name)
	if err != nil {
		return nil
	}
	f.Write(head)
	zero := make([]byte, 1<<20)
	for range 1024 {
		f.Write(zero)
	}
	w.Close()
	return b.Bytes()
}

func bombs(ctx context.Context, e *Env) (Outcome, error) {
	var o Outcome
	worst, which := 0, ""
	for i, b := range bombList() {
		dir := filepath.Join(e.Tmp, fmt.Sprint(i))
		if err := b.lay(dir); err != nil {
			return o, err
		}
		if b.what == "a checkpoint of 8 GB" {
			if err := e.beside(ctx, dir); err != nil {
				return o, err
			}
		}
		start := time.Now()
		r := e.start(ctx, dir, 60*time.Second, limited(addressSpace, e.Bin, b.args...))
		err := b.judge(r)
		if left, terr := tree(filepath.Join(dir, "out")); err == nil && b.leaves == "" && (terr != nil || len(left) > 0) {
			err = fmt.Errorf("it was refused, and %d files were written: %v", len(left), terr)
		}
		switch {
		case err != nil:
			err = fmt.Errorf("%s: %w", b.what, err)
		case r.memory > most:
			err = fmt.Errorf("%s: %d MiB were taken before it was refused: %s", b.what, r.memory, tail([]byte(r.errs)))
		case time.Since(start) > 30*time.Second:
			err = fmt.Errorf("%s: refused only after %s", b.what, time.Since(start))
		}
		if r.memory > worst {
			worst, which = r.memory, b.what
		}
		o.try(err)
		os.RemoveAll(dir)
	}
	if worst > 0 {
		o.note("the most memory that a refusal took is %d MiB (%s)", worst, which)
	}
	return o, ctx.Err()
}

// judge wants a refusal or, where the rest of the file is sound, a warning that names
// what was left out.
func (b bomb) judge(r result) error {
	switch {
	case b.leaves == "":
		return refusedInOneLine(r)
	case r.code != 0:
		return fmt.Errorf("exit %d though part of it is sound: %s", r.code, tail([]byte(r.errs)))
	case !strings.Contains(r.out, b.leaves):
		return fmt.Errorf("it does not say %q: %s", b.leaves, tail([]byte(r.out)))
	}
	return nil
}

func (b bomb) lay(dir string) error {
	files := map[string]string{}
	for name, text := range b.files {
		files[name] = string(text)
	}
	if err := lay(dir, files); err != nil {
		return err
	}
	for name, size := range b.large {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			return err
		}
		if err := os.Truncate(path, size); err != nil {
			return err
		}
	}
	return nil
}

// beside puts the trace of the search that the checkpoint claims to be of into t.
func (e *Env) beside(ctx context.Context, dir string) error {
	if r := e.run(ctx, dir, 0, "search", "--steps", "4", "--out", "u"); r.code != 0 {
		return fmt.Errorf("making a trace: %s", r.errs)
	}
	for _, name := range []string{"manifest.json", "trace.jsonl"} {
		if err := os.Rename(filepath.Join(dir, "u", name), filepath.Join(dir, "t", name)); err != nil {
			return err
		}
	}
	return nil
}

func refusedInOneLine(r result) error {
	switch {
	case r.killed:
		return fmt.Errorf("it did not end within a minute")
	case r.code != 1 && r.code != 2:
		return fmt.Errorf("exit %d: %s", r.code, tail([]byte(r.errs)))
	case strings.Count(r.errs, "\n") != 1:
		return fmt.Errorf("not one line: %s", tail([]byte(r.errs)))
	case len(r.errs) > 1500:
		return fmt.Errorf("a line of %d bytes: %s", len(r.errs), r.errs[:200])
	}
	return nil
}

// pickles import files whose pickles would, in Python, make a file.
func pickles(ctx context.Context, e *Env) (Outcome, error) {
	var o Outcome
	dir := filepath.Join(e.Tmp, "pickles")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return o, err
	}
	proof := filepath.Join(dir, "executed")
	command := "touch " + proof
	str := func(s string) string {
		return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s
	}
	calls := map[string]string{
		"os.system":        "cos\nsystem\n(" + str(command) + "tR.",
		"posix.system":     "cposix\nsystem\n(" + str(command) + "tR.",
		"subprocess.Popen": "csubprocess\nPopen\n((" + "l" + str("touch") + "a" + str(proof) + "atR.",
		"builtins.eval":    "cbuiltins\neval\n(" + str("__import__('os').system('"+command+"')") + "tR.",
		"builtins.exec":    "\x80\x02cbuiltins\nexec\n" + str("open('"+proof+"','w')") + "\x85R.",
		"builtins.open":    "\x80\x02cbuiltins\nopen\n" + str(proof) + str("w") + "\x86R.",
		"instance":         "(" + str(command) + "ios\nsystem\n.",
		"object":           "(cos\nsystem\n" + str(command) + "o.",
		"reduce":           "\x80\x04\x8c\x02os\x8c\x06system\x93\x8c" + string(rune(len(command))) + command + "\x85R.",
		"newobj":           "\x80\x02csubprocess\nPopen\n" + str(command) + "\x85\x81.",
		"build":            "\x80\x02ccollections\nOrderedDict\n)Rcos\nsystem\n" + str(command) + "\x85Rb.",
		"runpy":            "crunpy\n_run_code\n(" + str("open('"+proof+"','w')") + "}tR.",
	}
	for name, pickle := range calls {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		f, err := w.Create("archive/data.pkl")
		if err != nil {
			return o, err
		}
		io.WriteString(f, pickle)
		w.Close()
		for ext, text := range map[string]string{"pt": b.String(), "pkl": pickle} {
			file := filepath.Join(dir, "bad."+ext)
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				return o, err
			}
			r := e.run(ctx, dir, time.Minute, "import", file, "--format", "torch", "--out", filepath.Join(dir, "out"))
			err := refusedInOneLine(r)
			if _, serr := os.Stat(proof); serr == nil {
				err = fmt.Errorf("it was executed")
				os.Remove(proof)
			}
			if err != nil {
				err = fmt.Errorf("%s in a .%s file: %w", name, ext, err)
			}
			o.try(err)
		}
	}
	return o, ctx.Err()
}
