package ablation

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"edgewise/sim/bounded"
	"edgewise/sim/meter"
	"edgewise/sim/trace"
)

// secondsFile holds the seconds that a run took, over all sessions that ended in
// order: processor time of its thread where the system counts it, else time by the
// clock. It is no part of what the run found.
const secondsFile = "seconds.txt"

// metered calls f on a thread of its own and adds what it took to the file in dir.
func metered(dir string, f func() error) error {
	took, err := meter.Time(f)
	path := filepath.Join(dir, secondsFile)
	before, _ := seconds(path)
	if _, serr := os.Stat(dir); serr == nil {
		if werr := trace.WriteFile(path, strconv.AppendFloat(nil, before+took.Seconds(), 'f', 3, 64)); err == nil {
			err = werr
		}
	}
	return err
}

// Seconds returns what the run under out took, and whether that is known.
func (j Job) Seconds(out string) (float64, bool) {
	return seconds(filepath.Join(j.Folder(out), secondsFile))
}

func seconds(path string) (float64, bool) {
	text, err := bounded.Read(path, 64)
	if err != nil {
		return 0, false
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(string(text)), 64)
	return v, err == nil && v >= 0
}
