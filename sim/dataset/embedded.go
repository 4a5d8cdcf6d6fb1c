package dataset

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed fashion16
var fashion16 embed.FS

// Shape of the embedded set.
const (
	embeddedName = "fashion-mnist-16x16"

	// EmbeddedTrainPerClass and EmbeddedTestPerClass are the images per class of
	// the two embedded splits; there are ten classes.
	EmbeddedTrainPerClass = 400
	EmbeddedTestPerClass  = 100
)

// Embedded returns the real images in the binary: of Fashion-MNIST (Zalando SE,
// MIT licence, see Licence) the first 400 images of each of the ten classes of
// the training file and the first 100 of each class of the test file, in file
// order, padded to 32×32 and halved once: 4000 + 1000 grey images of 16×16. The
// files are made by
//
//	go run ./sim/dataset/embed --idx DIR --out sim/dataset/fashion16
//
// from the original files in DIR (Debian: package dataset-fashion-mnist). Each
// call returns sets of the caller's own.
func Embedded() (train, test *Set, err error) {
	dir, err := fs.Sub(fashion16, "fashion16")
	if err != nil {
		return nil, nil, fmt.Errorf("embedded images: %w", err)
	}
	return openFS(dir, "embedded", embeddedName, cifarRecords)
}

// Shrink makes the embedded form of one split of Fashion-MNIST: the first
// perClass images of each class, padded to 32×32 and halved to 16×16.
func Shrink(s *Set, perClass int) (*Set, error) {
	few, err := s.Balanced(perClass)
	if err != nil {
		return nil, err
	}
	return few.Resize(16)
}

// Licence returns the licence of the embedded images, as text.
func Licence() (string, error) {
	text, err := fashion16.ReadFile("fashion16/LICENSE")
	if err != nil {
		return "", fmt.Errorf("licence of the embedded images: %w", err)
	}
	return string(text), nil
}
