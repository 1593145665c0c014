"""PyTorch's speed on the classifier of recipe lstm.

    zoo train lstm --show > recipe.json
    zoo bench --lengths > batches.json
    python3 torch_lstm.py recipe.json batches.json --mode padded

The model, its dropout, clipping and optimizer are the recipe's; texts are
random ids of the lengths in batches.json, a list of batches, each a list of
lengths. Modes:

    packed   training; the LSTM runs on pack_padded_sequence, sorted by length
    padded   training; the LSTM runs over the padding too
    one      predicting one text of 230 tokens
    many     predicting the batches, padded

A token counts once, padding never does, and making the batch is not timed.
Threads are the best of 1, half and all of the cores unless --threads says.
Prints one JSON line. Made for torch 2.15, and 1.13 runs it.
"""

import argparse
import json
import os
import resource
import statistics
import time

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Net(nn.Module):
    """The recipe's network, with the zoo's tensor names."""

    def __init__(self, recipe):
        super().__init__()
        model = recipe["model"]
        self.pooling = model.get("pooling") or ["last"]
        self.drop = model.get("dropout", {})
        hidden = model["hidden"]
        self.embedding = nn.Embedding(recipe["vocab"]["max_size"], model["embedding"])
        nn.init.normal_(self.embedding.weight, std=model.get("embedding_std", 1.0))
        self.rnn = nn.LSTM(model["embedding"], hidden)
        self.fc = nn.Linear(hidden * len(self.pooling), 1)

    def forward(self, text, lengths, packed):
        x = self.embedding(text)  # [T, B, E]
        p = self.drop.get("embedding", 0.0)
        if self.training and p:
            if self.drop.get("locked"):  # one mask for all tokens of a text
                x = x * nn.functional.dropout(x.new_ones(1, *x.shape[1:]), p)
            else:
                x = nn.functional.dropout(x, p)
        if packed:
            states, (last, _) = self.rnn(pack_padded_sequence(x, lengths))
            last = last[-1]
            if self.pooling != ["last"]:
                states, _ = pad_packed_sequence(states)
        else:
            states, _ = self.rnn(x)
            last = states[lengths - 1, torch.arange(states.shape[1])]
        outside = None
        if self.pooling != ["last"] and int(lengths.min()) < states.shape[0]:
            outside = (torch.arange(states.shape[0])[:, None] >= lengths[None, :])[:, :, None]
        pooled = []
        for kind in self.pooling:
            if kind == "last":
                pooled.append(last)
            elif kind == "mean":
                inside = states if outside is None else states.masked_fill(outside, 0.0)
                pooled.append(inside.sum(0) / lengths[:, None])
            else:
                inside = states if outside is None else states.masked_fill(outside, float("-inf"))
                pooled.append(inside.amax(0))
        x = nn.functional.dropout(torch.cat(pooled, 1), self.drop.get("output", 0.0), self.training)
        return self.fc(x).squeeze(1)


def draw(generator, lengths, vocab):
    """Text [longest, batch] of random ids, 1 as padding, longest first."""
    lengths = torch.tensor(sorted(lengths, reverse=True))
    text = torch.randint(2, vocab, (int(lengths[0]), len(lengths)), generator=generator)
    text[torch.arange(text.shape[0])[:, None] >= lengths[None, :]] = 1
    labels = torch.randint(0, 2, (len(lengths),), generator=generator).float()
    return text, lengths, labels


def choose(batches, n):
    """n of the batches, evenly by their number of tokens; 0 is all."""
    if not n or n >= len(batches):
        return batches
    order = sorted(batches, key=sum)
    return [order[(2 * i + 1) * len(order) // (2 * n)] for i in range(n)]


def trainer(recipe, net, packed):
    """A function that takes one training step."""
    o = recipe["optimizer"]
    if o["kind"] != "adam":
        raise SystemExit(f"torch_lstm.py: optimizer {o['kind']!r}, want adam")
    optimizer = torch.optim.Adam(net.parameters(), lr=o["learning_rate"])
    criterion = nn.BCEWithLogitsLoss()
    clip = recipe.get("clip_norm", 0.0)

    def step(text, lengths, labels):
        loss = criterion(net(text, lengths, packed), labels)
        optimizer.zero_grad()
        loss.backward()
        if clip:
            nn.utils.clip_grad_norm_(net.parameters(), clip)
        optimizer.step()

    return step


def cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def best_threads(run, set_threads=torch.set_num_threads):
    """The thread count of the fastest run, after one that is not timed."""
    took = {}
    for n in sorted({1, max(1, cores() // 2), cores()}):
        set_threads(n)
        run()
        start = time.perf_counter()
        run()
        took[n] = time.perf_counter() - start
    best = min(took, key=took.get)
    set_threads(best)
    return best


def rate(run, data):
    """Tokens a second of run over all data."""
    start = time.perf_counter()
    for d in data:
        run(*d)
    return sum(int(lengths.sum()) for _, lengths, _ in data) / (time.perf_counter() - start)


def latencies(run, seconds=2.0, most=200):
    """Milliseconds of run, again and again, sorted."""
    run()
    took, first = [], time.perf_counter()
    while len(took) < 5 or (len(took) < most and time.perf_counter() - first < seconds):
        start = time.perf_counter()
        run()
        took.append(1e3 * (time.perf_counter() - start))
    return sorted(took)


def arguments(description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", help="JSON of zoo train lstm --show")
    parser.add_argument("lengths", help="JSON of zoo bench --lengths")
    parser.add_argument("--threads", type=int, default=0, help="0 is the best; mode one defaults to 1")
    parser.add_argument("--batches", type=int, default=0, help="so many of the batches, evenly chosen; 0 is all")
    parser.add_argument("--limit", type=int, default=0, help="cut texts to so many tokens, to try things; 0 is no limit")
    return parser


def load(args):
    with open(args.recipe, encoding="utf-8") as f:
        recipe = json.load(f)["text"]
    with open(args.lengths, encoding="utf-8") as f:
        batches = json.load(f)
    if not batches or not all(b and min(b) >= 1 for b in batches):
        raise SystemExit(f"{args.lengths}: want a list of non-empty batches of lengths of at least 1")
    if args.limit:
        batches = [[min(n, args.limit) for n in b] for b in batches]
    batches = choose(batches, args.batches)
    torch.manual_seed(1)
    generator = torch.Generator().manual_seed(1)
    vocab = recipe["vocab"]["max_size"]
    data = [draw(generator, b, vocab) for b in batches]
    smallest = min(data, key=lambda d: d[0].numel())
    review = draw(generator, [min(230, args.limit or 230)], vocab)
    return recipe, data, smallest, review


def report(**fields):
    fields["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(fields), flush=True)


def main():
    parser = arguments(__doc__)
    parser.add_argument("--mode", required=True, choices=["packed", "padded", "one", "many"])
    args = parser.parse_args()
    recipe, data, smallest, review = load(args)
    net = Net(recipe)
    fields = {"system": "torch", "mode": args.mode, "version": torch.__version__,
              "cpu_capability": torch.backends.cpu.get_cpu_capability() if hasattr(torch.backends, "cpu") else None}
    if args.mode in ("packed", "padded"):
        run = trainer(recipe, net.train(), args.mode == "packed")
    else:
        net.eval()

        def run(text, lengths, _):
            with torch.inference_mode():
                return net(text, lengths, False)

    if args.mode == "one":
        threads = args.threads or 1
        torch.set_num_threads(threads)
        took = latencies(lambda: run(*review))
        report(**fields, threads=threads, predict_ms_p50=statistics.median(took), predict_ms_p99=took[len(took) * 99 // 100])
        return
    threads = args.threads
    if threads:
        torch.set_num_threads(threads)
        run(*smallest)
    else:
        threads = best_threads(lambda: run(*smallest))
    report(**fields, threads=threads, batches=len(data), tokens_per_second=rate(run, data),
           padding=1 - sum(int(l.sum()) for _, l, _ in data) / sum(t.numel() for t, _, _ in data))


if __name__ == "__main__":
    main()
