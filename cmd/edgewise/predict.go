package main

import (
	"fmt"
	"os"
	"path/filepath"

	"edgewise/sim/predict"
	"edgewise/sim/trace"
)

type predictCmd struct {
	Trace     string `arg:"" help:"Folder of an observed trace." type:"path"`
	Rung      string `help:"replay, driven, law-step, law or blind." default:"driven"`
	Window    int    `help:"Steps per window of the driven, law and blind rungs." default:"100"`
	MeansOnly bool   `help:"Drop the second moments of the driven rung: the variant that fails under Adam."`
	Out       string `help:"Folder for the predicted trace." default:"out/predicted" type:"path"`
	JSON      bool   `name:"json" help:"Print the summary as JSON."`
}

func (predictCmd) Help() string {
	return "Example:\n  edgewise search --steps 300 --out out/run && edgewise predict out/run --rung driven --out out/driven"
}

func (c *predictCmd) Run(s streams) error {
	t, err := trace.Read(c.Trace)
	if err != nil {
		return misuse{err}
	}
	if c.Window < 1 {
		return misuse{fmt.Errorf("--window is %d: it must be at least 1", c.Window)}
	}
	if _, err := os.Stat(filepath.Join(c.Out, trace.PointsFile)); err == nil {
		return misuse{fmt.Errorf("%s already holds a trace: choose another folder with --out", c.Out)}
	}
	var p *trace.Trace
	switch c.Rung {
	case predict.RungReplay:
		p, _, err = predict.Replay(t)
	case predict.RungDriven:
		p, err = predict.Driven(t, c.Window, predict.DrivenOptions{MeansOnly: c.MeansOnly})
	case predict.RungLawStep:
		p, err = predict.LawStep(t, predict.LawFor(t.Manifest.Spec))
	case predict.RungLaw:
		p, err = predict.LawCurves(t, c.Window, predict.LawFor(t.Manifest.Spec))
	case predict.RungBlind:
		if t.Manifest.Spec == nil {
			return misuse{fmt.Errorf("%s does not say what was searched: the blind rung needs its spec", c.Trace)}
		}
		p, err = predict.Blind(*t.Manifest.Spec, c.Window, predict.CalibratedLearning(), predict.LawFor(t.Manifest.Spec))
	default:
		return misuse{fmt.Errorf("--rung is %q: it must be replay, driven, law-step, law or blind", c.Rung)}
	}
	if err != nil {
		return err
	}
	var score predict.Score
	none := t.Manifest.None() >= 0
	if none {
		if score, err = predict.Compare(p, t); err != nil {
			return err
		}
	}
	if err := trace.Write(c.Out, p); err != nil {
		return err
	}
	if err := printSummary(s.out, filepath.Clean(c.Out), p, c.JSON); err != nil || c.JSON {
		return err
	}
	if !none {
		_, err = fmt.Fprintln(s.out, "the space has no none: there is no none-probability to compare with the observed trace")
		return err
	}
	_, err = fmt.Fprintf(s.out, "against the observed trace: R2 of none-probability %v over %d points\n", score.Pooled, score.Points)
	return err
}
