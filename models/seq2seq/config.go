// Package seq2seq translates: a bidirectional LSTM reads the source, an LSTM with
// attention and input feeding writes the target.
//
//	m_s  = [BiLSTM(E x)]_s                      states of the encoder, 2R wide
//	k_s  = W_k m_s     v_s = W_v m_s + b_v      keys and values, once for each s
//	c_0  = W_c [m→_S; m←_1] + b_c   h_0 = tanh(c_0)   o_0 = 0
//	h_t, c_t = LSTM([F y_{t-1}; o_{t-1}], h_{t-1}, c_{t-1})
//	a_ts = softmax over s of h_t · k_s
//	o_t  = tanh(W_o h_t + Σ_s a_ts v_s)
//	p(y_t) = softmax(F o_t)
//
// (Luong, Pham and Manning 2015, arXiv:1508.04025: global attention with the score
// that they call general, and input feeding. Values are their W_c on the context,
// taken before the sum. The table F of target embeddings is also the output's: Press
// and Wolf 2017, arXiv:1608.05859.) E and F are one table where the vocabulary is
// joint.
//
// Legend: B pairs in a batch, S tokens of a source, T of a target, N and M of a batch,
// V target vocabulary, E embedding, R hidden of an encoder's direction, H of the
// decoder.
package seq2seq

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/weights"
)

// Config is the shape of a Network. It travels with the weights.
type Config struct {
	SourceVocab int  `json:"source_vocab"`
	TargetVocab int  `json:"target_vocab"`
	Joint       bool `json:"joint,omitempty"` // one table for both, which have one vocabulary then

	Embedding int `json:"embedding"`        // E, also the width of o; a multiple of 16
	Encoder   int `json:"encoder"`          // R
	Layers    int `json:"layers,omitempty"` // of the encoder; 0 means 1
	Hidden    int `json:"hidden"`           // H; a multiple of 16

	Dropout Dropout `json:"dropout,omitzero"`

	// EmbeddingStd is the standard deviation of the initial embeddings; 0 means 0.1.
	EmbeddingStd float64 `json:"embedding_std,omitempty"`
}

// Dropout gives the probability of dropping at each place, 0 for none.
type Dropout struct {
	Embedding float64 `json:"embedding,omitempty"` // after both embeddings
	Encoder   float64 `json:"encoder,omitempty"`   // of the encoder's states, after each layer
	Output    float64 `json:"output,omitempty"`    // of o before the output, not where it is fed
}

// Limits of what New accepts: a guard against absurd files, far above any useful size.
const (
	MaxVocab      = 1 << 20
	MaxWidth      = 1 << 13
	MaxLayers     = 8
	MaxParameters = 1 << 29
)

// filled returns the config with zeros replaced by what they mean, or says what is
// wrong with it.
func (c Config) filled() (Config, error) {
	if c.Layers == 0 {
		c.Layers = 1
	}
	if c.EmbeddingStd == 0 {
		c.EmbeddingStd = 0.1
	}
	for _, f := range []struct {
		name      string
		v, lo, hi int
	}{
		{"source_vocab", c.SourceVocab, 3, MaxVocab}, {"target_vocab", c.TargetVocab, 3, MaxVocab}, {"embedding", c.Embedding, 16, MaxWidth},
		{"encoder", c.Encoder, 1, MaxWidth}, {"layers", c.Layers, 1, MaxLayers}, {"hidden", c.Hidden, 16, MaxWidth},
	} {
		if f.v < f.lo || f.v > f.hi {
			return c, fmt.Errorf("seq2seq: config: %s is %d, want %d to %d", f.name, f.v, f.lo, f.hi)
		}
	}
	if c.Embedding%16 != 0 || c.Hidden%16 != 0 {
		return c, fmt.Errorf("seq2seq: config: embedding %d and hidden %d, want multiples of 16", c.Embedding, c.Hidden)
	}
	if c.Joint && c.SourceVocab != c.TargetVocab {
		return c, fmt.Errorf("seq2seq: config: joint vocabularies of %d and %d tokens, want one size", c.SourceVocab, c.TargetVocab)
	}
	for _, d := range []struct {
		name string
		p    float64
	}{{"embedding", c.Dropout.Embedding}, {"encoder", c.Dropout.Encoder}, {"output", c.Dropout.Output}} {
		if !(d.p >= 0 && d.p < 1) {
			return c, fmt.Errorf("seq2seq: config: dropout %s is %v, want 0 <= p < 1", d.name, d.p)
		}
	}
	if !(c.EmbeddingStd > 0 && c.EmbeddingStd < 1e6) {
		return c, fmt.Errorf("seq2seq: config: embedding_std is %v, want a positive number", c.EmbeddingStd)
	}
	if n := c.Parameters(); n > MaxParameters {
		return c, fmt.Errorf("seq2seq: config: %d parameters, want at most %d", n, MaxParameters)
	}
	return c, nil
}

// Check reports the first thing that makes no network of this shape; vocabularies of
// no size are left to the data.
func (c Config) Check() error {
	if c.SourceVocab == 0 && c.TargetVocab == 0 {
		c.SourceVocab, c.TargetVocab = 3, 3
	}
	_, err := c.filled()
	return err
}

// Parameters is the number of weights of a network of this shape.
func (c Config) Parameters() int64 {
	e, r, h := int64(c.Embedding), int64(c.Encoder), int64(c.Hidden)
	n := int64(c.TargetVocab) * e
	if !c.Joint {
		n += int64(c.SourceVocab) * e
	}
	in := e
	for range max(1, c.Layers) {
		n += 2 * 4 * r * (in + r + 2)
		in = 2 * r
	}
	n += h*(in+1) + h*in + e*(in+1) // cell, keys, values
	return n + 4*h*(2*e+h+2) + e*h
}

// ParseConfig reads a Config from JSON, refusing unknown fields.
func ParseConfig(data []byte) (Config, error) {
	var c Config
	if err := weights.UnmarshalStrict(data, &c); err != nil {
		return c, fmt.Errorf("seq2seq: config: %w", err)
	}
	return c.filled()
}
