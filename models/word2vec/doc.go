// Package word2vec learns a vector for each word from running text: skip-gram
// and CBOW with negative sampling and subsampling of frequent words.
//
//	skip-gram   max  sum over pairs (w, c) of  log s(v_w·u_c) + sum over K draws n of log s(-v_w·u_n)
//	CBOW        the same with h = mean of v_w over the window in place of v_w, a pair for each centre c
//
// where w runs over the words at most b places from the centre c, b uniform in
// 1..window, s is the sigmoid, and n is drawn with probability proportional to
// count^0.75. An occurrence of a word of share f is kept with probability
// sqrt(t/f) + t/f (Mikolov et al. 2013, arXiv:1301.3781 and arXiv:1310.4546; the
// last formula, like every default here, is that of their program word2vec.c).
// The gradient of CBOW is the true one, divided by the number of words in the
// window, which word2vec.c leaves out (Irsoy, Benton and Stratos 2021,
// arXiv:2012.15332).
//
// # Phrases
//
// PhraseConfig.Join makes one word of two that keep together, "new york" of a
// text becoming new_york, before vectors are learned (Mikolov et al. 2013,
// arXiv:1310.4546, section 4, and their program word2phrase.c):
//
//	score(a, b) = (count(ab) - d) / (count(a) count(b)) * (words in all) > threshold
//
// The discount d keeps pairs of rare words out. Further passes, of lower
// thresholds if so wished, join phrases to longer ones.
//
// # Arithmetic
//
// 16 neighbouring centres are one block. Their windows cover at most
// 16 + 2 window words, and all pairs of the block share one set of negatives,
// each weighted so that every pair has K of them in expectation (the idea of Ji
// et al. 2016, arXiv:1604.04661, for more than one window). A block is then three
// small matrix products, [words, outputs], [words, D] and [outputs, D], and two
// of its rows touch memory once instead of once for each pair.
//
// # Same bytes
//
// Sentences are dealt to chunks, and 8 chunks are a round. Each chunk trains
// in order, block by block, on a copy of the rows that it touches; at the end of
// the round the differences are added to the weights, chunk by chunk. Which
// goroutine trains a chunk does not matter, and random numbers belong to the
// chunk, so the weights are the same with any number of cores, up to 8 of which
// share the work.
//
// # Stability
//
// The pairs of a block, and the chunks of a round, do not see each other's
// updates. Where they meet the same row often, as in small vocabularies, the sum
// of their steps would overshoot and the weights would grow without bound. So the
// curvature that each row meets is added up, rate s(1-s) |u|² for each pair: a
// block's step of a row is shortened to a curvature of 1, and the differences of
// chunks that together exceed 1 are scaled down, at most to their mean. On IMDB
// this changes the loss of an epoch by 0.004; a vocabulary of 60 words diverges
// without it at any useful rate.
//
// # Speed
//
// Skip-gram of 100 dimensions, window 5, 5 negatives, 20.3 million tokens, five
// epochs: 70 s on two cores of an AMD EPYC (Zen 3, AVX2), reading included, where
// gensim on two threads takes 282 s.
//
// Legend: V words, D dimensions, K negatives for each pair.
package word2vec
