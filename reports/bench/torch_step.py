"""The search steps of `edgewise bench`, written with torch.nn: float32, both optimisers, random images.

A DARTS step is an alpha step on one batch and a theta step on another (first order); a DSNAS step is one pass at a
sampled wiring that moves both. Two ways to write each:

  published   as the codes of these searches do: every candidate is called, `none` too; loss.backward() makes the
              gradients of weights and alpha alike in both halves of a DARTS step; DSNAS first runs the whole supernet
              forward at the one-hot weights and drops the result, then the child with the sampled operations.
  tuned       `none` and operations that were not sampled are not called, only the gradients that the step uses are
              taken, and DSNAS runs the child alone.

Reads one JSON object per line from standard input (algorithm, cells, nodes, channels, side, batch, repeat, threads,
published, channels_last) and answers each with the milliseconds of every timed step, after one that is not timed."""
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


class Zero(nn.Module):
    def forward(self, x):
        return x.mul(0.0)


def operations(c):
    return nn.ModuleList([Zero(), nn.Identity(), nn.Sequential(nn.MaxPool2d(3, 1, 1), norm(c)),
                          nn.Sequential(nn.AvgPool2d(3, 1, 1, count_include_pad=False), norm(c)),
                          separable(c, 3), separable(c, 5), dilated(c, 3), dilated(c, 5)])


class Cell(nn.Module):
    def __init__(self, before, last, c, nodes):
        super().__init__()
        self.nodes = nodes
        self.pre = nn.ModuleList([nn.Sequential(nn.ReLU(), nn.Conv2d(n, c, 1, bias=False), norm(c)) for n in (before, last)])
        self.edges = nn.ModuleList([operations(c) for j in range(nodes) for _ in range(2 + j)])

    def forward(self, a, b, gates, runs):
        states = [self.pre[0](a), self.pre[1](b)]
        e = 0
        for _ in range(self.nodes):
            parts = []
            for x in states:
                parts += [gates[e][k] * self.edges[e][k](x) for k in runs[e]]
                e += 1
            states.append(sum(parts) if parts else torch.zeros_like(states[0]))
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

    def forward(self, x, gates, runs):
        a = b = self.stem(x)
        for cell in self.cells:
            a, b = b, cell(a, b, gates, runs)
        return self.head(b.mean((2, 3)))


def put(parameters, gradients):
    for p, g in zip(parameters, gradients):
        p.grad = g


def measure(q):
    torch.manual_seed(1)
    torch.set_num_threads(q["threads"])
    net = Net(q["cells"], q["nodes"], q["channels"])
    batches = [torch.randn(q["batch"], 3, q["side"], q["side"]) for _ in range(2)]
    labels = [torch.randint(10, (q["batch"],)) for _ in range(2)]
    if q["channels_last"]:
        net = net.to(memory_format=torch.channels_last)
        batches = [x.contiguous(memory_format=torch.channels_last) for x in batches]
    edges = len(net.cells[0].edges)
    alpha = torch.zeros(edges, 8, requires_grad=True)
    weights = list(net.parameters())
    sgd = torch.optim.SGD(weights, 0.025, momentum=0.9, weight_decay=3e-4)
    adam = torch.optim.Adam([alpha], 3e-4, betas=(0.5, 0.999), weight_decay=1e-3)
    published = q["published"]
    every = [list(range(8)) if published else list(range(1, 8))] * edges

    def loss(i, gates, runs):
        return F.cross_entropy(net(batches[i], gates, runs), labels[i])

    def move_weights():
        nn.utils.clip_grad_norm_(weights, 5)
        sgd.step()

    def darts():
        adam.zero_grad()
        value = loss(0, F.softmax(alpha, -1), every)
        if published:
            value.backward()
        else:
            put([alpha], torch.autograd.grad(value, [alpha]))
        adam.step()
        sgd.zero_grad()
        gates = F.softmax(alpha if published else alpha.detach(), -1)
        value = loss(1, gates, every)
        if published:
            value.backward()
        else:
            put(weights, torch.autograd.grad(value, weights))
        move_weights()
        return value.item()

    def dsnas():
        adam.zero_grad()
        sgd.zero_grad()
        p = F.softmax(alpha, -1)
        drawn = torch.multinomial(p.detach(), 1).squeeze(1)
        gates = F.one_hot(drawn, 8).float()
        if published:
            net(batches[0], gates, every)
        gates.requires_grad_()
        runs = [[k] if published or k else [] for k in drawn.tolist()]
        value = loss(0, gates, runs)
        if published:
            value.backward()
        else:
            put(weights + [gates], torch.autograd.grad(value, weights + [gates], allow_unused=True))
        cost = (gates.grad * gates).sum(1) if gates.grad is not None else torch.zeros(edges)
        ((gates.detach() * torch.log(p)).sum(1) * cost).sum().backward()
        adam.step()
        move_weights()
        return value.item()

    step = darts if q["algorithm"] == "darts" else dsnas
    step()
    times = []
    for _ in range(q["repeat"]):
        start = time.perf_counter()
        step()
        times.append(1e3 * (time.perf_counter() - start))
    return times


for line in sys.stdin:
    print(json.dumps({"ms": measure(json.loads(line)), "torch": torch.__version__}), flush=True)
