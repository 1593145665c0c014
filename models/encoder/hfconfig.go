package encoder

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo/weights"
)

// object is a JSON object whose keys are read by name: the files of other
// programs hold much that does not concern an encoder.
type object map[string]json.RawMessage

func parseObject(data []byte) (object, error) {
	var o object
	if err := weights.UnmarshalStrict(data, &o); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDirectory, err)
	}
	if o == nil {
		return nil, fmt.Errorf("%w: null, want an object", ErrDirectory)
	}
	return o, nil
}

// has tells whether key is there and not null.
func (o object) has(key string) bool {
	raw, ok := o[key]
	return ok && string(raw) != "null"
}

// get reads the value of key into v, which stays as it is for null and for a
// key that is not there.
func (o object) get(key string, v any) error {
	if !o.has(key) {
		return nil
	}
	if err := weights.UnmarshalStrict(o[key], v); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrDirectory, key, err)
	}
	return nil
}

// want reads the value of key into v and demands that it is there.
func (o object) want(key string, v any) error {
	if !o.has(key) {
		return fmt.Errorf("%w: no %s", ErrDirectory, key)
	}
	return o.get(key, v)
}

// hfKeys are the keys of config.json that differ between architectures.
type hfKeys struct {
	hidden, layers, heads, intermediate, activation string
}

var hfNames = map[string]hfKeys{
	"bert":       {"hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "hidden_act"},
	"roberta":    {"hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "hidden_act"},
	"distilbert": {"dim", "n_layers", "n_heads", "hidden_dim", "activation"},
}

// hfActivations are the names that transformers has for the two kinds of GELU.
var hfActivations = map[string]string{
	"gelu": "gelu", "gelu_python": "gelu",
	"gelu_new": "gelu_tanh", "gelu_fast": "gelu_tanh", "gelu_pytorch_tanh": "gelu_tanh",
}

// parseHuggingFace reads the shape of an encoder from config.json.
func parseHuggingFace(data []byte) (Config, error) {
	var c Config
	o, err := parseObject(data)
	if err != nil {
		return c, err
	}
	if err := o.want("model_type", &c.Architecture); err != nil {
		return c, err
	}
	keys, ok := hfNames[c.Architecture]
	if !ok {
		return c, fmt.Errorf("%w: model_type %.80q, want one of %q", ErrDirectory, c.Architecture, architectures)
	}
	for _, f := range []struct {
		key string
		v   *int
	}{
		{"vocab_size", &c.Vocab}, {keys.hidden, &c.Hidden}, {keys.layers, &c.Layers}, {keys.heads, &c.Heads},
		{keys.intermediate, &c.Intermediate}, {"max_position_embeddings", &c.Positions},
	} {
		if err := o.want(f.key, f.v); err != nil {
			return c, err
		}
	}
	// What transformers takes where config.json is silent.
	c.LayerNormEps = 1e-12
	activation, padding := "gelu", 1
	if err := o.get(keys.activation, &activation); err != nil {
		return c, err
	}
	if c.Architecture != "distilbert" {
		c.Types = 2
		if err := o.get("type_vocab_size", &c.Types); err != nil {
			return c, err
		}
		if c.Types < 1 {
			return c, fmt.Errorf("%w: type_vocab_size is %d, want 1 or more", ErrDirectory, c.Types)
		}
		if err := o.get("layer_norm_eps", &c.LayerNormEps); err != nil {
			return c, err
		}
	}
	if c.Architecture == "roberta" {
		if err := o.get("pad_token_id", &padding); err != nil {
			return c, err
		}
		if padding < 0 || padding >= MaxVocab {
			return c, fmt.Errorf("%w: pad_token_id is %d, want 0 to %d", ErrDirectory, padding, MaxVocab-1)
		}
		c.PositionOffset = padding + 1
	}
	if c.Activation, ok = hfActivations[activation]; !ok {
		return c, fmt.Errorf("%w: %s %.80q, want gelu or gelu_new", ErrDirectory, keys.activation, activation)
	}
	if err := o.refuse(); err != nil {
		return c, err
	}
	return c, c.Check()
}

// refuse finds settings under which the weights would mean something else.
func (o object) refuse() error {
	positions := "absolute"
	if err := o.get("position_embedding_type", &positions); err != nil {
		return err
	}
	if positions != "absolute" {
		return fmt.Errorf("%w: position_embedding_type %.80q, want absolute", ErrDirectory, positions)
	}
	for _, key := range []string{"is_decoder", "add_cross_attention"} {
		var on bool
		if err := o.get(key, &on); err != nil {
			return err
		}
		if on {
			return fmt.Errorf("%w: %s is true, want false", ErrDirectory, key)
		}
	}
	for _, key := range []string{"quantization_config", "auto_map"} {
		if o.has(key) {
			return fmt.Errorf("%w: it has a %s, which is not supported", ErrDirectory, key)
		}
	}
	if raw := o["pruned_heads"]; o.has("pruned_heads") && !slices.Equal(raw, []byte("{}")) {
		return fmt.Errorf("%w: pruned_heads %.80q, want none", ErrDirectory, raw)
	}
	return nil
}
