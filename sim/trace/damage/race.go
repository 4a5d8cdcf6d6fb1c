//go:build race

package damage

// raceEnabled tells that sync.Pool drops values at random, as it does under the race
// detector: regular expressions then allocate their machines again for every line.
const raceEnabled = true
