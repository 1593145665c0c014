package lm

import (
	"math"
	"slices"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
)

// Words are drawn as often as LogExpected says.
func TestSampler(t *testing.T) {
	const words, draws, rounds = 50, 20, 20000
	s := NewSampler(words, draws)
	log := s.LogExpected()
	var counts [words]int
	for round := range rounds {
		drawn := s.Draw(ops.Stream(1, "draws", uint64(round)))
		if len(drawn) == 0 || len(drawn) > draws || !slices.IsSorted(drawn) || len(slices.Compact(slices.Clone(drawn))) != len(drawn) {
			t.Fatal(drawn)
		}
		for _, w := range drawn {
			counts[w]++
		}
	}
	for w, n := range counts {
		p := math.Exp(float64(log[w]))
		if sigma := math.Sqrt(p * (1 - p) / rounds); math.Abs(float64(n)/rounds-p) > 5*sigma+1e-9 {
			t.Errorf("word %d is drawn in %d of %d rounds, want %.4f of them", w, n, rounds, p)
		}
	}
	if one := NewSampler(1, 3); !slices.Equal(one.Draw(ops.Stream(1, "one", 0)), []int32{0}) || one.LogExpected()[0] != 0 {
		t.Error("of one word another is drawn")
	}
}

func TestConfigRefuses(t *testing.T) {
	good := Config{Vocab: 10, Embedding: 16, Hidden: 4}
	if _, err := New(good, 1); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Config){
		"no words":            func(c *Config) { c.Vocab = 0 },
		"no embedding":        func(c *Config) { c.Embedding = 0 },
		"no states":           func(c *Config) { c.Hidden = 0 },
		"negative draws":      func(c *Config) { c.Negatives = -1 },
		"all dropped":         func(c *Config) { c.Dropout.Output = 1 },
		"not a number":        func(c *Config) { c.Dropout.Embedding = math.NaN() },
		"a negative std":      func(c *Config) { c.EmbeddingStd = -1 },
		"too many parameters": func(c *Config) { c.Vocab, c.Embedding = MaxVocab, 1<<12 },
	} {
		c := good
		change(&c)
		if _, err := New(c, 1); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := ParseConfig([]byte(`{"vocab":10,"embedding":16,"hidden":4,"heads":2}`)); err == nil {
		t.Error("an unknown field is accepted")
	}
}

func TestGrow(t *testing.T) {
	n, err := New(Config{Vocab: 5, Embedding: 16, Hidden: 4}, 1)
	if err != nil {
		t.Fatal(err)
	}
	more, err := n.Grow(2, 3)
	if err != nil {
		t.Fatal(err)
	}
	old, grown := n.Embedding().Data(), more.Embedding().Data()
	if !slices.Equal(grown[:5*16], old) || !slices.Equal(grown[5*16:6*16], old[3*16:4*16]) || !slices.Equal(grown[6*16:], old[3*16:4*16]) {
		t.Error("the words of the grown network are others")
	}
	if _, err := n.Grow(1, 5); err == nil {
		t.Error("like a word that is not there")
	}
}
