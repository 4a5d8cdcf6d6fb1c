package dataset

import (
	"fmt"
	"math"
)

// InputChannels is the number of channels that Fill writes, as the stem of the
// paper's networks takes them. A grey image is copied to all of them.
const InputChannels = 3

// Norm is the affine map that Fill applies to channel c of a set,
//
//	x = (p/255 − Mean[c]) / Std[c],
//
// with one entry per stored channel. Measure it on the training split and use
// it for every split.
type Norm struct {
	Mean []float64
	Std  []float64
}

// Measure returns the mean and the population standard deviation of p/255 per
// channel over all images and pixels of s:
//
//	Mean[c] = Σ p / (255·N·H·W),   Std[c]² = Σ p² / (255²·N·H·W) − Mean[c]².
//
// The sums are exact integers, so the result depends on no order of summation.
// An empty set and a channel whose pixels are all equal are errors.
func Measure(s *Set) (Norm, error) {
	if err := s.checkShape(); err != nil {
		return Norm{}, err
	}
	if s.Len() == 0 {
		return Norm{}, fmt.Errorf("dataset %s: no images to measure the mean of", s.Name)
	}
	plane := s.Height * s.Width
	n := Norm{Mean: make([]float64, s.Channels), Std: make([]float64, s.Channels)}
	for c := range s.Channels {
		var sum, sq uint64
		for i := range s.Len() {
			for _, p := range s.Image(i)[c*plane : (c+1)*plane] {
				sum += uint64(p)
				sq += uint64(p) * uint64(p)
			}
		}
		count := float64(s.Len() * plane)
		mean := float64(sum) / count
		variance := float64(sq)/count - mean*mean
		if !(variance > 0) {
			return Norm{}, fmt.Errorf("dataset %s: channel %d is constant: it cannot be normalised", s.Name, c)
		}
		n.Mean[c] = mean / 255
		n.Std[c] = math.Sqrt(variance) / 255
	}
	return n, nil
}

// Fill writes the normalised images idx of s into dst, laid out as
// [len(idx)][InputChannels][Height][Width]:
//
//	dst[b,c,h,w] = (s.Images[idx[b],c,h,w]/255 − Mean[c]) / Std[c].
//
// The one channel of a grey image is copied to all three. The value is computed
// in float64 and rounded once to T. Fill allocates nothing; dst must have exactly
// the length above and is untouched when an error is returned.
func Fill[T float32 | float64](dst []T, s *Set, idx []int, n Norm) error {
	table, err := lookup[T](s, n)
	if err != nil {
		return err
	}
	plane := s.Height * s.Width
	if want := len(idx) * InputChannels * plane; len(dst) != want {
		return fmt.Errorf("dataset %s: %d values of room for %d images of %d×%d×%d: want %d",
			s.Name, len(dst), len(idx), InputChannels, s.Height, s.Width, want)
	}
	if err := checkIndices(s, idx); err != nil {
		return err
	}
	for b, i := range idx {
		image := s.Image(i)
		for c := range InputChannels {
			from := c % s.Channels
			out := dst[(b*InputChannels+c)*plane : (b*InputChannels+c+1)*plane]
			for k, p := range image[from*plane : (from+1)*plane] {
				out[k] = table[from][p]
			}
		}
	}
	return nil
}

// FillLabels writes the classes of the images idx of s into dst, one per image.
// dst is untouched when an error is returned.
func FillLabels(dst []int, s *Set, idx []int) error {
	if len(dst) != len(idx) {
		return fmt.Errorf("dataset %s: room for %d labels of %d images", s.Name, len(dst), len(idx))
	}
	if err := checkIndices(s, idx); err != nil {
		return err
	}
	for b, i := range idx {
		dst[b] = int(s.Labels[i])
	}
	return nil
}

// lookup tabulates the normalised value of each byte per stored channel.
func lookup[T float32 | float64](s *Set, n Norm) (table [InputChannels][256]T, err error) {
	if err := s.checkShape(); err != nil {
		return table, err
	}
	if s.Channels != 1 && s.Channels != InputChannels {
		return table, fmt.Errorf("dataset %s: %d channels: want 1 (grey) or %d", s.Name, s.Channels, InputChannels)
	}
	if len(n.Mean) != s.Channels || len(n.Std) != s.Channels {
		return table, fmt.Errorf("dataset %s: a norm of %d means and %d deviations for %d channels",
			s.Name, len(n.Mean), len(n.Std), s.Channels)
	}
	for c := range s.Channels {
		if !(n.Std[c] > 0) || math.IsInf(n.Std[c], 0) || math.IsNaN(n.Mean[c]) || math.IsInf(n.Mean[c], 0) {
			return table, fmt.Errorf("dataset %s: channel %d: mean %v, deviation %v: want a finite mean and a positive finite deviation",
				s.Name, c, n.Mean[c], n.Std[c])
		}
		for p := range 256 {
			table[c][p] = T((float64(p)/255 - n.Mean[c]) / n.Std[c])
		}
	}
	return table, nil
}

func checkIndices(s *Set, idx []int) error {
	for b, i := range idx {
		if i < 0 || i >= s.Len() {
			return fmt.Errorf("dataset %s: index %d at position %d: want 0..%d", s.Name, i, b, s.Len()-1)
		}
	}
	return nil
}
