"""A small single-level DARTS search of one minimal cell on random images, with the recorder.
One search with soft weights, one that samples; usage: search.py FOLDER STEPS"""
import sys
import torch, torch.nn as nn, torch.nn.functional as F
from edgewise_recorder import Recorder

OPS = ["none", "skip_connect", "avg_pool_3x3", "sep_conv_3x3"]
torch.manual_seed(1)
torch.set_num_threads(1)
C = 4


def op(name):
    if name == "none":
        return lambda x: x * 0
    if name == "skip_connect":
        return nn.Identity()
    if name == "avg_pool_3x3":
        return nn.Sequential(nn.AvgPool2d(3, 1, 1, count_include_pad=False), nn.BatchNorm2d(C, affine=False))
    return nn.Sequential(nn.ReLU(), nn.Conv2d(C, C, 3, padding=1, groups=C, bias=False), nn.Conv2d(C, C, 1, bias=False), nn.BatchNorm2d(C, affine=False))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, C, 3, padding=1, bias=False), nn.BatchNorm2d(C))
        self.edges = nn.ModuleList(nn.ModuleList(op(o) for o in OPS if o != "none") for _ in range(5))
        self.head = nn.Linear(2 * C, 3, bias=False)

    def edge(self, e, w, x):
        return sum(w[e, k + 1] * o(x) for k, o in enumerate(self.edges[e])) + w[e, 0] * (x * 0)

    def forward(self, x, w):
        s = self.stem(x)
        a = self.edge(0, w, s) + self.edge(1, w, s)
        b = self.edge(2, w, s) + self.edge(3, w, s) + self.edge(4, w, a)
        return self.head(torch.cat([a, b], 1).mean((2, 3)))


folder, steps = sys.argv[1], int(sys.argv[2])
for kind in "soft", "onehot":
    net, alpha = Net(), torch.zeros(5, len(OPS), requires_grad=True)
    theta, arch = torch.optim.SGD(net.parameters(), 0.1), torch.optim.SGD([alpha], 0.5)
    rec = Recorder(folder + "/" + kind, OPS, {"normal": alpha}, rate=0.5, split="train")
    for _ in range(steps):
        x, y = torch.randn(32, 3, 8, 8), torch.randint(0, 3, (32,))
        x[:, 0] += y.view(-1, 1, 1)
        w = F.softmax(alpha, -1)
        if kind == "onehot":  # alpha itself is not trained here: the recorder is what is tried
            w = F.one_hot(torch.multinomial(w, 1).squeeze(1), len(OPS)).float().requires_grad_()
        logits = net(x, rec.gate("normal", w))
        loss = F.cross_entropy(logits, y)
        theta.zero_grad(), arch.zero_grad()
        loss.backward()
        rec.step(loss, logits, y)
        theta.step(), arch.step()
    rec.close()
