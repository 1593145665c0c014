// Package ops holds the Gorgonia operations of the zoo's models: embedding,
// dropout, LSTM over packed sequences, pooling over time, linear layers and
// losses, each with its own backward pass.
//
// # Many cores
//
// The texts of a batch are dealt to the cores once, as many tokens to each, and a
// core takes its texts through the whole sequence without meeting another; the
// gradients of the weights are one product over all tokens, by tiles of the output.
// So any number of cores is kept busy up to that of the texts (and of the 64 panels
// of gates, at H = 256), but a core with few texts reads the weights as often and
// does less with them. BenchmarkLSTM, D = 100, H = 256, one core of Zen 3 with AVX2,
// whose multiply-add peak is 92 GFLOP/s, layer forward and back:
//
//	texts of the core    32    8    4    2    1
//	of the peak, %       82   77   69   58   38
//
// What no other core helps with (Gorgonia's machine, sorting the ids, bookkeeping
// of the optimizer) takes 3 ms of a step of 64 reviews, which are 38 GFLOP. Two
// cores were measured to train 1.9 times as fast as one. From these numbers, and if
// the cores do not take the third cache from each other, batches of 64 would take:
//
//	cores                 2    8   32   64
//	texts of each        32    8    2    1
//	a step, ms          256   70   26   20
//	thousand tokens/s    68  247  680  860
//
// Two cores reach the 68. With 256 texts, 32 cores are where 8 are with 64. Texts
// are predicted 192 at a time, so that 64 cores still have three each, at 80 % or
// more of the peak (BenchmarkInferLSTM), and predictions that are asked for one by
// one share nothing but the memory of the weights.
package ops
