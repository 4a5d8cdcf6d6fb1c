package trace

import (
	"encoding/json"
	"hash/crc32"
	"math"
	"strconv"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// line is a JSON object under construction, on one line.
type line []byte

func (l *line) key(k string) {
	if len(*l) > 1 {
		*l = append(*l, ',')
	}
	*l = append(*l, '"')
	*l = append(*l, k...)
	*l = append(*l, '"', ':')
}

// number writes the shortest decimal that reads back to the same float64; what
// JSON has no number for is null, which readers take for NaN.
func (l *line) number(v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		*l = append(*l, "null"...)
		return
	}
	*l = strconv.AppendFloat(*l, v, 'g', -1, 64)
}

func (l *line) real(k string, v float64) {
	if math.IsNaN(v) {
		return
	}
	l.key(k)
	l.number(v)
}

// text writes a JSON string; bytes that are no UTF-8 become U+FFFD.
func (l *line) text(s string) {
	q, _ := json.Marshal(s) // no string fails
	*l = append(*l, q...)
}

func (l *line) integer(k string, v int) {
	l.key(k)
	*l = strconv.AppendInt(*l, int64(v), 10)
}

func list[T any](l *line, v []T, each func(T)) {
	*l = append(*l, '[')
	for i, x := range v {
		if i > 0 {
			*l = append(*l, ',')
		}
		each(x)
	}
	*l = append(*l, ']')
}

func (l *line) row(v []float64)      { list(l, v, l.number) }
func (l *line) table(v [][]float64)  { list(l, v, l.row) }
func (l *line) cube(v [][][]float64) { list(l, v, l.table) }

func (l *line) cubeField(k string, v [][][]float64) {
	if v != nil {
		l.key(k)
		l.cube(v)
	}
}

func (l *line) split(name string, s *Split) {
	if s == nil {
		return
	}
	l.integer(name+"_n", s.N)
	l.integer(name+"_correct", s.Correct)
	l.real(name+"_accuracy", s.Accuracy())
	l.real(name+"_loss", s.Loss)
	l.real(name+"_entropy", s.Entropy)
	l.real(name+"_gap", s.Gap())
	l.real(name+"_loss_correct", s.LossCorrect)
	l.real(name+"_entropy_correct", s.EntropyCorrect)
	l.real(name+"_loss_wrong", s.LossWrong)
	l.real(name+"_entropy_wrong", s.EntropyWrong)
}

// AppendPoint appends the point as one line of JSON and a newline. Scalars are
// top-level fields, so that a data-frame reader makes a column of each; NaN
// scalars and nil arrays are left out; NaN inside an array is null. The last
// field, crc, is the CRC-32C of the line's bytes before its comma.
func AppendPoint(dst []byte, p *Point) []byte {
	start := len(dst)
	l := line(append(dst, '{'))
	l = l[start:]
	l.integer("step", p.Step)
	l.integer("steps", p.Steps)
	l.real("epoch", p.Epoch)
	l.real("rate", p.Rate)
	l.real("alpha_rate", p.AlphaRate)
	l.real("temperature", p.Temperature)
	l.real("head_norm", p.HeadNorm)
	l.split("train", p.Train)
	l.split("search", p.Search)
	l.split("test", p.Test)
	l.split("discrete", p.Discrete)
	l.cubeField("alpha", p.Alpha)
	l.cubeField("prob", p.Prob)
	if c := p.Cost; c != nil {
		l.cubeField("cost_count", c.Count)
		l.cubeField("cost", c.Mean)
		l.cubeField("cost_square", c.Square)
		if c.Cross != nil {
			l.key("cost_cross")
			list(&l, c.Cross, l.cube)
		}
	}
	l.cubeField("gate", p.Gate)
	if p.EdgeCost != nil {
		l.key("edge_cost")
		l.table(p.EdgeCost)
	}
	if p.SkipCost != nil {
		l.key("skip_cost")
		l.row(p.SkipCost)
	}
	l.cubeField("cost_to_date", p.CostToDate)
	l.cubeField("grad", p.Grad)
	if p.Hessian != nil {
		l.key("hessian")
		l.table(p.Hessian)
	}
	if p.Genotype != "" {
		l.key("genotype")
		l.text(p.Genotype)
	}
	if p.Line != 0 {
		l.integer("line", p.Line)
	}
	if len(p.Signs) > 0 {
		l.key("signs")
		list(&l, p.Signs, l.text)
	}
	if p.Status != "" {
		l.key("status")
		l.text(p.Status)
	}
	sum := crc32.Checksum(l, castagnoli)
	l = append(l, `,"crc":"`...)
	for shift := 28; shift >= 0; shift -= 4 {
		l = append(l, "0123456789abcdef"[sum>>shift&15])
	}
	l = append(l, '"', '}', '\n')
	return append(dst[:start], l...)
}
