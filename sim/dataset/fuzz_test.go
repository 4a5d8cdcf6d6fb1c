package dataset

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"testing"
	"testing/fstest"
)

// checkRefusal fails unless the error names the file and an offset inside it.
func checkRefusal(t *testing.T, err error, data []byte) {
	t.Helper()
	var f *FormatError
	if !errors.As(err, &f) {
		t.Fatalf("error without file and offset: %v", err)
	}
	if f.File == "" || f.Offset < 0 || (!f.Packed && f.Offset > int64(len(data))) {
		t.Fatalf("error at byte %d of a file of %d: %v", f.Offset, len(data), err)
	}
}

// FuzzIDX reads any bytes as images and as labels: they are refused with an
// offset, or they are a set that writes back to the same bytes.
func FuzzIDX(f *testing.F) {
	images, labels := idxBytes(f, grey(3, 2, 2))
	for _, seed := range [][]byte{images, labels, images[:17], labels[:9], append(bytes.Clone(labels), 0),
		put(images, 4, 1<<20), put(labels, 4, 1<<31), zip(f, images), zip(f, labels), zip(f, images)[:20], {}, {0x1f, 0x8b}} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := newSource("images", bytes.NewReader(data), int64(len(data))); err != nil {
			checkRefusal(t, err, data)
		} else if pixels, n, h, w, err := readImages(s); err != nil {
			checkRefusal(t, err, data)
		} else if s.size >= 0 {
			set := &Set{Channels: 1, Height: h, Width: w, Classes: mnistClasses, Images: pixels, Labels: make([]uint8, n)}
			if back, _ := idxBytes(t, set); !bytes.Equal(back, data) {
				t.Fatalf("%d bytes read as %d images of %d×%d write back as %d bytes", len(data), n, h, w, len(back))
			}
		}
		if s, err := newSource("labels", bytes.NewReader(data), int64(len(data))); err != nil {
			checkRefusal(t, err, data)
		} else if labels, err := readLabels(s, mnistClasses); err != nil {
			checkRefusal(t, err, data)
		} else if s.size >= 0 {
			set := &Set{Channels: 1, Height: 1, Width: 1, Classes: mnistClasses, Images: labels, Labels: labels}
			if _, back := idxBytes(t, set); !bytes.Equal(back, data) {
				t.Fatalf("%d bytes read as %d labels write back as %d bytes", len(data), len(labels), len(back))
			}
		}
	})
}

// FuzzCIFAR reads any bytes as one record after cifarBytes' form: refused with an
// offset, or label and pixels are the bytes.
func FuzzCIFAR(f *testing.F) {
	one := cifarBytes(1, 3)
	for _, seed := range [][]byte{one, one[:100], append(bytes.Clone(one), 1), cifarBytes(1, 9), zip(f, one), zip(f, one)[:30], {}, {10}} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := newSource("batch", bytes.NewReader(data), int64(len(data)))
		if err != nil {
			checkRefusal(t, err, data)
			return
		}
		set := newCIFAR("fuzz")
		if err := readCIFAR(set, s, 1); err != nil {
			checkRefusal(t, err, data)
			return
		}
		if err := set.Check(); err != nil || set.Len() != 1 {
			t.Fatalf("%d records, check %v", set.Len(), err)
		}
		if s.size >= 0 && !bytes.Equal(append([]byte{set.Labels[0]}, set.Images...), data) {
			t.Fatal("label and pixels are not the bytes of the file")
		}
	})
}

// FuzzFolder puts any bytes in the place of any file of a small set: Open never
// panics and never returns half a set.
func FuzzFolder(f *testing.F) {
	f.Add(0, []byte{}, true)
	f.Add(3, []byte{0, 0, 8, 1, 0, 0, 0, 1, 4}, true)
	f.Add(1, cifarBytes(1, 0), false)
	goodIDX, goodCIFAR := idxFolder(f), cifarFolderOf(1)
	f.Fuzz(func(t *testing.T, which int, data []byte, idx bool) {
		fsys, names := maps.Clone(goodCIFAR), []string{"test_batch.bin", "data_batch_1.bin", "data_batch_5.bin"}
		if idx {
			fsys = maps.Clone(goodIDX)
			names = []string{"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte.gz", "t10k-labels.idx1-ubyte"}
		}
		fsys[names[uint(which)%uint(len(names))]] = &fstest.MapFile{Data: data}
		train, test, err := openFS(fsys, "dir", "fuzz", 1)
		if err != nil && (train != nil || test != nil) {
			t.Fatalf("a set came with the error %v", err)
		}
		if err == nil {
			if err := errors.Join(train.Check(), test.Check()); err != nil {
				t.Fatal(fmt.Errorf("read without complaint: %w", err))
			}
		}
	})
}
