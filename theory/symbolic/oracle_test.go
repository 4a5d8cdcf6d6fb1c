package symbolic

import (
	"bytes"
	"encoding/json"
	"math/big"
	"math/rand"
	"os/exec"
	"testing"
)

type question struct {
	Task string            `json:"task"`
	A    string            `json:"a"`
	B    string            `json:"b,omitempty"`
	At   map[string]string `json:"at,omitempty"`
}

// ask sends the questions to SymPy and returns its answers; it skips where
// SymPy is not installed.
func ask(t *testing.T, list []question) []json.RawMessage {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed: SymPy serves as an oracle only")
	}
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, q := range list {
		if err := enc.Encode(q); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(python, "testdata/oracle.py")
	cmd.Stdin = &in
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if bytes.Contains(complaint.Bytes(), []byte("No module named 'sympy'")) {
		t.Skip("python3 has no sympy: it serves as an oracle only")
	}
	if err != nil {
		t.Fatalf("oracle: %v\n%s", err, complaint.String())
	}
	var answers []json.RawMessage
	dec := json.NewDecoder(bytes.NewReader(out))
	for dec.More() {
		var a json.RawMessage
		if err := dec.Decode(&a); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, a)
	}
	if len(answers) != len(list) {
		t.Fatalf("%d answers to %d questions", len(answers), len(list))
	}
	return answers
}

// randomRational draws a rational function of x, y, z from its own generator,
// so that the questions are the same in every run.
func randomRational(r *rand.Rand, depth int) Expr {
	if depth == 0 || r.Intn(5) == 0 {
		if r.Intn(2) == 0 {
			return Rational(int64(r.Intn(19)-9), int64(1+r.Intn(7)))
		}
		return V([]string{"x", "y", "z"}[r.Intn(3)])
	}
	a, b := randomRational(r, depth-1), randomRational(r, depth-1)
	switch r.Intn(4) {
	case 0:
		return Add(a, b, randomRational(r, depth-1))
	case 1:
		return Mul(a, b)
	case 2:
		return Pow(a, 1+r.Intn(3))
	default:
		return Div(a, Add(b, V("z")))
	}
}

func TestSymPyAgrees(t *testing.T) {
	r := rand.New(rand.NewSource(7))
	at := map[string]string{"x": "2/7", "y": "5/3", "z": "-3/11", "p": "3/5"}
	point := Point{}
	for k, v := range at {
		point[Key(k)], _ = new(big.Rat).SetString(v)
	}
	var list []question
	for len(list) < 20 {
		e := randomRational(r, 3)
		n, err := Normal(e)
		if err != nil {
			continue
		}
		list = append(list, question{Task: "equal", A: e.String(), B: n.String()})
		wrong := Add(n, Rational(1, 1000))
		if len(list)%3 == 0 {
			list = append(list, question{Task: "equal", A: e.String(), B: wrong.String()})
		}
		if _, err := At(e, point); err == nil {
			list = append(list, question{Task: "diff", A: e.String(), B: D(e, Var("x")).String(), At: at})
		}
	}
	wrongs := map[int]bool{}
	for k, q := range list {
		if k > 0 && q.Task == "equal" && list[k-1].Task == "equal" && list[k-1].A == q.A {
			wrongs[k] = true
		}
	}
	values := map[int]Expr{}
	for _, text := range []string{"exp(x^2)*log(y)", "softmax(1; x, y, z)", "W(x)/sinh(z)", "sqrt(y + x)*W(y^2)", "int(s, (x + s*p)^3*(y - s))"} {
		e, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		values[len(list)] = e
		list = append(list, question{Task: "value", A: e.String(), At: at})
		list = append(list, question{Task: "diff", A: e.String(), B: D(e, Var("x")).String(), At: at})
	}
	for k, a := range ask(t, list) {
		if e, ok := values[k]; ok {
			var s string
			if err := json.Unmarshal(a, &s); err != nil {
				t.Fatal(err)
			}
			want, _, err := big.ParseFloat(s, 10, 250, big.ToNearestEven)
			if err != nil {
				t.Fatal(err)
			}
			got, err := AtBig(e, point, 200)
			if err != nil {
				t.Fatal(err)
			}
			if r := residual(got, want); r > -150 {
				t.Errorf("%v = %v, SymPy %s", e, got.Text('g', 50), s)
			}
			continue
		}
		if (string(a) == "true") == wrongs[k] {
			t.Errorf("SymPy says %s to %+v", a, list[k])
		}
	}
}
