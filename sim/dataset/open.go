package dataset

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Open reads the data set in a folder and returns its training and test split.
//
// The MNIST family is recognised by the files train-images-idx3-ubyte,
// train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte,
// also with "-idx" spelt ".idx", also with the suffix .gz; a plain file is taken
// before a gzipped one. CIFAR-10 is recognised by data_batch_1.bin ..
// data_batch_5.bin and test_batch.bin, here or in a folder cifar-10-batches-bin.
// Whether a file is gzipped is read from its content. A folder with both sets, or
// with neither, is an error; so is every damaged, short or overlong file, with its
// name and the byte offset (a *FormatError).
func Open(dir string) (train, test *Set, err error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("data folder %s: %w", dir, bare(err))
	}
	if !info.IsDir() {
		return nil, nil, fmt.Errorf("data folder %s: it is a file; give the folder that holds the data files", dir)
	}
	name := filepath.Base(filepath.Clean(dir))
	if abs, err := filepath.Abs(dir); err == nil {
		name = filepath.Base(abs)
	}
	return openFS(os.DirFS(dir), filepath.ToSlash(dir), name, cifarRecords)
}

// openFS is Open on any file system; shown is the folder's name in errors, name
// that of the set, records the number of records of each CIFAR-10 file.
func openFS(fsys fs.FS, shown, name string, records int) (train, test *Set, err error) {
	idx := hasIDX(fsys, shown)
	sub, cifar := cifarFolder(fsys)
	switch {
	case idx && cifar:
		return nil, nil, fmt.Errorf("data folder %s: it holds both IDX files and CIFAR-10 batches; keep one set per folder", shown)
	case idx:
		return openIDX(fsys, shown, name)
	case cifar:
		return openCIFAR(fsys, shown, name, sub, records)
	case exists(fsys, "data_batch_1") || exists(fsys, "cifar-10-batches-py/data_batch_1"):
		return nil, nil, fmt.Errorf("data folder %s: this is the Python version of CIFAR-10; the binary version (data_batch_1.bin) is needed", shown)
	}
	return nil, nil, fmt.Errorf("data folder %s: neither IDX files of the MNIST family (train-images-idx3-ubyte[.gz], ...) nor CIFAR-10 binary batches (data_batch_1.bin, ...) are in it", shown)
}

// hasIDX says whether any of the four IDX files is there.
func hasIDX(fsys fs.FS, shown string) bool {
	for _, part := range []string{"train-images", "train-labels", "t10k-images", "t10k-labels"} {
		if _, err := idxFile(fsys, shown, part); err == nil {
			return true
		}
	}
	return false
}

// cifarFolder returns the folder of the CIFAR-10 batches, "" or with a slash.
func cifarFolder(fsys fs.FS) (sub string, ok bool) {
	for _, sub := range []string{"", "cifar-10-batches-bin/"} {
		if exists(fsys, sub+"data_batch_1.bin") || exists(fsys, sub+"test_batch.bin") {
			return sub, true
		}
	}
	return "", false
}

func openIDX(fsys fs.FS, shown, name string) (train, test *Set, err error) {
	if train, err = openPair(fsys, shown, name+"/train", "train"); err != nil {
		return nil, nil, err
	}
	if test, err = openPair(fsys, shown, name+"/test", "t10k"); err != nil {
		return nil, nil, err
	}
	if train.Height != test.Height || train.Width != test.Width {
		return nil, nil, fmt.Errorf("data folder %s: training images are %d×%d and test images %d×%d",
			shown, train.Height, train.Width, test.Height, test.Width)
	}
	return train, test, nil
}

// openPair reads the image and the label file of one split.
func openPair(fsys fs.FS, shown, name, split string) (*Set, error) {
	images, err := idxFile(fsys, shown, split+"-images")
	if err != nil {
		return nil, err
	}
	labels, err := idxFile(fsys, shown, split+"-labels")
	if err != nil {
		return nil, err
	}
	set := &Set{Name: name, Channels: 1, Classes: mnistClasses}
	n := 0
	err = withSource(fsys, images, shown, func(s *source) (err error) {
		set.Images, n, set.Height, set.Width, err = readImages(s)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = withSource(fsys, labels, shown, func(s *source) (err error) {
		if set.Labels, err = readLabels(s, mnistClasses); err == nil && len(set.Labels) != n {
			err = s.fail(4, "%d labels for the %d images of %s", len(set.Labels), n, images)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return set, nil
}

func openCIFAR(fsys fs.FS, shown, name, sub string, records int) (train, test *Set, err error) {
	train, test = newCIFAR(name+"/train"), newCIFAR(name+"/test")
	for i := range 6 {
		set, file := train, fmt.Sprintf("%sdata_batch_%d.bin", sub, i+1)
		if i == 5 {
			set, file = test, sub+"test_batch.bin"
		}
		err := withSource(fsys, file, shown, func(s *source) error { return readCIFAR(set, s, records) })
		if err != nil {
			return nil, nil, err
		}
	}
	return train, test, nil
}

func withSource(fsys fs.FS, name, shown string, read func(*source) error) error {
	s, err := openSource(fsys, name, shownAs(shown, name))
	if err != nil {
		return err
	}
	return errors.Join(read(s), s.close())
}

// idxFile finds the file of a part such as "train-images" under one of its names.
func idxFile(fsys fs.FS, shown, part string) (string, error) {
	kind := "idx3-ubyte"
	if strings.HasSuffix(part, "labels") {
		kind = "idx1-ubyte"
	}
	for _, name := range []string{part + "-" + kind, part + "." + kind, part + "-" + kind + ".gz", part + "." + kind + ".gz"} {
		if exists(fsys, name) {
			return name, nil
		}
	}
	return "", fmt.Errorf("%s: no such file, nor %s.gz", shownAs(shown, part+"-"+kind), part+"-"+kind)
}

// exists says whether the name is there at all: what cannot be opened is
// reported when it is read.
func exists(fsys fs.FS, name string) bool {
	_, err := fs.Stat(fsys, name)
	return err == nil || !errors.Is(err, fs.ErrNotExist)
}
