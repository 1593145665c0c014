"""Golden values for the MLP: PyTorch's answers from fixed weights and data.

Makes golden.json, which the package's tests read. Made with Python 3.11,
torch 2.15.0 and numpy 2.4.6, float32 on one CPU thread:

    pip install torch numpy
    python3 golden.py > golden.json

The file is {"torch": version, "cases": [...]}. A case holds
  name
  layers     sizes of the layers, input first; ReLU between them, none at the end
  optimizer  {"name": "sgd", "lr", "momentum"}
  weights    name -> values, row-major, as torch keeps them ([out, in])
  shapes     name -> shape
  batches    ten of {"rows", "inputs" [rows x in], "targets" [rows x out]}, flat
  output     of the first batch, before any step, flat
  loss       of the first batch, before any step (mean squared error)
  gradients  of the first batch, before any step: name -> values
  losses     of each batch, taken just before its step
  final      outputs for the first batch after all ten steps

Weights and inputs are rounded to two decimals so that the file stays small.
Every number is the shortest decimal that parses to exactly the float32 meant.
"""

import json

import numpy as np
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.depth = len(layers) - 1
        for i in range(self.depth):
            setattr(self, f"fc{i + 1}", nn.Linear(layers[i], layers[i + 1]))

    def forward(self, x):
        for i in range(self.depth - 1):
            x = torch.relu(getattr(self, f"fc{i + 1}")(x))
        return getattr(self, f"fc{self.depth}")(x)


def number(x):
    """The shortest decimal that is this float32, as a Python number."""
    text = float(str(np.float32(x)))
    assert np.float32(text) == np.float32(x)
    return int(text) if text == int(text) else text


def flat(t):
    return [number(x) for x in t.detach().reshape(-1).numpy()]


def rounded(t, decimals):
    return torch.from_numpy(np.round(t.detach().double().numpy(), decimals).astype(np.float32))


def line(rows):
    x = rounded(torch.randn(rows, 1), 2)
    return x, 3 * x + 2


def surface(rows):
    x = rounded(torch.randn(rows, 3), 2)
    y = torch.stack([x[:, 0] * x[:, 1] - x[:, 2], torch.sin(x[:, 0]) + 0.5], dim=1)
    return x, rounded(y, 2)


def case(name, seed, layers, rows, draw, lr, momentum):
    torch.manual_seed(seed)
    net = Net(layers)
    with torch.no_grad():
        for p in net.parameters():
            p.copy_(rounded(p, 2))
    out = {
        "name": name,
        "layers": layers,
        "optimizer": {"name": "sgd", "lr": lr, "momentum": momentum},
        "weights": {k: flat(v) for k, v in net.state_dict().items()},
        "shapes": {k: list(v.shape) for k, v in net.state_dict().items()},
    }
    batches = [draw(n) for n in rows]
    out["batches"] = [
        {"rows": n, "inputs": flat(x), "targets": flat(y)} for n, (x, y) in zip(rows, batches)
    ]
    criterion = nn.MSELoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr, momentum=momentum)
    losses = []
    for i, (x, y) in enumerate(batches):
        output = net(x)
        loss = criterion(output, y)
        optimizer.zero_grad()
        loss.backward()
        if i == 0:
            out["output"] = flat(output)
            out["loss"] = number(loss.item())
            out["gradients"] = {k: flat(p.grad) for k, p in net.named_parameters()}
        losses.append(number(loss.item()))
        optimizer.step()
    out["losses"] = losses
    with torch.no_grad():
        out["final"] = flat(net(batches[0][0]))
    return out


def main():
    torch.set_num_threads(1)
    cases = [
        case("seed", 1, [1, 10, 1], [1] * 5 + [7] * 5, line, 0.01, 0.0),
        case("deep", 2, [3, 8, 5, 2], [6] * 10, surface, 0.01, 0.9),
    ]
    print(json.dumps({"torch": torch.__version__, "cases": cases}, separators=(",", ":")))


if __name__ == "__main__":
    main()
