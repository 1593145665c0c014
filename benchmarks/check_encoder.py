"""Holds the zoo's vectors of a sentence encoder to sentence-transformers' definition in PyTorch.

    python3 check_encoder.py DIR ZOO [--lines 1000] [--texts 300] [--seed 7]

DIR is an encoder such as all-MiniLM-L6-v2 in Hugging Face's form, ZOO the program. Two
sets are drawn by the seed: odd lines (characters of every script and category, accents
composed and not, emoji with their joiners, control and private characters, words of over
100 letters, unknown and special tokens spelt out) and texts of all kinds (empty ones,
CJK, texts longer than the encoder reads, markup, code, numbers). The ids are those of
transformers' tokenizer, and the vectors the means of the states over the pieces, made
one long. A wrong id shows as a vector far away. Prints one JSON line a set: the texts,
those whose number of tokens differs, and the largest difference of any number.
"""

import argparse
import json
import random
import subprocess
import tempfile
import unicodedata

import torch
from transformers import AutoModel, AutoTokenizer

WORDS = "the a film Naïve café don't e-mail U.S.A. 3.14 1,000 http://a.b/c?d=e user@host #tag @name isn't well-known x=y+z".split()


def odd(rng):
    def character():
        while True:
            c = chr(rng.choice([rng.randrange(0x20, 0x250), rng.randrange(0x250, 0x3000), rng.randrange(0x3000, 0xD7FF), rng.randrange(0xE000, 0x20000), rng.randrange(0x1F300, 0x1FAFF)]))
            if unicodedata.category(c) != "Cs" and c not in "\n\r\x85\u2028\u2029":
                return c
    parts = []
    for _ in range(rng.randrange(1, 12)):
        kind = rng.randrange(9)
        if kind < 3:
            parts.append(rng.choice(WORDS))
        elif kind == 3:
            parts.append("".join(character() for _ in range(rng.randrange(1, 8))))
        elif kind == 4:
            parts.append(unicodedata.normalize(rng.choice(["NFD", "NFC", "NFKD"]), rng.choice(["Ångström", "naïveté", "Việt Nam", "İstanbul", "ﬁnancé", "é̂"])))
        elif kind == 5:
            parts.append(rng.choice(["👩‍👩‍👧", "🏳️‍🌈", "👍🏽", "❤️", "🇩🇪"]))
        elif kind == 6:
            parts.append(rng.choice(["\u200b", "\ufeff", "\u00ad", "\u202e", "\ue000", "\x00", "\x7f", "\t", "\u00a0", "\u3000"]))
        elif kind == 7:
            parts.append(rng.choice(["[MASK]", "[CLS]", "[unk]", "##ing", "[SEP]", "[ PAD ]"]))
        else:
            parts.append(rng.choice("abcdefgé") * rng.choice([5, 99, 100, 101, 150]))
    return rng.choice(["", " "]).join(parts) if rng.random() < 0.3 else " ".join(parts)


def text(rng, i):
    kind = i % 10
    words = lambda n: " ".join(rng.choice(WORDS) for _ in range(n))
    return ["", words(8), words(40), words(400), "東京は今日も雨です。" * rng.randrange(1, 60), "مرحبا بالعالم " * rng.randrange(1, 9),
            "😂🔥" * rng.randrange(1, 40), "def f(x):\n    return x ** 2  # square\n" * rng.randrange(1, 6),
            "<p>Hello&nbsp;<b>world</b></p> " * rng.randrange(1, 20), str(rng.random() * 10 ** rng.randrange(-9, 9)) + " " + words(3)][kind]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("model")
    p.add_argument("zoo")
    p.add_argument("--lines", type=int, default=1000)
    p.add_argument("--texts", type=int, default=300)
    p.add_argument("--seed", type=int, default=7)
    a = p.parse_args()
    rng = random.Random(a.seed)
    tokenizer, model = AutoTokenizer.from_pretrained(a.model), AutoModel.from_pretrained(a.model, add_pooling_layer=False).eval()
    limit = json.load(open(a.model + "/sentence_bert_config.json"))["max_seq_length"]
    for name, texts in [("odd lines", [odd(rng) for _ in range(a.lines)]), ("texts", [text(rng, i) for i in range(a.texts)])]:
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as f:
            for t in texts:
                f.write(json.dumps({"text": t}) + "\n")
            f.flush()
            out = subprocess.run([a.zoo, "embed", a.model, "--file", f.name, "--text", "text", "--json"], check=True, stdout=subprocess.PIPE, text=True)
        got = [json.loads(line) for line in out.stdout.split("\n") if line]
        assert len(got) == len(texts), (len(got), len(texts))
        counts, worst, at = 0, 0.0, ""
        with torch.no_grad():
            for t, g in zip(texts, got):
                x = tokenizer(t, truncation=True, max_length=limit, return_tensors="pt")
                v = torch.nn.functional.normalize(model(**x).last_hidden_state[0].mean(0), dim=0)
                counts += len(x["input_ids"][0]) != g["tokens"]
                d = (v - torch.tensor(g["vector"])).abs().max().item()
                if d > worst:
                    worst, at = d, t
        print(json.dumps({"set": name, "texts": len(texts), "other_number_of_tokens": counts, "largest_difference": worst, "of": at[:60]}))


if __name__ == "__main__":
    main()
