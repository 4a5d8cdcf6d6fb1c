//go:build !race

package supernet

const raceEnabled = false
