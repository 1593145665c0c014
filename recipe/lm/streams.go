package lm

import (
	"fmt"
	"iter"

	"github.com/gorgonia-zoo/zoo/models/lm"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/recipe"
)

// streams is texts read one after another in streams side by side: each epoch in
// another order.
type streams struct {
	config lm.TrainerConfig
	texts  [][]int32
	eos    int32
	length int // words that a stream predicts in an epoch
	steps  int
	words  int // V
	draws  int
}

// leastWindows is how many windows a stream has at least, unless there is one stream:
// so few words are read in fewer streams, and teach in more steps.
const leastWindows = 8

func newStreams(r *Recipe, text *running, m *lm.Model) (*streams, error) {
	words := 0 // that are predicted
	for _, t := range text.train {
		words += len(t) + 1
	}
	c := m.Network().Config()
	window := min(r.Window, words)
	n := max(1, min(r.Batch, words/(window*leastWindows)))
	s := &streams{config: lm.TrainerConfig{Seed: r.Seed, Streams: n, Window: window}, texts: text.train, eos: m.End(), words: c.Vocab, draws: c.Negatives}
	s.length = words / n / window * window
	s.steps = s.length / window
	if s.steps == 0 || words < 2 {
		return nil, fmt.Errorf("zoo: data: %d words to learn from, want more: %w", words, recipe.ErrUsage)
	}
	return s, nil
}

// Steps implements train.Data.
func (s *streams) Steps() int { return s.steps }

// Epoch implements train.Data.
func (s *streams) Epoch(epoch int) iter.Seq2[lm.Batch, error] {
	return func(yield func(lm.Batch, error) bool) {
		order := make([][]int32, len(s.texts))
		copy(order, s.texts)
		ops.Stream(s.config.Seed, "order of texts", uint64(epoch)).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		text := lm.Running(order, s.eos)
		sampler := lm.NewSampler(s.words, s.draws)
		n := s.config.Streams * s.config.Window
		for step := range s.steps {
			b := lm.Batch{Inputs: make([]int32, 0, n), Targets: make([]int32, 0, n), First: step == 0,
				Negatives: sampler.Draw(ops.Stream(s.config.Seed, "negatives", uint64(epoch*s.steps+step)))}
			for t := range s.config.Window {
				for stream := range s.config.Streams {
					at := stream*s.length + step*s.config.Window + t
					b.Inputs, b.Targets = append(b.Inputs, text[at]), append(b.Targets, text[at+1])
				}
			}
			if !yield(b, nil) {
				return
			}
		}
	}
}
