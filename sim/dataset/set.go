// Package dataset holds the images that supernets are trained on: a real set
// embedded in the binary, and readers for the IDX files of the MNIST family and
// for the binary batches of CIFAR-10. A Set is raw bytes; Fill turns chosen
// images into normalised float planes.
package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Set is N labelled images of one shape.
//
// Images holds the raw pixels, 0..255, in the order [N][Channels][Height][Width];
// Labels holds N classes, each below Classes. A Set is read-only by convention:
// Range and Split return views that share its bytes.
type Set struct {
	Name     string
	Channels int
	Height   int
	Width    int
	Classes  int
	Images   []uint8
	Labels   []uint8
}

// Len returns N, the number of images.
func (s *Set) Len() int { return len(s.Labels) }

// Pixels returns Channels·Height·Width, the stored bytes of one image.
func (s *Set) Pixels() int { return s.Channels * s.Height * s.Width }

// Image returns the bytes of image i, [Channels][Height][Width], as a view. It
// panics as a slice does when i is not in 0..Len-1.
func (s *Set) Image(i int) []uint8 {
	p := s.Pixels()
	return s.Images[i*p : (i+1)*p : (i+1)*p]
}

// Check says whether the fields fit together: positive sizes,
// len(Images) = N·Channels·Height·Width, every label below Classes.
func (s *Set) Check() error {
	if err := s.checkShape(); err != nil {
		return err
	}
	for i, l := range s.Labels {
		if int(l) >= s.Classes {
			return fmt.Errorf("dataset %s: label %d of image %d: want 0..%d", s.Name, l, i, s.Classes-1)
		}
	}
	return nil
}

// checkShape is Check without the walk over the labels.
func (s *Set) checkShape() error {
	if s.Channels < 1 || s.Height < 1 || s.Width < 1 || s.Classes < 1 {
		return fmt.Errorf("dataset %s: shape %d×%d×%d with %d classes: every size must be at least 1",
			s.Name, s.Channels, s.Height, s.Width, s.Classes)
	}
	if want := s.Len() * s.Pixels(); len(s.Images) != want {
		return fmt.Errorf("dataset %s: %d bytes of pixels for %d images of %d×%d×%d: want %d",
			s.Name, len(s.Images), s.Len(), s.Channels, s.Height, s.Width, want)
	}
	return nil
}

// Fingerprint returns the SHA-256, in hex, of
//
//	"edgewise dataset N C H W classes\n" ‖ Images ‖ Labels
//
// with the numbers in decimal. Two sets have the same fingerprint when they have
// the same shape, pixels and labels; the name does not count.
func (s *Set) Fingerprint() string {
	h := sha256.New()
	fmt.Fprintf(h, "edgewise dataset %d %d %d %d %d\n", s.Len(), s.Channels, s.Height, s.Width, s.Classes)
	h.Write(s.Images)
	h.Write(s.Labels)
	return hex.EncodeToString(h.Sum(nil))
}

// like returns an empty set with the shape and name of s.
func (s *Set) like() *Set {
	return &Set{Name: s.Name, Channels: s.Channels, Height: s.Height, Width: s.Width, Classes: s.Classes}
}
