#!/usr/bin/env python3
"""Writes golden.json: what PyTorch's optimizers, schedulers, clipping and
weight averaging do to eight numbers in twelve steps.

    python3 golden.py > golden.json        (made with PyTorch 1.13)
"""
import json
import sys

import torch
from torch import nn, optim
from torch.optim import lr_scheduler
from torch.optim.swa_utils import AveragedModel

STEPS, ROWS, WIDTH = 12, 4, 2
torch.manual_seed(7)
start = torch.randn(ROWS, WIDTH)
grads = torch.randn(STEPS, ROWS, WIDTH) * torch.logspace(-3, 1, STEPS).view(-1, 1, 1)
rows = [sorted(set(torch.randint(0, ROWS, (2,)).tolist())) for _ in range(STEPS)]
rows[5] = [3]


def floats(t):
    return [float('%.9g' % x) for x in t.detach().reshape(-1)]


def run(make, sparse=False, clip=None, schedule=None):
    p = nn.Parameter(start.clone())
    opt = make([p])
    sched = schedule(opt) if schedule else None
    out = []
    for t in range(STEPS):
        g = grads[t].clone()
        if sparse:
            i = torch.tensor([rows[t]])
            p.grad = torch.sparse_coo_tensor(i, g[rows[t]], p.shape)
        else:
            p.grad = g
        if clip:
            nn.utils.clip_grad_norm_([p], clip)
        opt.step()
        if sched:
            sched.step()
        out.append(floats(p))
    return out


def average(make):
    m = nn.Linear(1, 1, bias=False)
    m.weight = nn.Parameter(start.clone())
    avg = make(m)
    opt = optim.SGD([m.weight], lr=0.1)
    out = []
    for t in range(STEPS):
        m.weight.grad = grads[t].clone()
        opt.step()
        avg.update_parameters(m)
        out.append(floats(avg.module.weight))
    return out


def rates(schedule):
    opt = optim.SGD([nn.Parameter(start.clone())], lr=1.0)
    sched = schedule(opt)
    out = []
    for _ in range(STEPS):
        out.append(sched.get_last_lr()[0])
        opt.step()
        sched.step()
    return out


golden = {
    "torch": torch.__version__,
    "start": floats(start),
    "grads": [floats(g) for g in grads],
    "rows": rows,
    "steps": {
        "sgd": run(lambda p: optim.SGD(p, lr=0.1)),
        "sgd decay": run(lambda p: optim.SGD(p, lr=0.1, weight_decay=0.2)),
        "momentum": run(lambda p: optim.SGD(p, lr=0.05, momentum=0.9)),
        "nesterov": run(lambda p: optim.SGD(p, lr=0.05, momentum=0.8, nesterov=True, weight_decay=0.1)),
        "adam": run(lambda p: optim.Adam(p, lr=0.02)),
        "adam decay": run(lambda p: optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-4, weight_decay=0.1)),
        "adamw": run(lambda p: optim.AdamW(p, lr=0.02, weight_decay=0.3)),
        "clip": run(lambda p: optim.SGD(p, lr=0.1), clip=0.5),
        "cosine": run(lambda p: optim.Adam(p, lr=0.02), schedule=lambda o: lr_scheduler.CosineAnnealingLR(o, STEPS)),
        "sparse adam": run(lambda p: optim.SparseAdam(p, lr=0.02), sparse=True),
        "sparse sgd": run(lambda p: optim.SGD(p, lr=0.1), sparse=True),
    },
    "average": {
        "uniform": average(AveragedModel),
        "exponential": average(lambda m: AveragedModel(m, avg_fn=lambda a, p, n: torch.lerp(a, p, 1 - 0.9))),
    },
    "rates": {
        "cosine": rates(lambda o: lr_scheduler.CosineAnnealingLR(o, STEPS, eta_min=0.1)),
        "step": rates(lambda o: lr_scheduler.StepLR(o, 4, gamma=0.5)),
        "linear": rates(lambda o: lr_scheduler.LinearLR(o, 1.0, 1e-12, STEPS)),
        "warm-up": rates(lambda o: lr_scheduler.LambdaLR(o, lambda s: min(1, (s + 1) / 5))),
    },
}
json.dump(golden, sys.stdout, separators=(",", ":"))
print()
