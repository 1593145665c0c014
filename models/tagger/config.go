// Package tagger gives each word of a sentence a tag: word vectors and an LSTM over a
// word's characters, an LSTM over the sentence in both directions, and a linear-chain
// conditional random field for each column of tags.
//
//	c_i = [ forward state after the last, backward state after the first character of word_i ]
//	x_i = [ E[word_i] ; c_i ]
//	h_i = [ LSTM forward ; LSTM backward ](x_1 .. x_T)_i
//	s_i = V h_i + v                          a score for each tag
//	score(y) = a[y_1] + sum_i s_i[y_i] + sum_i A[y_i-1, y_i] + b[y_T]
//
// (Huang, Xu and Yu 2015, arXiv:1508.01991; Lample et al. 2016, arXiv:1603.01360, for the
// characters.) The tags are those of the largest score. Sentences whose columns mark
// spans obey IOB2: I-x stands only after B-x or I-x.
//
// Legend: B sentences in a batch, N words of a batch, U different words of a batch, M
// their characters, E embedding, H hidden, K tags of a column.
package tagger

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/tagging"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Config is the shape of a Network. It travels with the weights.
type Config struct {
	Words         int              `json:"words"`          // rows of the table of words
	Embedding     int              `json:"embedding"`      // E of a word
	Chars         int              `json:"chars"`          // rows of the table of characters
	CharEmbedding int              `json:"char_embedding"` // E of a character
	CharHidden    int              `json:"char_hidden"`    // H of the characters' LSTM, each way
	Hidden        int              `json:"hidden"`         // H of the sentence's LSTM, each way
	Layers        int              `json:"layers,omitempty"`
	Columns       []tagging.Column `json:"columns"`
	Dropout       float64          `json:"dropout,omitempty"` // of what the LSTM reads and gives
}

// Limits of what New accepts: a guard against absurd files.
const (
	MaxRows       = 1 << 24 // of a table
	MaxWidth      = 1 << 13
	MaxLayers     = 8
	MaxColumns    = 8
	MaxTags       = 1 << 12
	MaxParameters = 1 << 30
)

// filled returns the config with zeros replaced by what they mean, or says what is wrong
// with it.
func (c Config) filled() (Config, error) {
	if c.Layers == 0 {
		c.Layers = 1
	}
	for _, f := range []struct {
		name      string
		v, lo, hi int
	}{
		{"words", c.Words, 1, MaxRows}, {"embedding", c.Embedding, 1, MaxWidth}, {"chars", c.Chars, 1, MaxRows},
		{"char_embedding", c.CharEmbedding, 1, MaxWidth}, {"char_hidden", c.CharHidden, 1, MaxWidth},
		{"hidden", c.Hidden, 1, MaxWidth}, {"layers", c.Layers, 1, MaxLayers}, {"columns", len(c.Columns), 1, MaxColumns},
	} {
		if f.v < f.lo || f.v > f.hi {
			return c, fmt.Errorf("tagger: config: %s is %d, want %d to %d", f.name, f.v, f.lo, f.hi)
		}
	}
	for i, column := range c.Columns {
		if n := len(column.Tags); n < 1 || n > MaxTags {
			return c, fmt.Errorf("tagger: config: column %q has %d tags, want 1 to %d", column.Name, n, MaxTags)
		}
		if column.Name == "" || slices.ContainsFunc(c.Columns[:i], func(o tagging.Column) bool { return o.Name == column.Name }) {
			return c, fmt.Errorf("tagger: config: column %d is called %q, want a name that no other has", i, column.Name)
		}
		seen := map[string]bool{}
		for _, tag := range column.Tags {
			if tag == "" || seen[tag] {
				return c, fmt.Errorf("tagger: config: column %q has the tag %q twice or empty", column.Name, tag)
			}
			seen[tag] = true
		}
	}
	if !(c.Dropout >= 0 && c.Dropout < 1) {
		return c, fmt.Errorf("tagger: config: dropout is %v, want 0 <= p < 1", c.Dropout)
	}
	if n := c.parameters(); n > MaxParameters {
		return c, fmt.Errorf("tagger: config: %d parameters, want at most %d", n, MaxParameters)
	}
	return c, nil
}

// parameters is the number of weights of a network of this shape.
func (c Config) parameters() int64 {
	lstm := func(in, h int) int64 { return 2 * 4 * int64(h) * int64(in+h+2) }
	n := int64(c.Words)*int64(c.Embedding) + int64(c.Chars)*int64(c.CharEmbedding) + lstm(c.CharEmbedding, c.CharHidden)
	in := c.Embedding + 2*c.CharHidden
	for range c.Layers {
		n += lstm(in, c.Hidden)
		in = 2 * c.Hidden
	}
	for _, column := range c.Columns {
		k := int64(len(column.Tags))
		n += k*int64(in+1) + k*k + 2*k
	}
	return n
}

// ParseConfig reads a Config from JSON, refusing unknown fields.
func ParseConfig(data []byte) (Config, error) {
	var c Config
	if err := weights.UnmarshalStrict(data, &c); err != nil {
		return c, fmt.Errorf("tagger: config: %w", err)
	}
	return c.filled()
}

// rules are those of IOB2 where the column marks spans, none elsewhere.
func rules(c tagging.Column) ops.CRFRules {
	if !c.Spans {
		return ops.CRFRules{}
	}
	k := len(c.Tags)
	r := ops.CRFRules{Next: make([]bool, k*k), First: make([]bool, k)}
	for j, tag := range c.Tags {
		kind, inside := strings.CutPrefix(tag, "I-")
		r.First[j] = !inside
		for i, before := range c.Tags {
			r.Next[i*k+j] = !inside || before == "B-"+kind || before == tag
		}
	}
	return r
}
