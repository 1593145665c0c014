package encoder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo/ops"
	G "gorgonia.org/gorgonia"
)

// predictTexts and predictTokens bound what a predictor's graph takes at once, and
// with it the memory of predicting: 4 bytes for each feature of a token, and some
// megabytes for each core. A longer text runs alone.
const (
	predictTexts  = 512
	predictTokens = 1 << 13
)

// ErrEmptyText is returned by NewBatch and Network.Embed for a text without ids. An
// Encoder gives every text its special tokens.
var ErrEmptyText = errors.New("a text without tokens")

// ErrTooLong is returned for a text of more tokens than there are positions.
var ErrTooLong = errors.New("too long a text")

// head is what a graph makes of the states of a text.
type head struct {
	pooling ops.Pooling
	unit    bool
	layers  int // of the last so many layers, side by side; 0 and 1: of the last
}

// predictor is graphs that share the network's packed weights, one for each head
// that has been asked for. One goroutine at a time uses it.
type predictor struct {
	network  *Network
	packs    *ops.Packs
	programs map[head]*program
}

// program is one graph and its inputs.
type program struct {
	*ops.Program
	ids, lengths []int32
	segments     []int32 // nil where there are none
	pairs        bool    // whether segments may be other than zero
}

// program returns the graph with a head.
func (p *predictor) program(h head) (*program, error) {
	if g, ok := p.programs[h]; ok {
		return g, nil
	}
	g, n := &program{}, p.network
	tokens := max(predictTokens, n.config.MaxTokens())
	var err error
	g.Program, err = ops.Build(func(graph *ops.Graph) (loss, output *G.Node, err error) {
		var ids, segments, lengths *G.Node
		ids, g.ids = graph.Ints("ids", tokens)
		if n.segments != nil {
			segments, g.segments = graph.Ints("segments", tokens) // all of the first, but for pairs
		}
		lengths, g.lengths = graph.Ints("lengths", predictTexts)
		output, err = n.predict(graph, ids, segments, lengths, h, ops.NewWorkspace(p.packs))
		return nil, output, err
	})
	if err != nil {
		return nil, err
	}
	p.programs[h] = g
	return g, nil
}

// Embed returns a vector of F numbers for each text of token ids, in the order given:
// the state at its first token (ops.PoolFirst), the mean (ops.PoolMean) or the
// largest values (ops.PoolMax) over its tokens; with unit, of length 1. Special
// tokens are the caller's: ids are read as they are, none is added. Texts of like
// length run together; the vector of a text does not depend on its neighbours, nor on
// the number of cores. An empty text is [ErrEmptyText], one of more than the config's MaxTokens is
// [ErrTooLong].
func (n *Network) Embed(ctx context.Context, texts [][]int32, pooling ops.Pooling, unit bool) ([][]float32, error) {
	return n.vectors(ctx, texts, nil, head{pooling: pooling, unit: unit})
}

// vectors is Embed with any head, and the segment of each token; segments nil: all
// are of the first.
func (n *Network) vectors(ctx context.Context, texts, segments [][]int32, h head) ([][]float32, error) {
	if err := n.checkSegments(texts, segments); err != nil {
		return nil, err
	}
	order := make([]int, len(texts))
	for i, t := range texts {
		if len(t) == 0 {
			return nil, fmt.Errorf("encoder: text %d: %w", i, ErrEmptyText)
		}
		if len(t) > n.config.MaxTokens() {
			return nil, fmt.Errorf("encoder: text %d: %w: %d tokens, want at most %d", i, ErrTooLong, len(t), n.config.MaxTokens())
		}
		for k, id := range t {
			if id < 0 || int(id) >= n.config.Vocab {
				return nil, fmt.Errorf("encoder: text %d: token %d has id %d, want 0 to %d", i, k, id, n.config.Vocab-1)
			}
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(len(texts[j]), len(texts[i])) })
	out := make([][]float32, len(texts))
	err := n.lender.Lend(ctx, func(p *predictor) error {
		g, err := p.program(h)
		if err != nil {
			return err
		}
		for len(order) > 0 {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			var batch, types [][]int32
			tokens := 0
			for _, at := range order[:min(len(order), predictTexts)] {
				if tokens += len(texts[at]); tokens > len(g.ids) {
					break
				}
				batch = append(batch, texts[at])
				if segments != nil {
					types = append(types, segments[at])
				}
			}
			g.pairs = fillSegments(g.segments, types, g.pairs)
			if _, err := ops.PackTexts(g.ids, g.lengths, batch); err != nil {
				return err
			}
			if err := g.RunContext(ctx); err != nil {
				return err
			}
			data, f := g.Output()
			for i, at := range order[:len(batch)] {
				out[at] = slices.Clone(data[i*f : (i+1)*f])
			}
			order = order[len(batch):]
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("encoder: embed: %w", err)
	}
	return out, nil
}
