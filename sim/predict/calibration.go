package predict

// Calibration says on which runs the constants of Laws and LawFor were fitted
// (Law.Fit) and those of CalibratedLearning (Learning.Fit); none of them is ever
// scored. Redundancy and Untrained were measured, not fitted: the slope of L - H
// in the number of effective edges is .08 to .14 (log K - H) in every run with
// about 4.5 of them, and the noise of costs grows by 1.37 per cell towards the
// stem of a net that has learned nothing. Birth is measured on first batches.
// The command sim/predict/calibrate makes the runs and the fits again, starting
// from these constants: Cells and Nodes move by 2 %, the noises by up to 40 %, and
// the learning model goes on along a flat valley (misfit .16 to .15).
//
//   - Laws: reproduce's arms confident, calibrated, three-cells and one-cell
//     under seeds 101 and 102, the last two under 103 too; DSNAS, seed 1, on 8 x 8 images: 8 cells (4
//     channels, 1,500 steps, alpha rate 5e-3), 1 cell of 4 nodes (4 channels,
//     1,000 steps, 5e-3), 1 and 3 cells (6 channels, batch 32, 2,500 steps,
//     3e-3), all with theta at .025 to .001 and no weight decay on alpha.
//   - softLaw: reproduce's arms bilevel under seeds 101 to 103 and single-level
//     under seeds 101 and 102.
//   - learning: all six arms under seed 101 and all but calibrated under seed
//     102; the search with 8 cells. Root mean square misfit .16.
//   - stackLaw: four bi-level DARTS searches in the stack of the published code (8
//     cells, 2 of them reductions, 4 nodes, 8 operations, 4 channels, 8 x 8 images,
//     batch 32, 800 steps, alpha rate 6e-3, weight decay 1e-3), seeds 201 and 202,
//     with 512 images (50 epochs) and 2,000 (13 epochs). Measured on costs
//     (MeasureStack), nothing fitted to alpha: OpNoise lies between 8 and 15 in all
//     of them; Hops does not repeat: .0373, .0000, .0122, -.0034 (mean .0115, 95 %
//     interval -.017 to .040), so that the order of the edges is predicted and how
//     far they part is not. Flat replaces the reach weights of Votes, which say that
//     a cost into node 2 is 1.36 times one into node 5: measured .51, .92, .72, .97.
//   - entropyModel: the two stacks of seed 201; Error is that on the two of seed 202
//     (.068 and .071). On the published code's one-cell run the error is .28.
//
// What was seen when. The order of none by source in two published CIFAR logs (P4.7)
// was known before anything here was chosen. The form of the tournament (mean
// routes) was chosen on the first stack, among four forms. The published logs were
// then scored three times: with constants fitted to none on that one stack (Hops
// .048; Spearman .82 and .76, none or not 71 and 93 % on the normal cells of the two
// whole CIFAR runs of pt.darts), with constants measured on four stacks, two of them
// unfinished (.70, .62; 57, 86 %), and after Flat, which the costs of the stacks asked
// for (.82, .82; 50, 93 %). Flat was looked into because the second scores were lower
// than the first; no constant was taken from a published log.
const Calibration = "reproduce's arms under seeds 101-103, four DSNAS searches of other depth and width under seed 1, and four soft stacks under seeds 201 and 202"

var learning = Learning{
	Birth: .31, Signal: 1.170, Depth: .746, Seed: .00192, Memory: 4.494, Settle: 3.243,
	Confusion: .6604, Ripening: 566.1, Power: .1138, Leak: .199,
}

// CalibratedLearning returns the calibrated learning model. Its constants speak
// of small nets (4 to 8 channels) on 8 x 8 images of embedded Fashion-MNIST; on
// other data they are a guess.
func CalibratedLearning() Learning { return learning }

// entropyModel was fitted on the first stack of Calibration.
var entropyModel = EntropyModel{Offset: .052, Slope: .575, Error: .07}
