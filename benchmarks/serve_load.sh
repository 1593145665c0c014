#!/usr/bin/env bash
# The load that zoo serve bears with lstm-imdb, beside FastAPI with ONNX Runtime and the same
# weights, by wrk on this machine: 64 connections, texts of 230 and of 20 tokens, by turns, and
# what the window of a batch gains. It wants the machine to itself.
#
#   PYTHON=venv/bin/python benchmarks/serve_load.sh
#   SECONDS_EACH=5 PYTHON=venv/bin/python benchmarks/serve_load.sh     # only to see that it runs
#
# PYTHON has onnx, onnxruntime, torch, safetensors, fastapi and uvicorn; wrk and curl are at hand. ZOO is a
# built zoo, without it one is built. ROUNDS (2) is how often each has its turn, WORKERS ("1 2 4") the
# numbers of uvicorn's workers that are tried, RESULTS the file of the measurements.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
python=$(command -v "${PYTHON:-python3}")
seconds=${SECONDS_EACH:-60} rounds=${ROUNDS:-2} connections=${CONNECTIONS:-64}
work=$(mktemp -d)
server=
stop() { if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; server=; fi; }
trap 'stop; rm -rf "$work"' EXIT
results=${RESULTS:-$work/results.jsonl}
: > "$results"
zoo=${ZOO:-}
if [ -z "$zoo" ]; then
  zoo=$work/zoo
  (cd "$here/.." && CGO_ENABLED=0 go build -o "$zoo" ./cmd/zoo)
fi

"$zoo" export lstm-imdb --out "$work/lstm.safetensors"
vocab=$here/../pretrained/lstm-imdb/vocab.txt
(cd "$here" && "$python" serve_fastapi.py "$work/lstm.safetensors" "$vocab" "$work/model")
# 512 texts of each length: words of the vocabulary, as rare as their rank makes them.
"$python" - "$vocab" "$work" <<'PY'
import json, random, sys
words = [w.rstrip("\n") for w in open(sys.argv[1], encoding="utf-8")]
words = [w for w in words if w.isascii() and w.isalpha()]
draw = random.Random(1)
for tokens in (230, 20):
    with open(f"{sys.argv[2]}/texts-{tokens}", "w") as f:
        for _ in range(512):
            ranks = (int(len(words) ** draw.random()) - 1 for _ in range(tokens))
            print(json.dumps({"input": " ".join(words[r] for r in ranks)}), file=f)
PY

port=$((20000 + RANDOM % 10000))
up() { # waits until the server answers
  for _ in $(seq 600); do
    if curl -sf -o "$work/answer" -H 'Content-Type: application/json' -d "$(head -1 "$work/texts-20")" "http://127.0.0.1:$port$1"; then return; fi
    sleep 0.1
  done
  echo "serve_load.sh: the server does not start" >&2
  exit 1
}
# kilobytes of memory of the server and its children
rss() { ps -o rss= --pid "$server" --ppid "$server" | awk '{n += $1} END {print n}'; }
load() { # system tokens path
  BODIES=$work/texts-$2 PATH_OF=$3 wrk -t 2 -c "$connections" -d 3 -s "$here/serve_load.lua" "http://127.0.0.1:$port" > /dev/null # warm
  local before; before=$(rss)
  BODIES=$work/texts-$2 PATH_OF=$3 wrk -t 2 -c "$connections" -d "$seconds" -s "$here/serve_load.lua" "http://127.0.0.1:$port" > "$work/out"
  tail -1 "$work/out" | sed "s/^{/{\"system\": \"$1\", \"tokens\": $2, \"rss_mb\": [$((before / 1024)), $(($(rss) / 1024))], /" | tee -a "$results"
}
start_zoo() {
  "$zoo" serve lstm-imdb --addr "127.0.0.1:$port" "$@" > /dev/null 2> "$work/log" &
  server=$!
  up /v1/predict/lstm-imdb
}
start_fastapi() { # workers
  (cd "$here" && MODEL=$work/model exec "$python" -m uvicorn serve_fastapi:app --port "$port" --workers "$1" --no-access-log --log-level warning) &
  server=$!
  up /predict
}

start_zoo; cp "$work/answer" "$work/zoo-answer"; stop
start_fastapi 1; cp "$work/answer" "$work/fastapi-answer"; stop
"$python" - "$work" <<'PY'
import json, sys
a, b = (json.load(open(f"{sys.argv[1]}/{n}-answer")) for n in ("zoo", "fastapi"))
assert a["label"] == b["label"] and a["tokens"] == b["tokens"] and abs(a["probability"] - b["probability"]) < 1e-4, (a, b)
print("the same answer from both:", a["label"], a["probability"], b["probability"])
PY
for _ in $(seq "$rounds"); do
  for tokens in 230 20; do
    start_zoo; load zoo "$tokens" /v1/predict/lstm-imdb; stop
    for workers in ${WORKERS:-1 2 4}; do
      start_fastapi "$workers"; load "fastapi, $workers workers" "$tokens" /predict; stop
    done
  done
done
for window in ${WINDOWS:-1ms 2ms 5ms}; do
  for tokens in 230 20; do
    start_zoo --window "$window"; load "zoo, window $window" "$tokens" /v1/predict/lstm-imdb; stop
  done
done
for tokens in 230 20; do # no two requests together: what batching gains
  start_zoo --batch 1; load "zoo, batches of one" "$tokens" /v1/predict/lstm-imdb; stop
done
"$python" - "$results" <<'PY'
import collections, json, statistics, sys
by = collections.defaultdict(list)
for line in open(sys.argv[1]):
    r = json.loads(line)
    by[r["system"], r["tokens"]].append(r)
print("| system | tokens | requests/s | p50 ms | p99 ms | MB at the start, end | errors |\n|---|---|---:|---:|---:|---:|---:|")
for (system, tokens), rs in by.items():
    m = lambda k: statistics.median(r[k] for r in rs)
    print(f"| {system} | {tokens} | {m('requests_per_second'):.0f} | {m('p50_ms'):.1f} | {m('p99_ms'):.1f} | {rs[-1]['rss_mb'][0]}, {rs[-1]['rss_mb'][1]} | {sum(r['not_2xx'] + r['failed'] for r in rs)} |")
PY
