package datasets

import (
	"math"
	"slices"

	"github.com/gorgonia-zoo/zoo/internal/exact"
)

// Split divides the indices 0..n-1 into a training and a validation part.
// The validation part holds n*fraction of them, rounded to the nearest whole
// number but, where n and fraction allow, at least one and less than all.
// Both parts are ascending. The choice depends on n, fraction and seed alone.
// A fraction outside [0, 1] is taken as the nearer end.
func Split(n int, fraction float64, seed uint64) (train, validation []int) {
	all := make([]int, max(n, 0))
	for i := range all {
		all[i] = i
	}
	return cut(all, share(len(all), fraction), seed, 0)
}

// SplitStratified is Split with each label divided in the same proportion,
// so that a rare class is not left out of either part by chance. Labels may
// be any integers; -1 (unlabelled) is a label like any other.
func SplitStratified(labels []int, fraction float64, seed uint64) (train, validation []int) {
	groups := map[int][]int{}
	for i, label := range labels {
		groups[label] = append(groups[label], i)
	}
	kinds := make([]int, 0, len(groups))
	for label := range groups {
		kinds = append(kinds, label)
	}
	slices.Sort(kinds)
	for _, label := range kinds {
		g := groups[label]
		t, v := cut(g, share(len(g), fraction), seed, uint64(int64(label))+1)
		train, validation = append(train, t...), append(validation, v...)
	}
	slices.Sort(train)
	slices.Sort(validation)
	return train, validation
}

// share returns how many of n fall to the validation part.
func share(n int, fraction float64) int {
	if !(fraction > 0) || n == 0 { // a NaN, too, validates nothing
		return 0
	}
	if fraction >= 1 {
		return n
	}
	k := int(math.Round(float64(n) * fraction))
	if n == 1 {
		return 0
	}
	return min(max(k, 1), n-1)
}

// cut moves k indices chosen at random from all into the second result.
func cut(all []int, k int, seed, step uint64) (rest, chosen []int) {
	order := slices.Clone(all)
	exact.Stream(seed, "datasets.split", step).Shuffle(len(order), func(i, j int) {
		order[i], order[j] = order[j], order[i]
	})
	chosen, rest = order[:k:k], order[k:]
	slices.Sort(chosen)
	slices.Sort(rest)
	return rest, chosen
}
