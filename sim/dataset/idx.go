package dataset

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Bounds on IDX headers; anything above is refused before memory is taken.
const (
	maxImages = 1 << 20 // images in one file
	maxSide   = 256     // rows or columns of one image
	maxBytes  = 1 << 30 // pixels in one file
)

// The magic numbers of the two IDX files: two zero bytes, 08 for unsigned
// bytes, and the number of dimensions.
const (
	magicImages = 0x00000803
	magicLabels = 0x00000801
)

// mnistClasses is the number of classes of every set of the MNIST family that
// Open reads (MNIST, Fashion-MNIST, Kuzushiji-MNIST).
const mnistClasses = 10

// readImages parses an IDX image file: big-endian magic 0x00000803, number of
// images, rows, columns, then the pixels row by row. The result has no labels.
func readImages(s *source) (pixels []uint8, n, height, width int, err error) {
	var head [16]byte
	if err := s.full(head[:], "the IDX header"); err != nil {
		return nil, 0, 0, 0, err
	}
	if m := binary.BigEndian.Uint32(head[0:]); m != magicImages {
		return nil, 0, 0, 0, s.fail(0, "magic number %#08x: want %#08x (IDX images)", m, magicImages)
	}
	count := binary.BigEndian.Uint32(head[4:])
	if count < 1 || count > maxImages {
		return nil, 0, 0, 0, s.fail(4, "%d images: want 1..%d", count, maxImages)
	}
	rows, cols := binary.BigEndian.Uint32(head[8:]), binary.BigEndian.Uint32(head[12:])
	if rows < 1 || rows > maxSide {
		return nil, 0, 0, 0, s.fail(8, "%d rows: want 1..%d", rows, maxSide)
	}
	if cols < 1 || cols > maxSide {
		return nil, 0, 0, 0, s.fail(12, "%d columns: want 1..%d", cols, maxSide)
	}
	total := int64(count) * int64(rows) * int64(cols)
	if total > maxBytes {
		return nil, 0, 0, 0, s.fail(4, "%d images of %d×%d are %d bytes: want at most %d", count, rows, cols, total, maxBytes)
	}
	if pixels, err = s.take(total, "the pixels"); err != nil {
		return nil, 0, 0, 0, err
	}
	return pixels, int(count), int(rows), int(cols), s.end()
}

// readLabels parses an IDX label file: big-endian magic 0x00000801, number of
// labels, then one byte each, below classes.
func readLabels(s *source, classes int) ([]uint8, error) {
	var head [8]byte
	if err := s.full(head[:], "the IDX header"); err != nil {
		return nil, err
	}
	if m := binary.BigEndian.Uint32(head[0:]); m != magicLabels {
		return nil, s.fail(0, "magic number %#08x: want %#08x (IDX labels)", m, magicLabels)
	}
	count := binary.BigEndian.Uint32(head[4:])
	if count < 1 || count > maxImages {
		return nil, s.fail(4, "%d labels: want 1..%d", count, maxImages)
	}
	labels, err := s.take(int64(count), "the labels")
	if err != nil {
		return nil, err
	}
	for i, l := range labels {
		if int(l) >= classes {
			return nil, s.fail(int64(len(head)+i), "label %d: want 0..%d", l, classes-1)
		}
	}
	return labels, s.end()
}

// WriteIDX writes a grey set as the two IDX files of the MNIST family,
// uncompressed. A set with more than one channel has no IDX form and is an error.
func WriteIDX(images, labels io.Writer, s *Set) error {
	if err := s.Check(); err != nil {
		return err
	}
	if s.Channels != 1 {
		return fmt.Errorf("dataset %s: %d channels: IDX files of the MNIST family hold grey images", s.Name, s.Channels)
	}
	if s.Len() < 1 || s.Len() > maxImages || s.Height > maxSide || s.Width > maxSide || len(s.Images) > maxBytes {
		return fmt.Errorf("dataset %s: %d images of %d×%d are outside what the IDX reader accepts", s.Name, s.Len(), s.Height, s.Width)
	}
	head := binary.BigEndian.AppendUint32(nil, magicImages)
	for _, v := range []int{s.Len(), s.Height, s.Width} {
		head = binary.BigEndian.AppendUint32(head, uint32(v))
	}
	if err := writeAll(images, head, s.Images); err != nil {
		return fmt.Errorf("writing the images of %s: %w", s.Name, err)
	}
	head = binary.BigEndian.AppendUint32(nil, magicLabels)
	head = binary.BigEndian.AppendUint32(head, uint32(s.Len()))
	if err := writeAll(labels, head, s.Labels); err != nil {
		return fmt.Errorf("writing the labels of %s: %w", s.Name, err)
	}
	return nil
}

func writeAll(w io.Writer, parts ...[]byte) error {
	for _, p := range parts {
		if _, err := w.Write(p); err != nil {
			return err
		}
	}
	return nil
}
