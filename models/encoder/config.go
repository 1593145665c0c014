package encoder

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/weights"
)

// Config is the shape of an encoder. It travels with the weights.
type Config struct {
	Architecture string `json:"architecture"` // "bert", "distilbert" or "roberta": how texts are framed
	Vocab        int    `json:"vocab"`        // V: rows of the word table
	Hidden       int    `json:"hidden"`       // H: width of the states
	Layers       int    `json:"layers"`
	Heads        int    `json:"heads"`           // of H/Heads columns each
	Intermediate int    `json:"intermediate"`    // F: width within the feed-forward network
	Positions    int    `json:"positions"`       // rows of the position table, PositionOffset included
	Types        int    `json:"types,omitempty"` // rows of the segment table; 0: there is none

	// PositionOffset is the row of a text's first token in the position
	// table: 0, but for RoBERTa, which leaves out the rows up to that of its
	// padding id.
	PositionOffset int `json:"position_offset,omitempty"`

	LayerNormEps float64 `json:"layer_norm_eps"`
	Activation   string  `json:"activation"` // "gelu" (exact, by erf) or "gelu_tanh"
}

// architectures are those that a Config may name.
var architectures = []string{"bert", "distilbert", "roberta"}

// Limits of what a Config may ask for: a guard against absurd files, far above
// any encoder of these families.
const (
	MaxVocab      = 1 << 24
	MaxWidth      = 1 << 14
	MaxLayers     = 128
	MaxPositions  = 1 << 16
	MaxParameters = 1 << 31
)

// ParseConfig reads a Config from JSON, refusing unknown fields.
func ParseConfig(data []byte) (Config, error) {
	var c Config
	if err := weights.UnmarshalStrict(data, &c); err != nil {
		return c, fmt.Errorf("encoder: config: %w", err)
	}
	return c, c.Check()
}

// Check says what is wrong with c, if anything is.
func (c Config) Check() error {
	if !slices.Contains(architectures, c.Architecture) {
		return fmt.Errorf("encoder: config: architecture %.80q, want one of %q", c.Architecture, architectures)
	}
	for _, f := range []struct {
		name      string
		v, lo, hi int
	}{
		{"vocab", c.Vocab, 1, MaxVocab}, {"hidden", c.Hidden, 1, MaxWidth}, {"layers", c.Layers, 1, MaxLayers},
		{"heads", c.Heads, 1, MaxWidth}, {"intermediate", c.Intermediate, 1, MaxWidth}, {"positions", c.Positions, 1, MaxPositions},
		{"types", c.Types, 0, 16}, {"position_offset", c.PositionOffset, 0, c.Positions - 1},
	} {
		if f.v < f.lo || f.v > f.hi {
			return fmt.Errorf("encoder: config: %s is %d, want %d to %d", f.name, f.v, f.lo, f.hi)
		}
	}
	if c.Hidden%c.Heads != 0 {
		return fmt.Errorf("encoder: config: %d columns cannot be dealt to %d heads", c.Hidden, c.Heads)
	}
	if !(c.LayerNormEps > 0 && c.LayerNormEps <= 1) {
		return fmt.Errorf("encoder: config: layer_norm_eps is %v, want above 0, at most 1", c.LayerNormEps)
	}
	if c.Activation != "gelu" && c.Activation != "gelu_tanh" {
		return fmt.Errorf("encoder: config: activation %.80q, want gelu or gelu_tanh", c.Activation)
	}
	if n := c.Parameters(); n > MaxParameters {
		return fmt.Errorf("encoder: config: %d parameters, want at most %d", n, int64(MaxParameters))
	}
	return nil
}

// MaxTokens returns the greatest number of tokens of a text, special ones
// included: as many as have a position.
func (c Config) MaxTokens() int { return c.Positions - c.PositionOffset }

// Depth returns how far below the linear layer of a classifier a parameter of
// the given name is: 0 for that itself, the layers from the last to the first,
// then the input layer.
func (c Config) Depth(param string) int {
	if strings.HasPrefix(param, "embeddings.") {
		return c.Layers + 1
	}
	var layer int
	if n, err := fmt.Sscanf(param, "encoder.layer.%d.", &layer); n == 1 && err == nil {
		return c.Layers - layer
	}
	return 0
}

// Parameters returns the number of weights of an encoder of this shape.
func (c Config) Parameters() int64 {
	n := int64(0)
	for _, s := range c.Shapes() {
		size := int64(1)
		for _, d := range s.Shape {
			size *= int64(d)
		}
		n += size
	}
	return n
}

// Shape is a tensor's name and dimensions.
type Shape struct {
	Name  string
	Shape []int
}

// Shapes returns the tensors of an encoder of this shape by their canonical
// names, which are those of Hugging Face's BertModel, in the order in which
// they are used. Matrices are [out, in].
func (c Config) Shapes() []Shape {
	h, f := c.Hidden, c.Intermediate
	shapes := []Shape{
		{"embeddings.word_embeddings.weight", []int{c.Vocab, h}},
		{"embeddings.position_embeddings.weight", []int{c.Positions, h}},
	}
	if c.Types > 0 {
		shapes = append(shapes, Shape{"embeddings.token_type_embeddings.weight", []int{c.Types, h}})
	}
	linear := func(name string, out, in int) {
		shapes = append(shapes, Shape{name + ".weight", []int{out, in}}, Shape{name + ".bias", []int{out}})
	}
	normal := func(name string) {
		shapes = append(shapes, Shape{name + ".weight", []int{h}}, Shape{name + ".bias", []int{h}})
	}
	normal("embeddings.LayerNorm")
	for i := range c.Layers {
		layer := fmt.Sprintf("encoder.layer.%d.", i)
		linear(layer+"attention.self.query", h, h)
		linear(layer+"attention.self.key", h, h)
		linear(layer+"attention.self.value", h, h)
		linear(layer+"attention.output.dense", h, h)
		normal(layer + "attention.output.LayerNorm")
		linear(layer+"intermediate.dense", f, h)
		linear(layer+"output.dense", h, f)
		normal(layer + "output.LayerNorm")
	}
	return shapes
}
