// Package coq holds the machine-checked part of the theory: a development in
// Coq 8.16 with Coquelicot, and the functions that compile it and audit what
// it assumes. Theorems are named File.theorem, as in "Bound.gap_lower_bound".
package coq

import (
	"embed"
	"fmt"
	"regexp"
	"strings"
	"sync"
)

//go:embed *.v _CoqProject
var sources embed.FS

// Library is the logical prefix under which the files are compiled.
const Library = "Edgewise"

// Theorem is one theorem of the development.
type Theorem struct {
	File      string // without ".v"
	Name      string
	Statement string // Coq text between the name and "Proof."
}

// FullName returns "File.name", the form in which the register cites it.
func (t Theorem) FullName() string { return t.File + "." + t.Name }

// Files returns the names of the files in an order in which they compile, as
// _CoqProject lists them.
func Files() ([]string, error) {
	data, err := sources.ReadFile("_CoqProject")
	if err != nil {
		return nil, fmt.Errorf("reading the list of Coq files: %w", err)
	}
	var out []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); strings.HasSuffix(line, ".v") {
			out = append(out, line)
		}
	}
	return out, nil
}

// Source returns the text of a file, such as "Softmax.v".
func Source(file string) (string, error) {
	data, err := sources.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("no Coq file %q in the development: %w", file, err)
	}
	return string(data), nil
}

var (
	theoremPattern = regexp.MustCompile(`(?ms)^Theorem\s+(\w+)(.*?)\.\s*\nProof\.`)
	requirePattern = regexp.MustCompile(`(?m)^From Edgewise Require Import ([^.]*)\.`)
)

// requires returns the files of the development that the text imports.
func requires(text string) []string {
	m := requirePattern.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	return strings.Fields(m[1])
}

var index = sync.OnceValues(func() ([]Theorem, error) {
	files, err := Files()
	if err != nil {
		return nil, err
	}
	var out []Theorem
	for _, f := range files {
		text, err := Source(f)
		if err != nil {
			return nil, err
		}
		for _, m := range theoremPattern.FindAllStringSubmatch(text, -1) {
			out = append(out, Theorem{
				File:      strings.TrimSuffix(f, ".v"),
				Name:      m[1],
				Statement: strings.Join(strings.Fields(m[2]), " "),
			})
		}
	}
	return out, nil
})

// Theorems returns every theorem, file by file in compilation order.
func Theorems() ([]Theorem, error) {
	all, err := index()
	if err != nil {
		return nil, err
	}
	return append([]Theorem(nil), all...), nil
}

// Find returns the theorem with the full name "File.name".
func Find(full string) (Theorem, error) {
	all, err := index()
	if err != nil {
		return Theorem{}, err
	}
	for _, t := range all {
		if t.FullName() == full {
			return t, nil
		}
	}
	return Theorem{}, fmt.Errorf("no theorem %q in the Coq development", full)
}
