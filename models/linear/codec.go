package linear

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/tokenize"
)

// The n-grams of a classifier take two places in its artefact. The vocabulary
// holds their words, those that end most n-grams first, so that their ids are
// short. The tensor "ngrams" holds the trie above them, level by level:
//
//	levels      one byte
//	for each level, from the words to the longest n-grams:
//	  sizes     not for the words: for each n-gram of the level above, in
//	            order, the number of those that begin with it, as uvarint
//	  ids       not for the words: for each n-gram its last word's id, as
//	            uvarint: the first of each parent, then what each adds to the
//	            one before, less one
//	  columns   one byte: 0 if no n-gram of the level is a column, 1 if all
//	            are, 2 if some are; then a bit each, lowest first, and zeros up
//	            to the whole byte
//
// Columns are not numbered in the order of the ids but as NGrams says, by the
// words themselves.

// errNGrams is wrapped by what decodeNGrams finds wrong.
var errNGrams = errors.New("malformed n-grams")

// coded is a trie whose nodes' words are ids of a vocabulary.
type coded struct {
	word   []int32
	first  []int32 // as in trie
	column []bool
}

// encode returns the set as a vocabulary and a trie over its ids.
func (v *NGrams) encode() (*tokenize.Vocab, []byte, error) {
	vocab, err := tokenize.BuildVocab(func(yield func(string) bool) {
		for _, t := range v.levels {
			for _, w := range t.word {
				if !yield(v.words[w]) {
					return
				}
			}
		}
	}, tokenize.VocabConfig{Specials: []string{tokenize.UNK}})
	if err != nil {
		return nil, nil, fmt.Errorf("linear: %w", err)
	}
	ids := make([]int32, len(v.words))
	for i, w := range v.words {
		ids[i], _ = vocab.ID(w)
	}
	// Nodes of a level in the order of the file: by parent, then by id.
	order := make([]int32, vocab.Len())
	for i := range order {
		order[i] = -1 // a special that is no word
	}
	for i, id := range ids {
		order[id] = int32(i)
	}
	out := []byte{byte(len(v.levels))}
	for k, t := range v.levels {
		if k > 0 {
			up := v.levels[k-1].first
			parents := order
			order = make([]int32, 0, len(t.word))
			for _, p := range parents {
				n := int32(0)
				if p >= 0 {
					n = up[p+1] - up[p]
				}
				out = binary.AppendUvarint(out, uint64(n))
			}
			for _, p := range parents {
				if p < 0 {
					continue
				}
				from := len(order)
				for i := up[p]; i < up[p+1]; i++ {
					order = append(order, i)
				}
				children := order[from:]
				slices.SortFunc(children, func(a, b int32) int { return int(ids[t.word[a]]) - int(ids[t.word[b]]) })
				last := int32(-1)
				for _, i := range children {
					out = binary.AppendUvarint(out, uint64(ids[t.word[i]]-last-1))
					last = ids[t.word[i]]
				}
			}
		}
		bits, set := make([]byte, (len(order)+7)/8), 0
		for i, n := range order {
			if n >= 0 && t.column[n] >= 0 {
				bits[i/8] |= 1 << (i % 8)
				set++
			}
		}
		switch set {
		case 0:
			out = append(out, 0)
		case len(order):
			out = append(out, 1)
		default:
			out = append(append(out, 2), bits...)
		}
	}
	return vocab, out, nil
}

// decodeNGrams is the inverse of encode. data may come from strangers: what it
// makes is bounded by its length.
func decodeNGrams(vocab *tokenize.Vocab, data []byte) (*NGrams, error) {
	r := reader{data: data}
	n := int(r.byte())
	switch {
	case r.err != nil:
		return nil, fmt.Errorf("linear: %w: %w", errNGrams, r.err)
	case n < 1 || n > MaxN:
		return nil, fmt.Errorf("linear: %w: %d levels, want 1 to %d", errNGrams, n, MaxN)
	}
	levels := make([]coded, n)
	for k := range levels {
		l := &levels[k]
		if k == 0 {
			for id := range vocab.Len() {
				l.word = append(l.word, int32(id))
			}
		} else {
			r.children(&levels[k-1], l, int32(vocab.Len()))
		}
		r.flags(l)
		if r.err != nil {
			return nil, fmt.Errorf("linear: %w: byte %d, n-grams of %d words: %w", errNGrams, r.at, k+1, r.err)
		}
	}
	if r.at != len(data) {
		return nil, fmt.Errorf("linear: %w: %d bytes after the last level", errNGrams, len(data)-r.at)
	}
	return fromCoded(vocab, levels)
}

// reader reads the form that encode writes. After an error it reads zeros.
type reader struct {
	data []byte
	at   int
	err  error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

func (r *reader) byte() byte {
	if r.err != nil || r.at >= len(r.data) {
		r.fail("cut short")
		return 0
	}
	r.at++
	return r.data[r.at-1]
}

// number reads a number of 0 to limit.
func (r *reader) number(limit int) int {
	if r.err != nil {
		return 0
	}
	x, n := binary.Uvarint(r.data[r.at:])
	switch {
	case n == 0:
		r.fail("cut short")
		return 0
	case n < 0 || x > uint64(limit):
		r.fail("a number above %d", limit)
		return 0
	case n > 1 && r.data[r.at+n-1] == 0:
		r.fail("a number with leading zeros")
		return 0
	}
	r.at += n
	return int(x)
}

// children reads the sizes and ids of a level.
func (r *reader) children(up, l *coded, words int32) {
	up.first = make([]int32, 1, len(up.word)+1)
	total := 0
	for range up.word {
		// Each child takes a byte at least, so the length bounds them.
		total += r.number(len(r.data) - total)
		if r.err != nil {
			return
		}
		up.first = append(up.first, int32(total))
	}
	if total > len(r.data)-r.at {
		r.fail("cut short: %d n-grams in %d bytes", total, len(r.data)-r.at)
		return
	}
	l.word = make([]int32, 0, total)
	for p := range up.word {
		last := int32(-1)
		for range up.first[p+1] - up.first[p] {
			if last += 1 + int32(r.number(math.MaxInt32-1)); last < 0 || last >= words {
				r.fail("a word's id is above %d", words-1)
			}
			if r.err != nil {
				return
			}
			l.word = append(l.word, last)
		}
	}
}

// flags reads which n-grams of a level are columns.
func (r *reader) flags(l *coded) {
	l.column = make([]bool, len(l.word))
	switch kind := r.byte(); kind {
	case 0:
	case 1:
		for i := range l.column {
			l.column[i] = true
		}
	case 2:
		set := 0
		for i := range l.column {
			if i%8 == 0 {
				r.byte()
			}
			if r.err != nil {
				return
			}
			if l.column[i] = r.data[r.at-1]>>(i%8)&1 == 1; l.column[i] {
				set++
			}
		}
		if n := len(l.column); set == 0 || set == n || n%8 != 0 && r.data[r.at-1]>>(n%8) != 0 {
			r.fail("columns of a level written in a way that is not theirs")
		}
	default:
		r.fail("columns of a level begin with %d, want 0, 1 or 2", kind)
	}
}

// fromCoded puts nodes in the order of their words and numbers the columns.
func fromCoded(vocab *tokenize.Vocab, levels []coded) (*NGrams, error) {
	words := make([]string, vocab.Len())
	order := make([]int32, len(words)) // ids by word
	for id := range words {
		words[id], _ = vocab.Token(int32(id))
		order[id] = int32(id)
	}
	slices.SortFunc(order, func(a, b int32) int { return strings.Compare(words[a], words[b]) })
	rank := make([]int32, len(words))
	sorted := make([]string, len(words))
	for i, id := range order {
		rank[id], sorted[i] = int32(i), words[id]
	}
	grams := make([]level, len(levels))
	var parents []int32 // of the level above, old numbers in their new order
	for k, l := range levels {
		nodes := order
		if k > 0 {
			nodes = make([]int32, 0, len(l.word))
		}
		for p, old := range parents {
			from := len(nodes)
			for i := levels[k-1].first[old]; i < levels[k-1].first[old+1]; i++ {
				nodes = append(nodes, i)
				grams[k].grams = append(grams[k].grams, gram{parent: int32(p)})
			}
			slices.SortFunc(nodes[from:], func(a, b int32) int { return int(rank[l.word[a]]) - int(rank[l.word[b]]) })
		}
		if k == 0 {
			grams[k].grams = make([]gram, len(nodes))
		}
		for i, n := range nodes {
			g := &grams[k].grams[i]
			if g.word, g.column = rank[l.word[n]], -1; l.column[n] {
				g.column = 0
			}
		}
		parents = nodes
	}
	v := newNGrams(sorted, grams)
	if v.columns == 0 {
		return nil, fmt.Errorf("linear: %w: no n-gram is a column", errNGrams)
	}
	return v, nil
}
