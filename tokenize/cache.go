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

// entry is immutable once stored. Most spans are one token, which saves a
// visit to memory when it needs no slice.
type entry struct {
	span  string
	first string
	rest  []string
}

const (
	// spanSlots and shapeSlots are powers of two. A full table of spans
	// takes 10 MB or so.
	spanSlots  = 1 << 16
	shapeSlots = 1 << 12
	// maxCached is the length of the longest span worth remembering.
	maxCached = 32
)

func newCache(slots int) *cache {
	return &cache{seed: maphash.MakeSeed(), slots: make([]atomic.Pointer[entry], slots)}
}

// slot returns the only place where span may be.
func (c *cache) slot(span []byte) *atomic.Pointer[entry] {
	return &c.slots[maphash.Bytes(c.seed, span)&uint64(len(c.slots)-1)]
}
