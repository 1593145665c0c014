"""ONNX Runtime's speed on the classifier of recipe lstm, predicting.

    python3 onnx_lstm.py recipe.json batches.json --mode one

The graph is built from the weights of torch_lstm.py's network, and its logits
are checked against PyTorch's before anything is timed. Modes one and many are
those of torch_lstm.py. Prints one JSON line.
"""

import statistics

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

from torch_lstm import Net, arguments, best_threads, latencies, load, rate, report


def build(net):
    """The network as an ONNX model: text [T, B], lengths [B], mask [T, B, 1] to logits [B, 1]."""
    weights = {name: p.detach().numpy() for name, p in net.state_dict().items()}
    hidden = net.rnn.hidden_size

    def gates(name):  # PyTorch's order is i f g o, ONNX's i o f g
        i, f, g, o = np.split(weights[name], 4)
        return np.concatenate([i, o, f, g])

    constants = {
        "E": weights["embedding.weight"],
        "W": gates("rnn.weight_ih_l0")[None],
        "R": gates("rnn.weight_hh_l0")[None],
        "B": np.concatenate([gates("rnn.bias_ih_l0"), gates("rnn.bias_hh_l0")])[None],
        "V": weights["fc.weight"],
        "v": weights["fc.bias"],
        "first": np.array([0], np.int64),
        "second": np.array([1], np.int64),
        "one": np.array(1, np.float32),
        "huge": np.array(1e30, np.float32),
    }
    node = helper.make_node
    nodes = [
        node("Gather", ["E", "text"], ["x"]),
        node("LSTM", ["x", "W", "R", "B", "lengths"], ["y", "yh"], hidden_size=hidden),
        node("Squeeze", ["y", "second"], ["states"]),  # [T, B, H], zero past the end
    ]
    for kind in net.pooling:
        if kind == "last":
            nodes.append(node("Squeeze", ["yh", "first"], ["last"]))
        elif kind == "mean":
            nodes += [
                node("ReduceSum", ["states", "first"], ["sum"], keepdims=0),
                node("ReduceSum", ["mask", "first"], ["count"], keepdims=0),
                node("Div", ["sum", "count"], ["mean"]),
            ]
        else:
            nodes += [
                node("Sub", ["mask", "one"], ["outside"]),
                node("Mul", ["outside", "huge"], ["lowered"]),
                node("Add", ["states", "lowered"], ["masked"]),
                node("ReduceMax", ["masked", "first"], ["max"], keepdims=0),
            ]
    nodes += [
        node("Concat", list(net.pooling), ["pooled"], axis=1),
        node("Gemm", ["pooled", "V", "v"], ["logits"], transB=1),
    ]
    graph = helper.make_graph(
        nodes, "lstm",
        [
            helper.make_tensor_value_info("text", TensorProto.INT64, ["T", "B"]),
            helper.make_tensor_value_info("lengths", TensorProto.INT32, ["B"]),
            helper.make_tensor_value_info("mask", TensorProto.FLOAT, ["T", "B", 1]),
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["B", 1])],
        [numpy_helper.from_array(np.ascontiguousarray(a), name) for name, a in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def inputs(text, lengths):
    text, lengths = text.numpy(), lengths.numpy()
    mask = np.arange(text.shape[0])[:, None] < lengths[None, :]
    given = {"text": text, "lengths": lengths.astype(np.int32), "mask": mask[:, :, None].astype(np.float32)}
    return given


def main():
    parser = arguments(__doc__)
    parser.add_argument("--mode", required=True, choices=["one", "many"])
    args = parser.parse_args()
    recipe, data, smallest, review = load(args)
    net = Net(recipe).eval()
    model = build(net)
    session = None

    def start(threads):
        nonlocal session
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    prepared = {id(d): inputs(d[0], d[1]) for d in [*data, review]}

    def run(d):
        names = [i.name for i in session.get_inputs()]
        given = prepared[id(d)]
        return session.run(None, {name: given[name] for name in names})[0]

    start(1)
    for d in (smallest, review):
        with torch.inference_mode():
            want = net(d[0], d[1], True).numpy()
        difference = float(np.abs(run(d)[:, 0] - want).max())
        if not difference < 1e-4:
            raise SystemExit(f"onnx_lstm.py: logits differ from PyTorch's by {difference}")

    fields = {"system": "onnxruntime", "mode": args.mode, "version": onnxruntime.__version__}
    if args.mode == "one":
        threads = args.threads or 1
        start(threads)
        took = latencies(lambda: run(review))
        report(**fields, threads=threads, predict_ms_p50=statistics.median(took), predict_ms_p99=took[len(took) * 99 // 100])
        return
    threads = args.threads
    if threads:
        start(threads)
        run(smallest)
    else:
        threads = best_threads(lambda: run(smallest), start)
        run(smallest)
    by_text = {id(d[0]): d for d in data}
    report(**fields, threads=threads, batches=len(data), tokens_per_second=rate(lambda text, *_: run(by_text[id(text)]), data))


if __name__ == "__main__":
    main()
