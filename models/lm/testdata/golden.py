"""Golden values for the language model: PyTorch's losses from fixed weights and words.

Makes golden.json, which the package's tests read. Made with torch 2.15.0, float32 on
one CPU thread:

    pip install torch numpy
    python3 golden.py > golden.json

The file holds
  vocab, embedding, hidden, layers, draws, streams, window, lr, clip
  weights    name -> values, row-major, as torch keeps them (gates i, f, g, o)
  text       ids; stream b begins at b*streams_length
  negatives  of each of the ten steps: ascending ids
  gradients  of the first step, before clipping: name -> values
  losses     of each step, taken just before it (sampled softmax; states are carried)
  final      mean cross-entropy of all words of text but the first, after the ten steps,
             read in one stream from zero states: softmax over all words

The logit of word k loses log(1 - (1-q)^draws), q = log((k+2)/(k+1)) / log(vocab+1); a
negative that is the label does not count. Weights are rounded to two decimals so that
the file stays small.
"""

import json
import math

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(3)
torch.set_num_threads(1)

V, E, H, L, DRAWS, B, T, STEPS, LR, CLIP = 30, 16, 8, 2, 12, 3, 4, 10, 1e-2, 1.0


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(V, E)
        self.rnn = nn.LSTM(E, H, num_layers=L)
        self.proj = nn.Linear(H, E)

    def forward(self, ids, state=None):
        y, state = self.rnn(self.embedding(ids), state)
        return self.proj(y), tuple(s.detach() for s in state)


q = [math.log((k + 2) / (k + 1)) / math.log(V + 1) for k in range(V)]
log = torch.tensor([math.log(1 - (1 - p) ** DRAWS) for p in q])


def sampled(x, table, labels, negatives):
    x, labels = x.reshape(-1, E), labels.reshape(-1)
    own = (x * table[labels]).sum(1) - log[labels]
    others = x @ table[negatives].T - log[negatives]
    others = others.masked_fill(labels[:, None] == negatives[None, :], -torch.inf)
    return -torch.log_softmax(torch.cat([own[:, None], others], 1), 1)[:, 0].mean()


def numbers(t):
    return [float(f"{v:.8g}") for v in t.detach().reshape(-1).tolist()]


model = Model()
with torch.no_grad():
    for name, p in model.named_parameters():
        p.copy_((p * (0.3 if name.startswith("embedding") else 2)).mul(100).round().div(100))
text = torch.randint(0, V, (B * T * STEPS + 1,))
length = T * STEPS
out = {
    "vocab": V, "embedding": E, "hidden": H, "layers": L, "draws": DRAWS, "streams": B, "window": T, "lr": LR, "clip": CLIP,
    "weights": {k: numbers(p) for k, p in model.named_parameters()}, "text": text.tolist(), "negatives": [], "losses": [],
}
optimizer = torch.optim.Adam(model.parameters(), lr=LR)
state = None
for step in range(STEPS):
    at = torch.arange(T)[:, None] + torch.arange(B)[None, :] * length + step * T
    negatives = torch.multinomial(torch.tensor(q), 8).sort().values
    x, state = model(text[at], state)
    loss = sampled(x, model.embedding.weight, text[at + 1], negatives)
    optimizer.zero_grad()
    loss.backward()
    if step == 0:
        out["gradients"] = {k: numbers(p.grad) for k, p in model.named_parameters()}
    nn.utils.clip_grad_norm_(model.parameters(), CLIP)
    out["negatives"].append(negatives.tolist())
    out["losses"].append(loss.item())
    optimizer.step()
with torch.no_grad():
    x, _ = model(text[:-1, None])
    out["final"] = F.cross_entropy(x[:, 0] @ model.embedding.weight.T, text[1:]).item()
print(json.dumps(out))
