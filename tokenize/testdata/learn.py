"""Writes learn.json: texts, and the merges and ids that the trainer of tokenizers 0.23 finds in them."""
import json
import random

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

random.seed(3)
words = ("der die das ein eine einen Mann Männer Frau Frauen Kind Kinder läuft laufen spielt spielen Gitarre Straße auf unter neben am Strand , . zwei drei "
         "23 1999 don't they're naïve café 猫 犬が 🙂 ... weiß rot-weiß Hund Hunde Hündin Wasser Wassers aaaa aaa aa a").split()
texts = [" ".join(random.choices(words, k=random.randint(1, 12))) + random.choice(["", " ", "\n", "  x"]) for _ in range(120)]
cases = []
for size, least in ((300, 2), (420, 2), (600, 1)):
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    t.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=size, min_frequency=least, special_tokens=["<s>", "</s>"],
                          initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    m = json.loads(t.to_str())["model"]
    vocab = sorted(m["vocab"], key=m["vocab"].get)
    cases.append({"size": size, "min_count": least, "merges": [x if isinstance(x, str) else " ".join(x) for x in m["merges"]], "vocab": vocab[258:],
                  "ids": [t.encode(x).ids for x in texts[:10]]})
json.dump({"texts": texts, "cases": cases}, open("learn.json", "w"), ensure_ascii=False, separators=(",", ":"))
