package bench

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

//go:embed torch_step.py
var torchScript string

// variant is a way to run the PyTorch twin of a step.
type variant struct{ published, last bool }

// variants are the published way and two tuned ones; the faster of these is the peer.
var variants = [...]variant{{published: true}, {}, {last: true}}

const torchNote = "PyTorch: the same steps written with torch.nn (torch_step.py), images at hand. published: as the codes of these searches write them. " +
	"tuned: nothing is computed that the step does not use, malloc neither maps nor trims (MALLOC_MMAP_MAX_=0, MALLOC_TRIM_THRESHOLD_), which avoids page faults, and asks for large pages (GLIBC_TUNABLES=glibc.malloc.hugetlb=1). OPENBLAS_* is unset."

// torch is a pair of interpreters that time steps on demand: with malloc as it comes,
// and tuned.
type torch struct {
	plain, tuned *interpreter
}

type interpreter struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	errors bytes.Buffer
}

// startTorch starts the interpreters. The variables that pin OpenBLAS to an older
// processor are taken out of their environment, so that they are not held back.
func startTorch(ctx context.Context, asked string) (*torch, error) {
	python, err := withTorch(ctx, asked)
	if err != nil {
		return nil, err
	}
	t := &torch{}
	if t.plain, err = startInterpreter(ctx, python); err != nil {
		return nil, err
	}
	if t.tuned, err = startInterpreter(ctx, python, "GLIBC_TUNABLES=glibc.malloc.hugetlb=1", "MALLOC_MMAP_MAX_=0", "MALLOC_TRIM_THRESHOLD_=17179869184", "MALLOC_TOP_PAD_=67108864"); err != nil {
		t.plain.close()
		return nil, err
	}
	return t, nil
}

func startInterpreter(ctx context.Context, python string, env ...string) (*interpreter, error) {
	p := &interpreter{cmd: exec.CommandContext(ctx, python, "-c", torchScript)}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "OPENBLAS_") && !strings.HasPrefix(v, "MALLOC_") && !strings.HasPrefix(v, "GLIBC_TUNABLES=") {
			p.cmd.Env = append(p.cmd.Env, v)
		}
	}
	p.cmd.Env = append(p.cmd.Env, env...)
	p.cmd.Stderr = &p.errors
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("timing PyTorch with %s: %w", python, err)
	}
	return p, nil
}

func (p *interpreter) close() {
	p.in.Close()
	_ = p.cmd.Wait() // it has answered, or its failure was reported
}

func (t *torch) close() {
	t.plain.close()
	t.tuned.close()
}

// time returns the milliseconds of repeat steps of s.
func (t *torch) time(s step, repeat int, v variant) ([]float64, error) {
	q, err := json.Marshal(map[string]any{
		"algorithm": s.Algorithm, "cells": s.Cells, "nodes": s.Nodes, "channels": s.Channels, "side": s.Side, "batch": s.Batch,
		"repeat": repeat, "threads": 1, "published": v.published, "channels_last": v.last,
	})
	if err != nil {
		return nil, err
	}
	p := t.tuned
	if v.published {
		p = t.plain
	}
	var line string
	if _, err = p.in.Write(append(q, '\n')); err == nil {
		line, err = p.out.ReadString('\n')
	}
	if err != nil {
		p.in.Close()
		if werr := p.cmd.Wait(); werr != nil {
			err = werr
		}
		return nil, fmt.Errorf("timing PyTorch with %s: %w: %s", p.cmd.Path, err, lastLine(p.errors.String()))
	}
	var answer struct{ MS []float64 }
	if err := json.Unmarshal([]byte(line), &answer); err != nil {
		return nil, fmt.Errorf("timing PyTorch: %w", err)
	}
	if len(answer.MS) != repeat {
		return nil, fmt.Errorf("timing PyTorch: %d times for %d steps", len(answer.MS), repeat)
	}
	return answer.MS, nil
}

// withTorch returns the interpreter that was asked for, or the first on the path
// or of the system that can import torch.
func withTorch(ctx context.Context, asked string) (string, error) {
	if asked != "" {
		return asked, nil
	}
	for _, p := range []string{"python3", "/usr/bin/python3"} {
		if exec.CommandContext(ctx, p, "-c", "import torch").Run() == nil {
			return p, nil
		}
	}
	return "", fmt.Errorf("no python3 with PyTorch was found: install it, or name the interpreter with --python")
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}
