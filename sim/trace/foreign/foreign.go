// Package foreign imports other people's runs: it finds out which format a file or
// folder has and hands it to the package of that format.
package foreign

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"edgewise/sim/check"
	"edgewise/sim/trace"
	"edgewise/sim/trace/nb201"
	"edgewise/sim/trace/npy"
	"edgewise/sim/trace/official"
	"edgewise/sim/trace/ptdarts"
	"edgewise/sim/trace/quark0"
	"edgewise/sim/trace/robust"
	"edgewise/sim/trace/runlog"
	"edgewise/sim/trace/sharpdarts"
	"edgewise/sim/trace/tensorboard"
	"edgewise/sim/trace/tidy"
	"edgewise/sim/trace/torch"
)

// Options are what a user may say; the zero value lets the file speak.
type Options struct {
	Format string // one of Formats; "": detected
	runlog.Options
}

// Format is one that can be imported.
type Format struct {
	Name, About string
	detect      func(s sample) bool
	read        func(path string, o runlog.Options) (*trace.Trace, []check.Finding, error)
}

// sample is what detection sees of a path.
type sample struct {
	path string
	dir  bool
	head []byte // of a file
}

const headSize = 64 << 10

type textImport func(io.Reader, string, runlog.Options) (*trace.Trace, []check.Finding, error)

// text opens the file for an importer that reads a stream.
func text(f textImport) func(string, runlog.Options) (*trace.Trace, []check.Finding, error) {
	return func(path string, o runlog.Options) (*trace.Trace, []check.Finding, error) {
		in, err := os.Open(path)
		if err != nil {
			return nil, nil, fmt.Errorf("importing: %w", err)
		}
		defer in.Close()
		return f(in, path, o)
	}
}

func says(detect func(string) bool) func(sample) bool {
	return func(s sample) bool { return !s.dir && detect(string(s.head)) }
}

// Formats lists the formats in the order in which they are tried.
func Formats() []Format {
	return []Format{
		{"edgewise", "a trace folder of Edgewise, or of its PyTorch recorder", func(s sample) bool {
			_, err := os.Stat(filepath.Join(folderOf(s), trace.ManifestFile))
			return err == nil && (s.dir || isOwn(filepath.Base(s.path)))
		}, readOwn},
		{"official-steps", "per-step arrays of the published analysis code (steps.npz)", func(s sample) bool {
			if s.dir || filepath.Ext(s.path) != ".npz" {
				return false
			}
			a, err := npy.OpenZip(s.path)
			return err == nil && official.HasSteps(a)
		}, readSteps},
		{"robust", "RobustDARTS records: log_N.txt, derivatives_N.json, errors_N.json, arch_N", func(s sample) bool { return !s.dir && robust.Detect(s.path) }, robust.Import},
		{"npy", "NumPy arrays: .npy, .npz, or a folder of normal_000.npy, reduce_000.npy, ...", func(s sample) bool {
			return s.dir && npy.Detect(s.path) || npy.Magic(s.head) || filepath.Ext(s.path) == ".npz"
		}, npy.Import},
		{"tensorboard", "TensorBoard event files", func(s sample) bool { return tensorboard.Magic(s.head) }, text(tensorboard.Import)},
		{"torch", "PyTorch checkpoints and safetensors, one or a folder of them", func(s sample) bool {
			return s.dir && hasCheckpoints(s.path) || torch.Magic(s.head) || torch.SafeMagic(s.head)
		}, torch.Import},
		{"tidy", "CSV with one row per epoch, edge and operation", func(s sample) bool {
			line, _, _ := bytes.Cut(s.head, []byte("\n"))
			return !s.dir && tidy.Detect(string(line))
		}, text(tidy.Import)},
		{"ptdarts", "logs of pt.darts and its forks", says(ptdarts.Detect), text(ptdarts.Import)},
		{"official", "logs of the published analysis code: SNAS, DSNAS, DARTS", says(official.Detect), text(official.Import)},
		{"nb201", "logs of AutoDL-Projects on NAS-Bench-201", says(nb201.Detect), text(nb201.Import)},
		{"sharpdarts", "logs of sharpDARTS: alphas_normal = tensor(...)", says(sharpdarts.Detect), text(sharpdarts.Import)},
		{"quark0", "logs and captured output of the DARTS code and its forks", says(quark0.Detect), text(quark0.Import)},
	}
}

// Names are the names of the formats.
func Names() []string {
	var out []string
	for _, f := range Formats() {
		out = append(out, f.Name)
	}
	return out
}

func folderOf(s sample) string {
	if s.dir {
		return s.path
	}
	return filepath.Dir(s.path)
}

func isOwn(name string) bool { return name == trace.ManifestFile || name == trace.PointsFile }

func readOwn(path string, o runlog.Options) (*trace.Trace, []check.Finding, error) {
	if isOwn(filepath.Base(path)) {
		path = filepath.Dir(path)
	}
	t, err := trace.Read(path)
	if t == nil {
		return nil, nil, err
	}
	if o.Name != "" {
		t.Manifest.Name = o.Name
	}
	var findings []check.Finding
	if err != nil {
		findings = append(findings, check.Finding{Severity: check.Error, Point: len(t.Points), Count: 1, What: err.Error(), Means: "only the points before it were read"})
	}
	return t, findings, nil
}

func readSteps(path string, o runlog.Options) (*trace.Trace, []check.Finding, error) {
	a, err := npy.OpenZip(path)
	if err != nil {
		return nil, nil, err
	}
	return official.ImportSteps(a, path, o)
}

func hasCheckpoints(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return !e.IsDir() && torch.IsCheckpoint(e.Name()) })
}

// Detect names the format of a path.
func Detect(path string) (Format, error) {
	s := sample{path: path}
	info, err := os.Stat(path)
	if err != nil {
		return Format{}, fmt.Errorf("importing: %w", err)
	}
	s.dir = info.IsDir()
	if !s.dir {
		f, err := os.Open(path)
		if err != nil {
			return Format{}, fmt.Errorf("importing: %w", err)
		}
		defer f.Close()
		s.head = make([]byte, headSize)
		n, err := io.ReadFull(f, s.head)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return Format{}, fmt.Errorf("importing %s: %w", path, err)
		}
		s.head = bytes.TrimPrefix(s.head[:n], []byte("\xef\xbb\xbf"))
	}
	for _, f := range Formats() {
		if f.detect(s) {
			return f, nil
		}
	}
	hint := ""
	if s.dir {
		hint = "; name a file in it"
	}
	return Format{}, fmt.Errorf("%s: its format is none of %s: name one with --format%s", path, strings.Join(Names(), ", "), hint)
}

// Import reads the run at path. The trace holds what is sound; findings say what
// was not, and where. An error means that there is no trace.
func Import(path string, o Options) (t *trace.Trace, findings []check.Finding, err error) {
	var f Format
	if o.Format == "" {
		if f, err = Detect(path); err != nil {
			return nil, nil, err
		}
	} else {
		i := slices.IndexFunc(Formats(), func(f Format) bool { return f.Name == o.Format })
		if i < 0 {
			return nil, nil, fmt.Errorf("there is no format %q: the known ones are %s", o.Format, strings.Join(Names(), ", "))
		}
		f = Formats()[i]
	}
	t, findings, err = f.read(path, o.Options)
	if err != nil && !strings.Contains(err.Error(), filepath.Base(path)) {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return t, findings, err
}
