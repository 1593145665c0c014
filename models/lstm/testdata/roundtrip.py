"""Checks that weights travel between the zoo and PyTorch with the same logits.

Made for torch 2.15.0, numpy 2.4.6, safetensors. Two directions:

    # zoo -> torch: logits the zoo wrote, against the seed's Net
    python3 roundtrip.py check --weights model.safetensors --logits logits.jsonl [--pooling last,mean,max]

    # torch -> zoo: a random Net's state_dict, and the logits to expect
    python3 roundtrip.py make --out model.safetensors --logits expected.jsonl \
        [--ids lists.jsonl | --texts 32 --max-length 400] [--seed 1] [--vocab 25000 ...]

At full size, on 100 reviews, from the root of the module:

    mkdir rt
    export ZOO_IMDB="$PWD/aclImdb_v1.tar.gz"
    go test ./reliability -run RoundTrip -args -roundtrip "$PWD/rt"      # writes zoo.*
    python3 models/lstm/testdata/roundtrip.py check --weights rt/zoo.safetensors \
        --logits rt/zoo.jsonl --pooling last,mean,max
    python3 models/lstm/testdata/roundtrip.py make --out rt/torch.safetensors \
        --logits rt/torch.jsonl --ids rt/zoo.jsonl --pooling last,mean,max
    go test ./reliability -v -run RoundTrip -args -roundtrip "$PWD/rt"   # reads torch.*

torch.safetensors and torch.jsonl beside this file, which a test reads, were
made by: make --vocab 50 --embedding 7 --hidden 9 --texts 12 --max-length 40.

A line of a logits file is {"ids": [...], "logit": x}, or {"ids": [...],
"logits": [...]} for several classes. In lists.jsonl a line needs only "ids".
check reads the sizes from the file itself; --vocab, --embedding and --hidden,
where given, must agree. Exit status 1 where a difference exceeds --tolerance.
"""

import argparse
import json
import sys

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence


class Net(nn.Module):
    def __init__(self, vocab, embedding, hidden, classes=1, layers=1, bidirectional=False, pooling=("last",)):
        super().__init__()
        self.bidirectional = bidirectional
        self.pooling = pooling
        self.embedding = nn.Embedding(vocab, embedding)
        self.rnn = nn.LSTM(embedding, hidden, num_layers=layers, bidirectional=bidirectional)
        self.fc = nn.Linear(hidden * (2 if bidirectional else 1) * len(pooling), classes)

    def forward(self, text, lengths):
        packed = pack_padded_sequence(self.embedding(text), lengths, enforce_sorted=False)
        packed, (hidden, _) = self.rnn(packed)
        output, _ = pad_packed_sequence(packed)
        inside = (torch.arange(output.shape[0])[:, None] < lengths[None, :])[:, :, None]
        parts = []
        for pool in self.pooling:
            if pool == "last":
                parts.append(torch.cat([hidden[-2], hidden[-1]], 1) if self.bidirectional else hidden[-1])
            elif pool == "mean":
                parts.append((output * inside).sum(0) / lengths[:, None])
            elif pool == "max":
                parts.append(output.masked_fill(~inside, -torch.inf).amax(0))
            else:
                sys.exit(f"unknown pooling {pool!r}: last, mean or max")
        return self.fc(torch.cat(parts, 1))


def build(state, pooling, args):
    """A Net with the sizes that the tensors have; strict about names and shapes."""
    for name in ("embedding.weight", "rnn.weight_hh_l0", "fc.weight"):
        if name not in state:
            sys.exit(f"{args.weights}: no tensor {name}; it has {sorted(state)}")
    for name, t in state.items():
        if t.dtype != torch.float32:
            sys.exit(f"{args.weights}: {name} is {t.dtype}, not float32")
    vocab, embedding = state["embedding.weight"].shape
    hidden = state["rnn.weight_hh_l0"].shape[1]
    for what, have, want in (("vocab", vocab, args.vocab), ("embedding", embedding, args.embedding),
                             ("hidden", hidden, args.hidden)):
        if want and have != want:
            sys.exit(f"{args.weights}: {what} is {have}, not {want}")
    layers = sum(1 for k in state if k.startswith("rnn.weight_hh_l") and not k.endswith("_reverse"))
    net = Net(vocab, embedding, hidden, state["fc.weight"].shape[0], layers,
              "rnn.weight_hh_l0_reverse" in state, pooling)
    net.load_state_dict(state, strict=True)
    return net


def logits(net, lists, batch=32):
    """Logits in the order given, float64 on the way out only."""
    out = []
    net.eval()
    with torch.no_grad():
        for i in range(0, len(lists), batch):
            part = [torch.tensor(x) for x in lists[i:i + batch]]
            y = net(pad_sequence(part), torch.tensor([len(x) for x in part]))
            out += y.double().tolist()
    return out


def read(path):
    with open(path, encoding="utf-8") as f:
        lines = [json.loads(line) for line in f if line.strip()]
    if not lines:
        sys.exit(f"{path}: no lines")
    for n, line in enumerate(lines, 1):
        if not line.get("ids"):
            sys.exit(f"{path}:{n}: no ids")
    return lines


def check(args):
    # Half precision is how some files store; every value is exact in float32.
    state = {name: t.float() if t.dtype in (torch.float16, torch.bfloat16) else t for name, t in load_file(args.weights).items()}
    net = build(state, args.pooling, args)
    lines = read(args.logits)
    got = logits(net, [line["ids"] for line in lines], args.batch)
    worst_abs = worst_rel = 0.0
    at_abs = at_rel = 0
    for n, (line, mine) in enumerate(zip(lines, got), 1):
        theirs = line["logits"] if "logits" in line else [line["logit"]]
        if len(theirs) != len(mine):
            sys.exit(f"{args.logits}:{n}: {len(theirs)} logits, the model has {len(mine)}")
        for a, b in zip(theirs, mine):
            diff = abs(a - b)
            rel = diff / abs(b) if b else (0.0 if diff == 0 else float("inf"))
            if not diff <= worst_abs:
                worst_abs, at_abs = diff, n
            if not rel <= worst_rel:
                worst_rel, at_rel = rel, n
    # Relative difference means little for a logit near zero, so the verdict
    # takes the difference relative to max(1, |logit|)'s scale: absolute or relative.
    ok = all(abs(a - b) <= args.tolerance * max(1.0, abs(b))
             for line, mine in zip(lines, got)
             for a, b in zip(line["logits"] if "logits" in line else [line["logit"]], mine))
    print(f"{len(lines)} lines: largest absolute difference {worst_abs:.3e} (line {at_abs}), "
          f"largest relative {worst_rel:.3e} (line {at_rel}): {'ok' if ok else 'TOO LARGE'}")
    return 0 if ok else 1


def make(args):
    torch.manual_seed(args.seed)
    net = Net(args.vocab or 25000, args.embedding or 100, args.hidden or 256, args.classes,
              args.layers, args.bidirectional, args.pooling)
    if args.ids:
        lists = [line["ids"] for line in read(args.ids)]
    else:
        lengths = [1, 1, 2] + torch.randint(1, args.max_length + 1, (args.texts,)).tolist()
        lists = [torch.randint(0, args.vocab or 25000, (n,)).tolist() for n in lengths[:args.texts]]
    save_file({k: v.contiguous() for k, v in net.state_dict().items()}, args.out)
    with open(args.logits, "w", encoding="utf-8") as f:
        for ids, y in zip(lists, logits(net, lists, args.batch)):
            answer = {"logit": y[0]} if len(y) == 1 else {"logits": y}
            f.write(json.dumps({"ids": ids, **answer}, separators=(",", ":")) + "\n")
    print(f"{args.out}: {sum(p.numel() for p in net.parameters())} weights; {args.logits}: {len(lists)} lines")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    sub = parser.add_subparsers(dest="command", required=True)
    for name, run in (("check", check), ("make", make)):
        p = sub.add_parser(name)
        p.set_defaults(run=run)
        p.add_argument("--pooling", default="last", help="comma list of last, mean, max, in order")
        p.add_argument("--logits", required=True, help="JSON lines: read by check, written by make")
        p.add_argument("--vocab", type=int)
        p.add_argument("--embedding", type=int)
        p.add_argument("--hidden", type=int)
        p.add_argument("--batch", type=int, default=32)
        if name == "check":
            p.add_argument("--weights", required=True)
            p.add_argument("--tolerance", type=float, default=1e-5)
        else:
            p.add_argument("--out", required=True)
            p.add_argument("--ids", help="JSON lines with ids; random lists without it")
            p.add_argument("--texts", type=int, default=32)
            p.add_argument("--max-length", type=int, default=400)
            p.add_argument("--seed", type=int, default=1)
            p.add_argument("--classes", type=int, default=1)
            p.add_argument("--layers", type=int, default=1)
            p.add_argument("--bidirectional", action="store_true")
    args = parser.parse_args()
    args.pooling = args.pooling.split(",")
    torch.set_num_threads(args.threads)
    sys.exit(args.run(args))


if __name__ == "__main__":
    main()
