"""Golden values for LSTMFrom: PyTorch's answers over packed texts, from given states.

Makes lstm_state.json, which the package's tests read. Made with torch 2.15.0,
float32 on one CPU thread:

    pip install torch numpy
    python3 lstm_state.py > lstm_state.json

The file is a list of cases of one layer, in one direction and in both. A case holds
  in, hidden, directions, lengths (longest first)
  values     x [N, in] in packed order, weight_ih, weight_hh, bias_ih, bias_hh (of the
             second direction with a 1 behind), hidden and cell [B, directions*hidden]
  output     [N, directions*hidden]; final_hidden and final_cell like hidden and cell
  gradients  of the sum of all elements of the three results, element i of each
             weighted by coefficient(i): one for each of values
"""

import json

import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence

torch.manual_seed(7)
torch.set_num_threads(1)


def numbers(t):
    return [float(f"{v:.9g}") for v in t.detach().reshape(-1).tolist()]


def coefficient(i):
    """Of the tests' own: a number of -1 to 1."""
    v = (i + 1) * 0x9E3779B97F4A7C15 % 2**64
    return ((v - 2**64 if v >= 2**63 else v) >> 40) * 2.0**-23


def weighed(t):
    return (t.reshape(-1) * torch.tensor([coefficient(i) for i in range(t.numel())])).sum()


def rounded(*shape, size=1.0):
    return (torch.rand(*shape) * 2 - 1).mul(size * 100).round().div(100).requires_grad_()


cases = []
for directions in (1, 2):
    d, h, lengths = 3, 5, [4, 3, 3, 1]
    n, b = sum(lengths), len(lengths)
    sizes = torch.tensor([sum(1 for length in lengths if length > t) for t in range(lengths[0])])
    values = {"x": rounded(n, d)}
    rnn = nn.LSTM(d, h, bidirectional=directions == 2)
    for i in range(directions):
        for name, shape in (("weight_ih", (4 * h, d)), ("weight_hh", (4 * h, h)), ("bias_ih", (4 * h,)), ("bias_hh", (4 * h,))):
            own = f"{name}_l0" + ("_reverse" if i else "")
            with torch.no_grad():
                getattr(rnn, own).copy_(rounded(*shape, size=0.6))
            values[name + ("1" if i else "")] = getattr(rnn, own)
    values["hidden"], values["cell"] = rounded(b, directions * h), rounded(b, directions * h)

    def split(s):
        return s.reshape(b, directions, h).transpose(0, 1).contiguous()

    packed, (hn, cn) = rnn(PackedSequence(values["x"], sizes), (split(values["hidden"]), split(values["cell"])))
    final = [s.transpose(0, 1).reshape(b, directions * h) for s in (hn, cn)]
    loss = weighed(packed.data) + weighed(final[0]) + weighed(final[1])
    loss.backward()
    cases.append({
        "in": d, "hidden": h, "directions": directions, "lengths": lengths,
        "values": {k: numbers(v) for k, v in values.items()},
        "output": numbers(packed.data), "final_hidden": numbers(final[0]), "final_cell": numbers(final[1]),
        "gradients": {k: numbers(v.grad) for k, v in values.items()},
    })
print(json.dumps(cases))
