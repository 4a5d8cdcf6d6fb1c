package symbolic

import (
	"fmt"
	"math"
	"math/big"
)

// guard is the number of bits carried beyond the precision asked for.
const guard = 64

func newBig(prec uint) *big.Float { return new(big.Float).SetPrec(prec) }

// logTwo returns log 2 = 18 atanh(1/26) - 2 atanh(1/4801) + 8 atanh(1/8749).
func logTwo(prec uint) *big.Float {
	atanh := func(n int64) *big.Float {
		x := newBig(prec).Quo(newBig(prec).SetInt64(1), newBig(prec).SetInt64(n))
		square := newBig(prec).Mul(x, x)
		sum, power := newBig(prec).Set(x), newBig(prec).Set(x)
		for k := int64(3); ; k += 2 {
			power.Mul(power, square)
			t := newBig(prec).Quo(power, newBig(prec).SetInt64(k))
			if t.MantExp(nil) < -int(prec)-8 {
				return sum
			}
			sum.Add(sum, t)
		}
	}
	out := newBig(prec).Mul(atanh(26), newBig(prec).SetInt64(18))
	out.Sub(out, newBig(prec).Mul(atanh(4801), newBig(prec).SetInt64(2)))
	return out.Add(out, newBig(prec).Mul(atanh(8749), newBig(prec).SetInt64(8)))
}

// maxExpArgument bounds |x| in exp(x) of big floats.
const maxExpArgument = 1 << 24

// bigExp returns e^x: x = k log 2 + r, e^r by Taylor on r/2^m and m squarings.
func bigExp(x *big.Float, prec uint) (*big.Float, error) {
	if f, _ := x.Float64(); math.Abs(f) > maxExpArgument {
		return nil, fmt.Errorf("exp(%.6g) is outside the range of evaluation", f)
	}
	w := prec + guard
	ln2 := logTwo(w)
	q, _ := newBig(w).Quo(x, ln2).Float64()
	k := int(math.Round(q))
	r := newBig(w).Sub(newBig(w).Set(x), newBig(w).Mul(ln2, newBig(w).SetInt64(int64(k))))
	const halvings = 12
	r.SetMantExp(r, -halvings)
	sum, t := newBig(w).SetInt64(1), newBig(w).SetInt64(1)
	for n := int64(1); t.Sign() != 0 && t.MantExp(nil) > -int(w)-8; n++ {
		t.Mul(t, r).Quo(t, newBig(w).SetInt64(n))
		sum.Add(sum, t)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return newBig(prec).Set(sum.SetMantExp(sum, k)), nil
}

// bigLog returns log x for x > 0 by Halley steps y += 2 (x-e^y)/(x+e^y).
func bigLog(x *big.Float, prec uint) (*big.Float, error) {
	if x.Sign() <= 0 {
		f, _ := x.Float64()
		return nil, fmt.Errorf("log(%.6g) is not defined", f)
	}
	w := prec + guard
	m := newBig(w)
	e := x.MantExp(m)
	f, _ := m.Float64()
	y := newBig(w).SetFloat64(math.Log(f))
	m.SetPrec(w)
	for range 8 {
		ey, err := bigExp(y, w)
		if err != nil {
			return nil, err
		}
		d := newBig(w).Quo(newBig(w).Sub(m, ey), newBig(w).Add(m, ey))
		d.SetMantExp(d, 1)
		y.Add(y, d)
		if d.Sign() == 0 || d.MantExp(nil) < -int(w)/3-4 { // the next step would add nothing
			break
		}
	}
	y.Add(y, newBig(w).Mul(logTwo(w), newBig(w).SetInt64(int64(e))))
	return newBig(prec).Set(y), nil
}

// bigW returns the principal Lambert W by Halley steps from float64.
func bigW(x *big.Float, prec uint) (*big.Float, error) {
	w := prec + 2*guard
	if x.Sign() == 0 {
		return newBig(prec), nil
	}
	f, _ := x.Float64()
	start := W(f)
	if math.IsInf(f, 1) || start == 0 {
		l, err := bigLog(x, prec)
		if err != nil {
			return nil, err
		}
		lf, _ := l.Float64()
		start = lf - math.Log(math.Abs(lf))
	}
	if math.IsNaN(start) {
		return nil, fmt.Errorf("W(%.17g) is not defined: the argument is below -1/e", f)
	}
	y := newBig(w).SetFloat64(start)
	one, two := newBig(w).SetInt64(1), newBig(w).SetInt64(2)
	for range 64 {
		e, err := bigExp(y, w)
		if err != nil {
			return nil, err
		}
		r := newBig(w).Sub(newBig(w).Mul(y, e), x) // y e^y - x
		y1 := newBig(w).Add(y, one)
		if y1.Sign() == 0 || r.Sign() == 0 {
			break
		}
		den := newBig(w).Mul(e, y1)
		corr := newBig(w).Mul(newBig(w).Add(y, two), r)
		den.Sub(den, corr.Quo(corr, newBig(w).Mul(two, y1)))
		if den.Sign() == 0 {
			break
		}
		step := r.Quo(r, den)
		y.Sub(y, step)
		if step.Sign() == 0 || step.MantExp(nil) < y.MantExp(nil)-int(prec)-8 {
			break
		}
	}
	return newBig(prec).Set(y), nil
}

func (f Function) atBig(x *big.Float, prec uint) (*big.Float, error) {
	switch f {
	case Exp:
		return bigExp(x, prec)
	case Log:
		return bigLog(x, prec)
	case Sinh:
		return bigSinh(x, prec)
	case Sqrt:
		if x.Sign() < 0 {
			v, _ := x.Float64()
			return nil, fmt.Errorf("sqrt(%.6g) is not defined", v)
		}
		return newBig(prec).Sqrt(x), nil
	default:
		return bigW(x, prec)
	}
}

// bigSinh carries twice the precision: the two exponentials cancel near 0.
func bigSinh(x *big.Float, prec uint) (*big.Float, error) {
	w := 2*prec + guard
	e, err := bigExp(x, w)
	if err != nil {
		return nil, err
	}
	inv := newBig(w).Quo(newBig(w).SetInt64(1), e)
	d := newBig(w).Sub(e, inv)
	if d.Sign() != 0 {
		d.SetMantExp(d, -1)
	}
	return newBig(prec).Set(d), nil
}
