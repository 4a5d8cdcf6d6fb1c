// Package spec says what a search is: everything that decides its outcome, as
// data. A spec is written as TOML, kept in the manifest of every trace, and is
// all that the blind rung of the ladder of predictions may see.
package spec

import (
	"edgewise/sim/agnn"
	"edgewise/sim/intervention"
)

// Spec is one search, complete: two equal specs give byte-identical traces.
type Spec struct {
	Name      string `toml:"name" json:"name"`
	Algorithm string `toml:"algorithm" json:"algorithm"` // see Algorithms
	Level     string `toml:"level" json:"level"`         // single, bilevel or mixed
	Order     int    `toml:"order" json:"order"`         // 1, or 2 for the unrolled gradient of DARTS
	Estimator string `toml:"estimator" json:"estimator"` // edge or summed-log (DSNAS; P1.7)
	Seed      uint64 `toml:"seed" json:"seed"`
	Precision string `toml:"precision" json:"precision"` // float32 or float64
	Steps     int    `toml:"steps" json:"steps"`         // theta steps of the whole search
	Batch     int    `toml:"batch" json:"batch"`

	Data        Data        `toml:"data" json:"data"`
	Net         Net         `toml:"net" json:"net"`
	Theta       Theta       `toml:"theta" json:"theta"`
	Alpha       Alpha       `toml:"alpha" json:"alpha"`
	Temperature Temperature `toml:"temperature" json:"temperature"`
	Record      Record      `toml:"record" json:"record"`
	Edges       []EdgeRule  `toml:"edges" json:"edges,omitempty"`

	// Interventions change, in order, how costs are assigned (P7): alpha sees, and
	// the trace records as Cost, what they make of a step's costs.
	Interventions []intervention.Use `toml:"interventions" json:"interventions,omitempty"`

	// AGNN is the graph and the controller of algorithm agnn; what it leaves out is
	// at agnn.Defaults. Images, net, theta and alpha take no part there.
	AGNN *agnn.Config `toml:"agnn,omitempty" json:"agnn,omitempty"`

	SemiNAS *SemiNASRule `toml:"seminas,omitempty" json:"seminas,omitempty"`
	RADARS  *RADARSRule  `toml:"radars,omitempty" json:"radars,omitempty"`

	Latency *Lat `toml:"latency,omitempty" json:"latency,omitempty"` // of algorithm latency

	Prime *Prime `toml:"prime,omitempty" json:"prime,omitempty"` // of algorithm prime
}

// Data chooses the images. In a bi-level search alpha is trained on the search
// split, in a mixed one on both, otherwise on the training split; the test split is
// only evaluated.
type Data struct {
	Dir        string  `toml:"dir" json:"dir,omitempty"`       // empty: the embedded images
	Side       int     `toml:"side" json:"side"`               // image side in pixels: 8, 16 or 32
	Train      int     `toml:"train" json:"train"`             // images of the training split
	Search     int     `toml:"search" json:"search"`           // held-out images of the search split
	Test       int     `toml:"test" json:"test"`               // images of the test split
	LabelNoise float64 `toml:"label_noise" json:"label_noise"` // share of training and search labels drawn anew
}

// Net is the supernet: a stem, a stack of cells and a linear head.
type Net struct {
	Cells      int      `toml:"cells" json:"cells"`
	Reductions []int    `toml:"reductions" json:"reductions,omitempty"` // positions of reduction cells
	Nodes      int      `toml:"nodes" json:"nodes"`                     // intermediate nodes of a cell
	Multiplier int      `toml:"multiplier" json:"multiplier"`           // last nodes that are concatenated
	Ops        []string `toml:"ops" json:"ops"`
	Channels   int      `toml:"channels" json:"channels"`
	Stem       int      `toml:"stem" json:"stem"` // stem channels = stem * channels
	Eps        float64  `toml:"eps" json:"eps"`   // of batch norm
	Affine     bool     `toml:"affine" json:"affine"`
	Norm       string   `toml:"norm,omitempty" json:"norm,omitempty"`           // group, layer or none in place of batch norm
	Partial    int      `toml:"partial,omitempty" json:"partial,omitempty"`     // PC-DARTS: operations see 1/partial of the channels, edges have weights
	NodeNorm   bool     `toml:"node_norm,omitempty" json:"node_norm,omitempty"` // batch norm behind every node's sum (DARTS-PRIME)
	HeadScale  float64  `toml:"head_scale" json:"head_scale"`                   // factor on the head's initial weights: L - H at the start grows with its square (P2.5)
}

// Theta is the optimiser of the weights: SGD with momentum and L2, cosine
// schedule from Rate to RateMin over the whole search, gradients clipped to
// norm Clip (0: not clipped).
type Theta struct {
	Rate        float64 `toml:"rate" json:"rate"`
	RateMin     float64 `toml:"rate_min" json:"rate_min"`
	Momentum    float64 `toml:"momentum" json:"momentum"`
	WeightDecay float64 `toml:"weight_decay" json:"weight_decay"`
	Clip        float64 `toml:"clip" json:"clip"`
	Freeze      bool    `toml:"freeze" json:"freeze"`
	Warmup      int     `toml:"warmup" json:"warmup"` // steps before the weights move
}

// Alpha is the optimiser and the start of the architecture parameters.
type Alpha struct {
	Optimiser   string  `toml:"optimiser" json:"optimiser"` // adam, sgd or natural (exponentiated gradient, P5.2)
	Rate        float64 `toml:"rate" json:"rate"`
	Beta1       float64 `toml:"beta1" json:"beta1"` // adam; momentum for sgd
	Beta2       float64 `toml:"beta2" json:"beta2"`
	Eps         float64 `toml:"eps" json:"eps"`
	WeightDecay float64 `toml:"weight_decay" json:"weight_decay"`
	InitMean    float64 `toml:"init_mean" json:"init_mean"`
	InitStd     float64 `toml:"init_std" json:"init_std"`
	Freeze      bool    `toml:"freeze" json:"freeze"`
	Warmup      int     `toml:"warmup" json:"warmup"` // steps before alpha moves

	// Gate is the map from alpha to the weights of soft operations: softmax where it
	// is left out, sigmoid for the independent gates of FairDARTS (P1.6).
	Gate string `toml:"gate,omitempty" json:"gate,omitempty"`

	// SearchWeight is lambda of level mixed: alpha descends on L_train + lambda L_search.
	SearchWeight float64 `toml:"search_weight,omitempty" json:"search_weight,omitempty"`

	// Statistics "running" takes the costs of alpha in evaluation mode, at the running
	// statistics of batch norm (P3.3); left out, at those of the batch.
	Statistics string `toml:"statistics,omitempty" json:"statistics,omitempty"`
}

// Temperature is the Gumbel-softmax temperature of SNAS and GDAS: geometric from Start
// to End over the whole search.
type Temperature struct {
	Start float64 `toml:"start" json:"start"`
	End   float64 `toml:"end" json:"end"`
}

// Record says what the trace holds: one point per Every steps, which is the
// window over which costs and losses are averaged, and an evaluation of the
// search and test splits every Eval steps (0: never).
type Record struct {
	Every int `toml:"every" json:"every"`
	Eval  int `toml:"eval" json:"eval"`

	// Discrete asks for the loss of the derived cell with the supernet's weights on
	// the test split, at the end of the search.
	Discrete bool `toml:"discrete,omitempty" json:"discrete,omitempty"`
}

// EdgeRule restricts an edge by name, in every cell of a kind ("" for all
// kinds): Fix names the only operation it may take, Delete removes the edge,
// Ops lists the operations that it may choose from. Exactly one of the three is
// set.
type EdgeRule struct {
	Edge   string   `toml:"edge" json:"edge"` // "(1,2)"
	Kind   string   `toml:"kind" json:"kind,omitempty"`
	Fix    string   `toml:"fix" json:"fix,omitempty"`
	Delete bool     `toml:"delete" json:"delete,omitempty"`
	Ops    []string `toml:"ops" json:"ops,omitempty"`
}

// Names of algorithms, levels, estimators and optimisers.
const (
	DARTS     = "darts"
	SNAS      = "snas"
	DSNAS     = "dsnas"
	GDAS      = "gdas"
	Proxyless = "proxyless"
	Random    = "random"
	Single    = "single"
	Bilevel   = "bilevel"
	Mixed     = "mixed"
	PerEdge   = "edge"
	SummedLog = "summed-log"
	Adam      = "adam"
	SGD       = "sgd"
	Natural   = "natural"
	Running   = "running"
	GroupNorm = "group"
	LayerNorm = "layer"
	NoNorm    = "none"
	Float32   = "float32"
	Float64   = "float64"
)
