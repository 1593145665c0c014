package fit

import (
	"slices"

	"github.com/gorgonia-zoo/zoo/texts"
)

// How the rows are parted.
const (
	noTest     = 100   // of fewer rows none is set aside
	fewRows    = 2000  // of fewer rows a fifth is set aside, else a tenth
	folds      = 5     // parts that candidates are measured on, one after another
	crossed    = 3000  // of fewer rows each candidate is measured on all parts before the next is tried
	heldAtMost = 10000 // rows that a candidate is measured on, beyond which more say hardly more
)

// part is rows that candidates are measured on and not trained on. Some are of
// wordings that are not trained on at all, some of wordings of which other rows
// are; the weights of both kinds have the same sum over all parts, as if a half of
// what comes were worded as in the file and a half anew. Rows of wordings that do
// not repeat are only of the first kind, and weigh 1.
type part struct {
	rows   []int // ascending
	weight []float64
	known  []bool // worded as rows that are trained on
}

// testPart is the number of the part that is set aside.
const testPart = -1

// divide sets the test part aside and deals the others. same is of each row a
// number that rows of one text share, units one that rows of one wording do.
func (s *Search) divide(same, units []int32) {
	n := len(same)
	s.units = units
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	texts := map[int32]int32{} // of a unit the first of its texts
	copied := map[int32]bool{} // units of several
	for i, u := range units {
		if first, ok := texts[u]; !ok {
			texts[u] = same[i]
		} else if first != same[i] {
			copied[u] = true
		}
	}
	for _, u := range units {
		if copied[u] {
			s.copies++
		}
	}
	aside := 10
	switch {
	case n < noTest:
		aside = 0
	case n < fewRows:
		aside = 5
	}
	s.learn = all
	if aside > 0 { // by another seed than that of the parts
		s.test = s.hold(all, same, copied, aside, 1, ^s.Seed)[0]
		s.learn = without(all, s.test.rows)
	}
	k := max(folds, (len(s.learn)+heldAtMost/folds-1)*folds/heldAtMost)
	for _, p := range s.hold(s.learn, same, copied, k, folds, s.Seed) {
		if len(p.rows) > 0 {
			s.parts = append(s.parts, p)
		}
	}
	s.first = len(s.parts)
	if n >= crossed {
		s.first = 1
	}
	if s.numbers != nil {
		for _, i := range s.learn {
			s.center += s.numbers[i] / float64(len(s.learn))
		}
	}
	counts := make([]int, len(s.corpus.Classes))
	for _, i := range s.learn {
		counts[s.corpus.Labels[i]]++
	}
	for k, n := range counts {
		if n > counts[s.baseline] {
			s.baseline = k
		}
	}
}

// hold returns the first few of k parts of rows: each a k-th of the wordings, and of
// the rows of other wordings that are copied a 2k-th.
func (s *Search) hold(rows []int, same []int32, copied map[int32]bool, k, first int, seed uint64) []part {
	var worded []int
	for _, i := range rows {
		if copied[s.units[i]] {
			worded = append(worded, i)
		}
	}
	anew := texts.Folds(s.corpus, rows, s.units, k, seed)[:first]
	known := texts.Folds(s.corpus, worded, same, 2*k, seed)[:first]
	parts := make([]part, first)
	var sums [2]int // rows of wordings that are copied: held with their wording, without it
	for p := range parts {
		out := map[int32]bool{}
		for _, i := range anew[p] {
			out[s.units[i]] = true
		}
		known[p] = slices.DeleteFunc(known[p], func(i int) bool { return out[s.units[i]] })
		known[p], anew[p] = s.leaveClasses(rows, known[p], anew[p])
		for _, i := range anew[p] {
			if copied[s.units[i]] {
				sums[0]++
			}
		}
		sums[1] += len(known[p])
		parts[p].rows = slices.Concat(anew[p], known[p])
		slices.Sort(parts[p].rows)
	}
	both := float64(sums[0]+sums[1]) / 2
	for p := range parts {
		for _, i := range parts[p].rows {
			_, again := slices.BinarySearch(known[p], i)
			weight := 1.0
			if copied[s.units[i]] && sums[0] > 0 && sums[1] > 0 {
				weight = both / float64(sums[0])
				if again {
					weight = both / float64(sums[1])
				}
			}
			parts[p].weight, parts[p].known = append(parts[p].weight, weight), append(parts[p].known, again)
		}
	}
	return parts
}

// leaveClasses takes rows out of a part, known and anew, where it has all rows of a
// class: a model is trained on every class.
func (s *Search) leaveClasses(rows, known, anew []int) (_, _ []int) {
	left := make([]int, len(s.corpus.Classes))
	for _, i := range rows {
		left[s.corpus.Labels[i]]++
	}
	for _, part := range [][]int{known, anew} {
		for _, i := range part {
			left[s.corpus.Labels[i]]--
		}
	}
	parts := [2][]int{known, anew}
	for k, part := range parts {
		back := make([]int, len(left))
		parts[k] = slices.DeleteFunc(part, func(i int) bool {
			label := s.corpus.Labels[i]
			if left[label] == 0 {
				back[label]++
				return true
			}
			return false
		})
		for label, n := range back {
			left[label] += n
		}
	}
	return parts[0], parts[1]
}

// rows returns what a model is trained on to be measured on a part, and that
// part's rows.
func (s *Search) rows(n int) (learn, held []int) {
	if n == testPart {
		return s.learn, s.test.rows
	}
	held = s.parts[n].rows
	return without(s.learn, held), held
}

// without returns the rows that are not among others; both are ascending.
func without(rows, others []int) (rest []int) {
	for _, i := range rows {
		if _, out := slices.BinarySearch(others, i); !out {
			rest = append(rest, i)
		}
	}
	return rest
}
