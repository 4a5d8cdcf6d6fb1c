package dynamics

import (
	"math"
	"math/rand/v2"
	"testing"
)

// P5.9: mean and variance of D after 1500 one-sample steps.
func TestLinearNoiseOfTheSampledEdge(t *testing.T) {
	s, err := NewSampledEdge(.05, .2, .2*.2+.5*.5, 0)
	if err != nil {
		t.Fatal(err)
	}
	mean, variance := s.LinearNoise(0, 0, 1500)
	approx(t, "mean", mean, -3.1666, 5e-5)
	approx(t, "variance", variance, .0776, 5e-5)
	r := rand.New(rand.NewPCG(44, 1))
	const runs = 2000
	var m1, m2 float64
	for range runs {
		d := sampleSteps(r, s, 0, 1500)
		m1 += d / runs
		m2 += d * d / runs
	}
	approx(t, "simulated mean", m1, mean, .04)
	approx(t, "simulated variance", m2-m1*m1, variance, .008)
	approx(t, "slope", s.Slope(.7), (s.Drift(.7+1e-5)-s.Drift(.7-1e-5))/2e-5, 1e-9)
}

func sampleSteps(r *rand.Rand, s SampledEdge, d float64, n int) float64 {
	spread := math.Sqrt(s.Square - s.Mean*s.Mean)
	for range n {
		step := s.Eta * s.Decay * d
		if r.Float64() < Probability(d) {
			step += 2 * s.Eta * (s.Mean + spread*r.NormFloat64()) * Probability(-d)
		}
		d -= step
	}
	return d
}

// P5.9: with zero mean cost the noise drops more edges than it keeps: samples
// of none move nothing.
func TestZeroMeanNoiseDropsMoreThanItKeeps(t *testing.T) {
	s, _ := NewSampledEdge(.05, 0, .25, 0)
	r := rand.New(rand.NewPCG(45, 1))
	low, high := 0, 0
	for range 400 {
		switch p := Probability(sampleSteps(r, s, 0, 20000)); {
		case p < .1:
			low++
		case p > .9:
			high++
		}
	}
	approx(t, "share below .1", float64(low)/400, .20, .06)
	approx(t, "share above .9", float64(high)/400, .10, .045)
	if low <= high {
		t.Errorf("%d dropped, %d kept", low, high)
	}
}

// Stationary spread with weight decay: linear noise, exact density and
// simulation.
func TestStationarySpread(t *testing.T) {
	s, err := NewSampledEdge(.02, .02, .0104, .05)
	if err != nil {
		t.Fatal(err)
	}
	rest, err := s.Rest()
	if err != nil {
		t.Fatal(err)
	}
	approx(t, "drift at rest", s.Drift(rest), 0, 1e-16)
	if !(rest < 0) {
		t.Errorf("a positive cost rests at D = %g", rest)
	}
	spread, err := s.StationarySpread()
	if err != nil {
		t.Fatal(err)
	}
	const n = 2001
	d, rho := make([]float64, n), make([]float64, n)
	for i := range d {
		d[i] = rest + 12*spread*(float64(i)/(n-1)-.5)
	}
	if err := s.StationaryDensity(rho, d); err != nil {
		t.Fatal(err)
	}
	h := d[1] - d[0]
	// No flux: A rho = (B^2 rho)'/2 everywhere.
	scale := 0.0
	for _, x := range rho {
		scale = max(scale, x)
	}
	flux := func(i int) float64 {
		b := s.Diffusion(d[i])
		return b * b * rho[i] / 2
	}
	for i := 1; i < n-1; i++ {
		approx(t, "flux", s.Drift(d[i])*rho[i], (flux(i+1)-flux(i-1))/(2*h), 1e-4*scale*math.Abs(s.Slope(rest))*spread)
	}
	var mean, square float64
	for i, x := range d {
		mean += h * rho[i] * x
		square += h * rho[i] * x * x
	}
	sd := math.Sqrt(square - mean*mean)
	approx(t, "spread of the density", sd/spread, 1, .03)
	r := rand.New(rand.NewPCG(46, 1))
	x := sampleSteps(r, s, rest, 5000)
	var m1, m2 float64
	const samples, gap = 4000, 250
	for range samples {
		x = sampleSteps(r, s, x, gap)
		m1 += x / samples
		m2 += x * x / samples
	}
	approx(t, "simulated spread", math.Sqrt(m2-m1*m1)/sd, 1, .1)
	free, _ := NewSampledEdge(.02, .02, .0104, 0)
	if _, err := free.StationarySpread(); err == nil {
		t.Error("no decay, but a stationary spread")
	}
	if free.StationaryDensity(rho, d) == nil {
		t.Error("no decay, but a stationary density")
	}
	if _, err := NewSampledEdge(.1, 1, .5, 0); err == nil {
		t.Error("a second moment below the squared mean was accepted")
	}
}
