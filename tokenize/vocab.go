package tokenize

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// The special tokens of a vocabulary that is not told otherwise.
const (
	UNK = "<unk>" // stands for every token the vocabulary lacks
	PAD = "<pad>" // fills a batch up to its longest text
)

// MaxVocab is the largest number of tokens a Vocab may hold.
const MaxVocab = 1 << 24

// ErrVocab is wrapped by every error about a vocabulary or its
// configuration, whether it is being built or read.
var ErrVocab = errors.New("invalid vocabulary")

// VocabConfig says which tokens of a corpus a vocabulary keeps.
type VocabConfig struct {
	// MaxSize bounds the number of tokens, specials included. Zero: no bound
	// but MaxVocab.
	MaxSize int `json:"max_size,omitempty"`
	// MinCount drops tokens seen fewer times. Zero keeps all, as one does.
	MinCount int `json:"min_count,omitempty"`
	// Specials come first, in this order, whether the corpus has them or
	// not; UNK must be among them. Nil: UNK, PAD.
	Specials []string `json:"specials,omitempty"`
}

// Vocab is a one-to-one map between tokens and the ids 0..Len()-1. It never
// changes once made, so any number of goroutines may share it.
type Vocab struct {
	tokens   []string
	ids      map[string]int32
	specials int
	unk      int32
}

// BuildVocab counts tokens and keeps the specials and the most frequent of
// the rest: the specials first, then by falling count, equal counts in the
// order of the tokens' bytes. A token equal to a special stands for it and
// takes no further place. The empty token is refused.
func BuildVocab(tokens iter.Seq[string], cfg VocabConfig) (*Vocab, error) {
	// The map holds pointers so that counting a token already seen is one
	// look-up, and copies of the keys so that it pins no text.
	counts := make(map[string]*int)
	for token := range tokens {
		if c, ok := counts[token]; ok {
			*c++
		} else {
			one := 1
			counts[strings.Clone(token)] = &one
		}
	}
	return CountedVocab(func(yield func(string, int) bool) {
		for token, n := range counts {
			if !yield(token, *n) {
				return
			}
		}
	}, cfg)
}

// CountedVocab is BuildVocab for tokens that have been counted already. Each
// token must come once; their order does not matter.
func CountedVocab(counts iter.Seq2[string, int], cfg VocabConfig) (*Vocab, error) {
	if cfg.Specials == nil {
		cfg.Specials = []string{UNK, PAD}
	}
	switch {
	case cfg.MaxSize < 0 || cfg.MaxSize > MaxVocab:
		return nil, fmt.Errorf("tokenize: %w: MaxSize is %d, want 0 to %d", ErrVocab, cfg.MaxSize, MaxVocab)
	case cfg.MinCount < 0:
		return nil, fmt.Errorf("tokenize: %w: MinCount is %d, want 0 or more", ErrVocab, cfg.MinCount)
	case cfg.MaxSize != 0 && cfg.MaxSize < len(cfg.Specials):
		return nil, fmt.Errorf("tokenize: %w: MaxSize is %d, too small for the %d specials", ErrVocab, cfg.MaxSize, len(cfg.Specials))
	}
	limit := cfg.MaxSize
	if limit == 0 {
		limit = MaxVocab
	}
	type entry struct {
		token string
		count int
	}
	var kept []entry
	for token, n := range counts {
		if token == "" {
			return nil, fmt.Errorf("tokenize: %w: a token of the corpus is empty", ErrVocab)
		}
		if n >= max(1, cfg.MinCount) && !slices.Contains(cfg.Specials, token) {
			kept = append(kept, entry{token, n})
		}
	}
	slices.SortFunc(kept, func(a, b entry) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.token, b.token))
	})
	kept = kept[:min(len(kept), limit-len(cfg.Specials))]
	words := slices.Clone(cfg.Specials)
	for _, e := range kept {
		words = append(words, e.token)
	}
	v, err := newVocab(words, len(cfg.Specials))
	if err != nil {
		return nil, fmt.Errorf("tokenize: %w", err)
	}
	return v, nil
}

// newVocab indexes tokens, of which the first specials are special, and
// refuses what would make the map ambiguous or Encode impossible.
func newVocab(tokens []string, specials int) (*Vocab, error) {
	v := &Vocab{tokens: tokens, ids: make(map[string]int32, len(tokens)), specials: specials, unk: -1}
	for i, token := range tokens {
		if token == "" {
			return nil, fmt.Errorf("%w: token %d is empty", ErrVocab, i)
		}
		if first, ok := v.ids[token]; ok {
			return nil, fmt.Errorf("%w: tokens %d and %d are both %q", ErrVocab, first, i, token)
		}
		v.ids[token] = int32(i)
	}
	unk, ok := v.ids[UNK]
	if !ok || int(unk) >= specials {
		return nil, fmt.Errorf("%w: no %q among the specials %q", ErrVocab, UNK, tokens[:specials])
	}
	v.unk = unk
	return v, nil
}

// Len returns the number of tokens, specials included.
func (v *Vocab) Len() int { return len(v.tokens) }

// Specials returns how many of the first ids belong to special tokens.
func (v *Vocab) Specials() int { return v.specials }

// UNK returns the id that Encode gives to unknown tokens.
func (v *Vocab) UNK() int32 { return v.unk }

// ID returns the id of token, and false if the vocabulary lacks it.
func (v *Vocab) ID(token string) (int32, bool) {
	id, ok := v.ids[token]
	return id, ok
}

// Token returns the token with the given id, and false if there is none.
func (v *Vocab) Token(id int32) (string, bool) {
	if id < 0 || int(id) >= len(v.tokens) {
		return "", false
	}
	return v.tokens[id], true
}

// Encode appends one id for each token to dst, UNK's for unknown ones.
func (v *Vocab) Encode(dst []int32, tokens []string) []int32 {
	dst = slices.Grow(dst, len(tokens))
	for _, token := range tokens {
		id, ok := v.ids[token]
		if !ok {
			id = v.unk
		}
		dst = append(dst, id)
	}
	return dst
}

// Decode appends one token for each id to dst. An id that no token has is
// an error.
func (v *Vocab) Decode(dst []string, ids []int32) ([]string, error) {
	for i, id := range ids {
		token, ok := v.Token(id)
		if !ok {
			return dst, fmt.Errorf("tokenize: id %d at position %d is outside the vocabulary's 0 to %d", id, i, len(v.tokens)-1)
		}
		dst = append(dst, token)
	}
	return dst, nil
}
