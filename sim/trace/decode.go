package trace

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"math"
	"strconv"
)

// crcTail is the length of `,"crc":"xxxxxxxx"}`.
const crcTail = 18

// number is a float64 that JSON null decodes to NaN.
type number float64

func (n *number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*n = number(math.NaN())
		return nil
	}
	v, err := strconv.ParseFloat(string(b), 64)
	*n = number(v)
	return err
}

func floats3(v [][][]number) [][][]float64 {
	if v == nil {
		return nil
	}
	out := make([][][]float64, len(v))
	for i := range v {
		out[i] = floats2(v[i])
	}
	return out
}

func floats2(v [][]number) [][]float64 {
	if v == nil {
		return nil
	}
	out := make([][]float64, len(v))
	for i := range v {
		out[i] = make([]float64, len(v[i]))
		copyFloats(out[i], v[i])
	}
	return out
}

func floats(v []number) []float64 {
	if v == nil {
		return nil
	}
	out := make([]float64, len(v))
	copyFloats(out, v)
	return out
}

func copyFloats(dst []float64, v []number) {
	for i, x := range v {
		dst[i] = float64(x)
	}
}

// wire is a point as it stands in the file; scalars that are left out stay NaN.
type wire struct {
	Step     int            `json:"step"`
	Steps    int            `json:"steps"`
	Alpha    [][][]number   `json:"alpha"`
	Prob     [][][]number   `json:"prob"`
	Count    [][][]number   `json:"cost_count"`
	Mean     [][][]number   `json:"cost"`
	Square   [][][]number   `json:"cost_square"`
	Cross    [][][][]number `json:"cost_cross"`
	Gate     [][][]number   `json:"gate"`
	EdgeCost [][]number     `json:"edge_cost"`
	SkipCost []number       `json:"skip_cost"`
	ToDate   [][][]number   `json:"cost_to_date"`
	Grad     [][][]number   `json:"grad"`
	Hessian  [][]number     `json:"hessian"`
	Genotype string         `json:"genotype"`
	Line     int            `json:"line"`
	Signs    []string       `json:"signs"`
	Status   string         `json:"status"`
	scalars  map[string]number
}

// checked splits a line of the file into what its checksum covers and the
// checksum, and refuses it unless they match.
func checked(text []byte) (body, sum []byte, err error) {
	if len(text) < crcTail || !bytes.HasPrefix(text[len(text)-crcTail:], []byte(`,"crc":"`)) || text[len(text)-2] != '"' || text[len(text)-1] != '}' {
		return nil, nil, fmt.Errorf("no checksum at the end of the line: it is cut short or not an Edgewise trace")
	}
	body, sum = text[:len(text)-crcTail], text[len(text)-10:len(text)-2]
	if got := fmt.Sprintf("%08x", crc32.Checksum(body, castagnoli)); got != string(sum) {
		return nil, nil, fmt.Errorf("checksum %q does not match the line (%s): it is damaged", sum, got)
	}
	return body, sum, nil
}

// DecodePoint reads one line written by AppendPoint, with or without its
// newline. A line whose checksum does not match, or that is not such a line, is
// an error.
func DecodePoint(text []byte) (Point, error) {
	text = bytes.TrimSuffix(text, []byte("\n"))
	if _, _, err := checked(text); err != nil {
		return Point{}, err
	}
	var w wire
	if err := json.Unmarshal(text, &w); err != nil {
		return Point{}, fmt.Errorf("not a trace point: %w", err)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return Point{}, fmt.Errorf("not a trace point: %w", err)
	}
	w.scalars = make(map[string]number, len(raw))
	for k, v := range raw {
		var n number
		if len(v) > 0 && v[0] != '[' && v[0] != '"' && v[0] != '{' && n.UnmarshalJSON(v) == nil {
			w.scalars[k] = n
		}
	}
	return w.point(), nil
}

func (w *wire) real(k string) float64 {
	if v, ok := w.scalars[k]; ok {
		return float64(v)
	}
	return math.NaN()
}

func (w *wire) split(name string) *Split {
	_, n := w.scalars[name+"_n"]
	if _, loss := w.scalars[name+"_loss"]; !n && !loss {
		return nil
	}
	integer := func(k string) int {
		v := w.real(name + k)
		if math.IsNaN(v) {
			return 0
		}
		return int(v)
	}
	return &Split{
		N:              integer("_n"),
		Correct:        integer("_correct"),
		Loss:           w.real(name + "_loss"),
		Entropy:        w.real(name + "_entropy"),
		LossCorrect:    w.real(name + "_loss_correct"),
		EntropyCorrect: w.real(name + "_entropy_correct"),
		LossWrong:      w.real(name + "_loss_wrong"),
		EntropyWrong:   w.real(name + "_entropy_wrong"),
	}
}

func (w *wire) point() Point {
	p := Point{
		Step: w.Step, Steps: w.Steps,
		Epoch: w.real("epoch"), Rate: w.real("rate"), AlphaRate: w.real("alpha_rate"),
		Temperature: w.real("temperature"), HeadNorm: w.real("head_norm"),
		Alpha: floats3(w.Alpha), Prob: floats3(w.Prob), Gate: floats3(w.Gate), EdgeCost: floats2(w.EdgeCost), SkipCost: floats(w.SkipCost),
		Train: w.split("train"), Search: w.split("search"), Test: w.split("test"), Discrete: w.split("discrete"),
		CostToDate: floats3(w.ToDate), Grad: floats3(w.Grad), Hessian: floats2(w.Hessian), Genotype: w.Genotype, Line: w.Line,
		Signs: w.Signs, Status: w.Status,
	}
	if w.Mean != nil {
		p.Cost = &Cost{Count: floats3(w.Count), Mean: floats3(w.Mean), Square: floats3(w.Square)}
		if w.Cross != nil {
			p.Cost.Cross = make([][][][]float64, len(w.Cross))
			for i := range w.Cross {
				p.Cost.Cross[i] = floats3(w.Cross[i])
			}
		}
	}
	return p
}
