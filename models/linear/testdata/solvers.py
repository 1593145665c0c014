"""The solver beside scikit-learn's, on the same matrices of IMDB's training part.

    pip install scikit-learn
    ZOO_IMDB=/path/to/aclImdb_v1.tar.gz python3 models/linear/testdata/solvers.py

from the repository's root, with Go, 3 GB of memory, and the machine to itself.
Prints for each solver the median time from the matrix to the coefficients, the
median of the time of all cores that it used, and the objective that it reached,
1/2 w'w + C sum of the losses: less is better.
The solvers take turns; ROUNDS (3) is how many. SOLVERS="liblinear dual,lbfgs"
chooses those whose names begin so, PROBLEMS=nbsvm or tfidf one of the problems.
A table's first line names the load of the machine: above the number of its
cores, the times mean little, and the time of the cores somewhat more.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
import scipy.sparse
import sklearn
from sklearn.linear_model import LogisticRegression

SOLVERS = {
    "liblinear dual": dict(solver="liblinear", dual=True, random_state=0),
    "liblinear dual, tolerance 1e-2": dict(solver="liblinear", dual=True, tol=1e-2, random_state=0),
    "liblinear primal": dict(solver="liblinear"),
    "lbfgs": dict(solver="lbfgs", max_iter=1000),
    "newton-cg": dict(solver="newton-cg"),
    "sag": dict(solver="sag", max_iter=1000, random_state=0),
}


def zoo(test, name, directory):
    env = dict(os.environ, ZOO_SIDE=name, ZOO_SIDE_OUT=directory)
    out = subprocess.run([test, "-test.run", "^TestBesideScikitLearn$"], env=env, check=True, capture_output=True, text=True, cwd="models/linear")
    line = next((line for line in out.stdout.splitlines() if line.startswith("{")), None)
    if line is None:
        sys.exit("solvers.py: the test was skipped: does ZOO_IMDB name the archive?\n" + out.stdout)
    answer = json.loads(line)
    return answer["seconds"], answer["cpu_seconds"], answer["objective"]


def read(directory, name):
    path = os.path.join(directory, name)
    with open(path + ".json") as f:
        about = json.load(f)
    value, index, start, label = (np.fromfile(f"{path}.{suffix}", dtype=kind) for suffix, kind in
                                  (("value", "<f8"), ("index", "<i4"), ("start", "<i8"), ("label", "i1")))
    # liblinear wants 32-bit offsets.
    x = scipy.sparse.csr_matrix((value, index, start.astype(np.int32)), shape=(about["rows"], about["columns"]))
    return about, x, label


def fit(settings, about, x, label):
    model = LogisticRegression(C=about["c"], **settings)
    began, spent = time.perf_counter(), time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(x, label)
    took, spent = time.perf_counter() - began, time.process_time() - spent
    w = model.coef_[0]
    margin = label * (x @ w + model.intercept_[0])
    return took, spent, 0.5 * w @ w + about["c"] * np.logaddexp(0, -margin).sum()


def main():
    if "ZOO_IMDB" not in os.environ:
        sys.exit("solvers.py: ZOO_IMDB does not name the archive")
    os.environ["ZOO_IMDB"] = os.path.abspath(os.environ["ZOO_IMDB"])
    chosen = os.environ.get("SOLVERS", "").split(",")  # without any: one, with which every name begins
    solvers = {k: v for k, v in SOLVERS.items() if any(k.startswith(c.strip()) for c in chosen)}
    problems = os.environ.get("PROBLEMS", "nbsvm,tfidf").split(",")
    if not solvers or not set(problems) <= {"nbsvm", "tfidf"}:
        sys.exit("solvers.py: SOLVERS and PROBLEMS leave nothing to compare")
    with tempfile.TemporaryDirectory() as directory:
        test = os.path.join(directory, "linear.test")
        subprocess.run(["go", "test", "-c", "-o", test, "./models/linear"], check=True)
        for name in problems:
            results = {k: [] for k in ["zoo", *solvers]}
            zoo(test, name, directory)  # writes the matrix
            about, x, label = read(directory, name)
            for _ in range(int(os.environ.get("ROUNDS", "3"))):
                results["zoo"].append(zoo(test, name, directory))
                for k, settings in solvers.items():
                    results[k].append(fit(settings, about, x, label))
            print(f"{name}: {about['rows']} x {about['columns']}, {about['elements']} elements, C={about['c']:g}; "
                  f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, scikit-learn {sklearn.__version__}")
            for k, runs in results.items():
                print(f"  {k:<34} {statistics.median(r[0] for r in runs):7.2f} s   {statistics.median(r[1] for r in runs):7.2f} s of cores"
                      f"   objective {statistics.median(r[2] for r in runs):.3f}", flush=True)


main()
