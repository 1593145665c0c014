"""Prints the medians of run.sh's results and how much faster the zoo is.

    python3 report.py results.jsonl
"""

import json
import statistics
import sys


def rounds(lines):
    """Values by what was measured and by system, and the threads of each."""
    values, threads = {}, {}

    def add(what, system, value):
        values.setdefault(what, {}).setdefault(system, []).append(value)
        threads.setdefault((what, system), set()).add(r["cores"] if system == "zoo" and "one" not in what else r.get("threads", 1))

    for r in lines:
        if r["system"] == "zoo":
            add("training, tokens/s", "zoo", r["train_tokens_per_second"])
            add("predicting in batches, tokens/s", "zoo", r["forward_tokens_per_second"])
            add("predicting one, median ms", "zoo", r["predict_ms_p50"])
            add("predicting one, p99 ms", "zoo", r["predict_ms_p99"])
            continue
        name = {"torch": "PyTorch", "onnxruntime": "ONNX Runtime"}[r["system"]] + " " + r["version"]
        if r["mode"] in ("packed", "padded"):
            name += ", " + r["mode"]
        if r["mode"] == "one":
            add("predicting one, median ms", name, r["predict_ms_p50"])
            add("predicting one, p99 ms", name, r["predict_ms_p99"])
        elif r["mode"] == "many":
            add("predicting in batches, tokens/s", name, r["tokens_per_second"])
        else:
            add("training, tokens/s", name, r["tokens_per_second"])
    return values, threads


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        lines = [json.loads(line) for line in f if line.strip()]
    zoo = [r for r in lines if r["system"] == "zoo"]
    if not zoo:
        sys.exit(f"{sys.argv[1]}: no results of the zoo")
    print(f"{zoo[0]['cpu']}, {zoo[0]['cores']} cores, path {zoo[0]['path']}, {len(zoo)} rounds")
    print(f"peak {statistics.median(r['fma_peak_gflops'] for r in zoo):.1f} GFLOP/s; of it training "
          f"{100 * statistics.median(r['train_fraction_of_peak'] for r in zoo):.1f} %, forward "
          f"{100 * statistics.median(r['forward_fraction_of_peak'] for r in zoo):.1f} %\n")
    print("| | system | threads | median | least | most | the zoo is faster by |")
    print("|---|---|---|---:|---:|---:|---:|")
    values, threads = rounds(lines)
    for what, systems in values.items():
        ours = statistics.median(systems["zoo"])
        for name, turns in systems.items():
            median = statistics.median(turns)
            ratio = ""
            if name != "zoo":
                ratio = f"{median / ours if 'ms' in what else ours / median:.2f}"
            digits = 2 if "ms" in what else 0
            used = ", ".join(map(str, sorted(threads[what, name])))
            print(f"| {what} | {name} | {used} | {median:.{digits}f} | {min(turns):.{digits}f} | {max(turns):.{digits}f} | {ratio} |")


if __name__ == "__main__":
    main()
