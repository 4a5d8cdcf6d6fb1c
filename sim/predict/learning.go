package predict

import (
	"math"
	"math/rand/v2"

	"edgewise/sim/spec"
)

// Learning is a model of how loss and entropy fall in a search, from the spec
// alone: logits are a sum of what all images of a class share, of what the net
// was born with, and of what it has memorised (voters with a signal that both
// splits have and a noise that they do not). With c the true class of an image
// and y its label, e standard normal,
//
//	z_k = g (mu [k=c] + m [k=y, training images only] + sigma e_k)
//	sigma^2 = born^2 + (kappa mu)^2 + Leak m^2
//	mu'   = -eta Signal cells^-Depth (mu + Seed)/(1 + Seed) dL/dmu
//	m'    = -eta Memory/images dL/dm
//	born' = -eta Settle (born/born(0))^2 dL/dborn
//	kappa = Confusion (1 + t/Ripening)^-Power,  t = integral of eta
//
// with L the training loss, eta = rate/(1 - momentum) of theta and g the number
// of voters in units of that at the start. born starts at Birth times the head's
// scale; the signal grows from Seed, as features and head have to find it
// together, and what the net was born with is unlearned in its strong directions
// first, so that L - H falls like 1/t. Held-out over-confidence comes from m, which raises sigma there but no
// margin (P5.7).
type Learning struct {
	Birth     float64
	Signal    float64
	Depth     float64
	Seed      float64
	Memory    float64
	Settle    float64
	Confusion float64
	Ripening  float64
	Power     float64
	Leak      float64
}

// learner is a search under the model.
type learner struct {
	c               Learning
	spec            *spec.Spec
	mu, m, born, at float64
	birth           float64 // born at the start
	step            int
	nodes           [][]float64
}

// learnerNodes is the size of the quadrature over the logits' noise.
const learnerNodes = 64

func (c Learning) start(s *spec.Spec) *learner {
	l := &learner{c: c, spec: s, born: c.Birth}
	if s.Net.HeadScale > 0 {
		l.born *= s.Net.HeadScale
	}
	l.birth = l.born
	r := rand.New(rand.NewPCG(2009, 1272)) // any: the nodes are the same for every search
	for range learnerNodes / 2 {
		a, b := make([]float64, classes), make([]float64, classes)
		for k := range a {
			a[k] = r.NormFloat64()
			b[k] = -a[k]
		}
		l.nodes = append(l.nodes, a, b)
	}
	return l
}

// slopes are the derivatives of the training loss, through the noise that signal
// and memory bring along too: without it the net would become over-confident on
// its own training images.
type slopes struct{ mu, m, born float64 }

// measure returns the mean losses of a split at participation g, and the slopes
// where the images are those of training.
func (l *learner) measure(training bool, g float64) (losses, slopes) {
	var out losses
	var d slopes
	kappa := l.c.Confusion * math.Pow(1+l.at/l.c.Ripening, -l.c.Power)
	sigma := math.Sqrt(l.born*l.born + kappa*kappa*l.mu*l.mu + l.c.Leak*l.m*l.m)
	wrong := l.spec.Data.LabelNoise * (1 - 1.0/classes)
	p := make([]float64, classes)
	for _, label := range []int{0, 1} { // the true class is 0
		weight := 1 - wrong
		if label == 1 {
			weight = wrong
		}
		if weight == 0 {
			continue
		}
		weight /= float64(len(l.nodes))
		for _, e := range l.nodes {
			top := math.Inf(-1)
			for k := range p {
				z := sigma * e[k]
				if k == 0 {
					z += l.mu
				}
				if k == label && training {
					z += l.m
				}
				p[k] = g * z
				top = math.Max(top, p[k])
			}
			sum, mean := 0.0, 0.0
			y := p[label]
			for k, z := range p {
				p[k] = math.Exp(z - top)
				sum += p[k]
				mean += p[k] * z
			}
			logSum := top + math.Log(sum)
			out.loss += weight * (logSum - y)
			out.entropy += weight * (logSum - mean/sum)
			pull := 0.0
			for k := range p {
				delta := p[k] / sum
				if k == label {
					delta--
				}
				pull += delta * e[k]
				if k == 0 {
					d.mu += weight * g * delta
				}
				if k == label {
					d.m += weight * g * delta
				}
			}
			if sigma > 0 {
				pull *= weight * g / sigma
				d.born += pull * l.born
				d.mu += pull * kappa * kappa * l.mu
				d.m += pull * l.c.Leak * l.m
			}
		}
	}
	return out, d
}

// advance takes steps steps of theta at participation g.
func (l *learner) advance(steps int, g float64) {
	for range steps {
		t := l.spec.Theta
		rate := t.RateMin + (t.Rate-t.RateMin)*(1+math.Cos(math.Pi*float64(l.step)/float64(l.spec.Steps)))/2
		eta := rate / (1 - t.Momentum)
		if t.Freeze || l.step < t.Warmup {
			eta = 0
		}
		l.at += eta
		l.step++
		if eta == 0 {
			continue
		}
		_, d := l.measure(true, g)
		l.mu -= eta * l.c.Signal * math.Pow(float64(l.spec.Net.Cells), -l.c.Depth) * (l.mu + l.c.Seed) / (1 + l.c.Seed) * d.mu
		l.m = math.Max(0, l.m-eta*l.c.Memory/float64(l.spec.Data.Train)*d.m)
		if l.birth > 0 {
			left := l.born / l.birth
			l.born = math.Max(0, l.born-eta*l.c.Settle*left*left*d.born)
		}
	}
}
