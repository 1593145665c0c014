"""Asks a running zoo serve by NVIDIA's tritonclient[http], with its defaults, and checks
what it answers: health, metadata, infer in binary and JSON, several texts, parameters, the
classification extension, compression, ids, asynchronous requests, errors.

    zoo serve lstm-imdb nbsvm-imdb mlp-line --addr 127.0.0.1:8080
    python benchmarks/triton_client.py 127.0.0.1:8080

Needs: pip install 'tritonclient[http]' numpy. It prints a line for each check, and exits
with 1 at the first that fails.
"""

import importlib.metadata
import json
import sys

import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8080"
client = triton.InferenceServerClient(address)


def check(what, good, shown=None):
    print("ok  " if good else "FAIL", what, *([] if shown is None else ["", shown]))
    if not good:
        sys.exit(1)


def texts(values, binary=True):
    t = triton.InferInput("text", [len(values)], "BYTES")
    t.set_data_from_numpy(np.array(values, dtype=object), binary_data=binary)
    return [t]


def refused(what, says, call):
    try:
        call()
    except InferenceServerException as e:
        check(f"refused: {what}", says in str(e), str(e))
    else:
        check(f"refused: {what}", False)


print("tritonclient", importlib.metadata.version("tritonclient"), "against", client.get_server_metadata())
check("server is live", client.is_server_live())
check("server is ready", client.is_server_ready())
versions = {}
for model in ["lstm-imdb", "nbsvm-imdb", "mlp-line"]:
    meta = client.get_model_metadata(model)
    versions[model] = meta["versions"][0]
    check(f"{model} is ready", client.is_model_ready(model) and client.is_model_ready(model, versions[model]))
    print("    ", json.dumps(meta))
check("an absent model is not ready", not client.is_model_ready("absent"))

reviews = ["A quiet, beautiful film.", "Dull and lifeless — a mess."]
for model in ["lstm-imdb", "nbsvm-imdb"]:
    r = client.infer(model, texts(reviews), request_id="42")
    labels, p = r.as_numpy("label"), r.as_numpy("probability")
    check(f"{model}: two texts, binary", [l.decode() for l in labels] == ["positive", "negative"] and p.dtype == np.float64, p)
    check(f"{model}: the id and the version come back", r.get_response()["id"] == "42" and r.get_response()["model_version"] == versions[model])
    alone = np.array([client.infer(model, texts([t])).as_numpy("probability")[0] for t in reviews])
    check(f"{model}: the same bits one by one", (alone == p).all())
    j = client.infer(model, texts(reviews, binary=False), outputs=[triton.InferRequestedOutput("probability", binary_data=False), triton.InferRequestedOutput("tokens", binary_data=False)])
    check(f"{model}: the same bits by JSON", (j.as_numpy("probability") == p).all(), j.as_numpy("tokens"))
    v = client.infer(model, texts(reviews), model_version=versions[model], outputs=[triton.InferRequestedOutput("probabilities")])
    check(f"{model}: by version, one output", v.as_numpy("probabilities").shape == (2, 2) and v.as_numpy("label") is None)
    c = client.infer(model, texts(reviews), outputs=[triton.InferRequestedOutput("probabilities", class_count=1)])
    check(f"{model}: classification", c.as_numpy("probabilities")[0][0].decode().endswith(":1:positive"), c.as_numpy("probabilities"))
    e = client.infer(model, texts(reviews[:1]), parameters={"explain": True})
    words = json.loads(e.as_numpy("explanation")[0])["words"]
    check(f"{model}: explanation", [w["token"] for w in words] == ["a", "quiet", ",", "beautiful", "film", "."], [round(w["contribution"], 2) for w in words])
    for algorithm in ["gzip", "deflate"]:
        z = client.infer(model, texts(reviews), request_compression_algorithm=algorithm, response_compression_algorithm=algorithm)
        check(f"{model}: a request compressed by {algorithm}", (z.as_numpy("probability") == p).all())
    pending = [client.async_infer(model, texts([t])) for t in reviews * 8]
    got = np.array([q.get_result().as_numpy("probability")[0] for q in pending])
    check(f"{model}: sixteen at once", (got == np.tile(p, 8)).all())

x = triton.InferInput("x", [3, 1], "FP32")
x.set_data_from_numpy(np.array([[2.5], [-1], [0]], dtype=np.float32))
y = client.infer("mlp-line", [x]).as_numpy("prediction")
check("mlp-line: three numbers", y.dtype == np.float32 and np.abs(y - np.array([[9.5], [-1], [2]])).max() < 0.05, y.ravel())

refused("a model", "no model", lambda: client.infer("absent", texts(reviews)))
refused("a version", "the version", lambda: client.infer("lstm-imdb", texts(reviews), model_version="1"))
refused("an input", "no input", lambda: client.infer("mlp-line", texts(reviews)))
refused("an output", "no output", lambda: client.infer("lstm-imdb", texts(reviews), outputs=[triton.InferRequestedOutput("logits")]))
refused("a type", "want BYTES", lambda: client.infer("lstm-imdb", [(lambda t: (t.set_data_from_numpy(np.zeros(1, np.float32)), t)[1])(triton.InferInput("text", [1], "FP32"))]))
refused("a parameter", "no parameter", lambda: client.infer("lstm-imdb", texts(reviews), parameters={"temperature": 1}))
refused("a sequence", "no parameter", lambda: client.infer("lstm-imdb", texts(reviews), sequence_id=1, sequence_start=True))
refused("300 texts", "at most 256", lambda: client.infer("lstm-imdb", texts(["a"] * 300)))
refused("no time at all", "in time", lambda: client.infer("lstm-imdb", texts(["very good " * 20000]), timeout=1))
print("all as it should be")
