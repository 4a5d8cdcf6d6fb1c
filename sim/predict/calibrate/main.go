// Command calibrate makes the searches that predict.Calibration names and fits
// the constants of the laws and of the learning model to them:
//
//	go run ./sim/predict/calibrate -runs DIR
//
// It prints what sim/predict/tournament.go and calibration.go hold. The searches
// are stored in DIR and taken from there the next time. None of them may be
// scored. The constants of soft stacks are measured on recorded costs, not fitted
// to alpha (predict.MeasureStack); those of the entropy model come from the first
// two stacks, its error from the other two.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"edgewise/sim/predict"
	"edgewise/sim/search"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

func main() {
	dir := flag.String("runs", "", "folder for the traces of the searches")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *dir); err != nil {
		fmt.Fprintln(os.Stderr, "calibrate:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string) error {
	if dir == "" {
		return fmt.Errorf("-runs is missing: it names the folder for the traces")
	}
	traces := map[string]*trace.Trace{}
	for _, s := range specs() {
		path := filepath.Join(dir, s.Name)
		fmt.Fprintln(os.Stderr, "search", s.Name)
		if err := search.Store(ctx, s, path, true, search.Options{}); err != nil {
			return fmt.Errorf("search %s: %w", s.Name, err)
		}
		t, err := trace.Read(path)
		if err != nil {
			return err
		}
		if t.Manifest.Run != s.ID() {
			return fmt.Errorf("%s holds run %s, not %s: choose another folder", path, t.Manifest.Run, s.ID())
		}
		traces[s.Name] = t
	}
	pick := func(names []string) (out []*trace.Trace) {
		for _, n := range names {
			out = append(out, traces[n])
		}
		return out
	}
	stack := spec.Spec{Algorithm: spec.DARTS, Net: spec.Net{Cells: 8}}
	law, hops, err := predict.MeasureStack(predict.LawFor(&stack), pick(stackRuns))
	if err != nil {
		return err
	}
	fmt.Printf("hops per run %.4f  %+v\n", hops, law)
	m, err := predict.FitEntropy(pick(stackRuns[:2]))
	if err != nil {
		return err
	}
	fmt.Printf("%+v\n", m)
	for _, n := range stackRuns[2:] {
		mean, rms, windows := m.Misfit(traces[n])
		fmt.Printf("entropy of %s, not fitted: mean error %+.3f, rms %.3f over %d windows\n", n, mean, rms, windows)
	}
	laws := append(predict.Laws(), predict.LawFor(&spec.Spec{Algorithm: spec.DARTS}))
	for i, l := range laws {
		names := sampledRuns
		if i == len(laws)-1 {
			names = softRuns
		}
		fit, r2, err := l.Fit(pick(names), 45)
		if err != nil {
			return err
		}
		fmt.Printf("R2 %.3f  %+v\n", r2, fit)
	}
	c, rms, err := predict.CalibratedLearning().Fit(pick(learningRuns), 330)
	if err != nil {
		return err
	}
	fmt.Printf("rms %.3f  %+v\n", rms, c)
	return nil
}
