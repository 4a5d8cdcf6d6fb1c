"""Golden runs of scipy.integrate.solve_ivp for scipy_test.go.

Run with a Python that has SciPy (written with 1.10.1): python3 solve_ivp.py > solve_ivp.json
Problems: those of SciPy's own test_ivp.py (rational, linear, Robertson) and four
common ones. "exact" is a reference at the end (closed form, or rtol 1e-13).
"""
import json

import numpy as np
import scipy
from scipy.integrate import solve_ivp


def rational(t, y):
    return [y[1] / t, y[1] * (y[0] + 2 * y[1] - 1) / (t * (y[0] - 1))]


def linear(t, y):
    return [-y[0] - 5 * y[1], y[0] + y[1]]


def robertson(t, y):
    a, b, c = y
    return [-0.04 * a + 1e4 * b * c, 0.04 * a - 1e4 * b * c - 3e7 * b * b, 3e7 * b * b]


def van_der_pol(mu):
    return lambda t, y: [y[1], mu * (1 - y[0] ** 2) * y[1] - y[0]]


def volterra(t, y):
    return [1.5 * y[0] - y[0] * y[1], -3 * y[1] + y[0] * y[1]]


def arenstorf(t, y):
    mu = 0.012277471
    nu = 1 - mu
    d1 = ((y[0] + mu) ** 2 + y[1] ** 2) ** 1.5
    d2 = ((y[0] - nu) ** 2 + y[1] ** 2) ** 1.5
    return [y[2], y[3],
            y[0] + 2 * y[3] - nu * (y[0] + mu) / d1 - mu * (y[0] - nu) / d2,
            y[1] - 2 * y[2] - nu * y[1] / d1 - mu * y[1] / d2]


def prothero(t, y):
    return [-1e6 * (y[0] - np.cos(t)) - np.sin(t)]


PROBLEMS = [
    ("rational", rational, [1 / 3, 2 / 9], 5, 9, ["RK45", "RK23", "Radau"]),
    ("rational back", rational, [1 / 3, 2 / 9], 5, 1, ["RK45", "RK23", "Radau"]),
    ("linear", linear, [0, 2], 0, 2, ["RK45", "RK23", "Radau"]),
    ("volterra", volterra, [10, 5], 0, 15, ["RK45", "RK23"]),
    ("van der pol", van_der_pol(2.0), [2, 0], 0, 20, ["RK45", "RK23"]),
    ("arenstorf", arenstorf, [0.994, 0, 0, -2.00158510637908252240537862224], 0, 17.0652165601579625588917206249, ["RK45"]),
    ("van der pol stiff", van_der_pol(1000.0), [2, 0], 0, 1000, ["Radau"]),
    ("robertson", robertson, [1, 0, 0], 0, 1e8, ["Radau"]),
    ("prothero", prothero, [1], 0, 3, ["Radau"]),
]

runs = []
for name, f, y0, t0, t1, methods in PROBLEMS:
    stiff = methods == ["Radau"]
    if name == "arenstorf":
        exact = y0  # periodic
    elif name.startswith("rational"):
        exact = [t1 / (t1 + 10), 10 * t1 / (t1 + 10) ** 2]
    elif name == "linear":
        exact = [-5 * np.sin(2 * t1), 2 * np.cos(2 * t1) + np.sin(2 * t1)]
    elif name == "prothero":
        exact = [float(np.cos(t1))]
    else:
        exact = solve_ivp(f, [t0, t1], y0, method="Radau" if stiff else "DOP853", rtol=3e-13, atol=1e-18 if stiff else 1e-14).y[:, -1].tolist()
    for m in methods:
        for rtol in ([1e-3, 1e-6, 1e-9] if name != "arenstorf" else [1e-6, 1e-9]):
            atol = rtol * (1e-8 if name == "robertson" else 1e-3)
            r = solve_ivp(f, [t0, t1], y0, method=m, rtol=rtol, atol=atol)
            runs.append(dict(problem=name, method=m, rtol=rtol, atol=atol, t0=t0, t1=t1, y0=list(map(float, y0)),
                             exact=list(map(float, exact)), end=r.y[:, -1].tolist(), steps=len(r.t) - 1,
                             nfev=r.nfev, njev=r.njev, nlu=r.nlu, success=bool(r.success)))
print(json.dumps(dict(source="SciPy " + scipy.__version__ + " solve_ivp, testdata/solve_ivp.py", runs=runs), indent=0))
