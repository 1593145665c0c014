package lstm

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo/ops"
	G "gorgonia.org/gorgonia"
)

// predictTexts and predictTokens bound what a predictor's graph takes at
// once, and with it the memory of predicting, some 1 kB a token and 5 kB for each
// different word in each direction, at H = 256; a longer text runs alone. The more
// texts side by side the less often a core reads the weights: 96 rows on each of
// two cores are 16 of the kernels' tallest tiles.
const (
	predictTexts  = 192
	predictTokens = 1 << 16
)

// predictor is a graph that shares the network's weights, and keeps those of the
// LSTM packed once it has run.
type predictor struct {
	program *ops.Program
	ids     []int32 // the different ones of a batch
	used    []int32 // [1] how many they are
	rows    []int32 // for each token, which of them it is
	lengths []int32
	places  []int32 // [V] while rows are made, 1 + the place of an id in ids, or 0
}

func newPredictor(n *Network) (*predictor, error) {
	p := &predictor{}
	return p, p.build(n, predictTokens)
}

// reusable reports whether the predictor is lent again: not where it has grown for a
// long text, whose memory it would keep for ever, or could not be built for one.
func (p *predictor) reusable() bool { return p.program != nil && len(p.rows) <= predictTokens }

func (p *predictor) build(n *Network, tokens int) (err error) {
	p.places = make([]int32, n.config.Vocab)
	p.program, err = ops.Build(func(g *ops.Graph) (loss, output *G.Node, err error) {
		var ids, used, rows, lengths *G.Node
		ids, p.ids = g.Ints("ids", min(tokens, n.config.Vocab))
		used, p.used = g.Ints("used", 1)
		rows, p.rows = g.Ints("rows", tokens)
		lengths, p.lengths = g.Ints("lengths", predictTexts)
		output, err = n.predict(g, ids, used, rows, lengths)
		return nil, output, err
	})
	return err
}

// fill makes a batch, whose ids are valid, the input of the graph. Words recur in
// texts, and what depends on the word alone is computed once for each.
func (p *predictor) fill(texts [][]int32) error {
	tokens, err := ops.Pack(p.rows, p.lengths, texts)
	if err != nil {
		return err
	}
	used := 0
	defer func() {
		for _, id := range p.ids[:used] {
			p.places[id] = 0
		}
	}()
	for i, id := range p.rows[:tokens] {
		if p.places[id] == 0 {
			p.ids[used] = id
			used++
			p.places[id] = int32(used)
		}
		p.rows[i] = p.places[id] - 1
	}
	p.used[0] = int32(used)
	return nil
}

// Logits returns C logits for each text, in the order given. Texts of like
// length run together; the result of a text does not depend on its
// neighbours.
func (n *Network) Logits(ctx context.Context, texts [][]int32) ([][]float32, error) {
	order := make([]int, len(texts))
	for i, t := range texts {
		if len(t) == 0 {
			return nil, fmt.Errorf("lstm: text %d: %w", i, ErrEmptyText)
		}
		for k, id := range t {
			if id < 0 || int(id) >= n.config.Vocab {
				return nil, fmt.Errorf("lstm: text %d: token %d has id %d, want 0 to %d", i, k, id, n.config.Vocab-1)
			}
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(len(texts[j]), len(texts[i])) })
	out := make([][]float32, len(texts))
	err := n.lender.Lend(ctx, func(p *predictor) error {
		for len(order) > 0 {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			count, tokens := 0, 0
			for count < min(len(order), predictTexts) && (count == 0 || tokens+len(texts[order[count]]) <= predictTokens) {
				tokens += len(texts[order[count]])
				count++
			}
			if tokens > len(p.rows) {
				if err := p.build(n, tokens); err != nil {
					return err
				}
			}
			batch := make([][]int32, count)
			for i, at := range order[:count] {
				batch[i] = texts[at]
			}
			if err := p.fill(batch); err != nil {
				return err
			}
			if err := p.program.RunContext(ctx); err != nil {
				return err
			}
			data, c := p.program.Output()
			for i, at := range order[:count] {
				out[at] = slices.Clone(data[i*c : (i+1)*c])
			}
			order = order[count:]
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("lstm: predict: %w", err)
	}
	return out, nil
}
