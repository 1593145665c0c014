"""Learns the vectors of recipe word2vec-imdb by gensim, from the same tokens.

    go run ./internal/tokens aclImdb_v1.tar.gz > tokens.txt
    python3 benchmarks/gensim_word2vec.py tokens.txt

needs gensim, which brings WordSim-353 and SimLex-999; --pairs names other lists,
such as MEN, of two words and a score with tabs between. Prints the time, the
rate and the rank correlations, as zoo train and zoo eval --data do for the zoo.
"""

import argparse
import os
import time

import gensim
from gensim.models import Word2Vec
from gensim.test.utils import datapath

p = argparse.ArgumentParser()
p.add_argument("tokens")
p.add_argument("--workers", type=int, default=2)
p.add_argument("--cbow", action="store_true")
p.add_argument("--keep", type=int, default=36000, help="words that the pairs are looked up among")
p.add_argument("--pairs", nargs="*", default=[], help="more lists of pairs of words")
p.add_argument("--out", help="write the vectors in word2vec's text form")
a = p.parse_args()

os.environ.setdefault("OMP_NUM_THREADS", "1")
model = Word2Vec(vector_size=100, window=5, min_count=5, negative=5, sample=1e-3, epochs=5, sg=0 if a.cbow else 1,
                 alpha=0.05 if a.cbow else 0.025, workers=a.workers)
began = time.time()
model.build_vocab(corpus_file=a.tokens)
print(f"gensim {gensim.__version__}: vocabulary of {len(model.wv)} words, {time.time() - began:.1f} s", flush=True)
began = time.time()
model.train(corpus_file=a.tokens, total_words=model.corpus_total_words, total_examples=model.corpus_count, epochs=5)
took = time.time() - began
print(f"trained in {took:.1f} s on {a.workers} threads, {5 * model.corpus_total_words / took:.0f} tokens/s", flush=True)
for n in (len(model.wv), a.keep):
    for name in (datapath("wordsim353.tsv"), datapath("simlex999.txt"), *a.pairs):
        _, spearman, missing = model.wv.evaluate_word_pairs(name, restrict_vocab=n)
        print(f"{n} words, {os.path.basename(name)}: {spearman[0]:.4f}, {missing:.1f} % of the pairs missing")
if a.out:
    model.wv.save_word2vec_format(a.out)
