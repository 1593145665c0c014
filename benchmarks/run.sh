#!/usr/bin/env bash
# Compares the zoo with PyTorch and ONNX Runtime on this machine: the same
# model, batches and lengths, the systems taking turns. README.md says more.
#
#   benchmarks/run.sh [--quick]
#
# PYTHON (python3) has torch, onnx and onnxruntime; ROUNDS (3) is how often each
# system has its turn; RESULTS is the file the measurements are written to;
# ZOO is a built zoo, without it one is built.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

python=${PYTHON:-python3}
rounds=${ROUNDS:-3}
quick=() padded=() packed=(--batches 2)
case "${1:-}" in
  "") ;;
  --quick)
    rounds=1 quick=(--quick)
    padded=(--batches 1 --limit 8) packed=(--batches 1 --limit 8)
    ;;
  *)
    echo "run.sh: unexpected argument '$1', want --quick or none" >&2
    exit 2
    ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
results=${RESULTS:-$work/results.jsonl}
: > "$results"
zoo=${ZOO:-}
if [ -z "$zoo" ]; then
  zoo=$work/zoo
  (cd "$here/.." && CGO_ENABLED=0 go build -o "$zoo" ./cmd/zoo)
fi
"$python" -c 'import torch, onnx, onnxruntime' || {
  echo "run.sh: $python lacks a package: pip install -r benchmarks/requirements.txt" >&2
  exit 1
}
"$zoo" train lstm --show > "$work/recipe.json"
"$zoo" bench --lengths > "$work/batches.json"

turn() { # name, script, arguments
  echo "  $1" >&2
  "$python" "$here/$2" "$work/recipe.json" "$work/batches.json" "${@:3}" >> "$results"
}
for round in $(seq "$rounds"); do
  echo "round $round of $rounds" >&2
  echo "  zoo" >&2
  "$zoo" bench --json "${quick[@]}" 2> "$work/log" | sed 's/^{/{"system":"zoo",/' >> "$results" || {
    cat "$work/log" >&2
    exit 1
  }
  turn "PyTorch, padded" torch_lstm.py --mode padded "${padded[@]}"
  turn "PyTorch, packed" torch_lstm.py --mode packed "${packed[@]}"
  turn "PyTorch, predicting one" torch_lstm.py --mode one
  turn "PyTorch, predicting many" torch_lstm.py --mode many "${padded[@]}"
  turn "ONNX Runtime, predicting one" onnx_lstm.py --mode one
  turn "ONNX Runtime, predicting many" onnx_lstm.py --mode many "${padded[@]}"
done
"$python" "$here/report.py" "$results"
