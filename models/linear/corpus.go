package linear

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// ErrEmpty is wrapped by errors that say there is nothing to learn from: no
// document, or no n-gram that the limits leave.
var ErrEmpty = errors.New("nothing to learn from")

// gap stands between documents in corpus.ids: no n-gram crosses it.
const gap = -1

// corpus is tokenised documents as numbers, one after the other, each followed
// by a gap.
type corpus struct {
	words []string // ascending; an id is an index
	ids   []int32
	docs  []int32 // document of each place in ids
	n     int     // documents
}

// readCorpus numbers the tokens of all documents by their order as strings.
func readCorpus(ctx context.Context, docs iter.Seq2[[]string, error]) (*corpus, error) {
	c := &corpus{}
	ids := map[string]int32{}
	for tokens, err := range docs {
		if err == nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return nil, fmt.Errorf("linear: document %d: %w", c.n, err)
		}
		if len(c.ids)+len(tokens) >= math.MaxInt32 {
			return nil, fmt.Errorf("linear: document %d: more than %d tokens in all", c.n, math.MaxInt32)
		}
		for _, token := range tokens {
			id, ok := ids[token]
			if !ok {
				id = int32(len(c.words))
				token = strings.Clone(token) // pins no text
				ids[token] = id
				c.words = append(c.words, token)
			}
			c.ids = append(c.ids, id)
			c.docs = append(c.docs, int32(c.n))
		}
		c.ids = append(c.ids, gap)
		c.docs = append(c.docs, int32(c.n))
		c.n++
	}
	if c.n == 0 {
		return nil, fmt.Errorf("linear: no documents: %w", ErrEmpty)
	}
	slices.Sort(c.words)
	rank := make([]int32, len(c.words))
	for i, w := range c.words {
		rank[ids[w]] = int32(i)
	}
	const block = 1 << 16
	kernel.Parallel((len(c.ids)+block-1)/block, func(b int) {
		part := c.ids[b*block : min((b+1)*block, len(c.ids))]
		for i, id := range part {
			if id != gap {
				part[i] = rank[id]
			}
		}
	})
	return c, nil
}

// gram is an n-gram of a corpus: a node of level n-1 of a trie, whose parent
// at the level above is the n-gram without its last word.
type gram struct {
	word, parent int32
	from, to     int32 // its occurrences are the places order[from:to] of its level
	df           int32 // documents it occurs in
	column       int32 // -1: none
}

// level is the n-grams of one length, sorted by parent, then by word.
type level struct {
	grams []gram
	order []int32 // where the n-grams begin, grouped by n-gram, ascending in each
}

// count finds the n-grams of up to n words that occur in at least least
// documents. An n-gram that is rarer has no longer one that is not.
func (c *corpus) count(ctx context.Context, n, least int) ([]level, error) {
	levels := []level{c.countWords()}
	for len(levels) < n {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("linear: n-grams: %w", context.Cause(ctx))
		}
		levels = append(levels, c.extend(levels[len(levels)-1], len(levels), least))
	}
	return levels, nil
}

// countWords makes the first level: gram i is word i.
func (c *corpus) countWords() level {
	l := level{grams: make([]gram, len(c.words))}
	for _, id := range c.ids {
		if id != gap {
			l.grams[id].to++
		}
	}
	n := int32(0)
	for i := range l.grams {
		g := &l.grams[i]
		g.word, g.parent, g.column = int32(i), -1, -1
		n, g.from, g.to = n+g.to, n, n
	}
	l.order = make([]int32, n)
	for at, id := range c.ids {
		if id == gap {
			continue
		}
		g := &l.grams[id]
		if g.to == g.from || c.docs[l.order[g.to-1]] != c.docs[at] {
			g.df++
		}
		l.order[g.to] = int32(at)
		g.to++
	}
	return l
}

// extend makes the n-grams one word longer than those of l, which have n
// words.
func (c *corpus) extend(l level, n, least int) level {
	// Blocks of parents with about equally many occurrences are independent.
	const size = 1 << 15
	var cuts []int
	for i, weight := 0, size; i < len(l.grams); i++ {
		if weight >= size {
			cuts, weight = append(cuts, i), 0
		}
		weight += int(l.grams[i].to - l.grams[i].from)
	}
	cuts = append(cuts, len(l.grams))
	blocks := make([]level, len(cuts)-1)
	kernel.Parallel(len(blocks), func(b int) {
		out := &blocks[b]
		var keys []uint64 // next word and place
		for p := cuts[b]; p < cuts[b+1]; p++ {
			parent := &l.grams[p]
			if int(parent.df) < least {
				continue
			}
			keys = keys[:0]
			for _, at := range l.order[parent.from:parent.to] {
				if next := c.ids[int(at)+n]; next != gap {
					keys = append(keys, uint64(next)<<32|uint64(at))
				}
			}
			slices.Sort(keys)
			for lo := 0; lo < len(keys); {
				word, df, doc, hi := keys[lo]>>32, int32(0), int32(-1), lo
				for ; hi < len(keys) && keys[hi]>>32 == word; hi++ {
					if d := c.docs[uint32(keys[hi])]; d != doc {
						doc = d
						df++
					}
				}
				if int(df) >= least {
					from := int32(len(out.order))
					for _, k := range keys[lo:hi] {
						out.order = append(out.order, int32(uint32(k)))
					}
					out.grams = append(out.grams, gram{int32(word), int32(p), from, int32(len(out.order)), df, -1})
				}
				lo = hi
			}
		}
	})
	return joinLevels(blocks)
}

// joinLevels puts the blocks of a level together, in order.
func joinLevels(blocks []level) level {
	var l level
	grams, places := 0, 0
	for _, b := range blocks {
		grams += len(b.grams)
		places += len(b.order)
	}
	l.grams, l.order = make([]gram, 0, grams), make([]int32, 0, places)
	for i, b := range blocks {
		shift := int32(len(l.order))
		l.order = append(l.order, b.order...)
		for _, g := range b.grams {
			g.from += shift
			g.to += shift
			l.grams = append(l.grams, g)
		}
		blocks[i] = level{} // let go of it early
	}
	return l
}
