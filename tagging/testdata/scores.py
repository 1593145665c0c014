"""Scores of made-up tags by seqeval 1.2.2, for TestSeqeval: python3 scores.py > seqeval.json"""
import json
import random

from seqeval.metrics import classification_report, f1_score, precision_score, recall_score
from seqeval.metrics.sequence_labeling import get_entities

random.seed(4)
kinds = ["PER", "LOC", "ORG"]
alphabets = {
    "iob": ["O", "O"] + [p + "-" + k for k in kinds for p in "BI"],
    "bioes": ["O", "O"] + [p + "-" + k for k in kinds for p in "BIES"],
}
cases = []
for name, tags in alphabets.items():
    want = [[random.choice(tags) for _ in range(random.randint(1, 12))] for _ in range(12)]
    got = [[t if random.random() < 0.7 else random.choice(tags) for t in s] for s in want]
    report = classification_report(want, got, output_dict=True, zero_division=0)
    cases.append({
        "name": name, "want": want, "got": got,
        "spans": [[[k, a, b] for k, a, b in get_entities(s)] for s in want],
        "precision": precision_score(want, got), "recall": recall_score(want, got), "f1": f1_score(want, got),
        "kinds": {k: {"precision": report[k]["precision"], "recall": report[k]["recall"], "f1": report[k]["f1-score"], "spans": int(report[k]["support"])} for k in kinds},
    })
print(json.dumps(cases))
