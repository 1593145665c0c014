"""Golden values for the translator: PyTorch's answers from fixed weights and data.

Makes golden.json, which the package's tests read. Made with torch 2.15.0, float32 on
one CPU thread:

    python3 golden.py > golden.json

A case holds config, weights (name -> values), batches (ten of {"sources", "targets"},
lists of ids without BOS and EOS, unsorted), smoothing, and of the first batch before any
step the loss, the loss without smoothing and all gradients, and losses, that of each
batch just before its step of Adam (lr 0.01). greedy are the greedy translations of the
first batch before any step, of at most 12 tokens. Weights are rounded to two decimals.
Gradients are in units of 1e-5 of the largest of each parameter, which most has.
"""
import json
import random
import sys

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)


class Net(nn.Module):
    def __init__(self, source, target, embedding, encoder, layers, hidden, joint):
        super().__init__()
        self.source_embedding = None if joint else nn.Embedding(source, embedding)
        self.target_embedding = nn.Embedding(target, embedding)
        self.encoder = nn.LSTM(embedding, encoder, num_layers=layers, bidirectional=True, batch_first=True)
        self.cell = nn.Linear(2 * encoder, hidden)
        self.keys = nn.Linear(2 * encoder, hidden, bias=False)
        self.values = nn.Linear(2 * encoder, embedding)
        self.decoder = nn.LSTMCell(2 * embedding, hidden)
        self.output = nn.Linear(hidden, embedding, bias=False)

    def start(self, source):
        table = self.source_embedding if self.source_embedding is not None else self.target_embedding
        m, (h, _) = self.encoder(table(torch.tensor([source])))
        c = self.cell(torch.cat([h[-2], h[-1]], 1))
        return self.keys(m)[0], self.values(m)[0], torch.tanh(c), c, torch.zeros(1, self.output.out_features)

    def step(self, word, keys, values, h, c, o):
        h, c = self.decoder(torch.cat([self.target_embedding(torch.tensor([word])), o], 1), (h, c))
        a = torch.softmax(h @ keys.T, 1)
        o = torch.tanh(self.output(h) + a @ values)
        return o @ self.target_embedding.weight.T, h, c, o

    def logits(self, source, target):
        keys, values, h, c, o = self.start(source)
        rows = []
        for word in [0] + target:
            row, h, c, o = self.step(word, keys, values, h, c, o)
            rows.append(row)
        return torch.cat(rows)

    def loss(self, batch, smoothing):
        logits = torch.cat([self.logits(s, t) for s, t in zip(batch["sources"], batch["targets"])])
        labels = torch.tensor([w for t in batch["targets"] for w in t + [1]])
        return F.cross_entropy(logits, labels, label_smoothing=smoothing)

    def greedy(self, source, most):
        keys, values, h, c, o = self.start(source)
        word, out = 0, []
        while len(out) < most:
            row, h, c, o = self.step(word, keys, values, h, c, o)
            row[0, 0] = -1e9
            word = int(row.argmax())
            if word == 1:
                break
            out.append(word)
        return out


def case(name, smoothing, **config):
    torch.manual_seed(1)
    random.seed(2)
    net = Net(**config)
    with torch.no_grad():
        for p in net.parameters():
            p.mul_(2).mul_(100).round_().div_(100)
    ids = lambda vocab, n: [random.randrange(2, vocab) for _ in range(n)]
    batches = [{"sources": [ids(config["source"], random.randint(1, 7)) for _ in range(4)],
                "targets": [ids(config["target"], random.randint(0, 5)) for _ in range(4)]} for _ in range(10)]
    weights = {k: [float("%.2f" % x) for x in v.flatten().tolist()] for k, v in net.state_dict().items()}
    plain = net.loss(batches[0], 0).item()
    loss = net.loss(batches[0], smoothing)
    loss.backward()
    most = {k: p.grad.abs().max().item() for k, p in net.named_parameters()}
    gradients = {k: [round(x / most[k] * 1e5) for x in p.grad.flatten().tolist()] for k, p in net.named_parameters()}
    with torch.no_grad():
        greedy = [net.greedy(s, 12) for s in batches[0]["sources"]]
    adam, losses = torch.optim.Adam(net.parameters(), lr=0.01), []
    for b in batches:
        adam.zero_grad()
        l = net.loss(b, smoothing)
        losses.append(l.item())
        l.backward()
        adam.step()
    return {"name": name, "config": config, "smoothing": smoothing, "weights": weights, "batches": batches, "plain": plain,
            "loss": loss.item(), "most": most, "gradients": gradients, "losses": losses, "greedy": greedy}


json.dump({"torch": torch.__version__, "cases": [
    case("one layer", 0.1, source=7, target=6, embedding=16, encoder=3, layers=1, hidden=16, joint=False),
]}, sys.stdout, separators=(",", ":"))
