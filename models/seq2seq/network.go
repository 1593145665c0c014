package seq2seq

import (
	"fmt"
	"math"

	"github.com/gorgonia-zoo/zoo/ops"
	G "gorgonia.org/gorgonia"
)

// The ids that every vocabulary has: what a target begins with and what ends it.
const (
	BOS int32 = 0
	EOS int32 = 1
)

// Network is the weights of a translator, on token ids. Methods that predict are safe
// for many goroutines as long as nothing trains it meanwhile.
type Network struct {
	config Config
	source *ops.Param    // [source vocabulary, E]; nil where the vocabulary is joint
	target *ops.Param    // [V, E]
	layers [][2]lstm     // of the encoder, both directions
	cell   [2]*ops.Param // [H, 2R], [H]
	keys   *ops.Param    // [H, 2R]
	values [2]*ops.Param // [E, 2R], [E]
	lstm   lstm          // of the decoder, on [embedding, o]
	output *ops.Param    // [E, H]
	lender *ops.Lender[*predictor]
}

// lstm is one direction of an LSTM layer.
type lstm struct {
	weightIH *ops.Param // [4H, D]
	weightHH *ops.Param // [4H, H]
	biasIH   *ops.Param // [4H]
	biasHH   *ops.Param // [4H]
}

func newLSTM(prefix, suffix string, in, hidden int) lstm {
	return lstm{
		weightIH: ops.NewParam(prefix+".weight_ih"+suffix, 4*hidden, in),
		weightHH: ops.NewParam(prefix+".weight_hh"+suffix, 4*hidden, hidden),
		biasIH:   ops.NewParam(prefix+".bias_ih"+suffix, 4*hidden),
		biasHH:   ops.NewParam(prefix+".bias_hh"+suffix, 4*hidden),
	}
}

func (l lstm) params() []*ops.Param {
	return []*ops.Param{l.weightIH, l.weightHH, l.biasIH, l.biasHH}
}

func (l lstm) nodes(g *ops.Graph) ops.LSTMWeights {
	return ops.LSTMWeights{WeightIH: g.Param(l.weightIH), WeightHH: g.Param(l.weightHH), BiasIH: g.Param(l.biasIH), BiasHH: g.Param(l.biasHH)}
}

// New returns a network with the distributions that PyTorch's modules begin with:
// U(-k, k) with k = 1/sqrt(hidden) for an LSTM and 1/sqrt(inputs) for a linear layer,
// but N(0, std) for embeddings.
func New(c Config, seed uint64) (*Network, error) {
	n, err := empty(c)
	if err != nil {
		return nil, err
	}
	for _, p := range []*ops.Param{n.source, n.target} {
		if p != nil {
			p.Normal(seed, n.config.EmbeddingStd)
		}
	}
	uniform := func(inputs int, params ...*ops.Param) {
		for _, p := range params {
			p.Uniform(seed, 1/math.Sqrt(float64(inputs)))
		}
	}
	for _, directions := range n.layers {
		for _, l := range directions {
			uniform(n.config.Encoder, l.params()...)
		}
	}
	uniform(2*n.config.Encoder, n.cell[0], n.cell[1], n.keys, n.values[0], n.values[1])
	uniform(n.config.Hidden, append(n.lstm.params(), n.output)...)
	return n, nil
}

// empty returns a network whose weights are zero.
func empty(c Config) (*Network, error) {
	c, err := c.filled()
	if err != nil {
		return nil, err
	}
	e, h, states := c.Embedding, c.Hidden, 2*c.Encoder
	n := &Network{
		config: c,
		target: ops.NewParam("target_embedding.weight", c.TargetVocab, e),
		cell:   [2]*ops.Param{ops.NewParam("cell.weight", h, states), ops.NewParam("cell.bias", h)},
		keys:   ops.NewParam("keys.weight", h, states),
		values: [2]*ops.Param{ops.NewParam("values.weight", e, states), ops.NewParam("values.bias", e)},
		lstm:   newLSTM("decoder", "", 2*e, h),
		output: ops.NewParam("output.weight", e, h),
	}
	if !c.Joint {
		n.source = ops.NewParam("source_embedding.weight", c.SourceVocab, e)
	}
	in := e
	for i := range c.Layers {
		suffix := fmt.Sprintf("_l%d", i)
		n.layers = append(n.layers, [2]lstm{newLSTM("encoder", suffix, in, c.Encoder), newLSTM("encoder", suffix+"_reverse", in, c.Encoder)})
		in = states
	}
	n.lender = ops.NewLender(ops.LenderConfig[*predictor]{
		Build:  func() (*predictor, error) { return newPredictor(n) },
		Params: n.Params(),
		Keep:   (*predictor).reusable,
	})
	return n, nil
}

// Config returns the shape of the network.
func (n *Network) Config() Config { return n.config }

// Params returns the weights: embeddings, encoder layer by layer, what the decoder
// sees of it, decoder.
func (n *Network) Params() []*ops.Param {
	var params []*ops.Param
	if n.source != nil {
		params = append(params, n.source)
	}
	params = append(params, n.target)
	for _, directions := range n.layers {
		for _, l := range directions {
			params = append(params, l.params()...)
		}
	}
	params = append(params, n.cell[0], n.cell[1], n.keys, n.values[0], n.values[1])
	return append(append(params, n.lstm.params()...), n.output)
}

// runLSTM adds an LSTM layer to a graph.
type runLSTM func(x, lengths *G.Node, directions ...ops.LSTMWeights) (*G.Node, error)

// encode builds the graph of the encoder, from source tokens packed by lengths to what
// the decoder attends to and begins with.
func (n *Network) encode(g *ops.Graph, table, ids, lengths *G.Node, run runLSTM, noise *ops.Noise) (s ops.SourceNodes, err error) {
	x, err := ops.Embedding(table, ids, lengths)
	if err != nil {
		return s, err
	}
	if x, err = drop(x, n.config.Dropout.Embedding, noise, "source"); err != nil {
		return s, err
	}
	for i, l := range n.layers {
		if x, err = run(x, lengths, l[0].nodes(g), l[1].nodes(g)); err != nil {
			return s, err
		}
		if x, err = drop(x, n.config.Dropout.Encoder, noise, fmt.Sprintf("encoder %d", i)); err != nil {
			return s, err
		}
	}
	s.Lengths = lengths
	if s.Keys, err = ops.Linear(x, g.Param(n.keys), nil); err != nil {
		return s, err
	}
	if s.Values, err = ops.Linear(x, g.Param(n.values[0]), g.Param(n.values[1])); err != nil {
		return s, err
	}
	last, err := ops.Pool(x, lengths, n.config.Encoder, ops.PoolLast)
	if err != nil {
		return s, err
	}
	s.Cell, err = ops.Linear(last, g.Param(n.cell[0]), g.Param(n.cell[1]))
	return s, err
}

// inputs are those of a graph with teacher forcing.
type inputs struct {
	sources, sourceLengths []int32
	targets, targetLengths []int32 // each target begins with BOS
	labels                 []int32 // and ends with EOS
	order                  []int32 // see ops.SourceNodes
}

// loss builds the graph of the mean cross-entropy of the target tokens, for so many
// tokens on each side and pairs.
func (n *Network) loss(g *ops.Graph, in *inputs, sources, targets, pairs int, noise *ops.Noise, smoothing float64) (*G.Node, error) {
	var ids, sourceLengths, words, lengths, labels, order *G.Node
	ids, in.sources = g.Ints("sources", sources)
	sourceLengths, in.sourceLengths = g.Ints("source lengths", pairs)
	words, in.targets = g.Ints("targets", targets)
	lengths, in.targetLengths = g.Ints("target lengths", pairs)
	labels, in.labels = g.Ints("labels", targets)
	order, in.order = g.Ints("order", pairs)

	var table *G.Node
	if n.source != nil {
		table = g.Param(n.source)
	} else {
		table = g.Tied(n.target)
	}
	s, err := n.encode(g, table, ids, sourceLengths, ops.LSTM, noise)
	if err != nil {
		return nil, err
	}
	s.Order = order
	x, err := ops.Embedding(g.Tied(n.target), words, lengths)
	if err != nil {
		return nil, err
	}
	if x, err = drop(x, n.config.Dropout.Embedding, noise, "target"); err != nil {
		return nil, err
	}
	if x, err = ops.Decoder(x, lengths, s, n.decoder(g)); err != nil {
		return nil, err
	}
	if x, err = drop(x, n.config.Dropout.Output, noise, "output"); err != nil {
		return nil, err
	}
	return ops.OutputCrossEntropy(x, g.Param(n.target), labels, smoothing)
}

func (n *Network) decoder(g *ops.Graph) ops.DecoderWeights {
	return ops.DecoderWeights{LSTM: n.lstm.nodes(g), Output: g.Param(n.output)}
}

// drop applies dropout; without noise there is none.
func drop(x *G.Node, p float64, noise *ops.Noise, name string) (*G.Node, error) {
	if noise == nil || p == 0 {
		return x, nil
	}
	return ops.Dropout(x, p, noise, name)
}
