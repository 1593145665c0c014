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
// # The solver
//
// A few passes of dual coordinate descent, as liblinear's, are followed by
// Newton's method with conjugate gradients in the space of documents. Descent
// alone is the quickest way near the minimum, but takes one core and a bias
// that is penalised; Newton's method takes all cores and ends where
// scikit-learn's definition says. On 25,000 reviews of IMDB, two cores of an
// AMD EPYC (Zen 3) with little else to do (load 1.3), from the matrix to the
// coefficients, medians where runs were repeated:
//
//	NB-weighted trigrams in two documents or more, 12.6 million elements, C=1
//	  descent and Newton                              1.5 s   objective 611.150
//	  the same with a tolerance of 1e-5               2.2 s   611.143
//	  Newton alone                                    3.9 s   611.143
//	  scikit-learn 1.9.1, liblinear, dual             4.4 s   611.149
//	  the same with a tolerance of 1e-2               2.5 s   611.149
//	  scikit-learn, lbfgs                             7.0 s   612.808
//	  scikit-learn, liblinear, primal                16.9 s   611.149
//	TF-IDF of words and pairs of words, 9.9 million elements, C=10
//	  descent and Newton                              2.1 s   40755.188
//	  Newton alone                                    2.2 s   40755.188
//	  scikit-learn, liblinear, dual                   4.6 s   40755.188
//	  the same with a tolerance of 1e-2               2.9 s   40755.188
//	  scikit-learn, newton-cg                         5.7 s   41043.421
//	  scikit-learn, sag                              11.3 s   40755.576
//	  scikit-learn, lbfgs                            11.8 s   40903.273
//
// testdata/solvers.py measures them side by side on any machine. liblinear
// penalises the bias too, which costs it little. Every sum is taken
// in one order by one goroutine, so that coefficients have the same bits on
// any number of cores.
//
// Legend: F features (columns), C logits, r log-count ratio, df document
// frequency.
package linear
