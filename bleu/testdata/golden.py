"""Writes golden.jsonl: texts, references and what sacrebleu 2.6.0 says of them."""
import json, random
from sacrebleu.metrics import BLEU, CHRF

random.seed(1)
refs = [
    "A man in an orange hat starring at something.", "A Boston Terrier is running on lush green grass in front of a white fence.",
    "Two people, one (in red) & one in \"blue\", pay $3.50 - or 4,000.25 yen - at 10:30.", "the cat", "Ça coûte 1.234,5 €; naïve Straße!",
    "It's 3-4 o'clock... isn't it?", "&quot;Quoted&quot; &amp; &lt;tag&gt; text", "猫が好き。", "a b c d e f g", "x",
    "ΟΔΟΣ ΣΟΦΟΣ", "  two   blanks\tand a tab ", "no-break\u00a0space and\u2003em space", "sep\x1cby\x1dfile", "One. Two.Three,four 5.6.7 8-9 a-b",
]
def damage(s):
    w = s.split(" ")
    for _ in range(random.randint(0, 3)):
        i = random.randrange(len(w))
        r = random.random()
        if r < .3: w.pop(i) if len(w) > 1 else None
        elif r < .6: w.insert(i, random.choice(["the", "a", "dog", ".", ","]))
        elif r < .8: w[i] = w[i].upper()
        else: random.shuffle(w)
    return " ".join(w)
corpora = []
for size in (1, 3, 15):
    for _ in range(4):
        r = [random.choice(refs) for _ in range(size)] if size < 15 else refs
        corpora.append(([damage(x) for x in r], list(r)))
corpora += [(["", "a"], ["b c", "d"]), (["completely different words here"], ["nothing in common at all"]), ([""], ["x"]), (["a b"], ["a b"]), (["same text ."] * 3, ["same text ."] * 3)]
with open("golden.jsonl", "w") as f:
    for h, r in corpora:
        for lc in (False, True):
            b, c = BLEU(lowercase=lc), CHRF(lowercase=lc)
            s, t = b.corpus_score(h, [r]), c.corpus_score(h, [r])
            e = BLEU(lowercase=lc, effective_order=True)
            f.write(json.dumps({"texts": h, "references": r, "lowercase": lc, "bleu": s.score, "precisions": s.precisions, "bp": s.bp, "words": s.sys_len,
                "reference_words": s.ref_len, "chrf": t.score, "signature": b.get_signature().format(), "chrf_signature": c.get_signature().format(),
                "sentences": [e.sentence_score(x, [y]).score for x, y in zip(h, r)], "sentence_signature": e.get_signature().format()}) + "\n")
