package tokenize

import (
	"hash/maphash"
	"sync/atomic"
)

// cache remembers the tokens of recent spans. It is a table with one place
// for each hash, where a new span overwrites the old one, so its size is
// fixed and neither reading nor writing takes a lock. What it holds changes
// how long an answer takes and never the answer.
type cache struct {
	seed  maphash.Seed
	slots []atomic.Pointer[entry]
}

// entry is immutable once stored.
type entry struct {
	span   string
	tokens []string
}

const (
	// cacheSlots keeps the table within 10 MB or so. Twice as many places
	// find 1 % more of the spans of film reviews.
	cacheSlots = 1 << 16
	// maxCached is the length of the longest span worth remembering.
	maxCached = 32
)

func newCache() cache {
	return cache{seed: maphash.MakeSeed(), slots: make([]atomic.Pointer[entry], cacheSlots)}
}

func (c *cache) slot(span []byte) (*atomic.Pointer[entry], uint64) {
	h := maphash.Bytes(c.seed, span) % cacheSlots
	return &c.slots[h], h
}

func (c *cache) store(hash uint64, e *entry) { c.slots[hash].Store(e) }
