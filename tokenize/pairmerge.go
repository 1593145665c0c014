package tokenize

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
)

// symbol is a piece of a word while it is being merged: its neighbours by
// their indices, -1 for none. A piece that went into the one before it has
// the id -1.
type symbol struct{ id, prev, next int32 }

// candidate is a pair that may be merged: its rank, then the index of its
// first piece, so that the least is merged first, and what it becomes.
type candidate struct {
	order uint64
	id    int32
}

// merge appends the pieces of word to w.ids: of all pairs of neighbours the
// one of the lowest rank is merged, the first of equal ones, until none is
// left. A heap holds the pairs, so the work is n log n for n bytes.
func (b *BytePair) merge(w *subwork, word string) {
	s := w.word[:0]
	for i := range len(word) {
		s = append(s, symbol{b.bytes[word[i]], int32(i) - 1, int32(i) + 1})
	}
	s[len(s)-1].next = -1
	w.word, w.heap = s, w.heap[:0]
	for i := range len(s) - 1 {
		b.propose(w, int32(i))
	}
	for len(w.heap) > 0 {
		c := w.pop()
		i := int32(uint32(c.order))
		left := &s[i]
		if left.id < 0 || left.next < 0 {
			continue
		}
		right := &s[left.next]
		if m, ok := b.merges[pairKey(left.id, right.id)]; !ok || m.id != c.id {
			continue // one of the two has been merged since
		}
		left.id, right.id = c.id, -1
		if left.next = right.next; left.next >= 0 {
			s[left.next].prev = i
			b.propose(w, i)
		}
		if left.prev >= 0 {
			b.propose(w, left.prev)
		}
	}
	for i := int32(0); i >= 0; i = s[i].next {
		w.ids = append(w.ids, s[i].id)
	}
}

// propose enters the pair that begins at i, if it can be merged.
func (b *BytePair) propose(w *subwork, i int32) {
	left := w.word[i]
	m, ok := b.merges[pairKey(left.id, w.word[left.next].id)]
	if !ok {
		return
	}
	c := candidate{uint64(m.rank)<<32 | uint64(i), m.id}
	w.heap = append(w.heap, c)
	h, at := w.heap, len(w.heap)-1
	for at > 0 && h[(at-1)/2].order > c.order {
		h[at] = h[(at-1)/2]
		at = (at - 1) / 2
	}
	h[at] = c
}

// pop takes the least candidate.
func (w *subwork) pop() candidate {
	h := w.heap
	least, last := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	at := 0
	for {
		child := 2*at + 1
		if child >= len(h) {
			break
		}
		if child+1 < len(h) && h[child+1].order < h[child].order {
			child++
		}
		if h[child].order >= last.order {
			break
		}
		h[at] = h[child]
		at = child
	}
	if len(h) > 0 {
		h[at] = last
	}
	w.heap = h
	return least
}

// pairCache remembers the pieces of recent words, as cache does the tokens of
// spans.
type pairCache struct {
	seed  maphash.Seed
	slots []atomic.Pointer[pairEntry]
}

type pairEntry struct {
	word string
	ids  []int32
}

const (
	pairSlots     = 1 << 15 // a power of two
	maxPairCached = 32      // bytes of the longest word worth remembering
	maxPairWord   = 1 << 30 // bytes at which a giant word is cut, so that an int32 counts them
)

func newPairCache() *pairCache {
	return &pairCache{seed: maphash.MakeSeed(), slots: make([]atomic.Pointer[pairEntry], pairSlots)}
}

func (c *pairCache) find(word string) (*pairEntry, *atomic.Pointer[pairEntry]) {
	slot := &c.slots[maphash.String(c.seed, word)&(pairSlots-1)]
	if e := slot.Load(); e != nil && e.word == word {
		return e, slot
	}
	return nil, slot
}

func newPairEntry(word string, ids []int32) *pairEntry {
	return &pairEntry{strings.Clone(word), append([]int32(nil), ids...)}
}
