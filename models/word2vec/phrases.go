package word2vec

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// PhraseConfig says which neighbouring words become one, as "new york" becomes
// new_york (Mikolov et al. 2013, arXiv:1310.4546, section 4). The zero value
// joins nothing; other zeros mean the defaults of word2phrase.c.
type PhraseConfig struct {
	// Passes over the texts: each joins two words of the one before, so that
	// n of them make phrases of up to 2^n words. 0 means no phrases.
	Passes int `json:"passes,omitempty"`
	// MinCount is how often both words and the pair must occur at least, and
	// what is taken off the count of the pair. 0 means 5.
	MinCount int `json:"min_count,omitempty"`
	// Thresholds are what the score of a pair must exceed, one for each pass.
	// None means 100 in each.
	Thresholds []float64 `json:"thresholds,omitempty"`
}

// MaxPasses is the most passes that a PhraseConfig may ask for.
const MaxPasses = 10

// Phrase is two words that a pass has joined.
type Phrase struct {
	Name  string  // the words with an underscore between them
	Pass  int     // from 0
	Count int     // how often the two were neighbours
	Score float64 // (Count - MinCount) / (count of the first · count of the second) · words in all
}

// filled returns the config with zeros replaced by what they mean, or says
// what is wrong with it.
func (c PhraseConfig) filled() (PhraseConfig, error) {
	if c.Passes < 0 || c.Passes > MaxPasses {
		return c, fmt.Errorf("word2vec: phrases: passes is %d, want 0 for no phrases, to %d", c.Passes, MaxPasses)
	}
	if c.Passes == 0 && (c.MinCount != 0 || len(c.Thresholds) > 0) {
		return c, fmt.Errorf("word2vec: phrases: passes is 0, which asks for no phrases: want 1 to %d, or neither min_count nor thresholds", MaxPasses)
	}
	if c.MinCount == 0 {
		c.MinCount = 5
	}
	if c.MinCount < 1 {
		return c, fmt.Errorf("word2vec: phrases: min_count is %d, want 1 or more", c.MinCount)
	}
	if len(c.Thresholds) == 0 {
		c.Thresholds = slices.Repeat([]float64{100}, c.Passes)
	}
	if len(c.Thresholds) != c.Passes {
		return c, fmt.Errorf("word2vec: phrases: thresholds are %d numbers, want one for each of %d passes, or none", len(c.Thresholds), c.Passes)
	}
	for i, t := range c.Thresholds {
		if !(t >= 0) || t-t != 0 {
			return c, fmt.Errorf("word2vec: phrases: threshold %d is %v, want 0 or more", i, t)
		}
	}
	return c, nil
}

// Check says what is wrong with the config.
func (c PhraseConfig) Check() error {
	_, err := c.filled()
	return err
}

// Join replaces pairs of neighbouring words by one word wherever their score is
// above the threshold, from left to right, so that of three words that could
// pair both ways the first two do. Texts are lists of indices into words, those
// below 0 being unknown words, which join nothing; they are changed and become
// shorter. Join returns words with the phrases behind them, and the phrases in
// the order in which they were found: by pass, then by falling score.
//
// A word is its spelling: a phrase whose name is among the words already,
// because a text spells it so or another pair has the same name, is that word.
// Marks are part of no phrase: a token without a letter or digit joins nothing,
// as in texts from which marks were taken, for which word2phrase.c is meant.
//
// Pairs are counted exactly, those of one first word at a time, so that no table
// of all pairs is needed: beside the texts, Join takes at most 4 bytes for each
// of their words and some 100 for each distinct one.
func (c PhraseConfig) Join(ctx context.Context, words []string, texts [][]int32) ([]string, []Phrase, error) {
	c, err := c.filled()
	if err != nil {
		return nil, nil, err
	}
	if c.Passes == 0 {
		return words, nil, nil
	}
	for i, t := range texts {
		for j, w := range t {
			if int(w) >= len(words) {
				return nil, nil, fmt.Errorf("word2vec: phrases: text %d, word %d has the id %d, want below %d", i, j, w, len(words))
			}
		}
	}
	words = slices.Clone(words)
	ids := make(map[string]int32, len(words))
	for i, w := range words {
		if first, ok := ids[w]; ok {
			return nil, nil, fmt.Errorf("word2vec: phrases: words %d and %d are both %q", first, i, w)
		}
		ids[w] = int32(i)
	}
	var all []Phrase
	for pass := range c.Passes {
		if err := ctx.Err(); err != nil {
			return nil, nil, fmt.Errorf("word2vec: phrases: %w", err)
		}
		var found []Phrase
		names := map[pair]int32{}
		starts := make([]bool, len(words)) // whether a word is the first of a phrase
		score(words, texts, c.MinCount, func(p pair, count int, score float64) {
			if score <= c.Thresholds[pass] || len(words[p.first])+1+len(words[p.second]) > maxWord {
				return
			}
			name := words[p.first] + "_" + words[p.second] // see underscored
			found = append(found, Phrase{name, pass, count, score})
			id, ok := ids[name]
			if !ok {
				id = int32(len(words))
				words, ids[name] = append(words, name), id
			}
			names[p], starts[p.first] = id, true
		})
		slices.SortFunc(found, func(a, b Phrase) int {
			return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Name, b.Name))
		})
		all = append(all, found...)
		for i, t := range texts {
			texts[i] = join(t, starts, names)
		}
	}
	return words, all, nil
}

// pair is two words that stand next to each other.
type pair struct{ first, second int32 }

// join replaces pairs in a text by what names says.
func join(text []int32, starts []bool, names map[pair]int32) []int32 {
	out := text[:0]
	for i := 0; i < len(text); i++ {
		w := text[i]
		if w >= 0 && i+1 < len(text) && starts[w] {
			if id, ok := names[pair{w, text[i+1]}]; ok {
				w = id
				i++
			}
		}
		out = append(out, w)
	}
	return out
}

// score calls f with every pair of words that occur least times or more, as the
// pair does, and its score.
func score(words []string, texts [][]int32, least int, f func(p pair, count int, score float64)) {
	counts := make([]int, len(words))
	total := 0
	for _, t := range texts {
		for _, w := range t {
			if w >= 0 {
				counts[w]++
				total++
			}
		}
	}
	joins := make([]bool, len(words))
	for w, n := range counts {
		joins[w] = n >= least && strings.IndexFunc(words[w], func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) >= 0
	}
	// What follows each word, all together, those of one word in one stretch
	// that ends where ends says once they are in.
	each := func(f func(first, second int32)) {
		for _, t := range texts {
			for i := 1; i < len(t); i++ {
				if a, b := t[i-1], t[i]; a >= 0 && b >= 0 && joins[a] && joins[b] {
					f(a, b)
				}
			}
		}
	}
	ends := make([]int, len(words))
	each(func(a, _ int32) { ends[a]++ })
	at := 0
	for w, n := range ends {
		ends[w] = at
		at += n
	}
	follow := make([]int32, at)
	each(func(a, b int32) {
		follow[ends[a]] = b
		ends[a]++
	})
	pairs := make([]int32, len(words)) // counts behind one word; zeros between words
	from := 0
	for a, to := range ends {
		for _, b := range follow[from:to] {
			pairs[b]++
		}
		for _, b := range follow[from:to] {
			n := int(pairs[b])
			if n == 0 {
				continue // has been here
			}
			pairs[b] = 0
			if n >= least {
				f(pair{int32(a), b}, n, float64(n-least)/float64(counts[a])/float64(counts[b])*float64(total))
			}
		}
		from = to
	}
}
