"""Writes the checkpoints of the tests: python3 make.py FOLDER (Debian: python3-torch)."""
import sys
import torch

folder = sys.argv[1]
normal = torch.arange(40, dtype=torch.float32).view(5, 8) / 10
reduce = (torch.arange(80, dtype=torch.float64).view(8, 10) / 7).t()[:5, :8]  # a view with strides
state = {"epoch": 7, "state_dict": {"alphas_normal": normal, "alphas_reduce": reduce, "conv.weight": torch.zeros(3, 3)}, "note": {"x": [1, (2, "y")]}}
torch.save(state, folder + "/zip.pt")
torch.save(state, folder + "/legacy.pt", _use_new_zipfile_serialization=False)
nodes = torch.nn.ParameterList([torch.nn.Parameter(torch.full((n, 8), float(n))) for n in (2, 3)])
module = torch.nn.Module()
module.alpha_normal = nodes
torch.save(module.state_dict(), folder + "/nodes.pt")
torch.save(module, folder + "/module.pt")
