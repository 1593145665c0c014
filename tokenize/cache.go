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

// entry has the tokens of a span, one at least. It is immutable once stored
// and fills one line of the processor's cache: the time of a hit is the time
// of fetching it.
type entry struct {
	first string
	rest  []string
	size  uint8
	span  [maxCached]byte
}

const (
	// spanSlots and shapeSlots are powers of two. A full table of spans
	// takes 10 MB or so.
	spanSlots  = 1 << 16
	shapeSlots = 1 << 12
	// maxCached is the length of the longest span worth remembering.
	maxCached = 23
)

func newCache(slots int) *cache {
	return &cache{seed: maphash.MakeSeed(), slots: make([]atomic.Pointer[entry], slots)}
}

// find returns the entry of span, nil if there is none, and the place where
// it belongs. The span must not be longer than maxCached.
func (c *cache) find(span []byte) (*entry, *atomic.Pointer[entry]) {
	slot := &c.slots[maphash.Bytes(c.seed, span)&uint64(len(c.slots)-1)]
	if e := slot.Load(); e != nil && string(e.span[:e.size]) == string(span) {
		return e, slot
	}
	return nil, slot
}

// newEntry copies the slice of tokens.
func newEntry(span []byte, tokens []string) *entry {
	e := &entry{first: tokens[0], size: uint8(len(span))}
	copy(e.span[:], span)
	if len(tokens) > 1 {
		e.rest = append(e.rest, tokens[1:]...)
	}
	return e
}

// appendTo appends the entry's tokens to dst.
func (e *entry) appendTo(dst []string) []string {
	dst = append(dst, e.first)
	if len(e.rest) > 0 {
		dst = append(dst, e.rest...)
	}
	return dst
}
