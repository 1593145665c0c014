package word2vec

import (
	"errors"
	"fmt"

	"github.com/gorgonia-zoo/zoo/weights"
)

// Config says what is learned and how. Zeros mean word2vec.c's defaults.
type Config struct {
	Dim      int     `json:"dim,omitempty"`      // D; 0 means 100
	Window   int     `json:"window,omitempty"`   // words to either side at most; 0 means 5
	Negative int     `json:"negative,omitempty"` // K; 0 means 5
	Sample   float64 `json:"sample,omitempty"`   // t; 0 means 1e-3, below 0 no subsampling
	CBOW     bool    `json:"cbow,omitempty"`     // predict the centre from the mean of its window
}

// Limits of what a Config may ask for.
const (
	MaxDim      = 1 << 12
	MaxWindow   = 100
	MaxNegative = 100
	MaxVocab    = 1 << 24
)

// ErrEmpty is wrapped by errors that say there is nothing to learn from.
var ErrEmpty = errors.New("nothing to learn from")

// filled returns the config with zeros replaced by what they mean, or says
// what is wrong with it.
func (c Config) filled() (Config, error) {
	if c.Dim == 0 {
		c.Dim = 100
	}
	if c.Window == 0 {
		c.Window = 5
	}
	if c.Negative == 0 {
		c.Negative = 5
	}
	if c.Sample == 0 {
		c.Sample = 1e-3
	}
	for _, f := range []struct {
		name  string
		v, hi int
	}{{"dim", c.Dim, MaxDim}, {"window", c.Window, MaxWindow}, {"negative", c.Negative, MaxNegative}} {
		if f.v < 1 || f.v > f.hi {
			return c, fmt.Errorf("word2vec: config: %s is %d, want 1 to %d", f.name, f.v, f.hi)
		}
	}
	if !(c.Sample <= 1) {
		return c, fmt.Errorf("word2vec: config: sample is %v, want at most 1, or below 0 for none", c.Sample)
	}
	return c, nil
}

// ParseConfig reads a Config from JSON, refusing unknown fields.
func ParseConfig(data []byte) (Config, error) {
	var c Config
	if err := weights.UnmarshalStrict(data, &c); err != nil {
		return c, fmt.Errorf("word2vec: config: %w", err)
	}
	return c.filled()
}
