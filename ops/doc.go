// Package ops holds the Gorgonia operations of the zoo's models: embedding,
// dropout, LSTM over packed sequences, pooling over time, linear layers and
// losses, and the sublayers of encoders (self-attention, feed-forward), each with
// its own backward pass.
//
// # Encoders
//
// Between the ops of an encoder a matrix stays in panels, package kernel's layout, and
// texts lie one after another, without padding. Many rows are dealt to the cores in
// blocks of about a hundred, each taken through a whole sublayer by one core: what it
// passes through stays in the second cache, and an inner layer of any width is used up
// twelve panels at a time. Few rows are dealt by heads and columns, so that each core
// reads its part of the weights. Neither reaches the result. Graphs that predict work
// in place, in 4 bytes a feature and token, and share the packed weights; those that
// train keep what the backward pass needs. BenchmarkEmbed and BenchmarkTrain of
// models/encoder measure both.
//
// # Many cores
//
// The texts of a batch are dealt to the cores once, as many tokens to each, and a
// core takes its texts through the whole sequence without meeting another; the
// gradients of the weights are one product over all tokens, by tiles of the output.
// So any number of cores is kept busy up to that of the texts (and of the 64 panels
// of gates, at H = 256), but a core with few texts reads the weights as often and
// does less with them. BenchmarkLSTM, D = 100, H = 256, one core of Zen 3 with AVX2,
// whose multiply-add peak is 92 GFLOP/s, layer forward and back, the best runs:
//
//	texts of the core    32    8    4    2    1
//	of the peak, %       82   77   69   58   38
//
// What no other core helps with (Gorgonia's machine, sorting the ids, bookkeeping
// of the optimizer) takes 3.2 ms of a step of 64 reviews, which are 38 GFLOP. From
// these numbers, if the cores do not take the third cache from each other, batches
// of 64 would at best take:
//
//	cores                 2    8   32   64
//	texts of each        32    8    2    1
//	a step, ms          256   70   26   20
//	thousand tokens/s    68  247  683  861
//
// Of these only two cores have been measured: 50 to 68 thousand tokens/s, as other
// guests of the machine allowed, and 1.9 times what one core trains. The table
// leaves out embedding, dropout, pooling and Adam, which all cores share, and that
// 64 tasks of the weights' gradients each read all inputs, 26 MB. With 256 texts, 32
// cores are where 8 are with 64.
//
// Texts are predicted 192 at a time, so that 64 cores still have three each, whose
// step reaches 88 % of the peak (package kernel). Predictions that are asked for one
// by one run on a core each; they share the embedding, and each of at most
// GOMAXPROCS predictors packs the other weights for itself.
package ops
