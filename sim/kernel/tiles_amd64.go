//go:build amd64 && !purego

package kernel

import "unsafe"

type (
	tileFunc func(k int, a *byte, rsa, csa int, b *byte, ldb int, c *byte, ldc int, acc int, tiles, step int, ahead *byte)
	tailFunc func(k int, a *byte, rsa, csa int, b *byte, ldb int, c *byte, ldc int, acc int, n int)
	moveFunc func(k int, a *byte, rsa, csa int, b *byte, ldb int, c *byte, ldc int, acc int, tiles, step int, src *byte, sr int, dst *byte, dr, left, lines int)
)

// tiles is the set of micro-kernels of one path and element type, by rows.
type tiles struct {
	rows, narrow int        // most rows of the two-vector and of the one-vector tiles
	full         []tileFunc // two whole vectors
	wide         []tailFunc // one to two vectors; nil where the path has none
	one          []tailFunc // up to one vector
	half         []tailFunc // up to half a vector; nil where the path has none
	moving       []moveFunc // two whole vectors while memory is copied; nil where the path has none
	vector       int        // bytes
}

// tileSets is indexed by path (AVX2, AVX512) and by element size (4, 8).
var tileSets = [2][2]tiles{
	{
		{6, 6, []tileFunc{nil, stile1x2y, stile2x2y, stile3x2y, stile4x2y, stile5x2y, stile6x2y}, nil,
			[]tailFunc{nil, stail1x1y, stail2x1y, stail3x1y, stail4x1y, stail5x1y, stail6x1y}, nil, nil, 32},
		{6, 6, []tileFunc{nil, dtile1x2y, dtile2x2y, dtile3x2y, dtile4x2y, dtile5x2y, dtile6x2y}, nil,
			[]tailFunc{nil, dtail1x1y, dtail2x1y, dtail3x1y, dtail4x1y, dtail5x1y, dtail6x1y}, nil, nil, 32},
	},
	{
		{14, 16, []tileFunc{nil, stile1x2z, stile2x2z, stile3x2z, stile4x2z, stile5x2z, stile6x2z, stile7x2z,
			stile8x2z, stile9x2z, stile10x2z, stile11x2z, stile12x2z, stile13x2z, stile14x2z},
			[]tailFunc{nil, stail1x2z, stail2x2z, stail3x2z, stail4x2z, stail5x2z, stail6x2z, stail7x2z,
				stail8x2z, stail9x2z, stail10x2z, stail11x2z, stail12x2z, stail13x2z, stail14x2z},
			[]tailFunc{nil, stail1x1z, stail2x1z, stail3x1z, stail4x1z, stail5x1z, stail6x1z, stail7x1z, stail8x1z,
				stail9x1z, stail10x1z, stail11x1z, stail12x1z, stail13x1z, stail14x1z, stail15x1z, stail16x1z},
			[]tailFunc{nil, stail1x1h, stail2x1h, stail3x1h, stail4x1h, stail5x1h, stail6x1h, stail7x1h, stail8x1h,
				stail9x1h, stail10x1h, stail11x1h, stail12x1h, stail13x1h, stail14x1h, stail15x1h, stail16x1h},
			[]moveFunc{6: smove6x2z, smove7x2z, smove8x2z, smove9x2z, smove10x2z, smove11x2z, smove12x2z, smove13x2z, smove14x2z}, 64},
		{14, 16, []tileFunc{nil, dtile1x2z, dtile2x2z, dtile3x2z, dtile4x2z, dtile5x2z, dtile6x2z, dtile7x2z,
			dtile8x2z, dtile9x2z, dtile10x2z, dtile11x2z, dtile12x2z, dtile13x2z, dtile14x2z},
			[]tailFunc{nil, dtail1x2z, dtail2x2z, dtail3x2z, dtail4x2z, dtail5x2z, dtail6x2z, dtail7x2z,
				dtail8x2z, dtail9x2z, dtail10x2z, dtail11x2z, dtail12x2z, dtail13x2z, dtail14x2z},
			[]tailFunc{nil, dtail1x1z, dtail2x1z, dtail3x1z, dtail4x1z, dtail5x1z, dtail6x1z, dtail7x1z, dtail8x1z,
				dtail9x1z, dtail10x1z, dtail11x1z, dtail12x1z, dtail13x1z, dtail14x1z, dtail15x1z, dtail16x1z},
			[]tailFunc{nil, dtail1x1h, dtail2x1h, dtail3x1h, dtail4x1h, dtail5x1h, dtail6x1h, dtail7x1h, dtail8x1h,
				dtail9x1h, dtail10x1h, dtail11x1h, dtail12x1h, dtail13x1h, dtail14x1h, dtail15x1h, dtail16x1h},
			[]moveFunc{6: dmove6x2z, dmove7x2z, dmove8x2z, dmove9x2z, dmove10x2z, dmove11x2z, dmove12x2z, dmove13x2z, dmove14x2z}, 64},
	},
}

// tail computes a tile of h rows and w < two vectors of columns.
func (s *tiles) tail(h, w, sz, k int, a *byte, rsa, csa int, b *byte, ldb int, c *byte, ldc, acc int) {
	lanes := s.vector / sz
	switch {
	case 2*w <= lanes && s.half != nil:
		s.half[h](k, a, rsa, csa, b, ldb, c, ldc, acc, w)
	case w <= lanes:
		s.one[h](k, a, rsa, csa, b, ldb, c, ldc, acc, w)
	case s.wide != nil:
		s.wide[h](k, a, rsa, csa, b, ldb, c, ldc, acc, w)
	default:
		s.one[h](k, a, rsa, csa, b, ldb, c, ldc, acc, lanes)
		s.one[h](k, a, rsa, csa, advance(b, s.vector), ldb, advance(c, s.vector), ldc, acc, w-lanes)
	}
}

func advance(p *byte, n int) *byte { return (*byte)(unsafe.Add(unsafe.Pointer(p), n)) }
