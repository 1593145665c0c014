package texts

import (
	"cmp"
	"slices"

	"github.com/gorgonia-zoo/zoo/ops"
)

// fewestWordings is how many wordings a class has at least whose rows are kept
// together by wording: of fewer, a part without one is a part without the class.
const fewestWordings = 3

// FindWordings finds the rows that are near copies of others: from then on Units tells
// them, and the report.
func (r *Report) FindWordings(c *Corpus) {
	of := wordings(c, r.groups)
	r.Wordings, r.Copies = 0, 0
	class := func(i int) int32 { return c.Labels[r.groups[i]] } // of its text
	sizes := make([]map[int32]int, len(c.Classes))              // of each class its wordings and their rows
	total := make([]int, len(c.Classes))
	for i, w := range of {
		switch {
		case int(w) == i:
			r.Wordings++
		case int(r.groups[i]) == i:
			r.Copies++
		}
		k := class(i)
		if sizes[k] == nil {
			sizes[k] = map[int32]int{}
		}
		sizes[k][w]++
		total[k]++
	}
	together := make([]bool, len(c.Classes))
	for k := range together {
		most := 0
		for _, n := range sizes[k] {
			most = max(most, n)
		}
		together[k] = len(sizes[k]) >= fewestWordings && 2*most <= total[k]
	}
	// The numbers of wordings follow those of texts, lest one be taken for another.
	r.units = slices.Clone(r.groups)
	for i, w := range of {
		if together[class(i)] {
			r.units[i] = w + int32(len(of))
		}
	}
}

// Units returns of each row a number that those which belong together share: rows of
// one text and, once wordings were looked for, of one wording where the class of the
// row has three or more, none of which is more than half of it.
func (r *Report) Units() []int32 {
	if r.units != nil {
		return r.units
	}
	return r.groups
}

// Same returns of each row a number that those of one text share.
func (r *Report) Same() []int32 { return r.groups }

// Folds deals rows of the corpus into k parts, for cross-validation: rows of one
// unit go into one part, the largest unit of each class first, to the part that has
// the fewest rows of the class. Each part is ascending; the parts are the same for
// the same rows, units, k and seed. Of fewer units than k some parts are empty.
func Folds(c *Corpus, rows []int, unit []int32, k int, seed uint64) [][]int {
	byClass := make([][]int32, len(c.Classes)) // the units of each, as they come
	members := map[int32][]int{}
	for _, i := range rows {
		u := unit[i]
		if members[u] == nil {
			byClass[c.Labels[i]] = append(byClass[c.Labels[i]], u)
		}
		members[u] = append(members[u], i)
	}
	parts := make([][]int, k)
	counts := make([][]int, len(c.Classes)) // rows of each class in each part
	for label := range counts {
		counts[label] = make([]int, k)
	}
	for label, units := range byClass {
		rng := ops.Stream(seed, "folds", uint64(label))
		rng.Shuffle(len(units), func(i, j int) { units[i], units[j] = units[j], units[i] })
		slices.SortStableFunc(units, func(a, b int32) int { return cmp.Compare(len(members[b]), len(members[a])) })
		for _, u := range units {
			at := 0
			for p := range parts {
				if cmp.Or(cmp.Compare(counts[label][p], counts[label][at]), cmp.Compare(len(parts[p]), len(parts[at]))) < 0 {
					at = p
				}
			}
			parts[at] = append(parts[at], members[u]...)
			for _, i := range members[u] {
				counts[c.Labels[i]][at]++
			}
		}
	}
	for _, p := range parts {
		slices.Sort(p)
	}
	return parts
}
