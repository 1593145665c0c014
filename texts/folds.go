package texts

import (
	"slices"

	"github.com/gorgonia-zoo/zoo/ops"
)

// Folds deals rows of the corpus that was inspected into k parts, for
// cross-validation: the distinct texts of each class at random and in turn, all
// rows of one text into one part. Each part is ascending; the parts are the same
// for the same rows, k and seed. Of fewer distinct texts than k some parts are
// empty.
func (r *Report) Folds(c *Corpus, rows []int, k int, seed uint64) [][]int {
	byClass := make([][]int32, len(c.Classes)) // the groups of each
	class := map[int32]int32{}                 // of a group: that of its first row among rows
	for _, i := range rows {
		if g := r.groups[i]; !has(class, g) {
			class[g] = c.Labels[i]
			byClass[c.Labels[i]] = append(byClass[c.Labels[i]], g)
		}
	}
	fold, next := map[int32]int{}, 0
	for label, groups := range byClass {
		rng := ops.Stream(seed, "folds", uint64(label))
		rng.Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
		for _, g := range groups { // going on where the last class ended keeps the parts alike in size
			fold[g] = next % k
			next++
		}
	}
	parts := make([][]int, k)
	for _, i := range rows {
		at := fold[r.groups[i]]
		parts[at] = append(parts[at], i)
	}
	for _, p := range parts {
		slices.Sort(p)
	}
	return parts
}

func has[K comparable, V any](m map[K]V, key K) bool {
	_, ok := m[key]
	return ok
}
