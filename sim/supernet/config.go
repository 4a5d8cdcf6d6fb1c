package supernet

import (
	"fmt"

	"edgewise/sim/mixop"
	"edgewise/theory/cell"
)

// Config describes a supernet.
type Config struct {
	Space          cell.Space
	Channels       int // of the first cell; every reduction cell doubles them
	StemMultiplier int // the stem has StemMultiplier·Channels channels; DARTS: 3
	InChannels     int
	Classes        int
	Height, Width  int
	Batch          int            // largest batch
	Norm           mixop.NormKind // of stem, preprocessing and operations
	Partial        int            // operations see 1/Partial of the channels (PC-DARTS); below 2: all
	Eps            float64        // of every norm; torch: 1e-5
	Affine         bool           // affine norm in cells and preprocessing; DARTS search: false
	NodeNorm       bool           // batch norm behind the sum of every intermediate node; DARTS-PRIME: true
	StemPlain      bool           // no affine batch norm in the stem; DARTS: false
	HeadBias       bool           // a bias in the linear head; the identities of THEORY P2 want none
	Workers        int            // goroutines that share the images; below 1: GOMAXPROCS
}

func (c Config) norm() mixop.NormConfig {
	return mixop.NormConfig{Kind: c.Norm, Eps: c.Eps, Affine: c.Affine}
}

// maxValues bounds one tensor, so that a mistaken spec is refused before memory is
// taken.
const maxValues = 1 << 31

// Check refuses a configuration that no net can be made of.
func (c Config) Check() error {
	for _, f := range []struct {
		name string
		v    int
	}{{"Channels", c.Channels}, {"StemMultiplier", c.StemMultiplier}, {"InChannels", c.InChannels}, {"Classes", c.Classes},
		{"Height", c.Height}, {"Width", c.Width}, {"Batch", c.Batch}} {
		if f.v < 1 {
			return fmt.Errorf("supernet: %s is %d: it must be at least 1", f.name, f.v)
		}
		if f.v > 1<<20 {
			return fmt.Errorf("supernet: %s is %d: it must be at most %d", f.name, f.v, 1<<20)
		}
	}
	if !(c.Eps > 0) || c.Eps > 1 {
		return fmt.Errorf("supernet: Eps is %v: it must be in (0, 1], such as 1e-5", c.Eps)
	}
	if c.Norm > mixop.NoNorm {
		return fmt.Errorf("supernet: Norm is %d: it must be batch, group, layer or no norm", c.Norm)
	}
	if c.Partial > 1 && c.Channels%c.Partial != 0 {
		return fmt.Errorf("supernet: Partial is %d: it must divide the %d channels", c.Partial, c.Channels)
	}
	s := c.Space
	if len(s.Ops) == 0 || len(s.Stack) == 0 || len(s.Cell.Concat) == 0 || s.Cell.Nodes < 1 {
		return fmt.Errorf("supernet: Space has %d operations, %d cells, %d intermediate nodes and %d in the concat: each must be at least 1",
			len(s.Ops), len(s.Stack), s.Cell.Nodes, len(s.Cell.Concat))
	}
	for i, j := range s.Cell.Concat {
		if j < cell.Inputs || j >= cell.Inputs+s.Cell.Nodes || (i > 0 && j <= s.Cell.Concat[i-1]) {
			return fmt.Errorf("supernet: Space.Cell.Concat is %v: it must list intermediate nodes in ascending order", s.Cell.Concat)
		}
	}
	for e, ed := range s.Cell.Edges {
		if ed.From < 0 || ed.From >= ed.To || ed.To < cell.Inputs || ed.To >= cell.Inputs+s.Cell.Nodes {
			return fmt.Errorf("supernet: Space.Cell.Edges[%d] is %v: it does not fit a cell of %d intermediate nodes", e, ed, s.Cell.Nodes)
		}
	}
	h, w := c.Height, c.Width
	for i, k := range s.Stack {
		if k != cell.Reduction {
			continue
		}
		if c.Partial > 1 {
			return fmt.Errorf("supernet: cell %d reduces: partial channels need cells that do not", i)
		}
		if h%2 != 0 || w%2 != 0 {
			return fmt.Errorf("supernet: cell %d reduces %d×%d pixels: both must be even; choose Height and Width divisible by 2 to the number of reduction cells", i, h, w)
		}
		h, w = h/2, w/2
	}
	if v := float64(c.Batch) * float64(c.Height) * float64(c.Width) * float64(max(c.Channels*len(s.Cell.Concat), c.Channels*c.StemMultiplier)); v > maxValues {
		return fmt.Errorf("supernet: one activation would have %.3g values, more than %d: choose a smaller Batch, Channels or image", v, maxValues)
	}
	return nil
}
