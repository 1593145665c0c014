package linear

import (
	"context"
	"slices"
	"testing"
)

// The n-grams of characters of a word between marks are those counted by hand,
// beside those of words.
func TestHashedCharacters(t *testing.T) {
	v := &Vectorizer{cfg: VectorizerConfig{Weighting: Counts, MinN: 1, MaxN: 2, Hash: 1 << 20, MinChars: 2, MaxChars: 3}}
	want := func(terms ...string) (list []int32) {
		for _, s := range terms {
			list = append(list, int32(v.hash([]byte(s))>>1))
		}
		slices.Sort(list)
		return list
	}
	for _, c := range []struct {
		tokens []string
		terms  []string
	}{
		{[]string{"abc"}, []string{"abc", "\x00<a", "\x00ab", "\x00bc", "\x00c>", "\x00<ab", "\x00abc", "\x00bc>"}},
		{[]string{"a"}, []string{"a", "\x00<a", "\x00a>", "\x00<a>"}},
		{[]string{"", "é"}, []string{"", " é", "é", "\x00<>", "\x00<é", "\x00é>", "\x00<é>"}},
		{[]string{"ab"}, []string{"ab", "\x00<a", "\x00ab", "\x00b>", "\x00<ab", "\x00ab>"}},
	} {
		var r row
		v.hashRow(&r, c.tokens)
		if !slices.Equal(r.columns, want(c.terms...)) {
			t.Errorf("%q: columns %d, want those of %q: %d", c.tokens, r.columns, c.terms, want(c.terms...))
		}
	}
	// What occurs twice counts twice, and a word used again leaves nothing behind.
	var r row
	v.hashRow(&r, []string{"longer words", "aa"})
	r.columns, r.counts = r.columns[:0], r.counts[:0]
	v.hashRow(&r, []string{"aaa"})
	total := float32(0)
	for _, n := range r.counts {
		total += n
	}
	if len(r.columns) != 7 || total != 8 { // aaa; <a aa aa a>; <aa aaa aa>
		t.Errorf("aaa: %d columns, %v n-grams", len(r.columns), total)
	}
}

func TestCharactersRefuse(t *testing.T) {
	docs := func(yield func([]string, error) bool) { yield([]string{"a"}, nil) }
	for name, c := range map[string]VectorizerConfig{
		"not hashed":      {MinChars: 2, MaxChars: 3},
		"no least":        {Hash: 10, MaxChars: 3},
		"below the least": {Hash: 10, MinChars: 3, MaxChars: 2},
		"too long":        {Hash: 10, MinChars: 3, MaxChars: MaxN + 1},
		"negative":        {Hash: 10, MinChars: -1, MaxChars: 2},
	} {
		if _, _, err := NewVectorizer(context.Background(), c, docs); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
