package dataset

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// grey returns n images of h×w whose pixel k of image i is 7i+k modulo 256 and
// whose label is i modulo 10.
func grey(n, h, w int) *Set {
	s := &Set{Name: "grey", Channels: 1, Height: h, Width: w, Classes: 10}
	for i := range n {
		for k := range h * w {
			s.Images = append(s.Images, uint8(7*i+k))
		}
		s.Labels = append(s.Labels, uint8(i%10))
	}
	return s
}

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || err.Error() != want {
		t.Errorf("error\n got %v\nwant %s", err, want)
	}
}

func TestFillIsTheStatedFormula(t *testing.T) {
	s := &Set{Name: "two", Channels: 1, Height: 1, Width: 2, Classes: 10, Images: []uint8{0, 255, 51, 102}, Labels: []uint8{3, 9}}
	n := Norm{Mean: []float64{0.2}, Std: []float64{0.4}}
	got := make([]float64, 2*3*2)
	if err := Fill(got, s, []int{1, 0}, n); err != nil {
		t.Fatal(err)
	}
	// (51/255−0.2)/0.4 = 0, (102/255−0.2)/0.4 = 0.5, (0−0.2)/0.4 = −0.5, (1−0.2)/0.4 = 2.
	want := []float64{0, 0.5, 0, 0.5, 0, 0.5, -0.5, 2, -0.5, 2, -0.5, 2}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-15 {
			t.Fatalf("value %d: got %v, want %v", i, got, want)
		}
	}
	labels := make([]int, 2)
	if err := FillLabels(labels, s, []int{1, 0}); err != nil || !slices.Equal(labels, []int{9, 3}) {
		t.Errorf("labels %v, error %v", labels, err)
	}
}

func TestFillKeepsColourChannelsApart(t *testing.T) {
	s := &Set{Name: "rgb", Channels: 3, Height: 1, Width: 1, Classes: 2, Images: []uint8{255, 0, 51}, Labels: []uint8{0}}
	n := Norm{Mean: []float64{0, 0, 0.2}, Std: []float64{1, 2, 1}}
	got := make([]float32, 3)
	if err := Fill(got, s, []int{0}, n); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, []float32{1, 0, 0}) {
		t.Errorf("got %v, want 1 0 0", got)
	}
}

func TestFillAllocatesNothing(t *testing.T) {
	s := grey(8, 4, 4)
	n, err := Measure(s)
	if err != nil {
		t.Fatal(err)
	}
	dst, idx := make([]float32, 2*3*16), []int{0, 5}
	if a := testing.AllocsPerRun(20, func() {
		if err := Fill(dst, s, idx, n); err != nil {
			t.Fatal(err)
		}
	}); a != 0 {
		t.Errorf("%v allocations per call, want 0", a)
	}
}

func TestFillRefusesAndLeavesTheDestination(t *testing.T) {
	ok := Norm{Mean: []float64{0}, Std: []float64{1}}
	two := grey(2, 1, 1)
	two.Channels, two.Images = 2, append(two.Images, two.Images...)
	broken := grey(2, 2, 2)
	broken.Images = broken.Images[:7]
	for _, c := range []struct {
		name string
		set  *Set
		idx  []int
		norm Norm
		want string
	}{
		{"index", grey(2, 1, 1), []int{1, 2}, ok, "dataset grey: index 2 at position 1: want 0..1"},
		{"negative", grey(2, 1, 1), []int{-1, 0}, ok, "dataset grey: index -1 at position 0: want 0..1"},
		{"room", grey(2, 1, 1), []int{1}, ok, "dataset grey: 6 values of room for 1 images of 3×1×1: want 3"},
		{"deviation", grey(2, 1, 1), []int{0, 1}, Norm{Mean: []float64{0}, Std: []float64{0}},
			"dataset grey: channel 0: mean 0, deviation 0: want a finite mean and a positive finite deviation"},
		{"nan", grey(2, 1, 1), []int{0, 1}, Norm{Mean: []float64{math.NaN()}, Std: []float64{1}},
			"dataset grey: channel 0: mean NaN, deviation 1: want a finite mean and a positive finite deviation"},
		{"norm length", grey(2, 1, 1), []int{0, 1}, Norm{}, "dataset grey: a norm of 0 means and 0 deviations for 1 channels"},
		{"channels", two, []int{0, 1}, ok, "dataset grey: 2 channels: want 1 (grey) or 3"},
		{"broken", broken, []int{0, 1}, ok, "dataset grey: 7 bytes of pixels for 2 images of 1×2×2: want 8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dst := []float64{9, 9, 9, 9, 9, 9}
			wantError(t, Fill(dst, c.set, c.idx, c.norm), c.want)
			if !slices.Equal(dst, []float64{9, 9, 9, 9, 9, 9}) {
				t.Errorf("the destination was written: %v", dst)
			}
		})
	}
	wantError(t, FillLabels(nil, grey(1, 1, 1), []int{0}), "dataset grey: room for 0 labels of 1 images")
}

func TestMeasureNormalisesToZeroAndOne(t *testing.T) {
	s := grey(20, 4, 4)
	n, err := Measure(s)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float64, 20*3*16)
	idx := make([]int, 20)
	for i := range idx {
		idx[i] = i
	}
	if err := Fill(x, s, idx, n); err != nil {
		t.Fatal(err)
	}
	var sum, sq float64
	for _, v := range x {
		sum, sq = sum+v, sq+v*v
	}
	if m := float64(len(x)); math.Abs(sum/m) > 1e-12 || math.Abs(sq/m-1) > 1e-12 {
		t.Errorf("normalised mean %v and second moment %v, want 0 and 1", sum/m, sq/m)
	}
	flat := &Set{Name: "flat", Channels: 1, Height: 1, Width: 2, Classes: 1, Images: []uint8{5, 5}, Labels: []uint8{0}}
	_, err = Measure(flat)
	wantError(t, err, "dataset flat: channel 0 is constant: it cannot be normalised")
	_, err = Measure(grey(0, 1, 1))
	wantError(t, err, "dataset grey: no images to measure the mean of")
}

func TestFingerprintSeesShapePixelsAndLabels(t *testing.T) {
	base := grey(4, 2, 2)
	seen := map[string]string{base.Fingerprint(): "base"}
	for name, change := range map[string]func(*Set){
		"pixel":   func(s *Set) { s.Images[3]++ },
		"label":   func(s *Set) { s.Labels[3]++ },
		"shape":   func(s *Set) { s.Height, s.Width = 1, 4 },
		"classes": func(s *Set) { s.Classes = 11 },
	} {
		s := grey(4, 2, 2)
		change(s)
		if other, ok := seen[s.Fingerprint()]; ok {
			t.Errorf("%s has the fingerprint of %s", name, other)
		}
		seen[s.Fingerprint()] = name
	}
	renamed := grey(4, 2, 2)
	renamed.Name = "other"
	if renamed.Fingerprint() != base.Fingerprint() {
		t.Error("the name changes the fingerprint")
	}
}

func TestPadAndHalve(t *testing.T) {
	s := &Set{Name: "q", Channels: 1, Height: 2, Width: 4, Classes: 1, Images: []uint8{
		1, 2, 255, 255,
		3, 4, 255, 254,
	}, Labels: []uint8{0}}
	h, err := s.Halve()
	if err != nil {
		t.Fatal(err)
	}
	// (1+2+3+4+2)/4 = 3 and (1019+2)/4 = 255 (255.25 cut).
	if h.Height != 1 || h.Width != 2 || !slices.Equal(h.Images, []uint8{3, 255}) {
		t.Errorf("halved to %d×%d %v", h.Height, h.Width, h.Images)
	}
	full := grey(2, 28, 28)
	p, err := full.Pad32()
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		for y := range 32 {
			for x := range 32 {
				want := uint8(0)
				if y >= 2 && y < 30 && x >= 2 && x < 30 {
					want = full.Image(i)[(y-2)*28+x-2]
				}
				if got := p.Image(i)[y*32+x]; got != want {
					t.Fatalf("image %d row %d column %d: %d, want %d", i, y, x, got, want)
				}
			}
		}
	}
	for _, side := range []int{32, 16, 8, 4} {
		r, err := full.Resize(side)
		if err != nil || r.Height != side || r.Width != side || r.Check() != nil {
			t.Errorf("side %d: %v", side, err)
		}
	}
	_, err = grey(1, 16, 16).Resize(32)
	wantError(t, err, "dataset grey: 16×16 images cannot be shown at 32×32: read a larger set with --data")
	_, err = full.Resize(12)
	wantError(t, err, "dataset grey: size 12: want 4, 8, 16 or 32")
	_, err = grey(1, 3, 4).Halve()
	wantError(t, err, "dataset grey: 3×4 images cannot be halved")
	_, err = grey(1, 27, 28).Pad32()
	wantError(t, err, "dataset grey: 27×28 images cannot be centred on 32×32")
}

func TestRangesAndSubsets(t *testing.T) {
	s := grey(30, 2, 2)
	head, tail, err := s.Split(12)
	if err != nil {
		t.Fatal(err)
	}
	if head.Len() != 12 || tail.Len() != 18 || tail.Labels[0] != 2 || tail.Image(0)[0] != 84 {
		t.Errorf("split into %d and %d, tail starts with label %d, pixel %d", head.Len(), tail.Len(), tail.Labels[0], tail.Image(0)[0])
	}
	sub, err := s.Subset([]int{29, 0, 29})
	if err != nil || !slices.Equal(sub.Labels, []uint8{9, 0, 9}) || !slices.Equal(sub.Image(2), s.Image(29)) {
		t.Errorf("subset %v, %v", sub, err)
	}
	few, err := s.Balanced(2)
	if err != nil || few.Len() != 20 || !slices.Equal(few.Labels[:11], []uint8{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0}) {
		t.Errorf("balanced %v, %v", few, err)
	}
	_, err = s.Balanced(4)
	wantError(t, err, "dataset grey: class 0 has 3 images, fewer than 4")
	_, _, err = s.Split(30)
	wantError(t, err, "dataset grey: split at 30: want 1..29, so that both parts hold images")
	_, err = s.Range(4, 31)
	wantError(t, err, "dataset grey: images 4..30 of 30 do not exist")
	_, err = s.Subset([]int{30})
	wantError(t, err, "dataset grey: index 30 at position 0: want 0..29")
}

func TestRelabelChangesExactlyWhatItSays(t *testing.T) {
	s := grey(1000, 1, 1)
	before := slices.Clone(s.Labels)
	noisy, changed, err := s.Relabel(0.3, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	if len(changed) != 300 || !slices.IsSorted(changed) || len(slices.Compact(slices.Clone(changed))) != 300 {
		t.Fatalf("%d changed, want 300 different ones in order", len(changed))
	}
	if !slices.Equal(before, s.Labels) {
		t.Error("the original labels changed")
	}
	offsets := make([]int, 10)
	for i := range s.Labels {
		_, listed := slices.BinarySearch(changed, i)
		if listed != (noisy.Labels[i] != s.Labels[i]) {
			t.Fatalf("image %d: label %d became %d, listed %v", i, s.Labels[i], noisy.Labels[i], listed)
		}
		if listed {
			offsets[(noisy.Labels[i]+10-s.Labels[i])%10]++
		}
	}
	// Nine offsets of equal chance: 33.3 each, standard deviation 5.4; ±5σ.
	for o, n := range offsets[1:] {
		if n < 7 || n > 60 {
			t.Errorf("offset %d drawn %d times of 300", o+1, n)
		}
	}
	again, _, _ := s.Relabel(0.3, rand.New(rand.NewPCG(1, 2)))
	if again.Fingerprint() != noisy.Fingerprint() {
		t.Error("the same seed gives other labels")
	}
	if same, none, err := s.Relabel(0, rand.New(rand.NewPCG(1, 2))); err != nil || len(none) != 0 || same.Fingerprint() != s.Fingerprint() {
		t.Error("share 0 changes the set")
	}
	for _, share := range []float64{-0.1, 1.1, math.NaN()} {
		if _, _, err := s.Relabel(share, rand.New(rand.NewPCG(1, 2))); err == nil || !strings.Contains(err.Error(), "want 0..1") {
			t.Errorf("share %v: error %v", share, err)
		}
	}
}
