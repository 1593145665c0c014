"""ONNX Runtime's speed on a BERT encoder: vectors of sentences.

    python3 onnx_encoder.py DIR [--batch 32] [--pieces 28] [--threads 2] [--seconds 5] [--int8]

DIR is a directory in Hugging Face's form (config.json, model.safetensors) of a BERT
such as all-MiniLM-L6-v2. The graph has ONNX Runtime's own fused operators
(Attention, SkipLayerNormalization, BiasGelu), which its optimizer would make of an
exported one; the vectors, means over the pieces made one long, are checked against
transformers' first if that is installed. With --int8 the graph is quantised by
quantize_dynamic, signed weights by columns, and the cosine of its vectors to those of
float32 is given. Prints one JSON line: texts/s, the best and the median of the runs.
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file


def build(config, weights):
    """The encoder as an ONNX model: ids [B, T], mask [B, T] to vectors [B, H]."""
    nodes, constants = [], {}

    def constant(name, value):
        constants[name] = np.ascontiguousarray(value)
        return name

    def weight(name, transposed=False):
        w = weights[name]
        return constant(name, w.T if transposed else w)

    def node(op, inputs, output, domain="", **attributes):
        nodes.append(helper.make_node(op, inputs, output if isinstance(output, list) else [output], domain=domain, **attributes))
        return output

    ms, eps = "com.microsoft", config["layer_norm_eps"]
    norm = [weight("embeddings.LayerNorm.weight"), weight("embeddings.LayerNorm.bias")]
    node("EmbedLayerNormalization",
         ["ids", "segments", weight("embeddings.word_embeddings.weight"), weight("embeddings.position_embeddings.weight"),
          weight("embeddings.token_type_embeddings.weight"), *norm],
         ["x0", "unused"], domain=ms, epsilon=eps)
    x = "x0"
    for i in range(config["num_hidden_layers"]):
        at = f"encoder.layer.{i}."
        qkv = [at + f"attention.self.{k}." for k in ("query", "key", "value")]
        w = constant(at + "qkv", np.concatenate([weights[k + "weight"].T for k in qkv], axis=1))
        b = constant(at + "qkv bias", np.concatenate([weights[k + "bias"] for k in qkv]))
        a = node("Attention", [x, w, b, "mask"], at + "context", domain=ms, num_heads=config["num_attention_heads"])

        def add_norm(y, x, dense, norm, out):
            y = node("MatMul", [y, weight(dense + ".weight", True)], out + " product")
            return node("SkipLayerNormalization",
                        [y, x, weight(norm + ".weight"), weight(norm + ".bias"), weight(dense + ".bias")], out, domain=ms, epsilon=eps)

        x = add_norm(a, x, at + "attention.output.dense", at + "attention.output.LayerNorm", at + "attended")
        h = node("MatMul", [x, weight(at + "intermediate.dense.weight", True)], at + "inner product")
        h = node("BiasGelu", [h, weight(at + "intermediate.dense.bias")], at + "inner", domain=ms)
        x = add_norm(h, x, at + "output.dense", at + "output.LayerNorm", at + "out")
    node("Cast", ["mask"], "floats", to=TensorProto.FLOAT)
    node("Unsqueeze", ["floats", constant("last", np.array([2], np.int64))], "masks")
    node("Mul", [x, "masks"], "masked")
    axis = constant("tokens", np.array([1], np.int64))
    node("ReduceSum", ["masked", axis], "sum", keepdims=0)
    node("ReduceL2", ["sum", axis], "length", keepdims=1)
    node("Div", ["sum", "length"], "vectors")
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "encoder",
        [info(name, TensorProto.INT32, ["B", "T"]) for name in ("ids", "segments", "mask")],
        [info("vectors", TensorProto.FLOAT, ["B", config["hidden_size"]])],
        [numpy_helper.from_array(v, k) for k, v in constants.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid(ms, 1)], ir_version=9).SerializeToString()


def check(directory, run, ids):
    """Compares the vectors with transformers'."""
    try:
        import torch
        from transformers import AutoModel
    except ImportError:
        return None
    with torch.inference_mode():
        want = AutoModel.from_pretrained(directory)(torch.from_numpy(ids.astype(np.int64))).last_hidden_state.mean(1)
        want = torch.nn.functional.normalize(want).numpy()
    difference = float(np.abs(run(ids) - want).max())
    if not difference < 1e-5:
        raise SystemExit(f"onnx_encoder.py: vectors differ from transformers' by {difference}")
    return difference


def quantise(model):
    """The model with products of bytes: weights by columns, inputs as they come."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as directory:
        path, out = Path(directory) / "float32.onnx", Path(directory) / "int8.onnx"
        path.write_bytes(model)
        # The types of what ONNX Runtime's own operators give are not inferred.
        quantize_dynamic(path, out, per_channel=True, weight_type=QuantType.QInt8,
                         extra_options={"DefaultTensorType": TensorProto.FLOAT})
        return out.read_bytes()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--pieces", type=int, default=28)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--int8", action="store_true")
    args = parser.parse_args()
    config = json.loads((args.directory / "config.json").read_text())
    weights = {k.removeprefix("bert."): v for k, v in load_file(args.directory / "model.safetensors").items()}
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = args.threads
    options.inter_op_num_threads = 1

    def runner(model):
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        return lambda ids: session.run(None, {"ids": ids, "segments": np.zeros_like(ids), "mask": np.ones_like(ids)})[0]

    model = build(config, weights)
    run = runner(model)
    ids = np.random.default_rng(1).integers(1000, config["vocab_size"], (args.batch, args.pieces)).astype(np.int32)
    result = {"off_by": check(args.directory, run, ids)}
    if args.int8:
        want = run(ids)
        run = runner(quantise(model))
        cosine = (run(ids) * want).sum(1)
        result |= {"int8": True, "mean_cosine": float(cosine.mean()), "least_cosine": float(cosine.min())}
    run(ids)
    took, end = [], time.perf_counter() + args.seconds
    while time.perf_counter() < end or len(took) < 3:
        start = time.perf_counter()
        run(ids)
        took.append(time.perf_counter() - start)
    print(json.dumps({
        "system": "onnxruntime", "version": onnxruntime.__version__, "threads": args.threads, "batch": args.batch, "pieces": args.pieces,
        "texts_per_second": args.batch / min(took), "median": args.batch / statistics.median(took)} | result))


if __name__ == "__main__":
    main()
