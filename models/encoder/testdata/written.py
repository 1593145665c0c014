"""Checks that transformers and sentence-transformers read what the zoo writes.

Made for torch 2.15.0, transformers 5.24.0, sentence-transformers 6.2.0. From
the root of the module:

    mkdir written
    go test ./models/encoder -run WriteDirectory -args -written "$PWD/written"
    python3 models/encoder/testdata/written.py written

Each directory in written lies beside a .json of texts and the vectors, or the
logits, that the zoo gives them. Compared are, all to 1e-5: encode of
sentence-transformers, all texts at once and one by one, and for an encoder with
a mean also AutoTokenizer and AutoModel, whose states are averaged here. No
tensor may be left over, and none begun at random but those of the pooler, which
no vector depends on; label2id must be the inverse of id2label. Exit status 1
where anything differs.
"""

import json
import pathlib
import sys

import torch
from safetensors import safe_open
from sentence_transformers import SentenceTransformer
from transformers import AutoModel, AutoTokenizer

TOLERANCE = 1e-5


def compare(what, got, want):
    off = (torch.as_tensor(got).double() - torch.tensor(want, dtype=torch.float64)).abs().max().item()
    print(f"{what}: off by at most {off:.2g}")
    return off <= TOLERANCE


def check(path):
    expected = json.loads(path.with_suffix(".json").read_text())
    texts, want = expected["texts"], expected["want"]
    model = SentenceTransformer(str(path), device="cpu")
    good = compare(f"{path.name}: together", model.encode(texts), want)
    good &= compare(f"{path.name}: one by one", [model.encode(t).tolist() for t in texts], want)

    auto, info = AutoModel.from_pretrained(path, output_loading_info=True)
    loose = sorted(str(k) for k in info["unexpected_keys"]) + sorted(str(k) for k in info["mismatched_keys"])
    loose += sorted(k for k in info["missing_keys"] if not k.startswith("pooler."))
    with safe_open(path / "model.safetensors", "pt") as f:
        types = {f.get_tensor(k).dtype for k in f.keys()}
    if loose or types != {torch.float32}:
        print(f"{path.name}: tensors {loose}, types {types}")
        good = False

    classes = (path / "2_Dense").exists() or (path / "3_Dense").exists()
    if classes:
        names = model[0].auto_model.config.id2label
        if len(names) != len(want[0]) or {v: k for k, v in names.items()} != auto.config.label2id:
            print(f"{path.name}: classes {names}")
            good = False
    elif json.loads((path / "1_Pooling" / "config.json").read_text())["pooling_mode_mean_tokens"]:
        limit = json.loads((path / "sentence_bert_config.json").read_text())["max_seq_length"]
        batch = AutoTokenizer.from_pretrained(path)(texts, padding=True, truncation=True, max_length=limit, return_tensors="pt")
        with torch.no_grad():
            states = auto(**batch).last_hidden_state
        mask = batch["attention_mask"].unsqueeze(-1)
        good &= compare(f"{path.name}: transformers", (states * mask).sum(1) / mask.sum(1), want)
    return good


def main():
    paths = sorted(p for p in pathlib.Path(sys.argv[1]).iterdir() if p.is_dir())
    good = [check(p) for p in paths]
    print(f"{sum(good)} of {len(paths)} directories agree")
    sys.exit(0 if good and all(good) else 1)


main()
