package tokenize

import (
	"cmp"
	"container/heap"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// LearnConfig says what [LearnBytePair] learns.
type LearnConfig struct {
	// Size is the number of ids at most: those of the special tokens, 256 of the
	// single bytes, and one for each merge.
	Size int `json:"size"`
	// MinCount is how often a pair of pieces must occur to be merged; 0 means 2.
	MinCount int `json:"min_count,omitempty"`
}

// The special tokens of a tokenizer that LearnBytePair returns, with the ids 0 and 1.
const (
	BeginText = "<s>"
	EndText   = "</s>"
)

// LearnBytePair learns a [BytePair] from texts (Sennrich, Haddow and Birch 2016,
// arXiv:1508.07909, over bytes as GPT-2): from single bytes on, the pair of
// neighbouring pieces inside a word that occurs most often becomes a piece, again and
// again. Of pairs that occur equally often the one with the lower ids goes first, that
// of its first piece before that of its second, so that equal texts give equal
// tokenizers whatever their order. Merges and ids are those that the trainer of Hugging
// Face's tokenizers finds (BpeTrainer with ByteLevel's alphabet and these two special
// tokens).
//
// The tokenizer has [BeginText] and [EndText] as its special tokens, which texts cannot
// spell, and cuts the first word of a text as any other (PrefixSpace). [BytePair.Decode]
// gives the text back, but for one blank at its beginning.
func LearnBytePair(texts iter.Seq[string], cfg LearnConfig) (*BytePair, error) {
	vocab := learnedAlphabet()
	if least := len(vocab); cfg.Size < least || cfg.Size > MaxSubwords {
		return nil, fmt.Errorf("tokenize: learn: size %d, want %d to %d: %w", cfg.Size, least, MaxSubwords, ErrSubword)
	}
	if cfg.MinCount < 0 {
		return nil, fmt.Errorf("tokenize: learn: min_count %d, want 1 or more, or 0 for 2: %w", cfg.MinCount, ErrSubword)
	}
	l := newPairLearner(texts, vocab)
	l.learn(cfg.Size, max(1, cmp.Or(cfg.MinCount, 2)))
	return NewBytePair(l.vocab, l.merges, learnedConfig())
}

// learnedConfig is that of a tokenizer that was learned here.
func learnedConfig() BytePairConfig {
	return BytePairConfig{PrefixSpace: true, SubwordConfig: SubwordConfig{CLS: BeginText, SEP: EndText}}
}

// learnedAlphabet is what a vocabulary begins with: the special tokens, and the bytes in
// the order of what spells them.
func learnedAlphabet() []string {
	spelling := gpt2Bytes()
	return append([]string{BeginText, EndText}, slices.Sorted(slices.Values(spelling[:]))...)
}

// pairLearner merges pairs in words, each of which it has once.
type pairLearner struct {
	vocab  []string
	merges [][2]string
	words  []countedWord
	counts map[uint64]*countedPair
	queue  pairQueue
}

// countedWord is a word as the pieces it now consists of.
type countedWord struct {
	pieces []int32
	count  int
}

// countedPair is a pair of neighbouring pieces.
type countedPair struct {
	left, right int32
	count       int
	words       []int // in which it has occurred; may repeat, and it may be gone from them
}

// proposal is a pair and how often it occurred when it was entered.
type proposal struct {
	pair  *countedPair
	count int
}

// pairQueue has the pair to merge next first.
type pairQueue []proposal

func (q pairQueue) Len() int { return len(q) }
func (q pairQueue) Less(i, j int) bool {
	a, b := q[i], q[j]
	return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.pair.left, b.pair.left), cmp.Compare(a.pair.right, b.pair.right)) < 0
}
func (q pairQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *pairQueue) Push(x any)   { *q = append(*q, x.(proposal)) }
func (q *pairQueue) Pop() any {
	last := len(*q) - 1
	p := (*q)[last]
	*q = (*q)[:last]
	return p
}

// newPairLearner counts the words of texts, in the order of their letters, and the
// pairs in them.
func newPairLearner(texts iter.Seq[string], alphabet []string) *pairLearner {
	l := &pairLearner{vocab: alphabet, counts: map[uint64]*countedPair{}}
	counts, runes := map[string]int{}, gpt2Runes()
	for text := range texts {
		if text == "" {
			continue
		}
		if text = strings.ToValidUTF8(text, "\uFFFD"); text[0] != ' ' {
			text = " " + text
		}
		for len(text) > 0 {
			n := gpt2Next(runes, text)
			if n <= maxLearned {
				counts[text[:n]]++
			}
			text = text[n:]
		}
	}
	var ids [256]int32
	for c, s := range gpt2Bytes() {
		ids[c] = int32(slices.Index(alphabet, s))
	}
	words := make([]string, 0, len(counts))
	for w := range counts {
		words = append(words, strings.Clone(w))
	}
	slices.Sort(words)
	for _, w := range words {
		pieces := make([]int32, len(w))
		for i := range len(w) {
			pieces[i] = ids[w[i]]
		}
		l.words = append(l.words, countedWord{pieces, counts[w]})
	}
	for at := range l.words {
		w := &l.words[at]
		for i := range len(w.pieces) - 1 {
			l.add(w.pieces[i], w.pieces[i+1], w.count, at)
		}
	}
	for _, p := range l.counts {
		l.queue = append(l.queue, proposal{p, p.count})
	}
	heap.Init(&l.queue) // the order of the queue is total: that of the map does not matter
	return l
}

// maxLearned is the length in bytes of the longest word that is learned from. Longer
// ones are no words.
const maxLearned = 1 << 8

// add counts a pair in a word.
func (l *pairLearner) add(left, right int32, count, word int) *countedPair {
	key := pairKey(left, right)
	p := l.counts[key]
	if p == nil {
		p = &countedPair{left: left, right: right}
		l.counts[key] = p
	}
	p.count += count
	if n := len(p.words); count > 0 && (n == 0 || p.words[n-1] != word) {
		p.words = append(p.words, word)
	}
	return p
}

// learn merges until the vocabulary has its size or no pair is frequent.
func (l *pairLearner) learn(size, least int) {
	for len(l.vocab) < size && l.queue.Len() > 0 {
		top := heap.Pop(&l.queue).(proposal)
		p := top.pair
		if top.count != p.count { // it occurs less often by now
			if p.count > 0 {
				heap.Push(&l.queue, proposal{p, p.count})
			}
			continue
		}
		if p.count < least {
			return
		}
		piece := l.vocab[p.left] + l.vocab[p.right]
		if len(piece) > maxSubword {
			continue
		}
		made := int32(len(l.vocab))
		l.merges = append(l.merges, [2]string{l.vocab[p.left], l.vocab[p.right]})
		if at := slices.Index(l.vocab, piece); at >= 0 { // two ways to one piece
			made = int32(at)
		} else {
			l.vocab = append(l.vocab, piece)
		}
		l.merge(p, made)
	}
}

// merge makes one piece of a pair wherever it occurs, and counts what its neighbours
// are now.
func (l *pairLearner) merge(p *countedPair, made int32) {
	fresh := map[*countedPair]bool{}
	slices.Sort(p.words)
	for _, at := range slices.Compact(p.words) {
		w := &l.words[at]
		old, kept := w.pieces, w.pieces[:0]
		for i := 0; i < len(old); i++ {
			if i+1 == len(old) || old[i] != p.left || old[i+1] != p.right {
				kept = append(kept, old[i])
				continue
			}
			// kept never runs ahead of i, and what stands before i in it is final.
			if n := len(kept); n > 0 {
				l.add(kept[n-1], p.left, -w.count, at)
				fresh[l.add(kept[n-1], made, w.count, at)] = true
			}
			if i+2 < len(old) {
				l.add(p.right, old[i+2], -w.count, at)
				fresh[l.add(made, old[i+2], w.count, at)] = true
			}
			kept = append(kept, made)
			i++
		}
		w.pieces = kept
	}
	p.count, p.words = 0, nil
	for f := range fresh {
		heap.Push(&l.queue, proposal{f, f.count})
	}
}
