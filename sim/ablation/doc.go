// Package ablation asks what a search would have grown if costs had been assigned
// differently: a grid of interventions and seeds as data (grid.go), its runs, each in
// the folder of its content address, resumable and shardable (plan.go, run.go,
// merge.go, slurm.go), their outcomes (collect.go), and what the theory says about
// each arm from its spec alone: the mean field of a world of voters under the same
// interventions (world.go, theory.go, voters.go, fit.go), and closed-form searches by
// the thousand (closedform.go).
package ablation
