package attack

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"edgewise/sim/kernel"
	"edgewise/sim/trace"
)

// numbers attack the arithmetic: derivatives, identities, kernels, and searches
// whose numbers stop meaning anything.
func numbers() []Attack {
	suites := func(list ...suite) func(context.Context, *Env) (Outcome, error) {
		return func(ctx context.Context, e *Env) (Outcome, error) { return e.tests(ctx, list) }
	}
	return []Attack{
		{Name: "derivatives", Family: "numbers", Long: true, About: "every analytic derivative against finite differences", Run: suites(
			suite{"./theory/cost", "SoftGradients|FairDARTS|PartialChannel|StraightThrough|DSNASExpectation|SharesAndDerivatives|GapIsLossMinusEntropyAndScaleSlope|NormLaw"},
			suite{"./theory/symbolic", "Derivative"},
			suite{"./theory/dynamics", "FieldsDescend|FieldsAreMeans|Linearisation|SolvesTheFlow|SolvesItsFlow"},
			suite{"./sim/supernet", "WeightGradients|CostsAreDifferences|TinyAffine"},
			suite{"./sim/search", "UnrolledGradient"},
			suite{"./sim/predict", "SlopesAreDerivatives"},
		)},
		{Name: "identities", Family: "numbers", Long: true, About: "every identity in float64: conservation, L - H, paths, gauge, shares, replay", Run: suites(
			suite{"./theory/cost", "Conservation|OutputLaw|PathLaws|Shares|Expectation|Polynomials|NoneLogit|200Bits"},
			suite{"./theory/bias", ""},
			suite{"./sim/supernet", "OutputCost|ArchitectureGradient|PathsPassBack|EvaluationMode|NoneIsExactlyZero|SampleCosts|Voters"},
			suite{"./sim/search", "KeepsTheLaws|IsReplayed"},
			suite{"./sim/predict", "ReplayIsExact|IsReplay"},
			suite{"./sim/check", ""},
		)},
		{Name: "sick-searches", Family: "numbers", About: "divergence, dead nets, saturated alpha, lost significance: named, and recorded in the trace", Run: suites(
			suite{"./sim/search", "Divergence|Sick"},
			suite{"./sim/check", "Finding|Damage"},
		)},
		{Name: "kernels", Family: "numbers", Long: true, About: "kernels against their twins: subnormals, NaN, Inf, odd sizes, every path", Run: suites(
			suite{"./sim/kernel", "NaN|Twin|PathsAgree|GemmSizes|GemmGrid|Depthwise|Pools|Elementwise|Reductions|MomentMerge|Blas|GemmTiles|Terms"},
			suite{"./sim/mixop", "Torch"},
		)},
		{Name: "paths", Family: "numbers", About: "searches on portable, AVX2 and AVX-512: each the same bytes twice, those of a build without assembly on the portable path, and within 1e-9 (float64) and 1e-3 (float32) of each other", Run: pathsAgree},
	}
}

// tolerance is how far alpha may differ between kernel paths after pathSteps
// steps.
var tolerance = map[string]float64{"float64": 1e-9, "float32": 1e-3}

const pathSteps = 40

// pathsAgree makes one search per precision and level on every path that this
// machine has, twice.
func pathsAgree(ctx context.Context, e *Env) (Outcome, error) {
	var o Outcome
	if len(kernel.Paths()) < 3 {
		o.skip("this machine has only %v", kernel.Paths())
	}
	pure := filepath.Join(e.Tmp, "purego")
	if text, err := e.tool(ctx, "build", "-tags", "purego", "-o", pure, "./cmd/edgewise").CombinedOutput(); err != nil {
		return o, fmt.Errorf("building without assembly: %w: %s", err, tail(text))
	}
	for _, precision := range []string{"float64", "float32"} {
		for _, level := range []string{"algorithm = \"dsnas\"", "algorithm = \"darts\"\nlevel = \"bilevel\""} {
			spec, err := e.file("paths.toml", fmt.Sprintf("precision = %q\n%s\n%s", precision, level, tinySpec(pathSteps)))
			if err != nil {
				return o, err
			}
			var first *trace.Trace
			for _, p := range kernel.Paths() {
				var bytes map[string]string
				for again := range 2 {
					out := filepath.Join(e.Tmp, fmt.Sprintf("%s-%d", p, again))
					os.RemoveAll(out)
					cmd := exec.Command(e.Bin, "search", "--spec", spec, "--out", out)
					os.Setenv(kernel.PathVariable, p.String())
					r := e.start(ctx, e.Tmp, 0, cmd)
					os.Unsetenv(kernel.PathVariable)
					if r.code != 0 {
						return o, fmt.Errorf("a search on %s: %s", p, r.errs)
					}
					if again == 0 {
						if bytes, err = tree(out); err != nil {
							return o, err
						}
						continue
					}
					err = differ(bytes, out)
					if err != nil {
						err = fmt.Errorf("%s, %s, the second run: %w", p, precision, err)
					}
					o.try(err)
					t, err := trace.Read(out)
					if err != nil {
						return o, err
					}
					if first == nil {
						first = t
						o.try(e.sameWithout(ctx, pure, spec, bytes, precision))
						continue
					}
					o.try(near(first, t, tolerance[precision], p.String()+", "+precision+", "+strings.Fields(level)[2]))
				}
			}
		}
	}
	return o, ctx.Err()
}

// sameWithout makes the search by a program that was built without assembly and wants
// the bytes of the portable path.
func (e *Env) sameWithout(ctx context.Context, pure, spec string, want map[string]string, precision string) error {
	out := filepath.Join(e.Tmp, "pure")
	os.RemoveAll(out)
	r := e.start(ctx, e.Tmp, 0, exec.Command(pure, "search", "--spec", spec, "--out", out))
	if r.code != 0 {
		return fmt.Errorf("a search of the program without assembly: %s", r.errs)
	}
	if err := differ(want, out); err != nil {
		return fmt.Errorf("%s, built without assembly: %w", precision, err)
	}
	return nil
}

// near wants alpha of two traces of one search within tol of each other.
func near(a, b *trace.Trace, tol float64, what string) error {
	if len(a.Points) != len(b.Points) {
		return fmt.Errorf("%s: %d points, not %d", what, len(b.Points), len(a.Points))
	}
	worst := 0.0
	for i := range a.Points {
		for k := range a.Points[i].Alpha {
			for e := range a.Points[i].Alpha[k] {
				for o, v := range a.Points[i].Alpha[k][e] {
					worst = max(worst, math.Abs(v-b.Points[i].Alpha[k][e][o]))
				}
			}
		}
	}
	if !(worst <= tol) {
		return fmt.Errorf("%s: alpha differs by %.2g from the portable path: %.2g is allowed", what, worst, tol)
	}
	return nil
}
