package search

import (
	"edgewise/sim/spec"
	"edgewise/sim/supernet"
)

// Memory returns the bytes that the supernet of a spec will hold, scratch left out:
// with the operations of every edge run together, as a differentiable search does,
// and with one at a time. prob, [kind][edge][op], restricts them to those of positive
// probability; nil takes all that the spec allows. It counts at float32 and follows from
// the memory plan:
// nothing is trained.
func Memory(s spec.Spec, prob [][][]float64) (together, one int64, err error) {
	if err := s.Check(); err != nil {
		return 0, 0, err
	}
	a, err := newArch(s)
	if err != nil {
		return 0, 0, err
	}
	classes, err := countClasses(s)
	if err != nil {
		return 0, 0, err
	}
	net, err := supernet.New[float32](config(s, a.space, classes, 1), stream(s.Seed, "theta", 0))
	if err != nil {
		return 0, 0, err
	}
	defer net.Close()
	keep := a.allowed()
	for k := range prob {
		for e := range prob[k] {
			for o, p := range prob[k][e] {
				keep[k][e][o] = keep[k][e][o] && p > 0
			}
		}
	}
	live := a.perCell(keep)
	return held(net.Planned(live, false)), held(net.Planned(live, true)), nil
}

func countClasses(s spec.Spec) (int, error) {
	train, _, err := openSets(s.Data)
	if err != nil {
		return 0, err
	}
	return train.Classes, nil
}
