// Package corpus holds a data set after tokenising, and numbers computed from it:
// steps that are done once and then read from a cache.
package corpus

import (
	"context"
	"fmt"
	"iter"
	"math"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// Corpus is labelled texts as tokens. Tokens are numbered in the order in
// which they first occur, so that a vocabulary can still be chosen from any
// part of the texts.
type Corpus struct {
	Words   []string  // the distinct tokens
	Texts   [][]int32 // indices into Words
	Labels  []int32   // indices into Classes; -1 for an unlabelled text
	Classes []string  // names of the labels

	// Sets are the labels of each text, ascending indices into Classes, where a
	// text may have several; nil where each has one. Values are the numbers of
	// texts that have no labels but those; else nil. Labels are -1 then.
	Sets   [][]int32
	Values []float64
}

// Kind is what a text is given.
type Kind string

// Kinds of labels.
const (
	One     Kind = ""        // one class
	Several Kind = "several" // any number of labels
	Number  Kind = "number"
)

// Build tokenises examples on all cores.
func Build(ctx context.Context, tokenizer *tokenize.Tokenizer, examples iter.Seq2[datasets.Example, error]) (*Corpus, error) {
	return BuildMarked(ctx, tokenizer, One, func(yield func(datasets.Marked, error) bool) {
		for e, err := range examples {
			if !yield(datasets.Marked{Example: e}, err) {
				return
			}
		}
	})
}

// BuildMarked is Build of examples that have labels of a kind. A pair is read as a
// text that goes on in the next line.
func BuildMarked(ctx context.Context, tokenizer *tokenize.Tokenizer, kind Kind, examples iter.Seq2[datasets.Marked, error]) (*Corpus, error) {
	c := &Corpus{}
	index := map[string]int32{}
	texts := func(yield func(string, error) bool) {
		for e, err := range examples {
			if err == nil {
				c.mark(e, kind)
			}
			if e.Pair != "" {
				e.Text += "\n" + e.Pair
			}
			if !yield(e.Text, err) {
				return
			}
		}
	}
	var arena []int32
	for tokens, err := range tokenizer.Map(ctx, texts, 0) {
		if err != nil {
			return nil, err
		}
		if len(arena)+len(tokens) > cap(arena) {
			arena = make([]int32, 0, max(1<<20, len(tokens)))
		}
		from := len(arena)
		for _, t := range tokens {
			id, ok := index[t]
			if !ok {
				id = int32(len(c.Words))
				index[t] = id
				c.Words = append(c.Words, t)
			}
			arena = append(arena, id)
		}
		c.Texts = append(c.Texts, arena[from:len(arena):len(arena)])
	}
	c.Labels = c.Labels[:len(c.Texts)]
	return c, nil
}

// mark adds what an example is given.
func (c *Corpus) mark(e datasets.Marked, kind Kind) {
	c.Labels = append(c.Labels, int32(e.Label))
	switch kind {
	case Several:
		set := make([]int32, len(e.Labels))
		for i, k := range e.Labels {
			set[i] = int32(k)
		}
		c.Sets = append(c.Sets, set)
	case Number:
		c.Values = append(c.Values, e.Value)
	}
}

// Kind returns what the texts are given.
func (c *Corpus) Kind() Kind {
	switch {
	case c.Sets != nil:
		return Several
	case c.Values != nil:
		return Number
	}
	return One
}

// Strings returns the tokens of text i.
func (c *Corpus) Strings(i int) []string {
	tokens := make([]string, len(c.Texts[i]))
	for k, w := range c.Texts[i] {
		tokens[k] = c.Words[w]
	}
	return tokens
}

// Tokens returns the number of tokens of all texts.
func (c *Corpus) Tokens() int {
	n := 0
	for _, t := range c.Texts {
		n += len(t)
	}
	return n
}

// Vocab builds a vocabulary from the chosen texts alone.
func (c *Corpus) Vocab(cfg tokenize.VocabConfig, chosen []int) (*tokenize.Vocab, error) {
	counts := make([]int, len(c.Words))
	for _, i := range chosen {
		for _, w := range c.Texts[i] {
			counts[w]++
		}
	}
	return tokenize.CountedVocab(func(yield func(string, int) bool) {
		for w, n := range counts {
			if n > 0 && !yield(c.Words[w], n) {
				return
			}
		}
	}, cfg)
}

// Encode returns every text as ids of the vocabulary. A text without tokens
// becomes one unknown word. Texts longer than limit are cut to it, if limit
// is not 0; cut says how many were.
func (c *Corpus) Encode(v *tokenize.Vocab, limit int) (texts [][]int32, cut int) {
	ids := v.Encode(make([]int32, 0, len(c.Words)), c.Words)
	arena := make([]int32, 0, c.Tokens()+len(c.Texts))
	texts = make([][]int32, len(c.Texts))
	for i, t := range c.Texts {
		from := len(arena)
		if limit > 0 && len(t) > limit {
			t = t[:limit]
			cut++
		}
		for _, w := range t {
			arena = append(arena, ids[w])
		}
		if len(t) == 0 {
			arena = append(arena, v.UNK())
		}
		texts[i] = arena[from:len(arena):len(arena)]
	}
	return texts, cut
}

// Check reports the first inconsistency: a guard against a damaged cache.
func (c *Corpus) Check() error {
	if len(c.Labels) != len(c.Texts) {
		return fmt.Errorf("corpus: %d labels for %d texts", len(c.Labels), len(c.Texts))
	}
	for i, l := range c.Labels {
		if l < -1 || int(l) >= len(c.Classes) {
			return fmt.Errorf("corpus: text %d: label %d of %d", i, l, len(c.Classes))
		}
	}
	if c.Sets != nil && len(c.Sets) != len(c.Texts) || c.Values != nil && len(c.Values) != len(c.Texts) {
		return fmt.Errorf("corpus: %d sets of labels and %d numbers for %d texts", len(c.Sets), len(c.Values), len(c.Texts))
	}
	for i, set := range c.Sets {
		for k, l := range set {
			if l < 0 || int(l) >= len(c.Classes) || k > 0 && set[k-1] >= l {
				return fmt.Errorf("corpus: text %d: labels %v, want ascending ones of %d", i, set, len(c.Classes))
			}
		}
	}
	for i, v := range c.Values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("corpus: text %d: the number %v", i, v)
		}
	}
	for i, t := range c.Texts {
		for _, w := range t {
			if w < 0 || int(w) >= len(c.Words) {
				return fmt.Errorf("corpus: text %d: word %d of %d", i, w, len(c.Words))
			}
		}
	}
	return nil
}
