package tagger

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo/ops"
	G "gorgonia.org/gorgonia"
)

// Trainer is the graph that computes losses and gradients of a Network. One goroutine at
// a time may use it.
type Trainer struct {
	network *Network
	noise   ops.Noise
	program *ops.Program
	packed
	rows         [][]int32 // what Rows returns
	words, chars []int32
}

// Trainer returns a training graph; seed is that of the dropout masks. The weights stay
// the network's own.
func (n *Network) Trainer(seed uint64) (*Trainer, error) {
	t := &Trainer{network: n}
	t.noise.Seed = seed
	if err := t.build(1024, 64, 4096, 512); err != nil {
		return nil, fmt.Errorf("tagger: %w", err)
	}
	return t, nil
}

func (t *Trainer) build(words, sentences, chars, different int) (err error) {
	t.program, err = ops.Build(func(g *ops.Graph) (loss, output *G.Node, err error) {
		in := t.packed.build(g, words, sentences, chars, different)
		scores, err := t.network.scores(g, in, ops.LSTM, &t.noise)
		if err != nil {
			return nil, nil, err
		}
		t.tags = make([][]int32, len(scores))
		var losses []*G.Node
		for k, s := range scores {
			column := t.network.config.Columns[k]
			var tags *G.Node
			tags, t.tags[k] = g.Ints("tags "+column.Name, words)
			l, err := ops.CRFLoss(s, tags, in.lengths, t.network.heads[k].crf(g), rules(column))
			if err != nil {
				return nil, nil, err
			}
			losses = append(losses, l)
		}
		loss, err = ops.Sum(losses...)
		return loss, nil, err
	})
	return err
}

// Params returns the weights, in the order of Step's gradients.
func (t *Trainer) Params() []*ops.Param { return t.program.Params() }

// Step returns the loss of a batch, the sum of the columns' means over words, and its
// gradients, which are valid until the next call. The step numbers the dropout masks.
func (t *Trainer) Step(b Batch, step uint64) (float32, []ops.Gradient, error) {
	if len(b.sentences) == 0 {
		return 0, nil, errors.New("tagger: a batch without sentences")
	}
	for i, s := range b.sentences {
		if err := s.check(t.network.config, true); err != nil {
			return 0, nil, fmt.Errorf("tagger: sentence %d: %w", b.order[i], err)
		}
	}
	words, sentences, chars, different := t.sizes(b)
	if !t.fits(words, sentences, chars, different) {
		room := func(n int, have []int32) int {
			if n > len(have) {
				return n + n/2
			}
			return len(have)
		}
		if err := t.build(room(words, t.packed.words), room(sentences, t.lengths), room(chars, t.packed.chars), room(different, t.spelled)); err != nil {
			return 0, nil, fmt.Errorf("tagger: %w", err)
		}
	}
	if err := t.fill(b); err != nil {
		return 0, nil, fmt.Errorf("tagger: %w", err)
	}
	t.noise.Step = step
	if err := t.program.Run(); err != nil {
		return 0, nil, fmt.Errorf("tagger: %w", err)
	}
	return t.program.Loss(), t.program.Gradients(), nil
}

// Rows implements train.RowReader: the words and characters of the batch.
func (t *Trainer) Rows(b Batch) [][]int32 {
	if t.rows == nil {
		t.rows = make([][]int32, len(t.Params()))
	}
	t.words, t.chars = t.words[:0], t.chars[:0]
	for _, s := range b.sentences {
		t.words = append(t.words, s.Words...)
		for _, c := range s.Chars {
			t.chars = append(t.chars, c...)
		}
	}
	params := t.Params()
	t.rows[slices.Index(params, t.network.words)] = t.words
	t.rows[slices.Index(params, t.network.chars)] = t.chars
	return t.rows
}
