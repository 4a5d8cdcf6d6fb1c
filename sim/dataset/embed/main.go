// Command embed makes the images that package dataset embeds from the full IDX
// files of Fashion-MNIST (Debian: package dataset-fashion-mnist, whose data
// folder "dpkg -L dataset-fashion-mnist" shows). From the repository's root:
//
//	go run ./sim/dataset/embed --idx DIR --out sim/dataset/fashion16
//
// The same input gives the same bytes: the gzip headers hold no time and no name.
package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"edgewise/sim/dataset"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			os.Exit(0)
		}
		fmt.Fprintln(os.Stderr, "embed:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("embed", flag.ContinueOnError)
	flags.SetOutput(stderr)
	idx := flags.String("idx", "", "folder with the four IDX files of Fashion-MNIST")
	out := flags.String("out", filepath.Join("sim", "dataset", "fashion16"), "folder to write the embedded files to")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *idx == "" || flags.NArg() > 0 {
		flags.Usage()
		return errors.New("--idx DIR is needed, and nothing else but --out")
	}
	train, test, err := dataset.Open(*idx)
	if err != nil {
		return err
	}
	// Everything is made before the first byte is written.
	files := map[string][]byte{}
	for _, split := range []struct {
		prefix   string
		set      *dataset.Set
		perClass int
	}{
		{"train", train, dataset.EmbeddedTrainPerClass},
		{"t10k", test, dataset.EmbeddedTestPerClass},
	} {
		small, err := dataset.Shrink(split.set, split.perClass)
		if err != nil {
			return err
		}
		images, labels, err := pack(small)
		if err != nil {
			return err
		}
		files[split.prefix+"-images-idx3-ubyte.gz"] = images
		files[split.prefix+"-labels-idx1-ubyte.gz"] = labels
		fmt.Fprintf(stdout, "%s: %d images of %dx%d, fingerprint %s\n",
			split.prefix, small.Len(), small.Height, small.Width, small.Fingerprint())
	}
	for name, data := range files {
		if err := replace(filepath.Join(*out, name), data); err != nil {
			return err
		}
	}
	return nil
}

// pack returns the two gzipped IDX files of a set.
func pack(s *dataset.Set) (images, labels []byte, err error) {
	var a, b bytes.Buffer
	za, err := gzip.NewWriterLevel(&a, gzip.BestCompression)
	if err != nil {
		return nil, nil, err
	}
	zb, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, nil, err
	}
	if err := errors.Join(dataset.WriteIDX(za, zb, s), za.Close(), zb.Close()); err != nil {
		return nil, nil, err
	}
	return a.Bytes(), b.Bytes(), nil
}

// replace writes a file whole or not at all.
func replace(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".embed-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err := errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
