package lstm

import (
	"iter"
	"slices"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/ops"
)

// learns returns the texts that an epoch learns, of which every epoch has as many.
func (t *Task) learns(epoch int) []int {
	if t.lesson == nil {
		return t.Train
	}
	return slices.Concat(t.Train, t.lesson.part(epoch))
}

// epoch yields the batches of an epoch.
func (t *Task) epoch(epoch int) iter.Seq2[lstm.Batch, error] {
	return func(yield func(lstm.Batch, error) bool) {
		learns := t.learns(epoch)
		lengths := make([]int, len(learns))
		for i, at := range learns {
			lengths[i] = len(t.Texts[at])
		}
		for _, batch := range datasets.Batches(lengths, datasets.BatchConfig{
			Size: t.Recipe.Batch, Seed: t.Recipe.Seed, Epoch: epoch, Shuffle: true}) {
			for i, at := range batch {
				batch[i] = learns[at]
			}
			b, err := t.batch(batch, epoch)
			if !yield(b, err) || err != nil {
				return
			}
		}
	}
}

// batch returns the chosen texts as an epoch sees them.
func (t *Task) batch(chosen []int, epoch int) (lstm.Batch, error) {
	ids, labels := make([][]int32, len(chosen)), make([]int32, len(chosen))
	for i, at := range chosen {
		ids[i], labels[i] = t.dropWords(t.crop(t.Texts[at], epoch, at), epoch, at), t.Labels[at]
	}
	if t.Sets != nil {
		return lstm.NewTargets(ids, t.indicators(chosen))
	}
	b, err := lstm.NewBatch(ids, labels)
	if err != nil || t.lesson == nil {
		return b, err
	}
	targets := make([]float32, len(chosen))
	for i, at := range chosen {
		targets[i] = t.lesson.target(at, t.Labels[at])
	}
	return b.Soft(targets)
}

// crop returns a part of a text, of a length and at a place drawn anew in each
// epoch: what matters must then be found wherever it stands.
func (t *Task) crop(text []int32, epoch, index int) []int32 {
	if t.Recipe.Crop == 0 {
		return text
	}
	rng := ops.Stream(t.Recipe.Seed, "crop", uint64(epoch)<<32|uint64(index))
	shortest := max(1, int(t.Recipe.Crop*float64(len(text))))
	n := shortest + rng.IntN(len(text)-shortest+1)
	from := rng.IntN(len(text) - n + 1)
	return text[from : from+n]
}

// dropWords replaces a share of a text's tokens by UNK: each word must then
// be understood from the others, and UNK itself is learned.
func (t *Task) dropWords(text []int32, epoch, index int) []int32 {
	if t.Recipe.WordDrop == 0 {
		return text
	}
	rng := ops.Stream(t.Recipe.Seed, "words", uint64(epoch)<<32|uint64(index))
	limit := uint64(t.Recipe.WordDrop * (1 << 32))
	out, unk := make([]int32, len(text)), t.Classifier.Vocab().UNK()
	for i, id := range text {
		if out[i] = id; rng.Uint64()>>32 < limit {
			out[i] = unk
		}
	}
	return out
}
