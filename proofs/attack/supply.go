package attack

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func supply() []Attack {
	return []Attack{
		{Name: "modules", Family: "supply", About: "modules pinned, their bytes those of go.sum, none replaced", Run: modules},
		{Name: "licences", Family: "supply", About: "the licence of every linked module is known, permissive and as listed", Run: licences},
		{Name: "vulnerabilities", Family: "supply", Long: true, About: "govulncheck over all packages", Run: vulnerabilities},
		{Name: "same-binary", Family: "supply", Long: true, About: "built twice with -trimpath, in two folders, without and with a cache: the same bytes", Run: sameBinary},
	}
}

func (e *Env) goCommand(ctx context.Context, args ...string) (out, errs []byte, err error) {
	cmd := e.tool(ctx, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err = cmd.Output()
	return out, stderr.Bytes(), err
}

// A module is one that is linked into the program.
type module struct {
	Path, Version, Dir string
	Main               bool
	Replace            *module
}

// linked lists the modules whose packages the program is built of.
func (e *Env) linked(ctx context.Context) ([]module, error) {
	out, errs, err := e.goCommand(ctx, "list", "-deps", "-json=Module", "./cmd/edgewise")
	if err != nil {
		return nil, fmt.Errorf("listing modules: %w: %s", err, tail(errs))
	}
	var list []module
	seen := map[string]bool{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct{ Module *module }
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("listing modules: %w", err)
		}
		if p.Module != nil && !p.Module.Main && !seen[p.Module.Path] {
			seen[p.Module.Path] = true
			list = append(list, *p.Module)
		}
	}
	slices.SortFunc(list, func(a, b module) int { return strings.Compare(a.Path, b.Path) })
	return list, nil
}

func modules(ctx context.Context, e *Env) (Outcome, error) {
	var o Outcome
	out, errs, err := e.goCommand(ctx, "mod", "verify")
	if err != nil {
		err = fmt.Errorf("go mod verify: %s %s", tail(out), tail(errs))
	}
	o.try(err)
	_, errs, err = e.goCommand(ctx, "build", "-mod=readonly", "./...")
	if err != nil {
		err = fmt.Errorf("go.mod and go.sum do not say all that is built: %s", tail(errs))
	}
	o.try(err)
	sums, err := os.ReadFile(filepath.Join(e.Root, "go.sum"))
	if err != nil {
		return o, err
	}
	list, err := e.linked(ctx)
	if err != nil {
		return o, err
	}
	for _, m := range list {
		switch {
		case m.Replace != nil:
			o.try(fmt.Errorf("%s is replaced by %s", m.Path, m.Replace.Path))
		case !strings.Contains(string(sums), m.Path+" "+m.Version+" h1:"):
			o.try(fmt.Errorf("%s %s has no sum in go.sum", m.Path, m.Version))
		default:
			o.try(nil)
		}
	}
	return o, nil
}

// LicenceFile lists module, version and licence, from the root of the repository.
const LicenceFile = "proofs/attack/testdata/licences.txt"

// licences compares the modules that are linked with the committed list.
func licences(ctx context.Context, e *Env) (Outcome, error) {
	var o Outcome
	text, err := os.ReadFile(filepath.Join(e.Root, filepath.FromSlash(LicenceFile)))
	if err != nil {
		return o, err
	}
	listed := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] != "#" {
			listed[f[0]+" "+f[1]] = f[2]
		}
	}
	list, err := e.linked(ctx)
	if err != nil {
		return o, err
	}
	for _, m := range list {
		is, err := licence(m.Dir)
		key := m.Path + " " + m.Version
		switch was, ok := listed[key]; {
		case err != nil:
			err = fmt.Errorf("%s: %w", key, err)
		case !ok:
			err = fmt.Errorf("%s has the licence %s and is not listed in %s", key, is, LicenceFile)
		case was != is:
			err = fmt.Errorf("%s has the licence %s, not %s as listed in %s", key, is, was, LicenceFile)
		}
		delete(listed, key)
		o.try(err)
	}
	for key := range listed {
		o.try(fmt.Errorf("%s is listed in %s and not linked any more", key, LicenceFile))
	}
	return o, nil
}

// licence tells the licence of the module in dir from its text.
func licence(dir string) (string, error) {
	var found string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if err == nil && path != dir {
				return fs.SkipDir
			}
			return err
		}
		base := strings.ToUpper(d.Name())
		if found == "" && (strings.HasPrefix(base, "LICEN") || strings.HasPrefix(base, "COPYING") || strings.HasPrefix(base, "UNLICENSE")) {
			found = path
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	if found == "" {
		return "", errors.New("it has no licence file")
	}
	text, err := os.ReadFile(found)
	if err != nil {
		return "", err
	}
	return classify(string(text))
}

// classify names a permissive licence by phrases that no other has.
func classify(text string) (string, error) {
	words := strings.ToLower(strings.Join(strings.Fields(text), " "))
	has := func(s string) bool { return strings.Contains(words, s) }
	switch {
	case has("gnu general public license") && !has("freetype"), has("gnu affero"), has("gnu lesser"):
		return "", errors.New("its licence is not permissive")
	case has("apache license") && has("version 2.0"):
		return "Apache-2.0", nil
	case has("freetype project license"), has("freetype license"):
		return "FTL", nil
	case has("mozilla public license"):
		return "MPL-2.0", nil
	case has("permission is hereby granted, free of charge"):
		return "MIT", nil
	case has("permission to use, copy, modify, and/or distribute"), has("permission to use, copy, modify, and distribute this software"):
		return "ISC", nil
	case has("redistribution and use in source and binary forms"):
		if has("neither the name") || has("names of its contributors") || has("name of the copyright holder") {
			return "BSD-3-Clause", nil
		}
		return "BSD-2-Clause", nil
	case has("creative commons attribution") && !has("sharealike") && !has("noncommercial"):
		return "CC-BY", nil
	case has("this is free and unencumbered software"):
		return "Unlicense", nil
	}
	return "", errors.New("its licence is not one that is known here")
}

// govulncheck is the pinned version of the scanner; it is run, not linked.
const govulncheck = "golang.org/x/vuln/cmd/govulncheck@v1.1.4"

func vulnerabilities(ctx context.Context, e *Env) (Outcome, error) {
	var o Outcome
	out, errs, err := e.goCommand(ctx, "run", govulncheck, "./...")
	said := string(out) + string(errs)
	for _, s := range []string{"fetching vulnerabilities", "dial tcp", "no such host", "connection refused", "Forbidden", "i/o timeout", "proxyconnect", "unexpected status", "could not import", "Bad Gateway", "Not Found", "lookup "} {
		if err != nil && strings.Contains(said, s) && !strings.Contains(said, "Your code is affected") {
			o.NotRun = "the scanner or its database cannot be reached from here: " + lineWith(said, s)
			return o, nil
		}
	}
	if err != nil {
		err = fmt.Errorf("govulncheck: %s", tail([]byte(said)))
	}
	o.try(err)
	return o, nil
}

// lineWith is the first line of text that holds s.
func lineWith(text, s string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, s) {
			return tail([]byte(line))
		}
	}
	return ""
}

// sameBinary copies the sources to two folders and builds each by itself.
func sameBinary(ctx context.Context, e *Env) (Outcome, error) {
	var o Outcome
	var sums [2][sha256.Size]byte
	for i := range sums {
		dir := filepath.Join(e.Tmp, fmt.Sprintf("tree-%d-of-another-length", i*1000))
		if err := copySources(ctx, e.Root, dir); err != nil {
			return o, err
		}
		bin := filepath.Join(e.Tmp, fmt.Sprintf("edgewise%d", i))
		cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-o", bin, "./cmd/edgewise")
		cmd.Dir, cmd.Env = dir, os.Environ()
		if i == 1 {
			cmd.Env = append(cmd.Env, "GOCACHE="+filepath.Join(e.Tmp, "cache"))
		}
		if text, err := cmd.CombinedOutput(); err != nil {
			return o, fmt.Errorf("building in %s: %w: %s", dir, err, tail(text))
		}
		text, err := os.ReadFile(bin)
		if err != nil {
			return o, err
		}
		sums[i] = sha256.Sum256(text)
		if strings.Contains(string(text), dir) || strings.Contains(string(text), e.Root+"/cmd") {
			o.try(fmt.Errorf("the binary holds the path of the folder that it was built in"))
		}
	}
	var err error
	if sums[0] != sums[1] {
		err = fmt.Errorf("two builds of one tree have the digests %x and %x", sums[0][:6], sums[1][:6])
	}
	o.try(err)
	o.note("the digest of this tree's program is %x", sums[0][:8])
	return o, nil
}

// copySources copies the files that git knows, or all but .git where there is none.
func copySources(ctx context.Context, root, dir string) error {
	cmd := exec.CommandContext(ctx, "git", "ls-files", "-co", "--exclude-standard")
	cmd.Dir = root
	text, err := cmd.Output()
	if err != nil {
		return os.CopyFS(dir, os.DirFS(root))
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		data, err := os.ReadFile(filepath.Join(root, lines.Text()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed, not yet committed
		}
		if err != nil {
			return err
		}
		to := filepath.Join(dir, lines.Text())
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, data, 0o644); err != nil {
			return err
		}
	}
	return lines.Err()
}
