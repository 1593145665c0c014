"""Fine-tuning an encoder: PyTorch's steps and the zoo's, in turns, on the same batches.

    python3 torch_encoder.py DIR --data rt.csv [--steps 20] [--turns 3] [--batch 32] [--threads N]

DIR is a BERT such as all-MiniLM-L6-v2 in Hugging Face's form, the data a table with a
column of texts and one of labels. In each turn the zoo (internal/encodersteps, built by
`go`) and then PyTorch train from the same weights on the same batches, of texts of like
length: forward, backward, dropout 0.1, clipping at norm 1, AdamW with decay that spares
biases and norms. PyTorch pads each batch to its longest text, which costs little there;
a token counts once, padding never does. Each is a process of its own, whose peak of
resident memory is given, and the first two steps of each do not count. Prints one JSON
line: the median of a step in seconds over all turns, tokens/s, the ratio, the peaks of
memory, and the first losses of both, which differ by what is dropped.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def torch_side(model, batches, threads):
    import torch
    from transformers import AutoModel

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    encoder = AutoModel.from_pretrained(model, add_pooling_layer=False)
    for module in encoder.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.1
    classes = 1 + max(label for b in batches for label in b["labels"])
    head = torch.nn.Linear(encoder.config.hidden_size, classes)
    torch.nn.init.zeros_(head.weight)  # as the zoo's begins
    torch.nn.init.zeros_(head.bias)
    drop = torch.nn.Dropout(0.1)
    encoder.train()
    named = [*encoder.named_parameters(), *head.named_parameters()]
    spared = lambda name: name.endswith("bias") or "LayerNorm" in name
    optimizer = torch.optim.AdamW([
        {"params": [p for n, p in named if not spared(n)], "weight_decay": 0.01},
        {"params": [p for n, p in named if spared(n)], "weight_decay": 0.0}], lr=2e-5)
    out = {"seconds": [], "tokens": [], "losses": []}
    for b in batches:
        began = time.perf_counter()
        longest = max(map(len, b["ids"]))
        ids = torch.tensor([text + [0] * (longest - len(text)) for text in b["ids"]])
        mask = torch.tensor([[1] * len(text) + [0] * (longest - len(text)) for text in b["ids"]])
        states = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        weight = mask[:, :, None].to(states.dtype)
        vectors = (states * weight).sum(1) / weight.sum(1)
        loss = torch.nn.functional.cross_entropy(head(drop(vectors)), torch.tensor(b["labels"]))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for _, p in named], 1.0)
        optimizer.step()
        out["losses"].append(loss.item())
        out["seconds"].append(time.perf_counter() - began)
        out["tokens"].append(sum(map(len, b["ids"])))
    out["peak_rss"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return out


def main():
    p = argparse.ArgumentParser()
    p.add_argument("model")
    p.add_argument("--data")
    p.add_argument("--steps", type=int, default=20)
    p.add_argument("--turns", type=int, default=3)
    p.add_argument("--batch", type=int, default=32)
    p.add_argument("--threads", type=int, default=os.cpu_count())
    p.add_argument("--batches", help=argparse.SUPPRESS)  # of PyTorch's own process
    a = p.parse_args()
    if a.batches:
        with open(a.batches) as f:
            print(json.dumps(torch_side(a.model, json.load(f), a.threads)))
        return
    with tempfile.TemporaryDirectory() as tmp:
        steps, batches = os.path.join(tmp, "encodersteps"), os.path.join(tmp, "batches.json")
        subprocess.run(["go", "build", "-o", steps, "./internal/encodersteps"], cwd=ROOT, check=True)
        environment = dict(os.environ, GOMAXPROCS=str(a.threads), GOGC="10")
        commands = {
            "zoo": [steps, "--model", os.path.abspath(a.model), "--data", a.data, "--steps", str(a.steps), "--batch", str(a.batch), "--batches", batches],
            "torch": [sys.executable, os.path.abspath(__file__), a.model, "--batches", batches, "--threads", str(a.threads)],
        }
        seconds, tokens, peak, losses, turns = {"zoo": [], "torch": []}, {}, {}, {}, []
        for _ in range(a.turns):
            medians = {}
            for name, command in commands.items():
                r = json.loads(subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout)
                seconds[name] += r["seconds"][2:]
                medians[name] = statistics.median(r["seconds"][2:])
                tokens[name] = sum(r["tokens"][2:])
                peak[name], losses[name] = max(peak.get(name, 0), r["peak_rss"]), r["losses"][:3]
            turns.append(round(medians["torch"] / medians["zoo"], 3))
    rate = {name: round(tokens[name] * a.turns / sum(s)) for name, s in seconds.items()}
    print(json.dumps({
        "threads": a.threads, "batch": a.batch, "steps": a.steps, "turns": a.turns,
        "step_seconds": {name: round(statistics.median(s), 4) for name, s in seconds.items()},
        "tokens_per_second": rate, "zoo_faster_by": round(rate["zoo"] / rate["torch"], 3), "faster_in_each_turn": turns,
        "peak_rss_mb": {name: round(b / 1e6) for name, b in peak.items()}, "first_losses": losses,
    }))


if __name__ == "__main__":
    main()
