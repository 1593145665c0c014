// Package lstm is a text classifier: embedding, LSTM over packed sequences,
// pooling over time, linear layer.
//
//	x_t = E[token_t]
//	i_t, f_t, o_t = sigmoid(W x_t + U h_{t-1} + b)    g_t = tanh(W x_t + U h_{t-1} + b)
//	c_t = f_t*c_{t-1} + i_t*g_t    h_t = o_t*tanh(c_t)
//	logits = V pool(h_1 .. h_T) + v
//
// (Hochreiter and Schmidhuber 1997, Neural Computation 9(8); Gers,
// Schmidhuber and Cummins 2000 for the forget gate.) Tensors have PyTorch's
// names and shapes: embedding.weight, rnn.weight_ih_l0, ..., fc.bias.
//
// Legend: B texts in a batch, T tokens of a text, N tokens of a batch, V
// vocabulary, E embedding, H hidden, C logits (1 for two classes).
package lstm

import (
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Config is the shape of a Network. It travels with the weights.
type Config struct {
	Vocab         int  `json:"vocab"`                   // V: rows of the embedding
	Embedding     int  `json:"embedding"`               // E
	Hidden        int  `json:"hidden"`                  // H
	Layers        int  `json:"layers,omitempty"`        // stacked LSTM layers; 0 means 1
	Bidirectional bool `json:"bidirectional,omitempty"` // also read texts from their ends

	// Pooling turns the states of a text into one vector, kinds side by
	// side; none means the last state alone.
	Pooling []ops.Pooling `json:"pooling,omitempty"`

	// Classes is the number of classes; 0 means 2. Two classes have one
	// logit, that of class 1, and more have one each.
	Classes int `json:"classes,omitempty"`

	// Several tells that a text may have any number of the classes: each has a
	// logit and a probability of its own, of two classes too.
	Several bool `json:"several,omitempty"`

	Dropout Dropout `json:"dropout,omitzero"`

	// EmbeddingStd is the standard deviation of the initial embeddings; 0
	// means PyTorch's 1.
	EmbeddingStd float64 `json:"embedding_std,omitempty"`
}

// Dropout gives the probability of dropping at each place, 0 for none.
type Dropout struct {
	Embedding float64 `json:"embedding,omitempty"` // after the embedding
	Layer     float64 `json:"layer,omitempty"`     // between stacked layers
	Output    float64 `json:"output,omitempty"`    // before the linear layer

	// Recurrent drops elements of the recurrent matrices, a mask for each step of
	// the optimizer, and scales the others up: DropConnect on the weights from
	// state to state (Merity, Keskar and Socher 2018, arXiv:1708.02182).
	Recurrent float64 `json:"recurrent,omitempty"`

	// Locked draws one mask for all tokens of a text after the embedding and
	// between layers (Gal and Ghahramani 2016).
	Locked bool `json:"locked,omitempty"`
}

// Limits of what New accepts: a guard against absurd files, far above any
// useful size.
const (
	MaxVocab      = 1 << 24
	MaxWidth      = 1 << 14
	MaxLayers     = 16
	MaxParameters = 1 << 30
)

// filled returns the config with zeros replaced by what they mean, or says
// what is wrong with it.
func (c Config) filled() (Config, error) {
	if c.Layers == 0 {
		c.Layers = 1
	}
	if len(c.Pooling) == 0 {
		c.Pooling = []ops.Pooling{ops.PoolLast}
	}
	if c.Classes == 0 {
		c.Classes = 2
	}
	if c.EmbeddingStd == 0 {
		c.EmbeddingStd = 1
	}
	for _, f := range []struct {
		name      string
		v, lo, hi int
	}{
		{"vocab", c.Vocab, 1, MaxVocab}, {"embedding", c.Embedding, 1, MaxWidth}, {"hidden", c.Hidden, 1, MaxWidth},
		{"layers", c.Layers, 1, MaxLayers}, {"classes", c.Classes, 2, MaxWidth}, {"pooling", len(c.Pooling), 1, 3},
	} {
		if f.v < f.lo || f.v > f.hi {
			return c, fmt.Errorf("lstm: config: %s is %d, want %d to %d", f.name, f.v, f.lo, f.hi)
		}
	}
	for _, p := range c.Pooling {
		if p != ops.PoolLast && p != ops.PoolMean && p != ops.PoolMax {
			return c, fmt.Errorf("lstm: config: pooling %q, want last, mean or max", p)
		}
	}
	for _, d := range []struct {
		name string
		p    float64
	}{{"embedding", c.Dropout.Embedding}, {"layer", c.Dropout.Layer}, {"output", c.Dropout.Output}, {"recurrent", c.Dropout.Recurrent}} {
		if !(d.p >= 0 && d.p < 1) {
			return c, fmt.Errorf("lstm: config: dropout %s is %v, want 0 <= p < 1", d.name, d.p)
		}
	}
	if !(c.EmbeddingStd > 0 && c.EmbeddingStd < 1e6) {
		return c, fmt.Errorf("lstm: config: embedding_std is %v, want a positive number", c.EmbeddingStd)
	}
	if n := c.parameters(); n > MaxParameters {
		return c, fmt.Errorf("lstm: config: %d parameters, want at most %d", n, MaxParameters)
	}
	c.Pooling = slices.Clone(c.Pooling)
	return c, nil
}

// parameters is the number of weights of a network of this shape.
func (c Config) parameters() int64 {
	h, dirs := int64(c.Hidden), int64(c.directions())
	n := int64(c.Vocab) * int64(c.Embedding)
	for i := range c.Layers {
		in := h * dirs
		if i == 0 {
			in = int64(c.Embedding)
		}
		n += dirs * 4 * h * (in + h + 2)
	}
	return n + int64(c.logits())*(h*dirs*int64(len(c.Pooling))+1)
}

// ParseConfig reads a Config from JSON, refusing unknown fields.
func ParseConfig(data []byte) (Config, error) {
	var c Config
	if err := weights.UnmarshalStrict(data, &c); err != nil {
		return c, fmt.Errorf("lstm: config: %w", err)
	}
	return c.filled()
}

// directions is 2 for a bidirectional network.
func (c Config) directions() int {
	if c.Bidirectional {
		return 2
	}
	return 1
}

// logits is C.
func (c Config) logits() int {
	if c.Classes == 2 && !c.Several {
		return 1
	}
	return c.Classes
}
