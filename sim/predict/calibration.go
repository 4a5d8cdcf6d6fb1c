package predict

// Calibration says on which runs the constants of LawFor and Laws were fitted
// (Law.Fit): none of them is ever scored. They are the arms of the reproduce
// study under seeds 101 to 103, and small searches of other depth, learning
// rates and cells; every one is embedded Fashion-MNIST at 8 x 8.
const Calibration = "arms of reproduce, seeds 101-103; DSNAS with 8 cells, with 4 nodes, with 1 and 3 cells at other rates, seed 1"
