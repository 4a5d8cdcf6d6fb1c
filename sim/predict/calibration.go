package predict

// Calibration says on which runs the constants of Laws and LawFor were fitted
// (Law.Fit) and those of CalibratedLearning (Learning.Fit); none of them is ever
// scored. Redundancy and Untrained were measured, not fitted: the slope of L - H
// in the number of effective edges is .08 to .14 (log K - H) in every run with
// about 4.5 of them, and the noise of costs grows by 1.37 per cell towards the
// stem of a net that has learned nothing. Birth is measured on first batches.
// The command sim/predict/calibrate makes the runs and the fits again (20 minutes on
// one core), starting from these constants. Since the kernels sum in another order the
// runs are others: the noises of Laws move by up to 30 %, Cells from .445 to .67, Nodes
// by 2 %, R2 of the fits stays (.75); the learning model goes on along a flat valley
// (misfit .16 to .15). Those constants were left; those of the stacks were taken anew.
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
//     of them; Hops is .0318 and .0259 with 512 images, .0193 and .0148 with 2,000
//     (mean .0230, 95 % interval .011 to .035). Under the kernels before it was .0373,
//     .0122, .0000, -.0034 on the same specs: the order of the edges is predicted, how
//     far they part only roughly. Flat replaces the reach weights of Votes, which say
//     that a cost into node 2 is 1.36 times one into node 5: measured .51, .92, .72, .97.
//   - entropyModel: the two stacks of seed 201; Error is that on the two of seed 202
//     (.043 and .051; constant Fresh: .062 and .047). On the published code's one-cell
//     run the error is several times that.
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
//
// Three things were then looked into because the order came out negative on three
// of six logs. Two were mistakes of reading: a search on nine images was given 391 steps
// an epoch, where its log counts 2; and one whose train loss of .012 at 1.9 % accuracy
// is no cross-entropy was given entropies. The third was seen in the entropies of our own
// stacks: in the first epochs L - H of both splits is positive by about .1, where the model
// of that time (H_train = L_train + .05, H_held = H_train + .58 of the difference in
// accuracy) said -.05, and losses at the end of an epoch were set against means over it.
// Centring alone gave .82, .82 and 43, 93 % (quark0: .72, 36 %); the entropy model of
// today, the better of two forms on the stacks of seed 202, together with Hops as the
// same command measures it under today's kernels, .84, .85 and 71, 93 % (.72, 64 %). They
// were scored together, once. Nothing was chosen by these scores.
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
var entropyModel = EntropyModel{Fresh: .0783, Held: .542, Train: .2756, Error: .05}
