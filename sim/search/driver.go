package search

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"

	"edgewise/sim/kernel"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// bytesVersion grows when a search gives the same spec other bytes than before for
// another reason than the arithmetic of the kernels, whose own number is
// kernel.Rounding: points that say more, manifests that carry more, a driver that
// draws otherwise. 2: points have signs, manifests a checksum.
const bytesVersion = 2

// Version names the program in manifests, "edgewise 0.BYTES.ROUNDING": under one
// version a spec has the same bytes everywhere, under two it need not. A search is
// resumed by its own version alone. What can be read is said by trace.Format, which
// stays: fields that came later may be missing, so that traces of every version are
// read and compared.
var Version = fmt.Sprintf("edgewise 0.%d.%d", bytesVersion, kernel.Rounding)

// Options says how a search is run; none of it changes what is found.
type Options struct {
	Workers    int                                   // goroutines over the images of a batch; 0: GOMAXPROCS
	Checkpoint int                                   // steps between checkpoints of a stored run; 0: 500
	Progress   func(done, total int, p *trace.Point) // called after every step
}

// driver is a search in motion: a run of a supernet at either precision, or what a
// method that goes its own way makes of its steps. Everything that it does must
// follow from the spec and from what save packs, so that a resumed search has the
// bytes of one that was not stopped; randomness comes from stream alone.
type driver interface {
	// advance makes the step that is due and returns its point: alpha and
	// probabilities as they stood before it. A search that cannot go on returns its
	// last point with an error that wraps ErrDiverged.
	advance() (*trace.Point, error)
	// final returns the point behind the last step: Steps 0, Status Complete, the
	// final probabilities, and the evaluations that the spec's record asks for.
	final() (*trace.Point, error)
	// evaluate measures the held-out splits of the step that is due.
	evaluate(p *trace.Point) error
	// begin returns the point of the step that is due without its observations.
	begin() *trace.Point
	at() int // steps done
	save() []byte
	load(text []byte) error
	close()
}

// own are the methods that bring their own driver, by algorithm. A maker may lay
// the manifest out anew (SetCell) and names the data that it opens.
var own = map[string]func(s spec.Spec, m *trace.Manifest, workers int) (driver, error){
	spec.AGNN: func(s spec.Spec, m *trace.Manifest, _ int) (driver, error) {
		if s.Precision == spec.Float64 {
			return newControlled[float64](s, m)
		}
		return newControlled[float32](s, m)
	},
}

func newDriver(s spec.Spec, workers int) (driver, trace.Manifest, error) {
	var m trace.Manifest
	if err := s.Check(); err != nil {
		return nil, m, fmt.Errorf("the spec %q: %w", s.Name, err)
	}
	space, err := s.Space()
	if err != nil {
		return nil, m, err
	}
	m = trace.Manifest{
		Format: trace.Format, Version: Version, Run: s.ID(), Name: s.Name,
		Origin: trace.Observed, Source: "edgewise search", Spec: &s,
	}
	m.SetCell(space)
	if maker, ok := own[s.Algorithm]; ok {
		d, err := maker(s, &m, workers)
		return d, m, err
	}
	data, err := openSplits(s)
	if err != nil {
		return nil, m, err
	}
	m.Data = data.describe()
	var d driver
	if s.Precision == spec.Float64 {
		d, err = newRun[float64](s, data, workers)
	} else {
		d, err = newRun[float32](s, data, workers)
	}
	return d, m, err
}

// Run makes the search that s describes and hands every point of its trace to
// sink, in order. It returns the manifest. A search that diverges hands over a
// last point whose Status names what happened and returns an error that wraps
// ErrDiverged; a cancelled context stops it between steps.
func Run(ctx context.Context, s spec.Spec, o Options, sink func(*trace.Point) error) (trace.Manifest, error) {
	d, m, err := newDriver(s, o.Workers)
	if err != nil {
		return m, err
	}
	defer d.close()
	return m, loop(ctx, s, d, o, sink, nil)
}

// Record makes the search in memory and returns its trace. A trace that ended in
// divergence is returned together with the error.
func Record(ctx context.Context, s spec.Spec, o Options) (*trace.Trace, error) {
	t := &trace.Trace{}
	m, err := Run(ctx, s, o, func(p *trace.Point) error {
		t.Points = append(t.Points, *p)
		return nil
	})
	t.Manifest = m
	return t, err
}

// loop advances to the end of the spec. Points are gathered into windows of
// Record.Every steps; between windows checkpoint, if there is one, is offered
// the number of steps done.
func loop(ctx context.Context, s spec.Spec, d driver, o Options, sink func(*trace.Point) error, checkpoint func(done int) error) error {
	var window trace.Accumulator
	emit := func(p *trace.Point) error {
		if s.Record.Every == 1 {
			return sink(p)
		}
		window.Add(p)
		if window.Len() < s.Record.Every && p.Step+1 < s.Steps {
			return nil
		}
		q := window.Point()
		return sink(&q)
	}
	for d.at() < s.Steps {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("stopped after %d of %d steps: %w", d.at(), s.Steps, err)
		}
		p, err := advance(s, d)
		if err != nil {
			if !errors.Is(err, ErrDiverged) {
				return err
			}
			if window.Len() > 0 {
				q := window.Point()
				if serr := sink(&q); serr != nil {
					return serr
				}
			}
			p.Status = err.Error()
			if serr := sink(p); serr != nil {
				return serr
			}
			return err
		}
		if err := emit(p); err != nil {
			return err
		}
		if o.Progress != nil {
			o.Progress(d.at(), s.Steps, p)
		}
		if checkpoint != nil && window.Len() == 0 {
			if err := checkpoint(d.at()); err != nil {
				return err
			}
		}
	}
	p, err := d.final()
	if err != nil {
		if !errors.Is(err, ErrDiverged) {
			return err
		}
		err = fmt.Errorf("final evaluation: %w", err)
		p.Status = err.Error()
	}
	if serr := sink(p); serr != nil {
		return serr
	}
	return err
}

// advance makes one step, after an evaluation where one is due.
func advance(s spec.Spec, d driver) (*trace.Point, error) {
	var eval trace.Point
	if s.Record.Eval > 0 && d.at()%s.Record.Eval == 0 {
		if err := d.evaluate(&eval); err != nil {
			return d.begin(), fmt.Errorf("step %d: evaluation: %w", d.at(), err)
		}
	}
	p, err := d.advance()
	if p != nil {
		p.Test = eval.Test
		if p.Search == nil && s.Level != spec.Bilevel {
			p.Search = eval.Search
		}
	}
	return p, err
}

// final is the point behind the last step.
func (r *run[T]) final() (*trace.Point, error) {
	p := r.begin()
	p.Steps, p.AlphaRate, p.Status = 0, 0, trace.Complete
	p.Rate, p.Temperature = math.NaN(), math.NaN()
	if r.spec.Record.Eval == 0 && !r.spec.Record.Discrete {
		return p, nil
	}
	if err := r.evaluate(p); err != nil || !r.spec.Record.Discrete {
		return p, err
	}
	return p, r.discretise(p)
}

func (r *run[T]) at() int { return r.step }

func (r *run[T]) close() { r.net.Close() }

// Store makes the search that s describes and stores its trace in dir, with
// checkpoints from which resume continues: the stored bytes are those of a run
// that was never interrupted. With resume false a folder that already holds a
// trace is refused; with resume true a finished one is left as it is.
func Store(ctx context.Context, s spec.Spec, dir string, resume bool, o Options) error {
	d, m, err := newDriver(s, o.Workers)
	if err != nil {
		return err
	}
	defer d.close()
	w, done, err := open(dir, m, d, resume)
	if err != nil || done {
		return err
	}
	if err := keepLatencies(s, dir); err != nil {
		w.Close()
		return err
	}
	every := o.Checkpoint
	if every <= 0 {
		every = 500
	}
	saved := d.at()
	err = loop(ctx, s, d, o, w.Append, func(steps int) error {
		if steps-saved < every && ctx.Err() == nil {
			return nil
		}
		saved = steps
		at, err := w.Sync()
		if err != nil {
			return err
		}
		return writeCheckpoint(dir, m.Run, at, d.save())
	})
	if cerr := w.Close(); err == nil {
		err = cerr
	}
	if err == nil || errors.Is(err, ErrDiverged) {
		if rerr := Tidy(dir); err == nil {
			err = rerr
		}
	}
	return err
}

// Tidy removes the checkpoint of a finished search, which a crash may have left
// beside its trace.
func Tidy(dir string) error {
	if err := trace.RemoveFile(filepath.Join(dir, checkpointFile)); err != nil {
		return fmt.Errorf("removing the checkpoint of a finished search: %w", err)
	}
	return nil
}
