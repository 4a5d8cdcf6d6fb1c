package textlog

import (
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func lines(s string) *Lines { return NewLines(strings.NewReader(s), "x.log", nil) }

func TestTensorsAreReadAsPrinted(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		shape []int
		last  float64
		next  string
	}{
		"one line":       {"tensor([[0.1, 0.2], [0.3, 0.4]], grad_fn=<SoftmaxBackward0>)\nafter", []int{2, 2}, 0.4, "after"},
		"several lines":  {"08/01 tensor([[0.1000, 0.2000],\n        [0.3000, 0.4000]],\n       device='cuda:0', grad_fn=<SoftmaxBackward>)\nafter", []int{2, 2}, 0.4, "after"},
		"wrapped rows":   {"tensor([[0.1, 0.2,\n         0.3],\n        [1, 2,\n         3.]], device='cuda:0')\nafter", []int{2, 3}, 3, "after"},
		"three deep":     {"tensor([[[1, 2],\n         [3, 4]],\n\n        [[5, 6],\n         [7, 8e-2]]])\nafter", []int{2, 2, 2}, 0.08, "after"},
		"with warnings":  {"tensor([[1., 2.],\nUserWarning: beware\n        [3., 4.]])\nafter", []int{2, 2}, 4, "UserWarning: beware"},
		"two ranks":      {"[rank0]: tensor([[1., 2.],\n[rank1]: tensor([[9., 9.],\n[rank0]:         [3., 4.]])\n", []int{2, 2}, 4, "[rank1]: tensor([[9., 9.],"},
		"tail cut":       {"tensor([[1., 2.]],\n       device='cu", []int{1, 2}, 2, ""},
		"tail missing":   {"tensor([[1., 2.]]\nepoch 1", []int{1, 2}, 2, "epoch 1"},
		"CRLF":           {"tensor([[1., 2.],\r\n        [3., inf]])\r\nafter\r\n", []int{2, 2}, math.Inf(1), "after"},
		"BOM":            {"\xef\xbb\xbftensor([1., 2.])\nafter", []int{2}, 2, "after"},
		"progress bar":   {"50%|#  |\rtensor([1., 2.])\nafter", []int{2}, 2, "after"},
		"no line ending": {"tensor([1., -2.])", []int{2}, -2, ""},
	} {
		l := lines(c.text)
		if !l.Next() {
			t.Fatalf("%s: no line: %v", name, l.Err())
		}
		got, ok, err := l.Tensor()
		if !ok || err != nil {
			t.Errorf("%s: %v %v", name, ok, err)
			continue
		}
		if d := cmp.Diff(c.shape, got.Shape); d != "" {
			t.Errorf("%s: shape %s", name, d)
		}
		if v := got.Values[len(got.Values)-1]; v != c.last {
			t.Errorf("%s: last value %v, want %v", name, v, c.last)
		}
		next := ""
		if l.Next() {
			next = l.Text()
		}
		if next != c.next {
			t.Errorf("%s: goes on at %q, want %q", name, next, c.next)
		}
	}
}

func TestBrokenTensorsSayWhereTheyStart(t *testing.T) {
	for text, want := range map[string]string{
		"a\ntensor([[1., 2.],\n  [3.]])":                  "rows of 2 and 1",
		"a\ntensor([[1., 2.],":                            "end of the file",
		"a\ntensor([[1., 2.],\ntensor([[1., 2.]])":        "breaks off: at line 3",
		"a\ntensor([[1., x],\n [3., 4.]])":                "no number",
		"a\ntensor([[1., 2.],\n        ...,\n [3., 4.]])": "abbreviated",
		"a\ntensor(0.3)":                                  "scalar",
		"a\ntensor([[[[[1.]]]]])":                         "4 dimensions",
		"a\ntensor([[1.], 2.])":                           "different depth",
		"a\ntensor([1., 2.]])":                            "",
		"a\ntensor([])":                                   "is empty",
	} {
		l := lines(text)
		l.Next()
		l.Next()
		_, ok, err := l.Tensor()
		if want == "" {
			if err != nil {
				t.Errorf("%q: %v", text, err)
			}
			continue
		}
		if !ok || err == nil || !strings.HasPrefix(err.Error(), "x.log:2: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want x.log:2 and %q", text, err, want)
		}
	}
}

func TestBodyTakesTimeLevelAndRankAway(t *testing.T) {
	for text, want := range map[string]struct {
		body string
		rank int
	}{
		"07/30 04:31:13 PM epoch 0 lr 2.5e-02":              {"epoch 0 lr 2.5e-02", -1},
		"07/27 06:41:12 AM | Parameters:":                   {"Parameters:", -1},
		"2026-11-24 06:17:25,273 self.args = x":             {"self.args = x", -1},
		"2019_01_15_18_59_41 epoch, 56":                     {"epoch, 56", -1},
		"[2021-01-01 10:00:00] INFO: train 000":             {"train 000", -1},
		"INFO:rank 3: genotype = x":                         {"genotype = x", 3},
		"1: train":                                          {"train", 1},
		"tensor([[1.]])":                                    {"tensor([[1.]])", -1},
		"[2020-08-01-10:00:01] [Search-1] searching : loss": {"[Search-1] searching : loss", -1},
	} {
		body, rank := Body(text)
		if body != want.body || rank != want.rank {
			t.Errorf("%q: %q rank %d, want %q rank %d", text, body, rank, want.body, want.rank)
		}
	}
}

func TestNamespace(t *testing.T) {
	got := Namespace("args = Namespace(lr=0.025, name='a, b', ids=[1, 2], none=None, t=range(2, 6))")
	want := map[string]string{"lr": "0.025", "name": "a, b", "ids": "[1, 2]", "none": "None", "t": "range(2, 6)"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got := Namespace("args = Namespace(lr=0.025, batch"); got["lr"] != "0.025" {
		t.Errorf("cut: %v", got)
	}
}

func TestLongLinesAreCutAndReported(t *testing.T) {
	var problems []string
	l := NewLines(strings.NewReader(strings.Repeat("x", MaxLine+70000)+"\nnext\n"), "x.log", func(e *Error) { problems = append(problems, e.Error()) })
	if !l.Next() || len(l.Text()) > MaxLine || len(problems) != 1 || !strings.HasPrefix(problems[0], "x.log:1: ") {
		t.Fatalf("%d bytes, problems %v", len(l.Text()), problems)
	}
	if !l.Next() || l.Text() != "next" || l.Line() != 2 {
		t.Fatalf("then %q at line %d", l.Text(), l.Line())
	}
	l = lines("\xff\xfea\x00")
	if l.Next() || l.Err() == nil || !strings.Contains(l.Err().Error(), "UTF-16") {
		t.Fatalf("UTF-16: %v", l.Err())
	}
}

// zeros is a line without an end.
type zeros struct{ read int }

func (z *zeros) Read(p []byte) (int, error) {
	clear(p)
	z.read += len(p)
	return len(p), nil
}

// A line that does not end is given up, not read for ever.
func TestEndlessLinesAreGivenUp(t *testing.T) {
	z := &zeros{}
	l := NewLines(io.MultiReader(strings.NewReader("epoch 0\n"), z), "x.log", nil)
	if !l.Next() || l.Text() != "epoch 0" || l.Next() {
		t.Fatalf("%q", l.Text())
	}
	if err := l.Err(); err == nil || err.Error() != "x.log:2: the line is longer than 268435456 bytes: this is no log of text" {
		t.Errorf("%v", err)
	}
	if z.read > MaxSkip+1<<20 || l.Next() {
		t.Errorf("%d bytes were read", z.read)
	}
}

func FuzzTensor(f *testing.F) {
	f.Add("tensor([[0.1, 0.2],\n        [0.3, nan]], device='cuda:0', grad_fn=<SoftmaxBackward>)\n")
	f.Add("0: tensor([[[1., 2.],\n1: tensor([[[1., 2.],\n0:  [1e+308, -inf]]])\r\n")
	f.Add("\xef\xbb\xbftensor([1.,\n2., ...])")
	f.Fuzz(func(t *testing.T, text string) {
		l := lines(text)
		last := 0
		for n := 0; l.Next(); n++ {
			if n > 4*len(text)+4 {
				t.Fatal("reading does not come to an end")
			}
			Namespace(l.Text())
			Names(l.Text())
			tensor, ok, err := l.Tensor()
			if ok && err == nil {
				size := 1
				for _, d := range tensor.Shape {
					size *= d
				}
				if size != len(tensor.Values) || size == 0 || tensor.Line < 1 {
					t.Fatalf("shape %v with %d values", tensor.Shape, len(tensor.Values))
				}
			}
			if err != nil && err.Line < 1 {
				t.Fatal("an error without a line")
			}
			last = l.Line()
		}
		_ = last
	})
}

// Many broken tensors cost time in proportion to their number.
func TestManyBrokenTensors(t *testing.T) {
	l := lines(strings.Repeat("[rank0]: tensor([[1.,\n[rank1]: tensor([[2.,\n1.,\n", 60_000))
	n := 0
	for l.Next() {
		_, ok, _ := l.Tensor()
		if ok {
			n++
		}
	}
	if n != 120_000 {
		t.Errorf("%d tensors were begun", n)
	}
}
