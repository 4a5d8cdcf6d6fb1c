package kernel

import (
	"fmt"
	"os"
	"strings"
)

// Path is a family of instruction sets that the kernels are written for.
type Path uint8

// The paths, from the least to the most demanding.
const (
	Portable Path = iota // plain Go
	AVX2                 // amd64 with AVX2 and FMA
	AVX512               // amd64 with AVX-512 F, BW, DQ and VL
)

// Rounding numbers the orders in which the kernels have added and rounded: it grows when
// the same arguments give other bits than before. A run must not be continued under
// another number.
const Rounding = 4

// PathVariable names the environment variable that chooses the path at start:
// "portable", "avx2" or "avx512". Without it the best path of the machine is taken.
const PathVariable = "EDGEWISE_KERNEL"

func (p Path) String() string {
	switch p {
	case Portable:
		return "portable"
	case AVX2:
		return "avx2"
	case AVX512:
		return "avx512"
	}
	return fmt.Sprintf("Path(%d)", uint8(p))
}

// path is the path in use and pathError what was wrong with PathVariable.
var path, pathError = startPath()

func startPath() (Path, error) {
	best := bestPath()
	name := os.Getenv(PathVariable)
	if name == "" {
		return best, nil
	}
	for p := Portable; p <= AVX512; p++ {
		if strings.EqualFold(name, p.String()) {
			if p > best {
				return best, fmt.Errorf("kernel: %s=%s: this machine or build has no %s; using %s", PathVariable, name, p, best)
			}
			return p, nil
		}
	}
	return best, fmt.Errorf("kernel: %s=%s: want portable, avx2 or avx512; using %s", PathVariable, name, best)
}

// CurrentPath returns the path in use and, if PathVariable asked for a path that
// this machine lacks or that does not exist, an error that says so.
func CurrentPath() (Path, error) { return path, pathError }

// Paths lists the paths that this machine and build can run, Portable first.
func Paths() []Path {
	var ps []Path
	for p := Portable; p <= bestPath(); p++ {
		ps = append(ps, p)
	}
	return ps
}

// UsePath makes p the path of all later calls. It must not run at the same time as
// a kernel: call it at start or from tests.
func UsePath(p Path) error {
	if p > bestPath() {
		return fmt.Errorf("kernel: this machine or build has no %s path, only up to %s", p, bestPath())
	}
	path, pathError = p, nil
	return nil
}
