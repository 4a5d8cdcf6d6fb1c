//go:build amd64 && !purego

package kernel

// peakLanes is the number of float32 and float64 values in a multiply-add of the path.
func peakLanes() (single, double float64) {
	return [...]float64{1, 8, 16}[path], [...]float64{1, 4, 8}[path]
}

func peakSingle() {
	switch path {
	case AVX512:
		speakz(peakCalls)
	case AVX2:
		speaky(peakCalls)
	default:
		peakPortable[float32](peakCalls)
	}
}

func peakDouble() {
	switch path {
	case AVX512:
		dpeakz(peakCalls)
	case AVX2:
		dpeaky(peakCalls)
	default:
		peakPortable[float64](peakCalls)
	}
}
