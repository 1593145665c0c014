package linear

import (
	"cmp"
	"iter"
	"math"
	"slices"
)

// NGrams is a set of word n-grams, each with a column of a matrix. Columns
// follow the order of the n-grams as sequences of words, a sequence before
// those it begins: a, a b, a b c, a c, b. Where no word holds a byte below
// '!' that is the order of the n-grams as strings. It never changes once made,
// so any number of goroutines may share it.
type NGrams struct {
	words   []string // ascending
	index   map[string]int32
	levels  []trie // levels[k] holds the n-grams of k+1 words
	columns int
}

// trie is a level of a trie: its nodes by parent, then by word. The first
// level's node i is word i.
type trie struct {
	word   []int32
	column []int32 // -1 where an n-gram only leads to longer ones
	first  []int32 // children of node i are first[i] to first[i+1] of the next level; nil in the last
}

// newNGrams keeps the n-grams of levels that have a column, whatever its
// number, and those that lead to them, and numbers the columns. It also
// renumbers the columns in levels.
func newNGrams(words []string, levels []level) *NGrams {
	// From the longest to the shortest: what is kept, and what has a child
	// that is.
	keep := make([][]bool, len(levels))
	used := make([]bool, len(words))
	for k := len(levels) - 1; k >= 0; k-- {
		if keep[k] == nil {
			keep[k] = make([]bool, len(levels[k].grams))
		}
		if k > 0 {
			keep[k-1] = make([]bool, len(levels[k-1].grams))
		}
		for i, g := range levels[k].grams {
			if keep[k][i] = keep[k][i] || g.column >= 0; keep[k][i] {
				used[g.word] = true
				if k > 0 {
					keep[k-1][g.parent] = true
				}
			}
		}
	}
	if len(keep) > 0 {
		keep[0] = used // a word of longer n-grams has a node of its own
	}
	v := &NGrams{levels: make([]trie, len(levels))}
	rank := make([]int32, len(words))
	for i, w := range words {
		if rank[i] = -1; used[i] {
			rank[i] = int32(len(v.words))
			v.words = append(v.words, w)
		}
	}
	place := make([][]int32, len(levels)) // of each node among the kept ones
	for k, l := range levels {
		t := &v.levels[k]
		place[k] = make([]int32, len(l.grams))
		if k > 0 {
			v.levels[k-1].first = make([]int32, len(v.levels[k-1].word)+1)
		}
		for i, g := range l.grams {
			if place[k][i] = -1; !keep[k][i] {
				continue
			}
			place[k][i] = int32(len(t.word))
			t.word = append(t.word, rank[g.word])
			t.column = append(t.column, min(g.column, 0))
			if k > 0 {
				v.levels[k-1].first[place[k-1][g.parent]+1]++
			}
		}
		if k > 0 {
			first := v.levels[k-1].first
			for i := range first[1:] {
				first[i+1] += first[i]
			}
		}
	}
	v.finish()
	for k, l := range levels {
		for i := range l.grams {
			l.grams[i].column = -1
			if p := place[k][i]; p >= 0 {
				l.grams[i].column = v.levels[k].column[p]
			}
		}
	}
	return v
}

// finish numbers the columns and indexes the words.
func (v *NGrams) finish() {
	v.columns = 0
	var visit func(k int, from, to int32)
	visit = func(k int, from, to int32) {
		t := &v.levels[k]
		for i := from; i < to; i++ {
			if t.column[i] >= 0 {
				t.column[i] = int32(v.columns)
				v.columns++
			}
			if t.first != nil {
				visit(k+1, t.first[i], t.first[i+1])
			}
		}
	}
	visit(0, 0, int32(len(v.levels[0].word)))
	v.index = make(map[string]int32, len(v.words))
	for i, w := range v.words {
		v.index[w] = int32(i)
	}
}

// Len returns the number of columns.
func (v *NGrams) Len() int { return v.columns }

// All yields the n-grams in the order of their columns, words joined by
// spaces.
func (v *NGrams) All() iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		var visit func(prefix string, k int, from, to int32) bool
		visit = func(prefix string, k int, from, to int32) bool {
			t := &v.levels[k]
			for i := from; i < to; i++ {
				term := prefix + v.words[t.word[i]]
				if t.column[i] >= 0 && !yield(int(t.column[i]), term) {
					return false
				}
				if t.first != nil && t.first[i] < t.first[i+1] && !visit(term+" ", k+1, t.first[i], t.first[i+1]) {
					return false
				}
			}
			return true
		}
		visit("", 0, 0, int32(len(v.levels[0].word)))
	}
}

// Column returns the column of an n-gram given as its words.
func (v *NGrams) Column(words ...string) (int, bool) {
	node := int32(-1)
	for k, w := range words {
		id, ok := v.index[w]
		if !ok || k >= len(v.levels) {
			return 0, false
		}
		if k == 0 {
			node = id
		} else if node = v.child(k-1, node, id); node < 0 {
			return 0, false
		}
	}
	if len(words) == 0 {
		return 0, false
	}
	c := v.levels[len(words)-1].column[node]
	return int(c), c >= 0
}

// child returns the node of level k+1 that adds word to node of level k, or
// -1.
func (v *NGrams) child(k int, node, word int32) int32 {
	first := v.levels[k].first
	lo, hi := first[node], first[node+1]
	if i, ok := slices.BinarySearch(v.levels[k+1].word[lo:hi], word); ok {
		return lo + int32(i)
	}
	return -1
}

// appendIDs appends the number of each token, gap for one that no n-gram has.
func (v *NGrams) appendIDs(dst []int32, tokens []string) []int32 {
	for _, token := range tokens {
		id, ok := v.index[token]
		if !ok {
			id = gap
		}
		dst = append(dst, id)
	}
	return dst
}

// each calls f for every n-gram that begins at one of the first tokens of a text,
// given as their numbers, until f returns false: where it begins, how many words it
// has, and its column.
func (v *NGrams) each(ids []int32, begins int, f func(place, words int, column int32) bool) {
	for at, node := range ids[:begins] {
		for k := 0; node >= 0; k++ {
			if c := v.levels[k].column[node]; c >= 0 && !f(at, k+1, c) {
				return
			}
			if v.levels[k].first == nil || at+k+1 >= len(ids) || ids[at+k+1] == gap {
				break
			}
			node = v.child(k, node, ids[at+k+1])
		}
	}
}

// prune returns the set without the columns that keep is false for, and the
// old number of each new column.
func (v *NGrams) prune(keep []bool) (*NGrams, []int32) {
	levels := make([]level, len(v.levels))
	for k, t := range v.levels {
		grams := make([]gram, len(t.word))
		for i, w := range t.word {
			grams[i] = gram{word: w, parent: -1, column: -1}
			if c := t.column[i]; c >= 0 && keep[c] {
				grams[i].column = c
			}
		}
		if k > 0 {
			for p := range v.levels[k-1].word {
				for i := v.levels[k-1].first[p]; i < v.levels[k-1].first[p+1]; i++ {
					grams[i].parent = int32(p)
				}
			}
		}
		levels[k].grams = grams
	}
	w := newNGrams(v.words, levels)
	old := make([]int32, w.columns)
	for k, l := range levels {
		for i, g := range l.grams {
			if g.column >= 0 {
				old[g.column] = v.levels[k].column[i]
			}
		}
	}
	return w, old
}

// choose gives a column to the n-grams that the limits leave. Numbers are not
// final: newNGrams makes them.
func choose(levels []level, least, low, high, most int, binary bool) {
	type candidate struct {
		count    int32
		level, i int32
	}
	var all []candidate
	for k := range levels {
		for i := range levels[k].grams {
			g := &levels[k].grams[i]
			g.column = -1
			if k+1 < least || int(g.df) < low || int(g.df) > high {
				continue
			}
			g.column = 0
			if most > 0 {
				count := g.to - g.from
				if binary {
					count = g.df
				}
				all = append(all, candidate{count, int32(k), int32(i)})
			}
		}
	}
	if most <= 0 || len(all) <= most {
		return
	}
	// Ties by order of the n-grams: shorter first, then by words, which is
	// the order of a level.
	slices.SortFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.level, b.level), cmp.Compare(a.i, b.i))
	})
	for _, c := range all[most:] {
		levels[c.level].grams[c.i].column = -1
	}
}

// bounds turns document frequencies into numbers of documents, as
// scikit-learn does: a fraction's product with the number of documents is not
// rounded before it is compared.
func bounds(low, high Frequency, docs int) (least, most int) {
	least, most = max(low.Count, 1), docs
	if low.Fraction > 0 {
		least = max(least, int(math.Ceil(low.Fraction*float64(docs))))
	}
	if high.Count > 0 {
		most = high.Count
	}
	if high.Fraction > 0 {
		most = min(most, int(math.Floor(high.Fraction*float64(docs))))
	}
	return least, most
}
