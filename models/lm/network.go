package lm

import (
	"fmt"
	"math"

	"github.com/gorgonia-zoo/zoo/ops"
	G "gorgonia.org/gorgonia"
)

// Network is the weights of a language model, on ids of words.
type Network struct {
	config    Config
	embedding *ops.Param // [V, E]
	layers    []layer
	weight    *ops.Param // P [E, H]
	bias      *ops.Param // p [E]
}

// layer is one LSTM layer.
type layer struct {
	weightIH *ops.Param // [4H, D]
	weightHH *ops.Param // [4H, H]
	biasIH   *ops.Param // [4H]
	biasHH   *ops.Param // [4H]
}

func (l layer) params() []*ops.Param {
	return []*ops.Param{l.weightIH, l.weightHH, l.biasIH, l.biasHH}
}

// New returns a network with N(0, EmbeddingStd) for the embedding and PyTorch's initial
// distributions for the rest: U(-k, k) with k = 1/sqrt(H).
func New(c Config, seed uint64) (*Network, error) {
	n, err := empty(c)
	if err != nil {
		return nil, err
	}
	n.embedding.Normal(seed, n.config.EmbeddingStd)
	for _, p := range n.Params()[1:] {
		p.Uniform(seed, 1/math.Sqrt(float64(n.config.Hidden)))
	}
	return n, nil
}

// empty returns a network whose weights are zero.
func empty(c Config) (*Network, error) {
	c, err := c.filled()
	if err != nil {
		return nil, err
	}
	h := c.Hidden
	n := &Network{
		config:    c,
		embedding: ops.NewParam("embedding.weight", c.Vocab, c.Embedding),
		weight:    ops.NewParam("proj.weight", c.Embedding, h),
		bias:      ops.NewParam("proj.bias", c.Embedding),
	}
	for i := range c.Layers {
		in := c.Embedding
		if i > 0 {
			in = h
		}
		name := func(s string) string { return fmt.Sprintf("rnn.%s_l%d", s, i) }
		n.layers = append(n.layers, layer{
			weightIH: ops.NewParam(name("weight_ih"), 4*h, in),
			weightHH: ops.NewParam(name("weight_hh"), 4*h, h),
			biasIH:   ops.NewParam(name("bias_ih"), 4*h),
			biasHH:   ops.NewParam(name("bias_hh"), 4*h),
		})
	}
	return n, nil
}

// Config returns the shape of the network.
func (n *Network) Config() Config { return n.config }

// Params returns the weights: embedding, LSTM layer by layer, P and p.
func (n *Network) Params() []*ops.Param {
	params := []*ops.Param{n.embedding}
	for _, l := range n.layers {
		params = append(params, l.params()...)
	}
	return append(params, n.weight, n.bias)
}

// Embedding returns embedding.weight [V, E], a row for each word.
func (n *Network) Embedding() *ops.Param { return n.embedding }

// Grow returns a network of more words, with the weights of this one. Each new word
// begins as the word like. The two share no memory.
func (n *Network) Grow(words int, like int32) (*Network, error) {
	c := n.config
	if words < 0 || words > MaxVocab || like < 0 || int(like) >= c.Vocab {
		return nil, fmt.Errorf("lm: %d new words like word %d of %d", words, like, c.Vocab)
	}
	c.Vocab += words
	out, err := empty(c)
	if err != nil {
		return nil, err
	}
	from := n.Params()
	for i, p := range out.Params() {
		copy(p.Write(), from[i].Data())
	}
	table, e := out.embedding.Write(), c.Embedding
	for row := n.config.Vocab; row < c.Vocab; row++ {
		copy(table[row*e:(row+1)*e], table[int(like)*e:])
	}
	return out, nil
}

// carried is the states between windows: of each layer the inputs that it begins from
// and the nodes of what it ends with.
type carried struct {
	begin [][2][]float32 // hidden, cell [B, H]
	end   []ops.LSTMState
}

// forward builds the graph from words [N], packed by lengths [B], to P h + p [N, E].
// Without noise nothing is dropped.
func (n *Network) forward(g *ops.Graph, ids, lengths *G.Node, noise *ops.Noise) (*G.Node, *carried, error) {
	x, err := ops.Embedding(g.Param(n.embedding), ids, lengths)
	if err != nil {
		return nil, nil, err
	}
	drop, states := n.config.Dropout, &carried{}
	for i, l := range n.layers {
		p, name := drop.Layer, fmt.Sprintf("layer %d", i)
		if i == 0 {
			p, name = drop.Embedding, "embedding"
		}
		if noise != nil && p > 0 {
			if x, err = ops.LockedDropout(x, lengths, p, noise, name); err != nil {
				return nil, nil, err
			}
		}
		texts := lengths.Shape()[0]
		hidden, h := g.Floats(fmt.Sprintf("hidden %d", i), texts, n.config.Hidden)
		cell, c := g.Floats(fmt.Sprintf("cell %d", i), texts, n.config.Hidden)
		states.begin = append(states.begin, [2][]float32{h, c})
		y, end, err := ops.LSTMFrom(x, lengths, ops.LSTMState{Hidden: hidden, Cell: cell}, ops.LSTMWeights{
			WeightIH: g.Param(l.weightIH), WeightHH: g.Param(l.weightHH), BiasIH: g.Param(l.biasIH), BiasHH: g.Param(l.biasHH)})
		if err != nil {
			return nil, nil, err
		}
		states.end = append(states.end, end)
		x = y
	}
	if noise != nil && drop.Output > 0 {
		if x, err = ops.Dropout(x, drop.Output, noise, "output"); err != nil {
			return nil, nil, err
		}
	}
	x, err = ops.Linear(x, g.Param(n.weight), g.Param(n.bias))
	return x, states, err
}

// stateLen is how many numbers the states of so many streams are.
func (n *Network) stateLen(streams int) int {
	return 2 * n.config.Layers * streams * n.config.Hidden
}

// load copies states into the inputs.
func (c *carried) load(state []float32) {
	for _, layer := range c.begin {
		for _, to := range layer {
			state = state[copy(to, state):]
		}
	}
}

// store copies the states that the last run ended with into state, where a layer's
// states are rows of all streams of which the run had the first.
func (c *carried) store(p *ops.Program, state []float32) {
	size := len(c.begin[0][0])
	for i, layer := range c.end {
		for k, n := range []*G.Node{layer.Hidden, layer.Cell} {
			data, _ := p.Value(n)
			copy(state[(2*i+k)*size:], data)
		}
	}
}

// With returns the network with other dropout and another number of draws for the
// training to come; the weights are shared.
func (n *Network) With(drop Dropout, negatives int) (*Network, error) {
	c := n.config
	c.Dropout, c.Negatives = drop, negatives
	c, err := c.filled()
	if err != nil {
		return nil, err
	}
	out := *n
	out.config = c
	return &out, nil
}
