package tokenize

import (
	"fmt"
	"slices"
)

// Grow returns a vocabulary with the given tokens after those of v, whose ids
// stay as they are. A token that v has, an empty one and one given twice are
// refused.
func (v *Vocab) Grow(tokens []string) (*Vocab, error) {
	if n := len(v.tokens) + len(tokens); n > MaxVocab {
		return nil, fmt.Errorf("tokenize: %w: %d tokens, want at most %d", ErrVocab, n, MaxVocab)
	}
	grown, err := newVocab(slices.Concat(v.tokens, tokens), v.specials)
	if err != nil {
		return nil, fmt.Errorf("tokenize: %w", err)
	}
	return grown, nil
}
