package tagger

import (
	"fmt"
	"math"

	"github.com/gorgonia-zoo/zoo/ops"
	G "gorgonia.org/gorgonia"
)

// Network is the weights of a tagger, on ids of words and characters.
type Network struct {
	config Config
	words  *ops.Param     // [Words, E]
	chars  *ops.Param     // [Chars, CharEmbedding]
	spell  [2]direction   // over characters, forward and backward
	layers [][2]direction // over words
	heads  []head         // by column
}

// direction is one direction of an LSTM layer.
type direction struct{ weightIH, weightHH, biasIH, biasHH *ops.Param }

func (d direction) params() []*ops.Param {
	return []*ops.Param{d.weightIH, d.weightHH, d.biasIH, d.biasHH}
}

func (d direction) nodes(g *ops.Graph) ops.LSTMWeights {
	return ops.LSTMWeights{WeightIH: g.Param(d.weightIH), WeightHH: g.Param(d.weightHH), BiasIH: g.Param(d.biasIH), BiasHH: g.Param(d.biasHH)}
}

// head answers one column.
type head struct{ weight, bias, transitions, start, end *ops.Param }

func (h head) params() []*ops.Param {
	return []*ops.Param{h.weight, h.bias, h.transitions, h.start, h.end}
}

func (h head) crf(g *ops.Graph) ops.CRFWeights {
	return ops.CRFWeights{Transitions: g.Param(h.transitions), Start: g.Param(h.start), End: g.Param(h.end)}
}

// bidirectional returns the parameters of an LSTM layer.
func bidirectional(prefix string, layer, in, h int) (d [2]direction) {
	for i := range d {
		suffix := fmt.Sprintf("_l%d", layer)
		if i == 1 {
			suffix += "_reverse"
		}
		d[i] = direction{
			ops.NewParam(prefix+".weight_ih"+suffix, 4*h, in), ops.NewParam(prefix+".weight_hh"+suffix, 4*h, h),
			ops.NewParam(prefix+".bias_ih"+suffix, 4*h), ops.NewParam(prefix+".bias_hh"+suffix, 4*h)}
	}
	return d
}

// empty returns a network whose weights are zero.
func empty(c Config) (*Network, error) {
	c, err := c.filled()
	if err != nil {
		return nil, err
	}
	n := &Network{
		config: c,
		words:  ops.NewParam("words.weight", c.Words, c.Embedding),
		chars:  ops.NewParam("chars.weight", c.Chars, c.CharEmbedding),
		spell:  bidirectional("spell", 0, c.CharEmbedding, c.CharHidden),
	}
	in := c.Embedding + 2*c.CharHidden
	for i := range c.Layers {
		n.layers = append(n.layers, bidirectional("rnn", i, in, c.Hidden))
		in = 2 * c.Hidden
	}
	for i, column := range c.Columns {
		k := len(column.Tags)
		name := func(part string) string { return fmt.Sprintf(part, i) }
		n.heads = append(n.heads, head{
			ops.NewParam(name("heads.%d.weight"), k, in), ops.NewParam(name("heads.%d.bias"), k),
			ops.NewParam(name("crfs.%d.transitions"), k, k),
			ops.NewParam(name("crfs.%d.start_transitions"), k), ops.NewParam(name("crfs.%d.end_transitions"), k)})
	}
	return n, nil
}

// New returns a network with PyTorch's initial distributions for the LSTM and the linear
// layers, U(-k, k) with k = 1/sqrt(H) and 1/sqrt(inputs), pytorch-crf's for the
// transitions, U(-0.1, 0.1), and N(0, 0.1) for words, N(0, 0.5) for characters.
func New(c Config, seed uint64) (*Network, error) {
	n, err := empty(c)
	if err != nil {
		return nil, err
	}
	n.words.Normal(seed, 0.1)
	n.chars.Normal(seed, 0.5)
	for _, layer := range append([][2]direction{n.spell}, n.layers...) {
		for _, d := range layer {
			for _, p := range d.params() {
				p.Uniform(seed, 1/math.Sqrt(float64(d.weightHH.Shape()[1])))
			}
		}
	}
	for _, h := range n.heads {
		k := 1 / math.Sqrt(float64(h.weight.Shape()[1]))
		h.weight.Uniform(seed, k)
		h.bias.Uniform(seed, k)
		for _, p := range []*ops.Param{h.transitions, h.start, h.end} {
			p.Uniform(seed, 0.1)
		}
	}
	return n, nil
}

// Config returns the shape of the network.
func (n *Network) Config() Config { return n.config }

// Words returns the table of words [Words, E].
func (n *Network) Words() *ops.Param { return n.words }

// Params returns the weights: words, characters, LSTMs, heads.
func (n *Network) Params() []*ops.Param {
	params := []*ops.Param{n.words, n.chars}
	for _, layer := range append([][2]direction{n.spell}, n.layers...) {
		for _, d := range layer {
			params = append(params, d.params()...)
		}
	}
	for _, h := range n.heads {
		params = append(params, h.params()...)
	}
	return params
}

// lstm is ops.LSTM or ops.InferLSTM.
type lstm func(x, lengths *G.Node, directions ...ops.LSTMWeights) (*G.Node, error)

// inputs are the nodes of a batch.
type inputs struct {
	words   *G.Node // [N] ids of words, packed by lengths
	lengths *G.Node // [B]
	chars   *G.Node // [M] ids of characters of the different words, packed by spelled
	spelled *G.Node // [U] characters of each, most first
	places  *G.Node // [N] which of the different words stands where
}

// scores builds the graph from a batch to the scores [N, K] of each column. noise is nil
// for a graph that predicts.
func (n *Network) scores(g *ops.Graph, in inputs, run lstm, noise *ops.Noise) (scores []*G.Node, err error) {
	drop := func(x *G.Node, name string) (*G.Node, error) {
		if noise == nil || n.config.Dropout == 0 {
			return x, nil
		}
		return ops.Dropout(x, n.config.Dropout, noise, name)
	}
	words, err := ops.Embedding(g.Param(n.words), in.words, in.lengths)
	if err != nil {
		return nil, err
	}
	letters, err := ops.Embedding(g.Param(n.chars), in.chars, in.spelled)
	if err != nil {
		return nil, err
	}
	states, err := run(letters, in.spelled, n.spell[0].nodes(g), n.spell[1].nodes(g))
	if err != nil {
		return nil, err
	}
	if states, err = ops.Pool(states, in.spelled, n.config.CharHidden, ops.PoolLast); err != nil {
		return nil, err
	}
	if states, err = ops.Gather(states, in.places, in.lengths); err != nil {
		return nil, err
	}
	x, err := ops.Concat(words, states)
	if err != nil {
		return nil, err
	}
	for i, layer := range n.layers {
		if x, err = drop(x, fmt.Sprintf("layer %d", i)); err != nil {
			return nil, err
		}
		if x, err = run(x, in.lengths, layer[0].nodes(g), layer[1].nodes(g)); err != nil {
			return nil, err
		}
	}
	if x, err = drop(x, "output"); err != nil {
		return nil, err
	}
	for _, h := range n.heads {
		s, err := ops.Linear(x, g.Param(h.weight), g.Param(h.bias))
		if err != nil {
			return nil, err
		}
		scores = append(scores, s)
	}
	return scores, nil
}
