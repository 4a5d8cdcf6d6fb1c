"""Edgewise recorder: writes alpha, probabilities, per-operation costs, loss and entropy of every step of a PyTorch search.
rec = Recorder("out/run", PRIMITIVES, {"normal": alphas}, rate=3e-4)   # alphas: [edges in DARTS order][ops]; add "reduce" where cells use it
in forward:   weights = rec.gate("normal", softmax(alphas))   # the weights that multiply the outputs of the operations
in the loop:  rec.step(loss, logits, target)   # after loss.backward(), before alpha's optimiser steps; at the end: rec.close()"""
import json, os
CRC = [0] * 256
for i in range(256):
    CRC[i] = i
    for _ in range(8): CRC[i] = CRC[i] >> 1 ^ (0x82F63B78 if CRC[i] & 1 else 0)
class Recorder:
    def __init__(self, folder, ops, alphas, rate, split="search", stack=("normal",)):  # split: what alpha is trained on; stack: kind of each cell
        os.makedirs(folder, exist_ok=True)
        self.alphas, self.rate, self.split, self.gates, self.n, self.file = alphas, rate, split, {}, 0, open(folder + "/trace.jsonl", "x")
        edges = [[i, j] for j in range(2, 34) for i in range(j)][:len(next(iter(alphas.values())))]
        head = dict(format="edgewise-trace/1", version="recorder/1", run=os.path.basename(folder), name=os.path.basename(folder), origin="observed", source="PyTorch recorder",
            kinds=list(alphas), nodes=edges[-1][1] - 1, concat=list(range(2, edges[-1][1] + 1)), edges=edges, ops=list(ops), stack=list(stack), data={})
        with open(folder + "/manifest.json", "w") as f: json.dump(head, f, indent=1)
    def gate(self, kind, weights): weights.requires_grad and weights.retain_grad(); self.gates[kind] = weights; return weights
    def step(self, loss, logits, target):
        w, p, s = [self.gates[k] for k in self.alphas], logits.detach().softmax(-1), self.split
        soft = all((a.detach().softmax(-1) - g.detach()).abs().max() < 1e-6 for a, g in zip(self.alphas.values(), w))
        self.line(1, {s + "_n": len(target), s + "_correct": int((p.argmax(-1) == target).sum()), s + "_loss": loss.item(), s + "_entropy": -(p * p.clamp_min(1e-30).log()).sum(-1).mean().item(),
            "cost": [g.grad.tolist() for g in w], "cost_count": [(g.detach() != 0).int().tolist() for g in w], **({} if soft else {"gate": [g.tolist() for g in w]})})
    def line(self, steps, more):
        text, c = json.dumps({"step": self.n, "steps": steps, "alpha_rate": self.rate, "alpha": [a.tolist() for a in self.alphas.values()],
            "prob": [a.detach().softmax(-1).tolist() for a in self.alphas.values()], **more})[:-1].replace("NaN", "null").replace("-Infinity", "null").replace("Infinity", "null"), 0xFFFFFFFF
        for b in text.encode(): c = CRC[(c ^ b) & 255] ^ c >> 8
        self.n += steps; self.file.write('%s,"crc":"%08x"}\n' % (text, c ^ 0xFFFFFFFF)); self.file.flush()
    def close(self): self.line(0, {"status": "complete"}); self.file.close()
