// Package encoder is the family of BERT (Devlin et al. 2019, arXiv:1810.04805):
// BERT itself, MiniLM, DistilBERT and RoBERTa, which read a text and give a vector
// for each of its tokens, or one for all.
//
//	x_0 = LayerNorm(word + position + segment)
//	a_l = LayerNorm(x_l + MultiHead(x_l))                 l = 0 .. L-1
//	x_{l+1} = LayerNorm(a_l + GELU(a_l W_1 + b_1) W_2 + b_2)
//	MultiHead(x) = concat(head_1 .. head_A) W_O + b_O
//	head_a = softmax(q_a k_a' / √D) v_a,  q = x W_Q + b_Q,  k, v likewise
//
// (Vaswani et al. 2017, arXiv:1706.03762). Tensors have the names and shapes of
// BERT's state_dict in Hugging Face's transformers, without prefix. No padding is
// computed: the texts of a batch lie one after another.
//
// Legend: B texts in a batch, N tokens of a batch, F features, A heads of D = F/A, I
// inner features, L layers, V vocabulary.
package encoder
