// Package search trains a supernet and records what happens to its
// architecture parameters. One driver owns time, randomness, data order, the
// optimisers, stopping and recording; an algorithm (DARTS, SNAS, DSNAS, uniform
// random sampling) only says which gates a step uses and what gradient of alpha
// follows from the costs; a level (single, bi-level) says which split alpha is
// trained on.
package search

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
)

// stream returns the PCG stream of that name and number under a seed: the first
// 16 bytes of SHA-256(seed, name, number). Every use of randomness has a name,
// and what is drawn anew each step or epoch has its number, so that a resumed
// run needs no generator state and no draw depends on how many others were made.
func stream(seed uint64, name string, number int) *rand.Rand {
	sum := sha256.Sum256(fmt.Appendf(nil, "edgewise/%d/%s/%d", seed, name, number))
	return rand.New(rand.NewPCG(binary.LittleEndian.Uint64(sum[:]), binary.LittleEndian.Uint64(sum[8:])))
}
