"""The tagger's network in PyTorch 2.15 with pytorch-crf 0.7.2, for TestGolden:

    python3 golden.py > golden.json

Weights, the loss and all gradients of a batch of ragged sentences, ten losses of Adam,
and the best tags of 200 sentences. Sentences come from a generator that the test has too.
"""
import json

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torchcrf import CRF

WORDS, E, CHARS, EC, HC, H, TAGS = 30, 5, 12, 4, 3, 6, [5, 3]
torch.manual_seed(7)
state = 1


def draw(n):
    global state
    state = (state * 1103515245 + 12345) % (1 << 31)
    return (state >> 16) % n


def sentence():
    words, chars = [], []
    for _ in range(1 + draw(7)):
        words.append(draw(WORDS))
        chars.append([draw(CHARS) for _ in range(1 + draw(4))])
    return words, chars, [[draw(k) for _ in words] for k in TAGS]


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(WORDS, E)
        self.chars = nn.Embedding(CHARS, EC)
        self.spell = nn.LSTM(EC, HC, bidirectional=True, batch_first=True)
        self.rnn = nn.LSTM(E + 2 * HC, H, bidirectional=True, batch_first=True)
        self.heads = nn.ModuleList(nn.Linear(2 * H, k) for k in TAGS)
        self.crfs = nn.ModuleList(CRF(k, batch_first=True) for k in TAGS)

    def scores(self, batch):
        rows = []
        for words, chars, _ in batch:
            spelled = []
            for c in chars:
                _, (h, _) = self.spell(self.chars(torch.tensor([c])))
                spelled.append(torch.cat([h[0], h[1]], 1))
            rows.append(torch.cat([self.words(torch.tensor(words)), torch.cat(spelled)], 1))
        lengths = torch.tensor([len(r) for r in rows])
        packed = pack_padded_sequence(nn.utils.rnn.pad_sequence(rows, batch_first=True), lengths, batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
        return states, lengths

    def loss(self, batch):
        states, lengths = self.scores(batch)
        mask = torch.arange(states.shape[1])[None] < lengths[:, None]
        total = 0
        for k, (head, crf) in enumerate(zip(self.heads, self.crfs)):
            tags = nn.utils.rnn.pad_sequence([torch.tensor(s[2][k]) for s in batch], batch_first=True)
            total = total - crf(head(states), tags, mask=mask, reduction="token_mean")
        return total

    def decode(self, batch):
        states, lengths = self.scores(batch)
        mask = torch.arange(states.shape[1])[None] < lengths[:, None]
        return [crf.decode(head(states), mask=mask) for head, crf in zip(self.heads, self.crfs)]


def flat(t):
    return [float(f"{x:.8g}") for x in t.detach().flatten().tolist()]


model = Tagger()
with torch.no_grad():
    for p in model.parameters():
        p.copy_((torch.rand_like(p) - 0.5) * 1.2)
batch = [sentence() for _ in range(9)]
out = {"weights": {n: flat(p) for n, p in model.named_parameters()}}
test = [sentence() for _ in range(200)]
with torch.no_grad():
    out["paths"] = [["".join(map(str, p)) for p in column] for column in model.decode(test)]
loss = model.loss(batch)
loss.backward()
out["loss"] = loss.item()
out["gradients"] = {n: [float(f"{x:.5g}") for x in p.grad.flatten().tolist()] for n, p in model.named_parameters()}
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
out["losses"] = []
for _ in range(10):
    optimizer.zero_grad()
    loss = model.loss(batch)
    loss.backward()
    optimizer.step()
    out["losses"].append(loss.item())
print(json.dumps(out, separators=(",", ":")))
