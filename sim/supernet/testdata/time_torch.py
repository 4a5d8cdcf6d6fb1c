#!/usr/bin/env python3
"""Times one search step of the same supernet in PyTorch on the CPU, float32: what
BenchmarkDARTSStep and BenchmarkDSNASStep of sim/supernet are to be compared with.

    python3 time_torch.py [--threads 1] [--steps 10] [--channels 8] [--size 16] [--batch 64]
                          [--cells 1] [--nodes 2] [--channels-last]

DARTS is first-order: an architecture step (forward, backward into the weights of
the operations) and a weight step. DSNAS runs one sampled operation per edge,
forward and backward, after the discarded forward pass of the published code unless
--once. Without optimisers, as in the benchmarks. Prints the median in ms.
"""
import argparse
import statistics
import time

import torch
import torch.nn.functional as F

import make_golden as golden


class Sampled(golden.MixedOp):
    def forward(self, x, z):
        k = int(z.argmax())
        return z[k] * self._ops[k](x)


def main():
    a = argparse.ArgumentParser()
    for name, v in (("threads", 1), ("steps", 10), ("channels", 8), ("size", 16), ("batch", 64), ("cells", 1), ("nodes", 2)):
        a.add_argument("--" + name, type=int, default=v)
    a.add_argument("--channels-last", action="store_true")
    a.add_argument("--once", action="store_true")
    a = a.parse_args()
    torch.set_default_dtype(torch.float32)
    torch.set_num_threads(a.threads)
    torch.manual_seed(1)
    net = golden.Net(a.channels, a.nodes, a.nodes, "n" * a.cells, golden.OPS, 3, 10, 3, False, False)
    x, y = torch.randn(a.batch, 3, a.size, a.size), torch.randint(10, (a.batch,))
    if a.channels_last:
        net, x = net.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    edges = a.nodes * (a.nodes + 3) // 2
    alpha = torch.zeros(edges, len(golden.OPS), requires_grad=True)

    def darts():
        for arch in (True, False):
            net.zero_grad(set_to_none=True)
            alpha.grad = None
            F.cross_entropy(net(x, [alpha.softmax(1)] * a.cells), y).backward()

    def dsnas():
        for k in range(1 if a.once else 2):
            z = F.one_hot(torch.randint(len(golden.OPS), (a.cells, edges)), len(golden.OPS)).float().requires_grad_()
            loss = F.cross_entropy(net(x, list(z)), y)
        loss.backward()

    for name, step in (("DARTS", darts), ("DSNAS", dsnas)):
        if step is dsnas:
            for m in net.modules():
                if type(m) is golden.MixedOp:
                    m.__class__ = Sampled
        times = []
        for i in range(a.steps + 2):
            t = time.perf_counter()
            step()
            times.append(1e3 * (time.perf_counter() - t))
        print(f"{name} C={a.channels} {a.size}x{a.size} B={a.batch} cells={a.cells} nodes={a.nodes}: "
              f"median {statistics.median(times[2:]):.1f} ms, fastest {min(times[2:]):.1f} ms")


if __name__ == "__main__":
    main()
