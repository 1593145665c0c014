package lstm

import (
	"fmt"
	"math"
	"slices"

	"github.com/gorgonia-zoo/zoo/ops"
	G "gorgonia.org/gorgonia"
)

// Network is the weights of a classifier, on token ids. Methods that predict
// are safe for many goroutines as long as nothing trains it meanwhile.
type Network struct {
	config    Config
	embedding *ops.Param // [V, E]
	layers    [][]layer  // [layer][direction]
	weight    *ops.Param // [C, P*H*directions]
	bias      *ops.Param // [C]
	lender    *ops.Lender[*predictor]
}

// layer is one direction of one LSTM layer.
type layer struct {
	weightIH *ops.Param // [4H, D]
	weightHH *ops.Param // [4H, H]
	biasIH   *ops.Param // [4H]
	biasHH   *ops.Param // [4H]
}

func (l layer) params() []*ops.Param {
	return []*ops.Param{l.weightIH, l.weightHH, l.biasIH, l.biasHH}
}

// New returns a network with PyTorch's initial distributions: N(0, std) for
// the embedding, U(-k, k) with k = 1/sqrt(H) for the LSTM and k =
// 1/sqrt(inputs) for the linear layer.
func New(c Config, seed uint64) (*Network, error) {
	n, err := empty(c)
	if err != nil {
		return nil, err
	}
	n.embedding.Normal(seed, n.config.EmbeddingStd)
	for _, directions := range n.layers {
		for _, l := range directions {
			for _, p := range l.params() {
				p.Uniform(seed, 1/math.Sqrt(float64(n.config.Hidden)))
			}
		}
	}
	k := 1 / math.Sqrt(float64(n.weight.Shape()[1]))
	n.weight.Uniform(seed, k)
	n.bias.Uniform(seed, k)
	return n, nil
}

// empty returns a network whose weights are zero.
func empty(c Config) (*Network, error) {
	c, err := c.filled()
	if err != nil {
		return nil, err
	}
	h, width := c.Hidden, c.Hidden*c.directions()
	n := &Network{
		config:    c,
		embedding: ops.NewParam("embedding.weight", c.Vocab, c.Embedding),
		weight:    ops.NewParam("fc.weight", c.logits(), width*len(c.Pooling)),
		bias:      ops.NewParam("fc.bias", c.logits()),
	}
	for i := range c.Layers {
		in := c.Embedding
		if i > 0 {
			in = width
		}
		var directions []layer
		for d := range c.directions() {
			suffix := fmt.Sprintf("_l%d", i)
			if d == 1 {
				suffix += "_reverse"
			}
			directions = append(directions, layer{
				weightIH: ops.NewParam("rnn.weight_ih"+suffix, 4*h, in),
				weightHH: ops.NewParam("rnn.weight_hh"+suffix, 4*h, h),
				biasIH:   ops.NewParam("rnn.bias_ih"+suffix, 4*h),
				biasHH:   ops.NewParam("rnn.bias_hh"+suffix, 4*h),
			})
		}
		n.layers = append(n.layers, directions)
	}
	n.lender = ops.NewLender(ops.LenderConfig[*predictor]{
		Build:  func() (*predictor, error) { return newPredictor(n) },
		Params: n.Params(),
		Keep:   (*predictor).reusable,
	})
	return n, nil
}

// Config returns the shape of the network.
func (n *Network) Config() Config {
	c := n.config
	c.Pooling = slices.Clone(c.Pooling)
	return c
}

// Params returns the weights: embedding, LSTM layer by layer, linear layer.
func (n *Network) Params() []*ops.Param {
	params := []*ops.Param{n.embedding}
	for _, directions := range n.layers {
		for _, l := range directions {
			params = append(params, l.params()...)
		}
	}
	return append(params, n.weight, n.bias)
}

// predict builds the graph that predicts, from different ids [U], of which the
// first used [1] count, and the row in them of each token, rows [N], packed by
// lengths [B], to logits [B, C].
func (n *Network) predict(g *ops.Graph, ids, used, rows, lengths *G.Node) (*G.Node, error) {
	x, err := ops.Embedding(g.Param(n.embedding), ids, used)
	if err != nil {
		return nil, err
	}
	return n.read(g, x, lengths, nil, func(layer int, x *G.Node, directions []ops.LSTMWeights) (*G.Node, error) {
		if layer == 0 {
			return ops.InferSharedLSTM(x, rows, lengths, directions...)
		}
		return ops.InferLSTM(x, lengths, directions...)
	})
}

// forward builds the graph that trains, from ids [N], packed by lengths [B], to
// logits [B, C].
func (n *Network) forward(g *ops.Graph, ids, lengths *G.Node, noise *ops.Noise) (*G.Node, error) {
	x, err := ops.Embedding(g.Param(n.embedding), ids, lengths)
	if err != nil {
		return nil, err
	}
	if x, err = n.drop(x, lengths, n.config.Dropout.Embedding, noise, "embedding"); err != nil {
		return nil, err
	}
	return n.read(g, x, lengths, noise, differentiable(lengths))
}

// runLayer adds an LSTM layer to a graph.
type runLayer func(layer int, x *G.Node, directions []ops.LSTMWeights) (*G.Node, error)

// differentiable adds layers that a backward pass may follow.
func differentiable(lengths *G.Node) runLayer {
	return func(_ int, x *G.Node, directions []ops.LSTMWeights) (*G.Node, error) {
		return ops.LSTM(x, lengths, directions...)
	}
}

// read builds the graph from embeddings x, in rows that the first layer's run
// knows, to logits [B, C].
func (n *Network) read(g *ops.Graph, x, lengths *G.Node, noise *ops.Noise, run runLayer) (_ *G.Node, err error) {
	drop := n.config.Dropout
	for i, directions := range n.layers {
		if i > 0 {
			if x, err = n.drop(x, lengths, drop.Layer, noise, fmt.Sprintf("layer %d", i)); err != nil {
				return nil, err
			}
		}
		var weights []ops.LSTMWeights
		for _, l := range directions {
			w := ops.LSTMWeights{
				WeightIH: g.Param(l.weightIH), WeightHH: g.Param(l.weightHH), BiasIH: g.Param(l.biasIH), BiasHH: g.Param(l.biasHH)}
			if noise != nil && drop.Recurrent > 0 {
				if w.WeightHH, err = ops.Dropout(w.WeightHH, drop.Recurrent, noise, l.weightHH.Name); err != nil {
					return nil, err
				}
			}
			weights = append(weights, w)
		}
		if x, err = run(i, x, weights); err != nil {
			return nil, err
		}
	}
	if x, err = ops.Pool(x, lengths, n.config.Hidden, n.config.Pooling...); err != nil {
		return nil, err
	}
	if noise != nil && drop.Output > 0 {
		if x, err = ops.Dropout(x, drop.Output, noise, "output"); err != nil {
			return nil, err
		}
	}
	return ops.Linear(x, g.Param(n.weight), g.Param(n.bias))
}

// drop applies dropout to the states at all tokens.
func (n *Network) drop(x, lengths *G.Node, p float64, noise *ops.Noise, name string) (*G.Node, error) {
	switch {
	case noise == nil || p == 0:
		return x, nil
	case n.config.Dropout.Locked:
		return ops.LockedDropout(x, lengths, p, noise, name)
	default:
		return ops.Dropout(x, p, noise, name)
	}
}
