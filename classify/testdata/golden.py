"""Writes golden.json: what scikit-learn 1.9 and SciPy say of drawn answers.

python golden.py > golden.json
"""

import json

import numpy as np
from scipy import stats
from sklearn import metrics
from sklearn.calibration import calibration_curve

rng = np.random.default_rng(15)


def answers(n, classes, truth, never, sharp):
    """n texts with labels among truth, and answers that never choose never."""
    labels = rng.choice(truth, n)
    logits = rng.normal(0, 1, (n, classes))
    logits[np.arange(n), labels] += sharp
    logits[:, never] -= 12
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    p = np.array([[float(f"{x:.7g}") for x in row] for row in p])
    return labels, p


def case(name, labels, p):
    classes = list(range(p.shape[1]))
    said = p.argmax(axis=1)
    # zero_division's default, "warn", is 0 with a warning.
    each = metrics.precision_recall_fscore_support(labels, said, labels=classes, zero_division=0)
    mean = lambda kind: list(metrics.precision_recall_fscore_support(labels, said, average=kind, zero_division=0)[:3])
    sure = p.max(axis=1)
    right, says = calibration_curve(said == labels, sure, n_bins=15)
    low, high = stats.binomtest(int((said == labels).sum()), len(labels)).proportion_ci(method="wilson")
    return {
        "name": name,
        "labels": labels.tolist(),
        "probabilities": p.tolist(),
        "accuracy": metrics.accuracy_score(labels, said),
        "loss": metrics.log_loss(labels, p / p.sum(axis=1, keepdims=True), labels=classes),
        "confusion": metrics.confusion_matrix(labels, said, labels=classes).tolist(),
        "precision": each[0].tolist(),
        "recall": each[1].tolist(),
        "f1": each[2].tolist(),
        "support": each[3].tolist(),
        "macro": mean("macro"),
        "weighted": mean("weighted"),
        "reliability": [[float(a), float(b)] for a, b in zip(says, right)],
        "wilson": [float(low), float(high)],
    }


def mcnemar(first, second):
    n = first + second
    if n < 25:
        p = stats.binomtest(first, n).pvalue if n else 1.0
    else:
        p = stats.chi2.sf(max(abs(first - second) - 1, 0) ** 2 / n, 1)
    return [first, second, float(p)]


print(json.dumps({
    "cases": [
        case("two classes", *answers(60, 2, [0, 1], [], 1.2)),
        # Class 1 is never predicted, class 3 has no examples.
        case("five classes", *answers(80, 5, [0, 1, 2, 4], [1], 1.5)),
        # Class 3 is neither: scikit-learn leaves it out of the mean.
        case("a class that does not occur", *answers(50, 4, [0, 1, 2], [3], 1)),
    ],
    "mcnemar": [mcnemar(*x) for x in [
        (0, 0), (0, 5), (3, 3), (1, 8), (9, 15), (10, 15), (12, 13), (20, 20), (40, 12), (100, 140), (300, 110), (0, 400)]],
    "wilson": [[k, n, *map(float, stats.binomtest(k, n).proportion_ci(method="wilson"))]
               for k, n in [(0, 10), (10, 10), (1, 2), (7, 12), (670, 802), (22800, 25000)]],
}))
