package search

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"edgewise/sim/dataset"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// openSplits takes the first images of the training set for the training split,
// the next ones for the search split and the first of the test set for the test
// split, at the spec's size. Label noise strikes training and search alike.
func openSplits(s spec.Spec) (splits, error) {
	var out splits
	d := s.Data
	train, test, err := openSets(d)
	if err != nil {
		return out, err
	}
	take := func(field string, set *dataset.Set, from, n int) (*dataset.Set, error) {
		if n == 0 {
			return nil, nil
		}
		if from+n > set.Len() {
			return nil, fmt.Errorf("data.%s is %d: %s holds %d images, of which %d are left for it", field, n, set.Name, set.Len(), set.Len()-from)
		}
		part, err := set.Range(from, from+n)
		if err != nil {
			return nil, err
		}
		return part.Resize(d.Side)
	}
	if out.train, err = take("train", train, 0, d.Train); err != nil {
		return out, err
	}
	if out.search, err = take("search", train, d.Train, d.Search); err != nil {
		return out, err
	}
	if out.test, err = take("test", test, 0, d.Test); err != nil {
		return out, err
	}
	if d.LabelNoise > 0 {
		for n, set := range []**dataset.Set{&out.train, &out.search} {
			if *set == nil {
				continue
			}
			if *set, _, err = (*set).Relabel(d.LabelNoise, stream(s.Seed, "label noise", n)); err != nil {
				return out, err
			}
		}
	}
	out.norm, err = dataset.Measure(out.train)
	return out, err
}

func openSets(d spec.Data) (train, test *dataset.Set, err error) {
	if d.Dir == "" {
		return dataset.Embedded()
	}
	return dataset.Open(d.Dir)
}

// describe names the images and digests the splits as they are used, label noise
// included.
func (s splits) describe() trace.Data {
	h := sha256.New()
	d := trace.Data{Name: s.train.Name}
	for _, part := range []struct {
		set *dataset.Set
		n   *int
	}{{s.train, &d.Train}, {s.search, &d.Search}, {s.test, &d.Test}} {
		if part.set == nil {
			fmt.Fprintln(h, "none")
			continue
		}
		*part.n = part.set.Len()
		fmt.Fprintln(h, part.set.Fingerprint())
	}
	d.Fingerprint = hex.EncodeToString(h.Sum(nil))
	return d
}
