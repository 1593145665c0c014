package corpus

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// examples yields texts with the labels 0, 1, -1, 0, ...
func examples(texts ...string) iter.Seq2[datasets.Example, error] {
	return func(yield func(datasets.Example, error) bool) {
		for i, text := range texts {
			if !yield(datasets.Example{Text: text, Label: []int{0, 1, -1}[i%3]}, nil) {
				return
			}
		}
	}
}

// build is a corpus of two classes.
func build(t testing.TB, texts ...string) *Corpus {
	t.Helper()
	c, err := Build(context.Background(), tokenize.New(tokenize.Config{Lower: true}), examples(texts...))
	if err != nil {
		t.Fatal(err)
	}
	c.Classes = []string{"negative", "positive"}
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestBuild(t *testing.T) {
	c := build(t, "A film, a FILM!", "", "an ending")
	want := &Corpus{
		Words:   []string{"a", "film", ",", "!", "an", "ending"},
		Texts:   [][]int32{{0, 1, 2, 0, 1, 3}, {}, {4, 5}},
		Labels:  []int32{0, 1, -1},
		Classes: []string{"negative", "positive"},
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
	if n := c.Tokens(); n != 8 {
		t.Errorf("%d tokens", n)
	}
}

// Any corpus gives back the tokens of its texts, whatever the number of cores.
func TestBuildKeepsEveryToken(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var texts []string
	for range 300 {
		var words []string
		for range rng.IntN(60) {
			words = append(words, fmt.Sprintf("word%d", rng.IntN(200)))
		}
		texts = append(texts, strings.Join(words, " "))
	}
	c := build(t, texts...)
	tokenizer := tokenize.New(tokenize.Config{Lower: true})
	for i, text := range texts {
		var got []string
		for _, w := range c.Texts[i] {
			got = append(got, c.Words[w])
		}
		if want := tokenizer.Tokens(text); !slices.Equal(got, want) {
			t.Fatalf("text %d: %q, want %q", i, got, want)
		}
	}
	if sorted := slices.Sorted(slices.Values(c.Words)); len(slices.Compact(sorted)) != len(c.Words) {
		t.Error("a word is there twice")
	}
}

func TestBuildPassesErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	_, err := Build(context.Background(), tokenize.New(tokenize.Config{}), func(yield func(datasets.Example, error) bool) {
		if yield(datasets.Example{Text: "a"}, nil) {
			yield(datasets.Example{}, broken)
		}
	})
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Build(ctx, tokenize.New(tokenize.Config{}), examples("a", "b")); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: error %v", err)
	}
}

// A vocabulary depends on the chosen texts alone: what the others say, or that
// they are there at all, changes nothing.
func TestVocabDependsOnTheChosenTextsAlone(t *testing.T) {
	chosen := []string{"b b b a a", "c a b", "d"}
	want := vocabOf(t, build(t, chosen...), []int{0, 1, 2})
	for name, c := range map[string]struct {
		texts  []string
		chosen []int
	}{
		"others after":  {append(slices.Clone(chosen), "e e e e e", "d d d d d"), []int{0, 1, 2}},
		"others before": {append([]string{"e e e e e", "d c d c", "z"}, chosen...), []int{3, 4, 5}},
		"other order":   {[]string{"d", "x x x", "b b b a a", "c a b"}, []int{3, 0, 2}},
	} {
		if got := vocabOf(t, build(t, c.texts...), c.chosen); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := vocabOf(t, build(t, "b b b a a", "c a b", "d d d d d"), []int{0, 1, 2}); slices.Equal(got, want) {
		t.Error("the chosen texts do not matter")
	}
	if got := vocabOf(t, build(t, chosen...), nil); len(got) != 2 {
		t.Errorf("no texts: %q", got)
	}
}

func vocabOf(t *testing.T, c *Corpus, chosen []int) (tokens []string) {
	t.Helper()
	v, err := c.Vocab(tokenize.VocabConfig{MaxSize: 6}, chosen)
	if err != nil {
		t.Fatal(err)
	}
	for i := range int32(v.Len()) {
		token, _ := v.Token(i)
		tokens = append(tokens, token)
	}
	return tokens
}

func TestEncode(t *testing.T) {
	c := build(t, "a a b", "", "a c b a")
	v, err := c.Vocab(tokenize.VocabConfig{}, []int{0})
	if err != nil {
		t.Fatal(err)
	}
	id := func(token string) int32 {
		n, ok := v.ID(token)
		if !ok {
			t.Fatalf("%q is not in the vocabulary", token)
		}
		return n
	}
	a, b, unk := id("a"), id("b"), v.UNK()
	for limit, want := range map[int][][]int32{
		0: {{a, a, b}, {unk}, {a, unk, b, a}},
		3: {{a, a, b}, {unk}, {a, unk, b}},
		1: {{a}, {unk}, {a}},
	} {
		got, cut := c.Encode(v, limit)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("limit %d: %s", limit, diff)
		}
		if want := map[int]int{0: 0, 3: 1, 1: 2}[limit]; cut != want {
			t.Errorf("limit %d: %d cut, want %d", limit, cut, want)
		}
		for i := range got {
			if cap(got[i]) != len(got[i]) {
				t.Errorf("limit %d: appending to text %d would overwrite the next", limit, i)
			}
		}
	}
}

func TestCheck(t *testing.T) {
	for name, damage := range map[string]func(*Corpus){
		"a label too few":     func(c *Corpus) { c.Labels = c.Labels[1:] },
		"a label of no class": func(c *Corpus) { c.Labels[0] = 2 },
		"a negative label":    func(c *Corpus) { c.Labels[0] = -2 },
		"a word too large":    func(c *Corpus) { c.Texts[0][0] = int32(len(c.Words)) },
		"a negative word":     func(c *Corpus) { c.Texts[0][0] = -1 },
	} {
		c := build(t, "one two", "three")
		if damage(c); c.Check() == nil {
			t.Errorf("%s is not noticed", name)
		}
	}
}
