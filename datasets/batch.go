package datasets

import (
	"cmp"
	"slices"

	"github.com/gorgonia-zoo/zoo/internal/exact"
)

// BatchConfig says how Batches deals examples.
type BatchConfig struct {
	// Size is the number of examples in a batch; 0 means 64.
	Size int
	// Window is the number of examples sorted together; 0 means 100*Size, as
	// in torchtext's BucketIterator. A Window no larger than Size keeps the
	// batches random.
	Window int
	// Seed and Epoch choose the shuffle: the batches of an epoch can be made
	// again without making those before it.
	Seed  uint64
	Epoch int
	// Shuffle is for training. Without it all examples are sorted by length,
	// longest first, and Window, Seed and Epoch have no effect: least
	// padding or waiting, for evaluation.
	Shuffle bool
}

// Batches deals the examples 0..len(lengths)-1 into batches of like length,
// as torchtext's BucketIterator does: the examples are shuffled, those of each
// window sorted by length and cut into batches, and the batches shuffled.
//
// Every index occurs exactly once. Every batch holds Size indices but one,
// which holds the rest. Within a batch the longest comes first, ties by index.
// The result depends on lengths and cfg alone.
func Batches(lengths []int, cfg BatchConfig) [][]int {
	size := cfg.Size
	if size <= 0 {
		size = 64
	}
	order := make([]int, len(lengths))
	for i := range order {
		order[i] = i
	}
	longestFirst := func(a, b int) int {
		return cmp.Or(cmp.Compare(lengths[b], lengths[a]), cmp.Compare(a, b))
	}
	if !cfg.Shuffle {
		slices.SortFunc(order, longestFirst)
		return slices.Collect(slices.Chunk(order, size))
	}

	window := cfg.Window
	if window <= 0 {
		window = 100 * size
	}
	// A window of whole batches leaves only one short batch in all.
	window = max(window/size, 1) * size
	rng := exact.Stream(cfg.Seed, "datasets.batches", uint64(cfg.Epoch))
	rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	batches := make([][]int, 0, (len(order)+size-1)/size)
	for w := range slices.Chunk(order, window) {
		slices.SortFunc(w, longestFirst)
		batches = slices.AppendSeq(batches, slices.Chunk(w, size))
	}
	rng.Shuffle(len(batches), func(i, j int) { batches[i], batches[j] = batches[j], batches[i] })
	return batches
}
