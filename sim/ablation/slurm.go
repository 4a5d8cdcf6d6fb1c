package ablation

import (
	"fmt"
	"strings"
)

// Cluster says how a Slurm array job is to run.
type Cluster struct {
	Program string // path of edgewise on the nodes
	Grid    string // path of the grid file; empty: the default grid
	Out     string // folder that all nodes see
	Shards  int
	Minutes int    // time limit of a task; 0: the partition's
	Flags   string // flags that change the grid, such as "--seeds 3", which every task must see
}

// Slurm returns the script of an array job with one task per shard, for sbatch. A task
// that is killed is put back into the queue and resumes what it had begun; all tasks
// write to one folder, from which "edgewise ablate merge" makes the tables.
func (c Cluster) Slurm(g Grid) (string, error) {
	if c.Shards < 1 {
		return "", fmt.Errorf("a Slurm array of %d tasks: it must have at least 1", c.Shards)
	}
	for name, v := range map[string]string{"program": c.Program, "out": c.Out} {
		if v == "" {
			return "", fmt.Errorf("a Slurm array needs the path of %s", name)
		}
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("#!/bin/sh")
	line("#SBATCH --job-name=ablate-%s", g.Name)
	line("#SBATCH --array=1-%d", c.Shards)
	line("#SBATCH --ntasks=1")
	line("#SBATCH --cpus-per-task=1")
	line("#SBATCH --requeue")
	line("#SBATCH --open-mode=append")
	if c.Minutes > 0 {
		line("#SBATCH --time=%d", c.Minutes)
	}
	line("set -eu")
	grid := ""
	if c.Grid != "" {
		grid = " --grid " + quote(c.Grid)
	}
	if c.Flags != "" {
		grid += " " + c.Flags
	}
	line("# then, where the folder is seen: %s ablate merge%s --out %s", quote(c.Program), grid, quote(c.Out))
	line("srun %s ablate run%s --out %s --shard \"$SLURM_ARRAY_TASK_ID/%d\" --jobs 1", quote(c.Program), grid, quote(c.Out), c.Shards)
	return b.String(), nil
}

// quote is s as one word of a shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
