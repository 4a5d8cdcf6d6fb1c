#!/usr/bin/env python3
"""Golden values and gradients of the DARTS operations, of the batch-normalised
preprocessing and of whole supernets, in float64, made with torch.nn.

    python3 make_golden.py          # writes nets.npz here and ops.npz to sim/mixop/testdata

Made with Debian's python3-torch 1.13 and numpy 1.24. The operations are written
down anew from their definition in "DARTS: Differentiable Architecture Search"
(arXiv 1806.09055) and carry the parameter names of a DARTS state_dict. The
tests of sim/mixop and sim/supernet read the arrays by the names below.

ops.npz   key "<op>/s<stride>/<mode>/<what>": x, y, gy, gx and the state: p (parameter
          values), g (their gradients), b (running statistics before), a (after), each
          the concatenation of its arrays; params and buffers list, as text in bytes,
          "name length" per array in that order.
          mode is train, eval or affine (train mode with affine batch norm).
nets.npz  key "<net>/<what>": x, labels, gates [cell][E][K], logits, loss, dgates,
          eval_logits and the state as above.
"""
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

OPS = ["none", "skip_connect", "max_pool_3x3", "avg_pool_3x3",
       "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"]


class Zero(nn.Module):
    def __init__(self, stride):
        super().__init__()
        self.stride = stride

    def forward(self, x):
        return x[:, :, ::self.stride, ::self.stride] * 0.0


class FactorizedReduce(nn.Module):
    def __init__(self, cin, cout, affine):
        super().__init__()
        self.conv_1 = nn.Conv2d(cin, cout // 2, 1, stride=2, bias=False)
        self.conv_2 = nn.Conv2d(cin, cout // 2, 1, stride=2, bias=False)
        self.bn = nn.BatchNorm2d(cout, affine=affine)

    def forward(self, x):
        x = F.relu(x)
        return self.bn(torch.cat([self.conv_1(x), self.conv_2(x[:, :, 1:, 1:])], 1))


class Op(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.op = nn.Sequential(*layers)

    def forward(self, x):
        return self.op(x)


def dw(c, k, stride, dil):
    return nn.Conv2d(c, c, k, stride=stride, padding=dil * (k // 2), dilation=dil, groups=c, bias=False)


def make_op(name, c, stride, affine):
    if name == "none":
        return Zero(stride)
    if name == "skip_connect":
        return nn.Identity() if stride == 1 else FactorizedReduce(c, c, affine)
    if name == "max_pool_3x3":
        return nn.Sequential(nn.MaxPool2d(3, stride, 1), nn.BatchNorm2d(c, affine=False))
    if name == "avg_pool_3x3":
        return nn.Sequential(nn.AvgPool2d(3, stride, 1, count_include_pad=False), nn.BatchNorm2d(c, affine=False))
    k = int(name[-1])
    if name.startswith("sep"):
        return Op(nn.ReLU(), dw(c, k, stride, 1), nn.Conv2d(c, c, 1, bias=False), nn.BatchNorm2d(c, affine=affine),
                  nn.ReLU(), dw(c, k, 1, 1), nn.Conv2d(c, c, 1, bias=False), nn.BatchNorm2d(c, affine=affine))
    return Op(nn.ReLU(), dw(c, k, stride, 2), nn.Conv2d(c, c, 1, bias=False), nn.BatchNorm2d(c, affine=affine))


class MixedOp(nn.Module):
    def __init__(self, c, stride, ops, affine):
        super().__init__()
        self._ops = nn.ModuleList([make_op(o, c, stride, affine) for o in ops])

    def forward(self, x, z):
        return sum(z[k] * op(x) for k, op in enumerate(self._ops))


class Cell(nn.Module):
    def __init__(self, nodes, mult, cpp, cp, c, reduction, reduction_prev, ops, affine):
        super().__init__()
        self.nodes, self.mult = nodes, mult
        self.preprocess0 = FactorizedReduce(cpp, c, affine) if reduction_prev else Op(
            nn.ReLU(), nn.Conv2d(cpp, c, 1, bias=False), nn.BatchNorm2d(c, affine=affine))
        self.preprocess1 = Op(nn.ReLU(), nn.Conv2d(cp, c, 1, bias=False), nn.BatchNorm2d(c, affine=affine))
        self._ops = nn.ModuleList()
        for j in range(nodes):
            for i in range(2 + j):
                self._ops.append(MixedOp(c, 2 if reduction and i < 2 else 1, ops, affine))

    def forward(self, s0, s1, z):
        states, e = [self.preprocess0(s0), self.preprocess1(s1)], 0
        for j in range(self.nodes):
            acc = 0
            for i in range(2 + j):
                acc = acc + self._ops[e](states[i], z[e])
                e += 1
            states.append(acc)
        return torch.cat(states[-self.mult:], 1)


class Net(nn.Module):
    def __init__(self, c, nodes, mult, stack, ops, cin, classes, stem_mult, affine, bias):
        super().__init__()
        cc = stem_mult * c
        self.stem = nn.Sequential(nn.Conv2d(cin, cc, 3, padding=1, bias=False), nn.BatchNorm2d(cc))
        cpp, cp, rprev = cc, cc, False
        self.cells = nn.ModuleList()
        for kind in stack:
            red = kind == "r"
            if red:
                c *= 2
            self.cells.append(Cell(nodes, mult, cpp, cp, c, red, rprev, ops, affine))
            cpp, cp, rprev = cp, mult * c, red
        self.classifier = nn.Linear(cp, classes, bias=bias)

    def forward(self, x, gates):
        s0 = s1 = self.stem(x)
        for cell, z in zip(self.cells, gates):
            s0, s1 = s1, cell(s0, s1, z)
        return self.classifier(s1.mean((2, 3)))


def scramble(m):
    """Makes running statistics and affine parameters generic."""
    for n, b in m.named_buffers():
        if n.endswith("running_mean"):
            b.copy_(torch.randn_like(b) * 0.3)
        elif n.endswith("running_var"):
            b.copy_(torch.rand_like(b) + 0.3)
    for q in m.modules():
        if isinstance(q, nn.BatchNorm2d) and q.affine:
            q.weight.data = 0.5 + torch.rand_like(q.weight)
            q.bias.data = 0.3 * torch.randn_like(q.bias)


def running(m):
    return [(n, b) for n, b in m.named_buffers() if "running" in n]


def flat(arrays):
    return np.concatenate([np.zeros(0)] + [a.detach().numpy().ravel() for a in arrays])


def listing(named):
    return np.frombuffer("\n".join(f"{n} {a.numel()}" for n, a in named).encode(), dtype=np.uint8)


def state(out, key, m):
    """What the module holds before the step."""
    out[key + "/params"], out[key + "/buffers"] = listing(m.named_parameters()), listing(running(m))
    out[key + "/p"], out[key + "/b"] = flat(m.parameters()), flat(b for _, b in running(m))


def grads(out, key, m):
    """What it holds after the step."""
    out[key + "/g"] = flat(p.grad for p in m.parameters())
    out[key + "/a"] = flat(b for _, b in running(m))


def ops():
    out = {}
    b, c, h, w = 3, 4, 6, 10
    for name in OPS:
        for stride in (1, 2):
            for mode in ("train", "eval", "affine"):
                if mode == "affine" and not (name.endswith("conv_3x3") or (name == "skip_connect" and stride == 2)):
                    continue
                torch.manual_seed(OPS.index(name) * 10 + stride)
                m = make_op(name, c, stride, mode == "affine")
                scramble(m)
                m.train(mode != "eval")
                x = torch.randn(b, c, h, w, requires_grad=True)
                key = f"{name}/s{stride}/{mode}"
                state(out, key, m)
                y = m(x)
                gy = torch.randn_like(y)
                y.backward(gy)
                grads(out, key, m)
                out[key + "/x"], out[key + "/y"] = x.detach().numpy(), y.detach().numpy()
                out[key + "/gy"] = gy.numpy()
                out[key + "/gx"] = x.grad.numpy() if x.grad is not None else np.zeros_like(out[key + "/x"])
    return out


NETS = {
    # name: channels, nodes, multiplier, stack, ops, affine, bias, height, width, batch
    "minimal": (4, 2, 2, "n", OPS, False, False, 8, 8, 4),
    "two": (4, 2, 2, "nn", OPS, False, False, 6, 6, 3),
    "reduce": (2, 2, 2, "nrn", OPS, False, False, 8, 12, 3),
    "affine": (4, 3, 2, "rn", ["none", "skip_connect", "dil_conv_3x3", "sep_conv_3x3"], True, True, 8, 8, 3),
}


def nets():
    out = {}
    for i, (key, (c, nodes, mult, stack, opl, affine, bias, h, w, b)) in enumerate(NETS.items()):
        torch.manual_seed(100 + i)
        net = Net(c, nodes, mult, stack, opl, 3, 10, 3, affine, bias)
        scramble(net)
        edges = nodes * (nodes + 3) // 2
        gates = [torch.rand(edges, len(opl)).softmax(1).requires_grad_() for _ in stack]
        gates = [g.detach().requires_grad_() for g in gates]
        x, y = torch.randn(b, 3, h, w), torch.randint(10, (b,))
        state(out, key, net)
        net.eval()
        out[key + "/eval_logits"] = net(x, gates).detach().numpy()
        net.train()
        z = net(x, gates)
        loss = F.cross_entropy(z, y)
        loss.backward()
        grads(out, key, net)
        out[key + "/x"], out[key + "/labels"] = x.numpy(), y.numpy().astype(np.uint8)
        out[key + "/logits"], out[key + "/loss"] = z.detach().numpy(), np.array([loss.item()])
        out[key + "/gates"] = np.stack([g.detach().numpy() for g in gates])
        out[key + "/dgates"] = np.stack([g.grad.numpy() for g in gates])
    return out


if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    np.savez_compressed(os.path.join(here, "../../mixop/testdata/ops.npz"), **ops())
    np.savez_compressed(os.path.join(here, "nets.npz"), **nets())
