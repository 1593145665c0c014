"""What people write to serve lstm-imdb from Python: FastAPI, ONNX Runtime, uvicorn. The
weights are the zoo's, by `zoo export` and the artefact's vocab.txt; the graph is that of
onnx_lstm.py, and padding is not computed, for a request is a batch of one. The tokenizer is
a regular expression, cheaper than the zoo's, and gives the same tokens for the texts of
serve_load.sh: words between blanks.

    MODEL=DIR uvicorn serve_fastapi:app --workers 2 --no-access-log

DIR has lstm.onnx and vocab.txt, which `python serve_fastapi.py lstm.safetensors vocab.txt DIR` writes.
"""

import os
import re
import sys

import numpy as np


def prepare(weights, vocab, to):
    import torch
    from safetensors.torch import load_file

    from onnx_lstm import build
    from torch_lstm import Net

    tensors = {k: v.float() for k, v in load_file(weights).items()}
    size, embedding = tensors["embedding.weight"].shape
    hidden = tensors["rnn.weight_hh_l0"].shape[1]
    pooling = ["last", "mean", "max"][: tensors["fc.weight"].shape[1] // hidden]
    net = Net({"model": {"embedding": embedding, "hidden": hidden, "pooling": pooling}, "vocab": {"max_size": size}}).eval()
    with torch.no_grad():
        net.load_state_dict(tensors)
    os.makedirs(to, exist_ok=True)
    with open(os.path.join(to, "lstm.onnx"), "wb") as f:
        f.write(build(net))
    with open(vocab, encoding="utf-8") as source, open(os.path.join(to, "vocab.txt"), "w", encoding="utf-8") as f:
        f.write(source.read())


def application(model):
    import onnxruntime
    from fastapi import FastAPI
    from pydantic import BaseModel

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(os.environ.get("THREADS", "1"))
    session = onnxruntime.InferenceSession(os.path.join(model, "lstm.onnx"), options, providers=["CPUExecutionProvider"])
    with open(os.path.join(model, "vocab.txt"), encoding="utf-8") as f:
        ids = {line.rstrip("\n"): i for i, line in enumerate(list(f)[1:])}  # the first line is no word
    unknown = ids["<unk>"]
    temperature = float(os.environ.get("TEMPERATURE", "1.13624250851139"))
    split = re.compile(r"\w+|[^\w\s]").findall
    wanted = [i.name for i in session.get_inputs()]

    class Ask(BaseModel):
        input: str

    app = FastAPI()

    @app.post("/predict")
    def predict(ask: Ask):
        tokens = [ids.get(w, unknown) for w in split(ask.input.lower())] or [unknown]
        given = {
            "text": np.array(tokens, np.int64)[:, None],
            "lengths": np.array([len(tokens)], np.int32),
            "mask": np.ones((len(tokens), 1, 1), np.float32),
        }
        logit = session.run(None, {n: given[n] for n in wanted})[0][0, 0]
        p = float(1 / (1 + np.exp(-logit / temperature)))
        label, probability = ("positive", p) if p > 0.5 else ("negative", 1 - p)
        return {"label": label, "probability": probability, "probabilities": [1 - p, p], "tokens": len(tokens)}

    return app


if __name__ == "__main__":
    prepare(*sys.argv[1:])
else:
    app = application(os.environ["MODEL"])
