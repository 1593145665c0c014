// Package lm is a language model: embedding, LSTM over running text, and the
// probability of the word that comes next, by a table that is the embedding's.
//
//	x_t = E[word_t]
//	h_t, c_t = LSTM(x_t, h_{t-1}, c_{t-1})
//	p(word_{t+1} | word_1 .. word_t) = softmax(E (P h_t + p))
//
// (Mikolov and others 2010 for the recurrent model; Press and Wolf 2017,
// arXiv:1608.05859, for the tied table.) Embedding and LSTM are those of package
// models/lstm, under the same names: a classifier may begin from them (Dai and Le 2015,
// arXiv:1511.01432).
//
// It is trained on texts one after another, in streams side by side, a window of words
// at a time; the state at the end of a window is where the next begins, and gradients
// end at windows (truncated backpropagation through time). The sum over all words is
// estimated from a sample of them that all words of a step share: see Sampler and
// ops.SampledCrossEntropy. Perplexities are measured with all words.
//
// Legend: B streams, T words of a window, N = B*T, V vocabulary, E embedding, H hidden.
package lm

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/weights"
)

// EOS is the special token between texts.
const EOS = "<eos>"

// Config is the shape of a Network. It travels with the weights.
type Config struct {
	Vocab     int `json:"vocab"`            // V: rows of the embedding
	Embedding int `json:"embedding"`        // E
	Hidden    int `json:"hidden"`           // H
	Layers    int `json:"layers,omitempty"` // stacked LSTM layers; 0 means 1

	// Negatives is how many words are drawn for the sampled softmax of a step; words
	// drawn twice count once. 0 means 1024.
	Negatives int     `json:"negatives,omitempty"`
	Dropout   Dropout `json:"dropout,omitzero"`

	// EmbeddingStd is the standard deviation of the initial embeddings; 0 means 0.1.
	// Those of standard deviation 1 that PyTorch draws make logits that no training
	// brings back to the frequencies of words.
	EmbeddingStd float64 `json:"embedding_std,omitempty"`
}

// Dropout gives the probability of dropping at each place, 0 for none.
type Dropout struct {
	Embedding float64 `json:"embedding,omitempty"` // after the embedding, one mask for a stream's window
	Layer     float64 `json:"layer,omitempty"`     // between stacked layers, likewise
	Output    float64 `json:"output,omitempty"`    // before P, a mask for each word
}

// Limits of what New accepts: a guard against absurd files, far above any useful size.
const (
	MaxVocab      = 1 << 24
	MaxWidth      = 1 << 14
	MaxLayers     = 16
	MaxParameters = 1 << 30
)

// filled returns the config with zeros replaced by what they mean, or says what is
// wrong with it.
func (c Config) filled() (Config, error) {
	if c.Layers == 0 {
		c.Layers = 1
	}
	if c.Negatives == 0 {
		c.Negatives = 1024
	}
	if c.EmbeddingStd == 0 {
		c.EmbeddingStd = 0.1
	}
	for _, f := range []struct {
		name      string
		v, lo, hi int
	}{
		{"vocab", c.Vocab, 1, MaxVocab}, {"embedding", c.Embedding, 1, MaxWidth}, {"hidden", c.Hidden, 1, MaxWidth},
		{"layers", c.Layers, 1, MaxLayers}, {"negatives", c.Negatives, 1, MaxVocab},
	} {
		if f.v < f.lo || f.v > f.hi {
			return c, fmt.Errorf("lm: config: %s is %d, want %d to %d", f.name, f.v, f.lo, f.hi)
		}
	}
	for _, d := range []struct {
		name string
		p    float64
	}{{"embedding", c.Dropout.Embedding}, {"layer", c.Dropout.Layer}, {"output", c.Dropout.Output}} {
		if !(d.p >= 0 && d.p < 1) {
			return c, fmt.Errorf("lm: config: dropout %s is %v, want 0 <= p < 1", d.name, d.p)
		}
	}
	if !(c.EmbeddingStd > 0 && c.EmbeddingStd < 1e6) {
		return c, fmt.Errorf("lm: config: embedding_std is %v, want a positive number", c.EmbeddingStd)
	}
	if n := c.parameters(); n > MaxParameters {
		return c, fmt.Errorf("lm: config: %d parameters, want at most %d", n, MaxParameters)
	}
	return c, nil
}

// parameters is the number of weights of a network of this shape.
func (c Config) parameters() int64 {
	h, e := int64(c.Hidden), int64(c.Embedding)
	n := int64(c.Vocab)*e + e*(h+1)
	for i := range c.Layers {
		in := h
		if i == 0 {
			in = e
		}
		n += 4 * h * (in + h + 2)
	}
	return n
}

// ParseConfig reads a Config from JSON, refusing unknown fields.
func ParseConfig(data []byte) (Config, error) {
	var c Config
	if err := weights.UnmarshalStrict(data, &c); err != nil {
		return c, fmt.Errorf("lm: config: %w", err)
	}
	return c.filled()
}
