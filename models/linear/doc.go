// Package linear classifies texts by a linear function of their words and
// word n-grams: bag of words, TF-IDF, logistic regression, and NB-weighted
// logistic regression.
//
//	x_j = count, presence or TF-IDF of n-gram j in a text
//	P(class | x) = sigmoid(w'x + b)
//	w, b = argmin 1/2 w'w + C sum_i log(1 + exp(-y_i (w'x_i + b)))
//
// NB-weighted, x is replaced by r*x, where r_j = log((p_j/|p|_1) / (q_j/|q|_1))
// is the log-count ratio of n-gram j: p_j and q_j are the numbers of documents
// of the class and of the rest that have it, plus alpha (Wang and Manning
// 2012, "Baselines and Bigrams"; with logistic regression and trigrams,
// Mesnil et al. 2014, arXiv:1412.5335). More than two classes are each
// learned against the rest.
//
// Features, objective and defaults are scikit-learn's, except that tokens come
// from outside.
//
// Legend: F features (columns), C logits, r log-count ratio, df document
// frequency.
package linear
