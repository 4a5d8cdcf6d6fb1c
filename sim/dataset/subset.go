package dataset

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Range returns the images from..to-1 of s as a view that shares its bytes.
// 0 ≤ from ≤ to ≤ Len.
func (s *Set) Range(from, to int) (*Set, error) {
	if err := s.checkShape(); err != nil {
		return nil, err
	}
	if from < 0 || to < from || to > s.Len() {
		return nil, fmt.Errorf("dataset %s: images %d..%d of %d do not exist", s.Name, from, to-1, s.Len())
	}
	out := s.like()
	p := s.Pixels()
	out.Images = s.Images[from*p : to*p : to*p]
	out.Labels = s.Labels[from:to:to]
	return out, nil
}

// Split returns the images 0..at-1 and at..Len-1 of s as two views: the train
// and the search split of a bi-level search. It uses no seed, as the published
// code uses none for it. Both parts must hold at least one image.
func (s *Set) Split(at int) (head, tail *Set, err error) {
	if at < 1 || at >= s.Len() {
		return nil, nil, fmt.Errorf("dataset %s: split at %d: want 1..%d, so that both parts hold images", s.Name, at, s.Len()-1)
	}
	if head, err = s.Range(0, at); err != nil {
		return nil, nil, err
	}
	if tail, err = s.Range(at, s.Len()); err != nil {
		return nil, nil, err
	}
	return head, tail, nil
}

// Subset returns a copy of the images idx of s in that order; an image may
// appear more than once.
func (s *Set) Subset(idx []int) (*Set, error) {
	if err := s.checkShape(); err != nil {
		return nil, err
	}
	if err := checkIndices(s, idx); err != nil {
		return nil, err
	}
	out := s.like()
	out.Images = make([]uint8, 0, len(idx)*s.Pixels())
	out.Labels = make([]uint8, 0, len(idx))
	for _, i := range idx {
		out.Images = append(out.Images, s.Image(i)...)
		out.Labels = append(out.Labels, s.Labels[i])
	}
	return out, nil
}

// Balanced returns the first perClass images of each class, in the order in
// which s holds them. A class with fewer images is an error.
func (s *Set) Balanced(perClass int) (*Set, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	if perClass < 1 {
		return nil, fmt.Errorf("dataset %s: %d images per class: want at least 1", s.Name, perClass)
	}
	have := make([]int, s.Classes)
	var idx []int
	for i, l := range s.Labels {
		if have[l] < perClass {
			have[l]++
			idx = append(idx, i)
		}
	}
	for c, n := range have {
		if n < perClass {
			return nil, fmt.Errorf("dataset %s: class %d has %d images, fewer than %d", s.Name, c, n, perClass)
		}
	}
	return s.Subset(idx)
}

// Relabel returns s with symmetric label noise: k = round(share·N) images, drawn
// without replacement, each get one of the other Classes−1 classes with equal
// chance. The result shares the pixels of s and has labels of its own; changed
// lists the k images in ascending order. share is in 0..1.
func (s *Set) Relabel(share float64, rnd *rand.Rand) (noisy *Set, changed []int, err error) {
	if err := s.Check(); err != nil {
		return nil, nil, err
	}
	if !(share >= 0 && share <= 1) {
		return nil, nil, fmt.Errorf("dataset %s: share of wrong labels %v: want 0..1", s.Name, share)
	}
	k := int(math.Round(share * float64(s.Len())))
	if k > 0 && s.Classes < 2 {
		return nil, nil, fmt.Errorf("dataset %s: one class leaves no wrong label to give", s.Name)
	}
	noisy = s.like()
	noisy.Images = s.Images
	noisy.Labels = slices.Clone(s.Labels)
	all := make([]int, s.Len())
	for i := range all {
		all[i] = i
	}
	for i := range k { // the first k steps of a Fisher-Yates shuffle
		j := i + rnd.IntN(len(all)-i)
		all[i], all[j] = all[j], all[i]
	}
	changed = all[:k:k]
	slices.Sort(changed)
	for _, i := range changed {
		other := rnd.IntN(s.Classes - 1)
		if other >= int(s.Labels[i]) {
			other++
		}
		noisy.Labels[i] = uint8(other)
	}
	return noisy, changed, nil
}
