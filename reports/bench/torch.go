package bench

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

//go:embed torch_step.py
var torchScript string

// Torch is PyTorch's median time for a step in milliseconds, with the default and
// with the channels-last memory format; the faster of the two is the peer.
type Torch struct{ Plain, Last float64 }

// TimeTorch runs the PyTorch twin of every step with o.Python on one thread. The
// variables that pin OpenBLAS to an older processor are taken out of its
// environment, so that it is not held back.
func TimeTorch(ctx context.Context, o Options) (map[string]Torch, error) {
	type query struct {
		Algorithm    string `json:"algorithm"`
		Cells        int    `json:"cells"`
		Nodes        int    `json:"nodes"`
		Channels     int    `json:"channels"`
		Side         int    `json:"side"`
		Batch        int    `json:"batch"`
		Repeat       int    `json:"repeat"`
		Threads      int    `json:"threads"`
		ChannelsLast bool   `json:"channels_last"`
	}
	var in bytes.Buffer
	var asked []step
	for _, s := range steps {
		if s.slow && o.Short {
			continue
		}
		asked = append(asked, s)
		for _, last := range []bool{false, true} {
			b, err := json.Marshal(query{s.Algorithm, s.Cells, s.Nodes, s.Channels, s.Side, s.Batch, o.Repeat, 1, last})
			if err != nil {
				return nil, err
			}
			in.Write(append(b, '\n'))
		}
	}
	python, err := withTorch(ctx, o.Python)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, python, "-c", torchScript)
	cmd.Stdin = &in
	var errs bytes.Buffer
	cmd.Stderr = &errs
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "OPENBLAS_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	text, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("timing PyTorch with %s: %w: %s", python, err, lastLine(errs.String()))
	}
	out := map[string]Torch{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for _, s := range asked {
		var t Torch
		for _, ms := range []*float64{&t.Plain, &t.Last} {
			var answer struct{ MS float64 }
			if !lines.Scan() {
				return nil, fmt.Errorf("timing PyTorch: no answer for %s", s)
			}
			if err := json.Unmarshal(lines.Bytes(), &answer); err != nil {
				return nil, fmt.Errorf("timing PyTorch: %w", err)
			}
			*ms = answer.MS
		}
		out[s.String()] = t
	}
	return out, nil
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
