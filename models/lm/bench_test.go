package lm

import (
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
)

// BenchmarkStep is a step of recipe lm-imdb, forward and back, without the optimizer.
func BenchmarkStep(b *testing.B) {
	n, err := New(Config{Vocab: 30000, Embedding: 128, Hidden: 256, Dropout: Dropout{Embedding: 0.2, Output: 0.2}}, 1)
	if err != nil {
		b.Fatal(err)
	}
	const streams, window = 64, 100
	t, err := n.Trainer(TrainerConfig{Seed: 1, Streams: streams, Window: window})
	if err != nil {
		b.Fatal(err)
	}
	sampler, rng := NewSampler(30000, 1024), ops.Stream(1, "words", 0)
	var batch Batch
	for range streams * window {
		words := sampler.Draw(rng)
		batch.Inputs = append(batch.Inputs, words[rng.IntN(len(words))])
	}
	batch.Targets = append(batch.Inputs[1:], 5)
	batch.Negatives = sampler.Draw(rng)
	b.ResetTimer()
	for step := range b.N {
		if _, _, err := t.Step(batch, uint64(step)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*streams*window)/b.Elapsed().Seconds(), "tokens/s")
	b.ReportMetric(float64(len(batch.Negatives)), "negatives")
}
