package tokenize

import (
	"slices"
	"sort"
	"strings"
)

// trie finds the longest of a set of strings that a text begins with. The
// children of a node stand side by side, by their bytes.
type trie struct {
	root  [256]int32 // child of the root by its byte, 0: none
	label []byte     // the byte that leads to a node
	value []int32    // of the string that ends at a node, -1: none
	child []int32    // where a node's children begin; they end where the next node's begin
}

// newTrie returns a trie of distinct strings that are not empty, with a value
// of 0 or more each.
func newTrie(keys []string, values []int32) *trie {
	order := make([]int32, len(keys))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return strings.Compare(keys[a], keys[b]) })
	// Level by level, so that children are neighbours: a node stands for the
	// sorted keys from lo to hi, which agree in depth bytes.
	type span struct{ lo, hi, depth int }
	t := &trie{label: []byte{0}, value: []int32{-1}}
	level := []span{{0, len(keys), 0}}
	for at := 0; at < len(level); at++ {
		s := level[at]
		t.child = append(t.child, int32(len(t.label)))
		if s.lo < s.hi && len(keys[order[s.lo]]) == s.depth {
			t.value[at] = values[order[s.lo]]
			s.lo++
		}
		for s.lo < s.hi {
			c := keys[order[s.lo]][s.depth]
			n := sort.Search(s.hi-s.lo, func(i int) bool { return keys[order[s.lo+i]][s.depth] > c })
			if at == 0 {
				t.root[c] = int32(len(t.label))
			}
			t.label, t.value = append(t.label, c), append(t.value, -1)
			level = append(level, span{s.lo, s.lo + n, s.depth + 1})
			s.lo += n
		}
	}
	t.child = append(t.child, int32(len(t.label)))
	return t
}

// longest returns the value of the longest string of t that text begins with
// and its length, or a length of 0.
func longest[T string | []byte](t *trie, text T) (value int32, size int) {
	if len(text) == 0 {
		return -1, 0
	}
	value = -1
	node := t.root[text[0]]
	for i := 1; node != 0; i++ {
		if v := t.value[node]; v >= 0 {
			value, size = v, i
		}
		if i == len(text) {
			break
		}
		node = t.next(node, text[i])
	}
	return value, size
}

// next returns the child of node by c, or 0.
func (t *trie) next(node int32, c byte) int32 {
	lo, hi := t.child[node], t.child[node+1]
	for hi-lo > 8 {
		if mid := (lo + hi) / 2; t.label[mid] <= c {
			lo = mid
		} else {
			hi = mid
		}
	}
	for ; lo < hi; lo++ {
		if t.label[lo] == c {
			return lo
		}
	}
	return 0
}
