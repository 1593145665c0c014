"""Writes several.json: what scikit-learn and SciPy say of drawn answers of several
labels a text, and of numbers.

python several.py > several.json
"""

import json

import numpy as np
from scipy import stats
from sklearn import metrics

rng = np.random.default_rng(7)


def several(name, n, share, thresholds):
    k = len(share)
    truth = (rng.random((n, k)) < share).astype(int)
    p = 1 / (1 + np.exp(-(rng.normal(0, 1.2, (n, k)) + 2.5 * truth - 1.2)))
    p = np.array([[float(f"{x:.6g}") for x in row] for row in p])
    said = (p >= thresholds).astype(int)
    mean = lambda kind: list(metrics.precision_recall_fscore_support(truth, said, average=kind, zero_division=0)[:3])
    each = metrics.precision_recall_fscore_support(truth, said, zero_division=0)
    return {
        "name": name,
        "truth": [[int(i) for i in np.flatnonzero(row)] for row in truth],
        "probabilities": p.tolist(),
        "thresholds": thresholds,
        "subset": metrics.accuracy_score(truth, said),
        "hamming": metrics.hamming_loss(truth, said),
        "loss": float(np.mean([metrics.log_loss(truth[:, j], p[:, j], labels=[0, 1]) for j in range(k)])),
        "micro": mean("micro"), "macro": mean("macro"), "weighted": mean("weighted"),
        "precision": each[0].tolist(), "recall": each[1].tolist(), "f1": each[2].tolist(), "examples": each[3].tolist(),
    }


def numbers(name, x, y):
    return {
        "name": name, "truth": x.tolist(), "answers": y.tolist(),
        "rmse": float(np.sqrt(metrics.mean_squared_error(x, y))), "mae": metrics.mean_absolute_error(x, y),
        "r2": metrics.r2_score(x, y), "pearson": float(stats.pearsonr(x, y)[0]), "spearman": float(stats.spearmanr(x, y)[0]),
        "mean_rmse": float(np.std(x)),
    }


stars = rng.integers(1, 6, 60).astype(float)
print(json.dumps({
    "several": [
        several("five labels", 60, [0.5, 0.3, 0.2, 0.1, 0.4], [0.5, 0.4, 0.6, 0.3, 0.5]),
        several("a label that no text has, and one that none is given", 30, [0.5, 0, 0.3], [0.5, 0.5, 1.1]),
    ],
    "numbers": [
        numbers("stars, with ties", stars, np.round(stars + rng.normal(0, 1, 60), 1)),
        numbers("no relation", rng.normal(0, 1, 20).round(4), rng.normal(5, 3, 20).round(4)),
    ],
}))
