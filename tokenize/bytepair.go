package tokenize

import (
	"fmt"
	"unicode/utf8"
)

// BytePairConfig is what decides the pieces of a text, together with the
// vocabulary and its merges. [RoBERTa] returns the usual one.
type BytePairConfig struct {
	// PrefixSpace puts a space before each part of a text that begins without
	// one, so that its first word is cut as any other.
	PrefixSpace bool `json:"add_prefix_space,omitempty"`

	SubwordConfig
}

// RoBERTa returns the settings of RoBERTa's tokenizers. Its "<mask>", which
// takes the white space before it, needs to be among Added with its id.
func RoBERTa() BytePairConfig {
	return BytePairConfig{SubwordConfig: SubwordConfig{CLS: "<s>", SEP: "</s>", PAD: "<pad>", UNK: "<unk>", Mask: "<mask>"}}
}

// BytePair is the tokenizer of GPT-2 and RoBERTa (Liu et al. 2019,
// arXiv:1907.11692; Sennrich et al. 2016, arXiv:1508.07909): a text is broken
// by GPT-2's pattern, and the bytes of each word, blanks included, are merged
// pair by pair, the pair first in the list of merges first. No byte is
// unknown, and nothing of a text is lost.
type BytePair struct {
	subword
	cfg    BytePairConfig
	pairs  [][2]string
	bytes  [256]int32 // ids of single bytes
	sizes  []int32    // bytes that the token of an id stands for
	merges map[uint64]merge
	runes  *runeTable
	cache  *pairCache
}

var _ Subword = (*BytePair)(nil)

// merge is what two neighbouring pieces become, and the place of their pair
// in the list of merges.
type merge struct{ rank, id int32 }

// NewBytePair returns a tokenizer whose pieces are vocab, in the order of
// their ids, and are made of bytes by merges. Both spell bytes as GPT-2's do.
func NewBytePair(vocab []string, merges [][2]string, cfg BytePairConfig) (*BytePair, error) {
	b, err := newBytePair(vocab, merges, cfg)
	if err != nil {
		return nil, fmt.Errorf("tokenize: %w", err)
	}
	return b, nil
}

func newBytePair(vocab []string, merges [][2]string, cfg BytePairConfig) (*BytePair, error) {
	b := &BytePair{cfg: cfg, pairs: merges, runes: gpt2Runes(), cache: newPairCache(), merges: make(map[uint64]merge, len(merges))}
	if err := b.frame(vocab, &b.cfg.SubwordConfig, robertaFrame); err != nil {
		return nil, err
	}
	b.cutter = b
	var raw, later []AddedToken
	for _, t := range b.cfg.Added {
		if t.Normalized {
			later = append(later, t)
		} else {
			raw = append(raw, t)
		}
	}
	var err error
	if b.added, err = newAddedTokens(raw); err != nil {
		return nil, err
	}
	second, err := newAddedTokens(later)
	if err != nil {
		return nil, err
	}
	if second != nil {
		b.cutter = &addedCutter{second, b}
	}
	for c, spelling := range gpt2Bytes() {
		id, ok := b.ids[spelling]
		if !ok {
			return nil, fmt.Errorf("%w: the vocabulary lacks %q, which spells byte %d", ErrSubword, spelling, c)
		}
		b.bytes[c] = id
	}
	b.sizes = make([]int32, len(vocab))
	for id, token := range vocab {
		b.sizes[id] = int32(utf8.RuneCountInString(token)) // a character spells a byte
	}
	if len(merges) > MaxSubwords {
		return nil, fmt.Errorf("%w: %d merges, want at most %d", ErrSubword, len(merges), MaxSubwords)
	}
	for rank, pair := range merges {
		var ids [2]int32
		for i, piece := range pair {
			id, ok := b.ids[piece]
			if !ok || int(id) >= len(vocab) {
				return nil, fmt.Errorf("%w: merge %d: the vocabulary lacks %.80q", ErrSubword, rank, piece)
			}
			ids[i] = id
		}
		made, ok := b.ids[pair[0]+pair[1]]
		if !ok || int(made) >= len(vocab) {
			return nil, fmt.Errorf("%w: merge %d: the vocabulary lacks %.80q", ErrSubword, rank, pair[0]+pair[1])
		}
		key := pairKey(ids[0], ids[1])
		if first, ok := b.merges[key]; ok {
			return nil, fmt.Errorf("%w: merges %d and %d are both of %.80q", ErrSubword, first.rank, rank, pair)
		}
		b.merges[key] = merge{int32(rank), made}
	}
	return b, nil
}

func pairKey(a, b int32) uint64 { return uint64(uint32(a))<<32 | uint64(uint32(b)) }

// Config returns what the tokenizer was made with.
func (b *BytePair) Config() BytePairConfig { return b.cfg }

// Merges returns the list of merges, which must not be changed.
func (b *BytePair) Merges() [][2]string { return b.pairs }

// addedCutter looks for added tokens in what others leave.
type addedCutter struct {
	added *addedTokens
	then  cutter
}

func (a *addedCutter) cut(w *subwork, text string, base int) {
	a.added.split(text, func(begin, end int, id int32) bool {
		if id >= 0 {
			w.add(id, base+begin, base+end)
		} else {
			a.then.cut(w, text[begin:end], base+begin)
		}
		return len(w.ids) < w.full && !w.pace.stop(0)
	}, w.pace)
}

// cut implements cutter.
func (b *BytePair) cut(w *subwork, text string, base int) {
	floor := base
	if b.cfg.PrefixSpace && text[0] != ' ' {
		text, base = " "+text, base-1
	}
	for len(text) > 0 && len(w.ids) < w.full && !w.pace.stop(0) {
		n := min(gpt2Next(b.runes, text), maxPairWord)
		b.word(w, text[:n], base, floor)
		w.pace.stop(n)
		text, base = text[n:], base+n
	}
}

// word appends the pieces of a word, which begins at byte base of the text.
// Their places are those of whole characters, from byte floor of the text on
// and without a blank before the word.
func (b *BytePair) word(w *subwork, word string, base, floor int) {
	read := word
	if !utf8.ValidString(word) {
		read = string([]rune(word)) // U+FFFD for each byte at fault
	}
	from := len(w.ids)
	if len(read) > maxPairCached {
		b.merge(w, read)
	} else if e, slot := b.cache.find(read); e != nil {
		w.ids = append(w.ids, e.ids...)
	} else {
		b.merge(w, read)
		slot.Store(newPairEntry(read, w.ids[from:]))
	}
	if !w.track {
		return
	}
	at := 0
	for _, id := range w.ids[from:] {
		begin, end := at, at+int(b.sizes[id])
		at = end
		if len(read) != len(word) {
			begin, end = 0, len(word)
		}
		for begin > 0 && !utf8.RuneStart(word[begin]) {
			begin--
		}
		for end < len(word) && !utf8.RuneStart(word[end]) {
			end++
		}
		if begin == 0 && end > 1 && word[0] == ' ' {
			begin = 1
		}
		w.pieces = append(w.pieces, Piece{id, max(base+begin, floor), max(base+end, floor)})
	}
}
