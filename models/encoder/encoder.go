package encoder

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Encoder turns texts into vectors: a Network with the tokenizer that makes its
// ids, and what becomes of the states of a text. Its methods are safe for many
// goroutines as long as nothing trains it meanwhile.
type Encoder struct {
	network   *Network
	tokenizer tokenize.Subword
	files     tokenize.SubwordFiles
	settings  Settings
}

// Settings say how texts become vectors beside the tokenizer.
type Settings struct {
	// Pooling makes one vector of a text's states: "mean", "cls" (the first) or
	// "max". Normalize scales it to length 1.
	Pooling   string `json:"pooling"`
	Normalize bool   `json:"normalize,omitempty"`
	// Layers makes the vector of the states after each of the last so many
	// layers, side by side, the input layer counting as one: those further down
	// say more of words and less of meaning. 0 and 1: after the last alone.
	Layers int `json:"layers,omitempty"`
	// Pairs says how two texts are read together: "joint", as one whose tokens know
	// by the segment table which of the two they are of, or "apart", each for itself:
	// then the vector is theirs, u and v, the magnitudes of their difference and
	// their products, u, v, |u-v| and u*v side by side (Conneau et al. 2017,
	// arXiv:1705.02364). Empty: texts come alone.
	Pairs string `json:"pairs,omitempty"`
	// MaxTokens is how many tokens of a text are read, special ones included.
	MaxTokens int `json:"max_tokens"`
}

// head is what the network's graph makes of the states.
func (s Settings) head() head { return head{poolingOf[s.Pooling], s.Normalize, s.Layers} }

// poolingOf are what Settings.Pooling names.
var poolingOf = map[string]ops.Pooling{"mean": ops.PoolMean, "cls": ops.PoolFirst, "max": ops.PoolMax}

// NewEncoder joins a network with the tokenizer that files hold.
func NewEncoder(n *Network, files tokenize.SubwordFiles, s Settings) (*Encoder, error) {
	t, err := tokenize.ReadSubword(files)
	if err != nil {
		return nil, fmt.Errorf("encoder: %w", err)
	}
	return newEncoder(n, t, files, s)
}

func newEncoder(n *Network, t tokenize.Subword, files tokenize.SubwordFiles, s Settings) (*Encoder, error) {
	c := n.Config()
	if err := s.check(c); err != nil {
		return nil, err
	}
	if t.Len() > c.Vocab {
		return nil, fmt.Errorf("encoder: the tokenizer has %d tokens, the network's table %d rows", t.Len(), c.Vocab)
	}
	return &Encoder{n, t, files, s}, nil
}

// check says what of the settings does not fit a network.
func (s Settings) check(c Config) error {
	if _, ok := poolingOf[s.Pooling]; !ok {
		return fmt.Errorf("encoder: pooling %.80q, want mean, cls or max", s.Pooling)
	}
	if s.MaxTokens < 3 || s.MaxTokens > c.MaxTokens() {
		return fmt.Errorf("encoder: at most %d tokens, want 3 to the %d that have a position", s.MaxTokens, c.MaxTokens())
	}
	if s.Pairs != "" && s.Pairs != Joint && s.Pairs != Apart {
		return fmt.Errorf("encoder: pairs %.80q, want %s, %s or none", s.Pairs, Joint, Apart)
	}
	if s.Layers < 0 || s.Layers > c.Layers+1 {
		return fmt.Errorf("encoder: states after %d layers, want at most %d, the input layer among them", s.Layers, c.Layers+1)
	}
	return nil
}

// FromDirectory returns the encoder that a directory of Hugging Face's holds.
func FromDirectory(d *Directory) (*Encoder, error) {
	n, err := fromTensors(d.Config, d.Tensors)
	if err != nil {
		return nil, err
	}
	return newEncoder(n, d.Tokenizer, d.Files, Settings{Pooling: d.Pooling, Normalize: d.Normalize, MaxTokens: d.MaxTokens})
}

// fromTensors returns the network whose weights are tensors, in the order of
// Config.Shapes.
func fromTensors(c Config, tensors []weights.Tensor) (*Network, error) {
	n, err := empty(c)
	if err != nil {
		return nil, err
	}
	if len(tensors) != len(n.params) {
		return nil, fmt.Errorf("encoder: %d tensors, want %d", len(tensors), len(n.params))
	}
	for i, p := range n.params {
		t := tensors[i]
		if t.Name != p.Name || len(t.Data) != len(p.Data()) {
			return nil, fmt.Errorf("encoder: tensor %d is %q with %d numbers, want %q with %d", i, t.Name, len(t.Data), p.Name, len(p.Data()))
		}
		copy(p.Write(), t.Data)
	}
	return n, nil
}

// Network returns the encoder's network, Tokenizer what makes its ids, and
// Settings what becomes of its states.
func (e *Encoder) Network() *Network           { return e.network }
func (e *Encoder) Tokenizer() tokenize.Subword { return e.tokenizer }
func (e *Encoder) Settings() Settings          { return e.settings }

// Dim returns the length of a vector.
func (e *Encoder) Dim() int { return e.settings.dim(e.network.config) }

func (s Settings) dim(c Config) int {
	n := c.Hidden * max(1, s.Layers)
	if s.Pairs == Apart {
		n *= 4
	}
	return n
}

// With returns an encoder of the same network and tokenizer with other
// settings.
func (e *Encoder) With(s Settings) (*Encoder, error) {
	return newEncoder(e.network, e.tokenizer, e.files, s)
}

// Embedding is the vector of a text.
type Embedding struct {
	Vector    []float32 // [Dim]
	Tokens    int       // tokens that were read, special ones included
	Truncated bool      // whether the text was cut at Settings.MaxTokens
}

// Encode returns the ids of a text, special tokens included, and whether it was
// cut.
func (e *Encoder) Encode(text string) (ids []int32, truncated bool) {
	return e.tokenizer.Encode(nil, text, e.settings.MaxTokens)
}

// Embed returns the vectors of texts, in their order and the same as one by
// one. An empty text has the vector of its special tokens.
func (e *Encoder) Embed(ctx context.Context, texts []string) ([]Embedding, error) {
	ids := make([][]int32, len(texts))
	out := make([]Embedding, len(texts))
	for i, text := range texts {
		var err error
		if ids[i], out[i].Truncated, err = e.tokenizer.EncodeContext(ctx, text, e.settings.MaxTokens); err != nil {
			return nil, fmt.Errorf("encoder: embed: %w", err)
		}
		out[i].Tokens = len(ids[i])
	}
	vectors, err := e.network.vectors(ctx, ids, nil, e.settings.head())
	if err != nil {
		return nil, err
	}
	for i, v := range vectors {
		out[i].Vector = v
	}
	return out, nil
}
