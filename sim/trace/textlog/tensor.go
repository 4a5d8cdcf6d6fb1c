package textlog

import (
	"math"
	"strconv"
	"strings"
)

// Tensor is a printed tensor: its numbers in row-major order. Softmax says that
// its tail names the softmax as the function that made it, which is how logs of
// DARTS tell probabilities from raw parameters.
type Tensor struct {
	Shape   []int
	Values  []float64
	Softmax bool
	Grad    bool // its tail says requires_grad=True: a parameter, not a derived value
	Line    int  // at which it starts
}

// Matrix returns a tensor of two dimensions as rows.
func (t *Tensor) Matrix() [][]float64 {
	out := make([][]float64, t.Shape[0])
	for i := range out {
		out[i] = t.Values[i*t.Shape[1] : (i+1)*t.Shape[1]]
	}
	return out
}

// Slice returns tensor number i along the first dimension.
func (t *Tensor) Slice(i int) *Tensor {
	n := len(t.Values) / t.Shape[0]
	return &Tensor{Shape: t.Shape[1:], Values: t.Values[i*n : (i+1)*n], Softmax: t.Softmax, Grad: t.Grad, Line: t.Line}
}

// printer parses the bracketed numbers of one tensor over several lines.
type printer struct {
	depth  int
	counts [MaxRank + 1]int // entries seen at each depth of the open brackets
	shape  [MaxRank]int     // 0: not known yet
	rank   int
	values []float64
	done   bool
	tail   strings.Builder
	parens int // open ones besides the tensor's own
	closed bool
}

// maxForeign is how many lines of other writers may stand between two lines of
// one tensor.
const maxForeign = 64

// Tensor reads the tensor that starts on the current line at the text
// "tensor(", and the lines that continue it. ok is false where the line has
// none. Lines of other writers (warnings, other ranks) that stand between its
// lines are passed over and come next. A tensor that does not come to its end
// is an error at its first line; reading then goes on behind that line.
func (l *Lines) Tensor() (t *Tensor, ok bool, err *Error) {
	text, rank := Body(l.Text())
	at := strings.Index(text, "tensor(")
	if at < 0 {
		return nil, false, nil
	}
	start := l.At()
	var behind, foreign []queued
	fail := func(msg string) (*Tensor, bool, *Error) {
		l.back(behind)
		return nil, true, &Error{start, "a printed tensor " + msg}
	}
	var p printer
	if msg := p.feed(text[at+len("tensor("):]); msg != "" {
		return fail(msg)
	}
	for !p.closed {
		if !l.Next() {
			if p.done {
				break // only the tail was cut off
			}
			return fail("is cut off by the end of the file")
		}
		here := queued{l.Text(), l.Line()}
		behind = append(behind, here)
		body, r := Body(here.text)
		trimmed := strings.TrimSpace(body)
		switch {
		case trimmed == "":
			continue
		case p.done && (r != rank || !strings.HasPrefix(body, " ")):
			foreign = append(foreign, here)
			p.closed = true
			continue
		case !p.done && (r != rank || !rowLike(trimmed)):
			if foreign = append(foreign, here); len(foreign) > maxForeign || strings.Contains(body, "tensor(") && r == rank {
				return fail("breaks off: at line " + strconv.Itoa(foreign[0].line) + " other output begins")
			}
			continue
		}
		if msg := p.feed(trimmed); msg != "" {
			return fail(msg + " at line " + strconv.Itoa(here.line))
		}
		if len(behind) > MaxTensor {
			return fail("is longer than 65536 lines")
		}
	}
	if len(p.values) == 0 {
		return fail("holds no numbers")
	}
	l.back(foreign)
	tail := p.tail.String()
	return &Tensor{
		Shape: append([]int{}, p.shape[:p.rank]...), Values: p.values, Line: start.Line,
		Softmax: strings.Contains(tail, "Softmax"), Grad: strings.Contains(tail, "requires_grad=True"),
	}, true, nil
}

// rowLike says whether a line can be part of the numbers of a tensor.
func rowLike(s string) bool {
	s = strings.TrimLeft(s, "[] ,)")
	n := strings.IndexAny(s, ", ]")
	if n < 0 {
		n = len(s)
	}
	_, bad := Number(s[:n])
	return s == "" || !bad || strings.HasPrefix(s, "...")
}

func numeric(c byte) bool {
	return c == '-' || c == '+' || c == '.' || c >= '0' && c <= '9' || c == 'n' || c == 'i'
}

// feed takes one more line of the tensor; it returns what is wrong with it.
func (p *printer) feed(s string) string {
	for len(s) > 0 {
		if p.done {
			return p.rest(s)
		}
		switch c := s[0]; {
		case c == ' ' || c == ',' || c == '\t':
			s = s[1:]
		case c == '[':
			if p.depth == MaxRank {
				return "has more than 4 dimensions"
			}
			if p.rank > 0 && p.depth == p.rank {
				return "has rows of different depth"
			}
			p.counts[p.depth]++
			p.depth++
			p.counts[p.depth] = 0
			s = s[1:]
		case c == ']':
			if msg := p.close(); msg != "" {
				return msg
			}
			s = s[1:]
		case c == ')' && p.depth == 0:
			return "is a scalar"
		default:
			if p.depth == 0 {
				return "is a scalar"
			}
			n := strings.IndexAny(s, ", ]\t[")
			if n < 0 {
				n = len(s)
			}
			v, err := Number(s[:n])
			if err {
				if strings.HasPrefix(s, "...") {
					return "is abbreviated with dots: print it whole (torch.set_printoptions(profile=\"full\"))"
				}
				return "holds " + strconv.Quote(clip(s[:n])) + ", which is no number"
			}
			if p.rank == 0 {
				p.rank = p.depth
			}
			if p.depth != p.rank {
				return "has rows of different depth"
			}
			if len(p.values) == MaxTensor {
				return "is larger than 65536 numbers"
			}
			p.values = append(p.values, v)
			p.counts[p.depth]++
			s = s[n:]
		}
	}
	return ""
}

// close ends a bracket: all brackets of one depth must hold as many entries.
func (p *printer) close() string {
	if p.depth == 0 {
		return "has a bracket too many"
	}
	n := p.counts[p.depth]
	if n == 0 {
		return "is empty"
	}
	if want := p.shape[p.depth-1]; want == 0 {
		p.shape[p.depth-1] = n
	} else if want != n {
		return "has rows of " + strconv.Itoa(want) + " and " + strconv.Itoa(n) + " entries"
	}
	p.depth--
	p.done = p.depth == 0
	return ""
}

// rest takes the tail after the numbers: ", device='cuda:0', grad_fn=<...>)".
func (p *printer) rest(s string) string {
	for i := range len(s) {
		switch s[i] {
		case '(':
			p.parens++
		case ')':
			if p.parens == 0 {
				p.closed = true
				return ""
			}
			p.parens--
		}
		if p.tail.Len() < 256 {
			p.tail.WriteByte(s[i])
		}
	}
	return ""
}

// Number reads a decimal number, nan or inf; bad is true where s is none.
func Number(s string) (v float64, bad bool) {
	switch strings.ToLower(s) {
	case "nan", "-nan":
		return math.NaN(), false
	case "inf", "+inf":
		return math.Inf(1), false
	case "-inf":
		return math.Inf(-1), false
	}
	if s == "" || !numeric(s[0]) || strings.ContainsAny(s, "xX_pP") {
		return 0, true
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(v, 0) {
		return 0, true
	}
	return v, false
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "..."
	}
	return s
}
