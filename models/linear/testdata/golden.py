"""Golden values for the linear models: scikit-learn's answers on a few texts.

Makes golden.json, which the package's tests read. Made with Python 3.11 and
scikit-learn 1.9.1:

    pip install scikit-learn
    python3 golden.py > golden.json

The file is {"scikit-learn": version, "texts", "labels", "features",
"classifiers"}. A text is tokens joined by spaces, a label its class.

A case of features holds
  name
  config     a VectorizerConfig
  terms      the n-grams of the columns, in order; absent for hashed ones
  rows       for each text its columns and values, column first, flat

A case of classifiers holds
  name
  config     a Config
  classes    number of them
  labels
  terms
  weight     [columns x logits], flat; log-count ratios multiplied in
  bias       [logits]
  objective  of each logit: 1/2 w'w + C sum of losses
  probability of each class for each text, flat
"""

import json

import numpy as np
import sklearn
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression

TEXTS = [
    "a good film , a very good film indeed .",
    "not a good film .",
    "bad , bad , bad acting and a bad plot",
    "the plot is good but the acting is not very good",
    "i loved it . i loved every minute of it !",
    "every minute is a waste of time",
    "what a waste ! not worth the time of anyone",
    "worth every minute , very well acted and well made",
    "Éric 's film - l' été - is na\u00efve , \U0001f600 not bad",
    "",
    "good",
    "a waste",
]
LABELS = [1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0]
LABELS3 = [2, 1, 0, 1, 2, 0, 0, 2, 1, 0, 2, 1]


def frequency(f):
    """scikit-learn's min_df or max_df of a Frequency."""
    return f.get("count") or float(f["fraction"])


def vectorizer(c):
    w = c.get("weighting", "counts")
    kw = dict(
        tokenizer=str.split, token_pattern=None, lowercase=False,
        ngram_range=(c.get("min_n", 1), c.get("max_n", c.get("min_n", 1))),
    )
    if "min_df" in c:
        kw["min_df"] = frequency(c["min_df"])
    if "max_df" in c:
        kw["max_df"] = frequency(c["max_df"])
    if "max_features" in c:
        kw["max_features"] = c["max_features"]
    weights = dict(
        norm={"none": None}.get(c.get("norm", "l2"), c.get("norm", "l2")), use_idf=not c.get("no_idf"),
        smooth_idf=not c.get("unsmoothed"), sublinear_tf=bool(c.get("sublinear")),
    )
    if "hash" in c:
        v = HashingVectorizer(
            n_features=c["hash"], alternate_sign=bool(c.get("signed")), norm=None, binary=w == "binary", **kw)
        return [v, TfidfTransformer(**weights)] if w == "tfidf" else [v]
    if w == "tfidf":
        return [TfidfVectorizer(**kw, **weights)]
    return [CountVectorizer(binary=w == "binary", **kw)]


def rows(x):
    x = x.tocsr()
    x.sort_indices()
    return [
        [v for c, d in zip(r.indices, r.data) if d != 0 for v in (int(c), float(f"{d:.10g}"))]
        for r in (x[i] for i in range(x.shape[0]))
    ]


def transform(c):
    steps = vectorizer(c)
    x = steps[0].fit_transform(TEXTS)
    for s in steps[1:]:
        x = s.fit_transform(x)
    terms = None if "hash" in c else list(steps[0].get_feature_names_out())
    return x, terms


def features(name, **c):
    x, terms = transform(c)
    case = {"name": name, "config": c, "rows": rows(x)}
    if terms is not None:
        case["terms"] = terms
    return case


def classifier(name, labels, c):
    x, terms = transform(c["vectorizer"])
    x = x.toarray().astype(np.float64)
    y = np.array(labels)
    k = int(y.max()) + 1
    weight, bias, objective, p = [], [], [], []
    for positive in [1] if k == 2 else range(k):
        t = y == positive
        r = np.ones(x.shape[1])
        if "nb" in c:
            a = c["nb"].get("alpha", 1)
            u, v = x[t].sum(0) + a, x[~t].sum(0) + a
            r = np.log((u / u.sum()) / (v / v.sum()))
        lr = LogisticRegression(C=c.get("c", 1), solver="newton-cg", tol=1e-12, max_iter=10000)
        lr.fit(x * r, t)
        w, b = lr.coef_[0], lr.intercept_[0]
        z = (x * r) @ w + b
        objective.append(float(w @ w / 2 + c.get("c", 1) * np.logaddexp(0, np.where(t, -z, z)).sum()))
        beta = c.get("nb", {}).get("beta", 1)
        w = r * ((1 - beta) * np.abs(w).mean() + beta * w)
        weight.append(w)
        bias.append(float(b))
        p.append(1 / (1 + np.exp(-(x @ w + b))))
    p = np.array(p).T
    p = np.hstack([1 - p, p]) if k == 2 else p / p.sum(1, keepdims=True)
    short = lambda a: [float(f"{v:.9g}") for v in np.asarray(a).reshape(-1)]
    return {
        "name": name, "config": c, "classes": k, "labels": labels, "terms": terms,
        "weight": short(np.array(weight).T), "bias": short(bias), "objective": short(objective), "probability": short(p),
    }


print(json.dumps({
    "scikit-learn": sklearn.__version__,
    "texts": TEXTS,
    "labels": LABELS,
    "features": [
        features("counts", max_n=1),
        features("bigrams", min_n=2),
        features("binary trigrams", weighting="binary", max_n=3, min_df={"count": 2}),
        features("counts limited by fractions", max_n=2, min_df={"fraction": 0.17}, max_df={"fraction": 0.45}),
        features("counts in at most 4", max_n=2, max_df={"count": 4}, min_df={"count": 2}),
        # As many as occur five times or more: no tie at the limit.
        features("most frequent", max_features=4),
        features("tfidf", weighting="tfidf"),
        features("tfidf of one to three words", weighting="tfidf", max_n=3, min_df={"count": 2}),
        features("tfidf unsmoothed sublinear l1", weighting="tfidf", norm="l1", unsmoothed=True, sublinear=True),
        features("tfidf without norm", weighting="tfidf", norm="none", max_df={"count": 6}),
        features("tf", weighting="tfidf", no_idf=True),
        features("hashed counts", hash=32, max_n=2),
        features("hashed counts with signs", hash=1000, max_n=2, signed=True),
        features("hashed tfidf with signs", hash=64, weighting="tfidf", max_n=3, signed=True),
    ],
    "classifiers": [
        classifier("tfidf", LABELS, {"vectorizer": {"weighting": "tfidf", "min_df": {"count": 2}}}),
        classifier("weak regularisation", LABELS, {"vectorizer": {"weighting": "tfidf", "min_df": {"count": 3}}, "c": 1000}),
        classifier("counts", LABELS, {"vectorizer": {"min_df": {"count": 3}}, "c": 0.01}),
        classifier("nb", LABELS, {"vectorizer": {"weighting": "binary", "max_n": 2, "min_df": {"count": 2}}, "nb": {}, "c": 2}),
        classifier("nb interpolated", LABELS, {
            "vectorizer": {"weighting": "binary", "max_n": 2, "min_df": {"count": 3}}, "nb": {"alpha": 0.5, "beta": 0.25}}),
        classifier("three classes", LABELS3, {"vectorizer": {"weighting": "tfidf", "min_df": {"count": 3}}, "c": 10}),
        classifier("three classes, nb", LABELS3, {
            "vectorizer": {"weighting": "binary", "min_df": {"count": 3}}, "nb": {}, "c": 1}),
    ],
}, separators=(",", ":"), ensure_ascii=False))
