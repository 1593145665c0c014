package seq2seq

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/ops"
	G "gorgonia.org/gorgonia"
)

// searchRows and searchTokens bound what a predictor takes at once: hypotheses, and
// source tokens of all texts; a longer text runs alone.
const (
	searchRows   = 512
	searchTokens = 1 << 13
)

// predictor is two graphs that share the network's weights and keep them packed: one
// encodes, one takes a step of decoding.
type predictor struct {
	network *Network
	encode  *ops.Program
	sources []int32
	lengths []int32

	memory                  *ops.DecoderMemory
	step                    *ops.Program
	state                   *ops.DecoderStep
	ids, from, texts, count []int32
}

func newPredictor(n *Network) (*predictor, error) {
	p := &predictor{network: n}
	return p, p.build(searchTokens, searchRows)
}

// reusable reports whether the predictor is lent again: not where it has grown.
func (p *predictor) reusable() bool {
	return p.step != nil && len(p.sources) <= searchTokens && len(p.ids) <= searchRows
}

// build makes the graphs for so many source tokens and hypotheses.
func (p *predictor) build(tokens, rows int) (err error) {
	n := p.network
	p.memory, p.step = new(ops.DecoderMemory), nil
	p.encode, err = ops.Build(func(g *ops.Graph) (_, output *G.Node, err error) {
		var ids, lengths *G.Node
		ids, p.sources = g.Ints("sources", tokens)
		lengths, p.lengths = g.Ints("source lengths", rows)
		table := n.source
		if table == nil {
			table = n.target
		}
		s, err := n.encode(g, g.Param(table), ids, lengths, ops.InferLSTM, nil)
		if err != nil {
			return nil, nil, err
		}
		output, err = ops.Remember(s, p.memory)
		return nil, output, err
	})
	if err != nil {
		return err
	}
	p.step, err = ops.Build(func(g *ops.Graph) (_, output *G.Node, err error) {
		var ids, from, texts, count *G.Node
		ids, p.ids = g.Ints("ids", rows)
		from, p.from = g.Ints("from", rows)
		texts, p.texts = g.Ints("texts", rows)
		count, p.count = g.Ints("count", 1)
		output, p.state, err = ops.InferDecoder(p.memory, g.Param(n.target), ids, from, texts, count, n.decoder(g))
		return nil, output, err
	})
	return err
}

// read encodes sources, longest first, and makes room for so many hypotheses.
func (p *predictor) read(sources [][]int32, rows int) error {
	tokens := 0
	for _, s := range sources {
		tokens += len(s)
	}
	if tokens > len(p.sources) || rows > len(p.ids) {
		if err := p.build(max(tokens, len(p.sources)), max(rows, len(p.ids))); err != nil {
			return err
		}
	}
	if _, err := ops.Pack(p.sources, p.lengths, sources); err != nil {
		return err
	}
	return p.encode.Run()
}

// advance takes a step for the first rows of ids, from and texts, and returns their log
// probabilities, stride apart.
func (p *predictor) advance(rows int) (logp []float32, stride int, err error) {
	p.count[0] = int32(rows)
	if err := p.step.Run(); err != nil {
		return nil, 0, fmt.Errorf("seq2seq: %w", err)
	}
	logp, stride = p.step.Output()
	return logp, stride, nil
}
