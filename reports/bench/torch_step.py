"""The search steps of `edgewise bench`, written with torch.nn: float32, without the optimisers.

A DARTS step is the alpha step (forward, gradient of alpha) and the theta step (forward, gradient of the
weights) of a first-order bi-level search; a DSNAS step is one pass at a sampled wiring. Reads one JSON object per
line from standard input (algorithm, cells, nodes, channels, side, batch, repeat, threads, channels_last), writes the
median milliseconds per step as one JSON object per line."""
import json
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


def norm(c):
    return nn.BatchNorm2d(c, affine=False)


def separable(c, k):
    def half():
        return [nn.ReLU(), nn.Conv2d(c, c, k, padding=k // 2, groups=c, bias=False), nn.Conv2d(c, c, 1, bias=False), norm(c)]
    return nn.Sequential(*half(), *half())


def dilated(c, k):
    return nn.Sequential(nn.ReLU(), nn.Conv2d(c, c, k, padding=k - 1, dilation=2, groups=c, bias=False),
                         nn.Conv2d(c, c, 1, bias=False), norm(c))


def operations(c):
    return nn.ModuleList([nn.Identity(), nn.Identity(), nn.Sequential(nn.MaxPool2d(3, 1, 1), norm(c)),
                          nn.Sequential(nn.AvgPool2d(3, 1, 1, count_include_pad=False), norm(c)),
                          separable(c, 3), separable(c, 5), dilated(c, 3), dilated(c, 5)])


class Cell(nn.Module):
    def __init__(self, before, last, c, nodes):
        super().__init__()
        self.nodes = nodes
        self.pre = nn.ModuleList([nn.Sequential(nn.ReLU(), nn.Conv2d(n, c, 1, bias=False), norm(c)) for n in (before, last)])
        self.edges = nn.ModuleList([operations(c) for j in range(nodes) for _ in range(2 + j)])

    def forward(self, a, b, gates):
        states = [self.pre[0](a), self.pre[1](b)]
        e = 0
        for _ in range(self.nodes):
            total = torch.zeros_like(states[0])
            for x in list(states):
                for k in range(1, 8):  # none adds nothing
                    if self.soft or gates[e][k] != 0:
                        total = total + gates[e][k] * self.edges[e][k](x)
                e += 1
            states.append(total)
        return torch.cat(states[2:], 1)


class Net(nn.Module):
    def __init__(self, cells, nodes, c):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 3 * c, 3, padding=1, bias=False), nn.BatchNorm2d(3 * c))
        before = last = 3 * c
        self.cells = nn.ModuleList()
        for _ in range(cells):
            self.cells.append(Cell(before, last, c, nodes))
            before, last = last, nodes * c
        self.head = nn.Linear(last, 10, bias=False)

    def forward(self, x, gates):
        a = b = self.stem(x)
        for cell in self.cells:
            a, b = b, cell(a, b, gates)
        return self.head(b.mean((2, 3)))


def measure(q):
    torch.manual_seed(1)
    torch.set_num_threads(q["threads"])
    net = Net(q["cells"], q["nodes"], q["channels"])
    soft = q["algorithm"] == "darts"
    for cell in net.cells:
        cell.soft = soft
    x = torch.randn(q["batch"], 3, q["side"], q["side"])
    y = torch.randint(10, (q["batch"],))
    if q["channels_last"]:
        net, x = net.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    edges = len(net.cells[0].edges)
    alpha = torch.zeros(edges, 8, requires_grad=True)
    weights = list(net.parameters())

    def step():
        if soft:
            torch.autograd.grad(F.cross_entropy(net(x, F.softmax(alpha, -1)), y), [alpha])
            loss = F.cross_entropy(net(x, F.softmax(alpha.detach(), -1)), y)
            torch.autograd.grad(loss, weights, allow_unused=True)
        else:
            gates = F.one_hot(torch.randint(8, (edges,)), 8).float().requires_grad_()
            out = F.cross_entropy(net(x, gates), y)
            torch.autograd.grad(out, weights + [gates], allow_unused=True)

    step()
    times = []
    for _ in range(q["repeat"]):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return 1e3 * sorted(times)[len(times) // 2]


for line in sys.stdin:
    print(json.dumps({"ms": measure(json.loads(line))}), flush=True)
