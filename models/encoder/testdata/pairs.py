"""Writes pairs.json: what PyTorch makes of pairs of texts with the tiny BERT of this
directory, their segments among its inputs, and the losses and gradients of a linear
layer of several labels and of one that answers a number.

python pairs.py > pairs.json
"""

import json
import os

import torch
from transformers import AutoModel, AutoTokenizer

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bert")
tokenizer, model = AutoTokenizer.from_pretrained(here), AutoModel.from_pretrained(here).eval()
pairs = [("the film is dull", "a small wonder"), ("", "dull"), ("a film", "the film is a small wonder and a dull one"), ("dull", "dull")]
torch.manual_seed(5)
hidden = model.config.hidden_size
vectors, out = [], []
for first, second in pairs:
    x = tokenizer(first, second, return_tensors="pt")
    v = model(**x).last_hidden_state[0].mean(0)
    vectors.append(v)
    out.append({"first": first, "second": second, "ids": x["input_ids"][0].tolist(), "segments": x["token_type_ids"][0].tolist(),
                "mean": [float(f"{a:.8g}") for a in v.tolist()]})
x = torch.stack(vectors)
short = lambda t: [float(f"{a:.7g}") for a in t.flatten().tolist()]


def trained(outputs, targets, loss):
    weight = (torch.randn(outputs, hidden) * 0.3).requires_grad_()
    bias = (torch.randn(outputs) * 0.3).requires_grad_()
    value = loss(x @ weight.T + bias, targets)
    table = model.embeddings.token_type_embeddings.weight
    g = torch.autograd.grad(value, [weight, bias, table], retain_graph=True)
    return {"weight": short(weight), "bias": short(bias), "targets": short(targets), "loss": float(value),
            "weight_gradient": short(g[0]), "bias_gradient": short(g[1]), "segment_gradient": short(g[2])}


print(json.dumps({
    "pairs": out,
    "labels": trained(3, torch.tensor([[1.0, 0, 1], [0, 0, 0], [1, 1, 1], [0, 1, 0]]), torch.nn.functional.binary_cross_entropy_with_logits),
    "number": trained(1, torch.tensor([[0.5], [-1.25], [2.0], [0.0]]), torch.nn.functional.mse_loss),
}))
