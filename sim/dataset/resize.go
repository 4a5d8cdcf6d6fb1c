package dataset

import "fmt"

// Pad32 returns s with every image centred on a black 32×32 ground: a border of
// (32−Height)/2 zero rows above and below and (32−Width)/2 zero columns at each
// side. It is how the MNIST family (28×28) gets the size of CIFAR-10. A set that
// is 32×32 already is returned as it is; a larger one, or one with an odd
// difference, is an error.
func (s *Set) Pad32() (*Set, error) {
	const side = 32
	if err := s.checkShape(); err != nil {
		return nil, err
	}
	if s.Height == side && s.Width == side {
		return s, nil
	}
	if s.Height > side || s.Width > side || (side-s.Height)%2 != 0 || (side-s.Width)%2 != 0 {
		return nil, fmt.Errorf("dataset %s: %d×%d images cannot be centred on %d×%d", s.Name, s.Height, s.Width, side, side)
	}
	top, left := (side-s.Height)/2, (side-s.Width)/2
	out := s.like()
	out.Height, out.Width, out.Labels = side, side, s.Labels
	out.Images = make([]uint8, s.Len()*s.Channels*side*side)
	for p := range s.Len() * s.Channels {
		for h := range s.Height {
			row := s.Images[(p*s.Height+h)*s.Width:]
			copy(out.Images[(p*side+top+h)*side+left:], row[:s.Width])
		}
	}
	return out, nil
}

// Halve returns s at half the height and width by the mean of 2×2 pixels,
// rounded half up:
//
//	q[h,w] = ⌊(p[2h,2w] + p[2h,2w+1] + p[2h+1,2w] + p[2h+1,2w+1] + 2) / 4⌋.
//
// An odd height or width is an error.
func (s *Set) Halve() (*Set, error) {
	if err := s.checkShape(); err != nil {
		return nil, err
	}
	if s.Height%2 != 0 || s.Width%2 != 0 {
		return nil, fmt.Errorf("dataset %s: %d×%d images cannot be halved", s.Name, s.Height, s.Width)
	}
	out := s.like()
	out.Height, out.Width, out.Labels = s.Height/2, s.Width/2, s.Labels
	out.Images = make([]uint8, s.Len()*s.Channels*out.Height*out.Width)
	for p := range s.Len() * s.Channels {
		for h := range out.Height {
			a := s.Images[(p*s.Height+2*h)*s.Width:][:s.Width]
			b := s.Images[(p*s.Height+2*h+1)*s.Width:][:s.Width]
			q := out.Images[(p*out.Height+h)*out.Width:][:out.Width]
			for w := range q {
				q[w] = uint8((int(a[2*w]) + int(a[2*w+1]) + int(b[2*w]) + int(b[2*w+1]) + 2) / 4)
			}
		}
	}
	return out, nil
}

// Resize returns s at side×side, for side 32, 16, 8 or 4 and not above the
// images that s holds: Pad32 when the images are not a power of two wide, then
// Halve as often as needed. A set of that size already is returned as it is.
func (s *Set) Resize(side int) (*Set, error) {
	if side != 4 && side != 8 && side != 16 && side != 32 {
		return nil, fmt.Errorf("dataset %s: size %d: want 4, 8, 16 or 32", s.Name, side)
	}
	out := s
	if !powerOfTwo(s.Height) || s.Height != s.Width {
		var err error
		if out, err = s.Pad32(); err != nil {
			return nil, err
		}
	}
	if out.Height < side {
		return nil, fmt.Errorf("dataset %s: %d×%d images cannot be shown at %d×%d: read a larger set with --data",
			s.Name, s.Height, s.Width, side, side)
	}
	for out.Height > side {
		var err error
		if out, err = out.Halve(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func powerOfTwo(n int) bool { return n > 0 && n&(n-1) == 0 }
