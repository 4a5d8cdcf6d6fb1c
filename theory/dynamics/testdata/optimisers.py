"""Golden trajectories of torch.optim for optimiser_test.go.

Run with a Python that has torch (written with 1.13.1): python3 optimisers.py > optimisers.json
Gradients are g_k(t) = sin(0.7 k + 0.3 t) * 0.5**(k % 3), float64.
"""
import json
import torch

torch.set_default_dtype(torch.float64)
N, STEPS, MARKS = 5, 200, (1, 2, 10, 200)


def gradient(t):
    k = torch.arange(N)
    return torch.sin(0.7 * k + 0.3 * t) * 0.5 ** (k % 3)


def run(make):
    a = torch.linspace(-1, 1, N).requires_grad_()
    opt = make([a])
    out = []
    for t in range(1, STEPS + 1):
        a.grad = gradient(t).clone()
        opt.step()
        if t in MARKS:
            out.append(dict(step=t, alpha=a.detach().tolist()))
    return out


cases = [
    dict(name="sgd", lr=0.025, weight_decay=0.0),
    dict(name="sgd", lr=0.025, momentum=0.9, weight_decay=3e-4),
    dict(name="adam", lr=3e-4, beta1=0.5, beta2=0.999, eps=1e-8, weight_decay=1e-3),
    dict(name="adam", lr=3e-3, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.0),
]
for c in cases:
    if c["name"] == "sgd":
        c["marks"] = run(lambda p: torch.optim.SGD(p, c["lr"], c.get("momentum", 0.0), weight_decay=c["weight_decay"]))
    else:
        c["marks"] = run(lambda p: torch.optim.Adam(p, c["lr"], (c["beta1"], c["beta2"]), c["eps"], c["weight_decay"]))
print(json.dumps(dict(source="torch " + torch.__version__ + ", testdata/optimisers.py", cases=cases), indent=1))
