"""SymPy oracle for theory/symbolic.

Reads one JSON object per line: {"task": ..., "a": text, "b": text, "at": {symbol: "num/den"}}
and answers one JSON value per line:
  equal  whether the rational functions a and b are equal
  value  a at the point, to 50 digits
  diff   whether b is the derivative of a by x, tested at the point to 40 digits
  const  a to 60 digits
Text of the package is Python once ^ is ** (symbols here carry no indices).
"""
import json
import sys

import sympy as sp


def softmax(k, *a):
    return sp.exp(a[k]) / sum(sp.exp(x) for x in a)


def unit(s, body):
    return sp.integrate(sp.expand(body), (s, 0, 1))


NAMES = {"exp": sp.exp, "log": sp.log, "sinh": sp.sinh, "sqrt": sp.sqrt, "W": sp.LambertW,
         "softmax": softmax, "unit": unit, "I": sp.Symbol("I"), "E": sp.Symbol("E"), "S": sp.Symbol("S"),
         "N": sp.Symbol("N"), "O": sp.Symbol("O"), "Q": sp.Symbol("Q"), "C": sp.Symbol("C"), "beta": sp.Symbol("beta")}


def read(text):
    text = text.replace("^", "**").replace("int(", "unit(").replace(";", ",")
    return sp.sympify(text, locals=NAMES, rational=True)


def main():
    for line in sys.stdin:
        q = json.loads(line)
        a = read(q["a"])
        at = {sp.Symbol(k): sp.Rational(v) for k, v in q.get("at", {}).items()}
        if q["task"] == "equal":
            out = bool(sp.expand(sp.numer(sp.together(a - read(q["b"])))) == 0)
        elif q["task"] == "value":
            out = str(sp.N(a.subs(at), 50))
        elif q["task"] == "diff":
            d = sp.N(sp.diff(a, sp.Symbol("x")).subs(at), 50)
            b = sp.N(read(q["b"]).subs(at), 50)
            out = bool(abs(d - b) <= sp.Float("1e-40", 50) * (1 + abs(d)))
        else:
            out = str(sp.N(a, 60))
        print(json.dumps(out), flush=True)


if __name__ == "__main__":
    main()
