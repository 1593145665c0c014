package tokenize

import (
	"errors"
	"testing"
)

func TestGrow(t *testing.T) {
	v := build(t, "b a c a", VocabConfig{})
	g, err := v.Grow([]string{"new", "words"})
	if err != nil {
		t.Fatal(err)
	}
	if g.Len() != v.Len()+2 || g.Specials() != v.Specials() || g.UNK() != v.UNK() || v.Len() != 5 {
		t.Errorf("%d tokens of which %d special, from %d", g.Len(), g.Specials(), v.Len())
	}
	for id := range v.Len() {
		was, _ := v.Token(int32(id))
		if is, _ := g.Token(int32(id)); is != was {
			t.Errorf("token %d is %q, was %q", id, is, was)
		}
	}
	if id, ok := g.ID("words"); !ok || int(id) != v.Len()+1 {
		t.Errorf("the last word has the id %d, %v", id, ok)
	}
	if _, ok := v.ID("words"); ok {
		t.Error("the old vocabulary has changed")
	}
	for name, tokens := range map[string][]string{"known": {"a"}, "special": {PAD}, "empty": {""}, "twice": {"x", "x"}, "too many": make([]string, MaxVocab)} {
		if _, err := v.Grow(tokens); !errors.Is(err, ErrVocab) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
