"""Golden values for the LSTM classifier: PyTorch's answers from fixed weights and data.

Makes golden.json, which the package's tests read. Made with Python 3.11,
torch 2.15.0 and numpy 2.4.6, float32 on one CPU thread:

    pip install torch numpy
    python3 golden.py > golden.json

The file is {"torch": version, "cases": [...]}. A case holds
  name
  config     vocab, embedding, hidden, layers, bidirectional, classes and pooling:
             a list of "last", "mean", "max", concatenated in that order;
             classes 1 is one logit with BCEWithLogitsLoss, more are
             CrossEntropyLoss
  optimizer  {"name": "adam" or "adamw", "lr", "weight_decay"}; the betas are
             0.9 and 0.999, eps is 1e-8
  clip       limit of clip_grad_norm_, 0 where nothing is clipped
  weights    name -> values, row-major, as torch keeps them (gates i, f, g, o)
  shapes     name -> shape
  batches    ten of {"sequences" (lists of ids, unsorted), "labels"}
  logits     of the first batch, before any step, in the order given, [n x classes]
  loss       of the first batch, before any step (mean over its texts)
  gradients  of the first batch, before any step and before clipping: name -> values
  norm       their global norm
  losses     of each batch, taken just before its step
  final      logits for the first batch after all ten steps, [n x classes]

"last" is hidden[-1] of torch's LSTM over a packed sequence, and for two
directions hidden[-2] (forward) then hidden[-1] (backward). "mean" and "max" run
over the true length of each text.

Weights are rounded to two decimals so that the file stays small. Every number
is the shortest decimal that parses to exactly the float32 meant. On stderr the
script says how far a case moves when its clipping or weight decay is left out:
only `final` shows the missing weight decay clearly.
"""

import json
import sys

import numpy as np
import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence


class Net(nn.Module):
    def __init__(self, vocab, embedding, hidden, layers, bidirectional, classes, pooling):
        super().__init__()
        self.bidirectional = bidirectional
        self.pooling = pooling
        self.embedding = nn.Embedding(vocab, embedding)
        self.rnn = nn.LSTM(embedding, hidden, num_layers=layers, bidirectional=bidirectional)
        width = hidden * (2 if bidirectional else 1) * len(pooling)
        self.fc = nn.Linear(width, classes)

    def forward(self, text, lengths):
        packed = pack_padded_sequence(self.embedding(text), lengths, enforce_sorted=False)
        packed, (hidden, _) = self.rnn(packed)
        output, _ = pad_packed_sequence(packed)
        inside = (torch.arange(output.shape[0])[:, None] < lengths[None, :])[:, :, None]
        parts = []
        for pool in self.pooling:
            if pool == "last" and self.bidirectional:
                parts.append(torch.cat([hidden[-2], hidden[-1]], dim=1))
            elif pool == "last":
                parts.append(hidden[-1])
            elif pool == "mean":
                parts.append((output * inside).sum(0) / lengths[:, None])
            elif pool == "max":
                parts.append(output.masked_fill(~inside, -torch.inf).amax(0))
        return self.fc(torch.cat(parts, dim=1))


def number(x):
    """The shortest decimal that is this float32, as a Python number."""
    text = float(str(np.float32(x)))
    assert np.float32(text) == np.float32(x)
    return int(text) if text == int(text) else text


def flat(t):
    return [number(x) for x in t.detach().reshape(-1).numpy()]


def rounded(t, decimals):
    return torch.from_numpy(np.round(t.detach().double().numpy(), decimals).astype(np.float32))


def pick(generator, low, high):
    return int(torch.randint(low, high + 1, (1,), generator=generator))


def draw(generator, config, number_of_batches):
    """Ragged batches; the first one has a text of length 1 and a tie."""
    batches = []
    for b in range(number_of_batches):
        lengths = [pick(generator, 1, 7) for _ in range(pick(generator, 3, 5))]
        if b == 0:
            lengths = [3, 1, 6, 3]
        sequences = [[pick(generator, 0, config["vocab"] - 1) for _ in range(n)] for n in lengths]
        labels = [pick(generator, 0, max(1, config["classes"] - 1)) for _ in lengths]
        batches.append({"sequences": sequences, "labels": labels})
    return batches


def tensors(batch):
    lengths = torch.tensor([len(s) for s in batch["sequences"]])
    text = pad_sequence([torch.tensor(s) for s in batch["sequences"]])
    return text, lengths


def train(net, batches, classes, optimizer, clip):
    """Ten steps; gives back the losses and what holds for the first batch."""
    first, losses, norms = {}, [], []
    for i, batch in enumerate(batches):
        logits = net(*tensors(batch))
        labels = torch.tensor(batch["labels"])
        if classes == 1:
            loss = nn.BCEWithLogitsLoss()(logits.squeeze(1), labels.float())
        else:
            loss = nn.CrossEntropyLoss()(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        if i == 0:
            first["logits"] = flat(logits)
            first["loss"] = number(loss.item())
            first["gradients"] = {k: flat(p.grad) for k, p in net.named_parameters()}
        norms.append(clip_grad_norm_(net.parameters(), clip if clip else float("inf")).item())
        losses.append(number(loss.item()))
        optimizer.step()
    first["norm"] = number(norms[0])
    first["losses"] = losses
    with torch.no_grad():
        first["final"] = flat(net(*tensors(batches[0])))
    return first, norms


def optimizer_of(net, o):
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[o["name"]]
    return kind(net.parameters(), lr=o["lr"], weight_decay=o["weight_decay"])


def case(name, seed, config, optimizer, clip=0.0):
    torch.manual_seed(seed)
    net = Net(**config)
    with torch.no_grad():
        for p in net.parameters():
            p.copy_(rounded(p, 2))
    out = {
        "name": name,
        "config": config,
        "optimizer": optimizer,
        "clip": clip,
        "weights": {k: flat(v) for k, v in net.state_dict().items()},
        "shapes": {k: list(v.shape) for k, v in net.state_dict().items()},
    }
    out["batches"] = draw(torch.Generator().manual_seed(seed), config, 10)
    start = {k: v.clone() for k, v in net.state_dict().items()}

    def run(optimizer, clip):
        net.load_state_dict(start)
        return train(net, out["batches"], config["classes"], optimizer_of(net, optimizer), clip)

    result, norms = run(optimizer, clip)
    out.update(result)
    # What the case would catch: how far the losses and the last logits move
    # when clipping or weight decay is left out.
    for what, o, c in (
        ("no clipping", optimizer, 0.0),
        ("no weight decay", {**optimizer, "weight_decay": 0.0}, clip),
    ):
        other, _ = run(o, c)
        for key in ("losses", "final"):
            a, b = np.array(result[key]), np.array(other[key])
            print(f"{name}: {what}: {key} move by {np.max(np.abs(a - b) / np.abs(a)):.1e}, "
                  f"norms {min(norms):.3f} to {max(norms):.3f}", file=sys.stderr)
    return out


def config(vocab, embedding, hidden, layers=1, bidirectional=False, classes=1, pooling=("last",)):
    return {
        "vocab": vocab, "embedding": embedding, "hidden": hidden, "layers": layers,
        "bidirectional": bidirectional, "classes": classes, "pooling": list(pooling),
    }


def main():
    torch.set_num_threads(1)
    adam = {"name": "adam", "lr": 1e-3, "weight_decay": 0.0}
    adamw = {"name": "adamw", "lr": 1e-2, "weight_decay": 0.01}
    cases = [
        case("seed", 1, config(30, 6, 8), adam),
        case("pooled", 2, config(12, 4, 5, pooling=("last", "mean", "max")), adam),
        case("deep", 3, config(20, 3, 4, layers=2, bidirectional=True, classes=3), adam),
        case("clipped", 4, config(10, 3, 4), adamw, clip=0.1),
    ]
    print(json.dumps({"torch": torch.__version__, "cases": cases}, separators=(",", ":")))


if __name__ == "__main__":
    main()
