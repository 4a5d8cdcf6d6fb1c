package bench

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"

	"edgewise/sim/dataset"
)

// noiseImages are as many as two batches of the largest step.
const noiseImages = 256

// writeNoise writes a data folder of noise at 32×32, so that steps of any image side
// are timed without a data set; they take as long on any images.
func writeNoise(dir string) error {
	rnd := rand.New(rand.NewPCG(9, 10))
	for _, part := range []string{"train", "t10k"} {
		s := &dataset.Set{Name: "noise", Classes: 10, Channels: 1, Height: 32, Width: 32, Labels: make([]uint8, noiseImages), Images: make([]uint8, noiseImages*32*32)}
		for i := range s.Labels {
			s.Labels[i] = uint8(i % 10)
		}
		for i := range s.Images {
			s.Images[i] = uint8(rnd.Uint32())
		}
		var images, labels bytes.Buffer
		if err := dataset.WriteIDX(&images, &labels, s); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, part+"-images-idx3-ubyte"), images.Bytes(), 0o644); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, part+"-labels-idx1-ubyte"), labels.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}
