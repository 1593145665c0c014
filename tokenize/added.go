package tokenize

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// AddedToken is a token that is found in a text before anything else, such as
// "[MASK]". Where several begin at one place, the longest counts.
type AddedToken struct {
	ID      int32  `json:"id"`
	Content string `json:"content"`
	LStrip  bool   `json:"lstrip,omitempty"` // takes the white space before it
	RStrip  bool   `json:"rstrip,omitempty"` // and after it
	// Normalized tokens are looked for, normalised themselves, in the
	// normalised text. A BytePair normalises nothing, and only looks for them
	// after the others.
	Normalized bool `json:"normalized,omitempty"`
	Special    bool `json:"special,omitempty"` // no part of the text, such as padding
}

// addedTokens finds added tokens. Nil finds none.
type addedTokens struct {
	tokens []AddedToken
	first  [256]bool // bytes that a token begins with
	trie   *trie     // of their contents, to indices into tokens
}

// newAddedTokens returns nil for no tokens.
func newAddedTokens(tokens []AddedToken) (*addedTokens, error) {
	if len(tokens) == 0 {
		return nil, nil
	}
	a := &addedTokens{tokens: tokens}
	keys, values := make([]string, len(tokens)), make([]int32, len(tokens))
	seen := map[string]bool{}
	for i, t := range tokens {
		if t.Content == "" || seen[t.Content] || !utf8.ValidString(t.Content) {
			return nil, fmt.Errorf("%w: added token %d is %.80q, want distinct text", ErrSubword, t.ID, t.Content)
		}
		seen[t.Content] = true
		keys[i], values[i] = t.Content, int32(i)
		a.first[t.Content[0]] = true
	}
	a.trie = newTrie(keys, values)
	return a, nil
}

// split calls part for the parts of text in order: the added tokens with
// their ids, and what lies between them, if it is not empty, with -1. It ends
// early when part returns false, and without a part where p stops.
func (a *addedTokens) split(text string, part func(begin, end int, id int32) bool, p *pace) {
	from := 0
	for i, last := 0, 0; a != nil && i < len(text); {
		if p != nil && i-last >= paceBytes {
			if p.stop(i - last) {
				return
			}
			last = i
		}
		if !a.first[text[i]] {
			i++
			continue
		}
		at, size := longest(a.trie, text[i:])
		if size == 0 {
			i++
			continue
		}
		t := &a.tokens[at]
		begin, end := i, i+size
		i = end
		if t.LStrip {
			begin = max(from, len(strings.TrimRightFunc(text[:begin], isBERTSpace)))
		}
		if t.RStrip {
			end = len(text) - len(strings.TrimLeftFunc(text[end:], isBERTSpace))
		}
		if from < begin && !part(from, begin, -1) {
			return
		}
		if !part(begin, end, t.ID) {
			return
		}
		from = end
	}
	if from < len(text) {
		part(from, len(text), -1)
	}
}

func isBERTSpace(r rune) bool { return bertRunes().of(r)&runeSpace != 0 }
