//go:build !amd64 || purego

package kernel

func peakLanes() (single, double float64) { return 1, 1 }

func peakSingle() { peakPortable[float32](peakCalls) }

func peakDouble() { peakPortable[float64](peakCalls) }
