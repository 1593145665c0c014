package lstm

import (
	"encoding/json"
	"fmt"
	"io/fs"

	"github.com/gorgonia-zoo/zoo/models/internal/params"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Kind is the model's name in an artefact.
const Kind = "lstm"

// preprocess is what an artefact says about texts and answers beside the
// tokenizer.
type preprocess struct {
	MaxTokens   int     `json:"max_tokens,omitempty"`
	Temperature float64 `json:"temperature,omitempty"`
	// Thresholds are the probabilities from which classes are given, one each, where
	// a text may have several.
	Thresholds []float64 `json:"thresholds,omitempty"`
}

// Artefact returns everything needed to predict. storage is the type that
// weights are kept in: F16 halves the file and rounds them.
func (c *Classifier) Artefact(card weights.Card, storage weights.DType) (*weights.Artefact, error) {
	file, err := params.File(c.network.Params(), storage)
	if err != nil {
		return nil, fmt.Errorf("lstm: %w", err)
	}
	config, err := json.Marshal(c.network.config)
	if err != nil {
		return nil, fmt.Errorf("lstm: %w", err)
	}
	pre, err := json.Marshal(preprocess{c.maxTokens, c.temperature, c.thresholds})
	if err != nil {
		return nil, fmt.Errorf("lstm: %w", err)
	}
	settings := c.tokenizer.Config()
	return &weights.Artefact{Model: Kind, Config: config, Tokenizer: &settings, Vocab: c.vocab, Classes: c.classes,
		Preprocess: pre, Weights: file, Card: card}, nil
}

// FromArtefact returns the classifier that an artefact holds.
func FromArtefact(a *weights.Artefact) (*Classifier, error) {
	if a.Model != Kind {
		return nil, fmt.Errorf("lstm: artefact of a model %q, want %q", a.Model, Kind)
	}
	if a.Tokenizer == nil || a.Vocab == nil {
		return nil, fmt.Errorf("lstm: artefact without a tokenizer or vocabulary")
	}
	config, err := ParseConfig(a.Config)
	if err != nil {
		return nil, err
	}
	n, err := FromWeights(config, a.Weights)
	if err != nil {
		return nil, err
	}
	var pre preprocess
	if a.Preprocess != nil {
		if err := weights.UnmarshalStrict(a.Preprocess, &pre); err != nil {
			return nil, fmt.Errorf("lstm: preprocess: %w", err)
		}
	}
	c, err := NewClassifier(n, ClassifierConfig{Tokenizer: *a.Tokenizer, Vocab: a.Vocab, Classes: a.Classes,
		Temperature: pre.Temperature, MaxTokens: pre.MaxTokens})
	if err == nil && (config.Several || pre.Thresholds != nil) {
		err = c.SetThresholds(pre.Thresholds)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// FromWeights returns the network of the given shape with the weights of a
// safetensors file, which must hold exactly its tensors: a state_dict saved
// from PyTorch does.
func FromWeights(c Config, f *weights.File) (*Network, error) {
	c, err := c.filled()
	if err != nil {
		return nil, err
	}
	if err := params.CheckCount(f, c.parameters()); err != nil {
		return nil, fmt.Errorf("lstm: %w", err)
	}
	n, err := empty(c)
	if err != nil {
		return nil, err
	}
	if err := params.Read(n.Params(), f); err != nil {
		return nil, fmt.Errorf("lstm: %w", err)
	}
	return n, nil
}

// Open reads an artefact in the root of fsys.
func Open(fsys fs.FS) (*Classifier, weights.Card, error) {
	a, err := weights.OpenArtefact(fsys)
	if err != nil {
		return nil, weights.Card{}, fmt.Errorf("lstm: %w", err)
	}
	c, err := FromArtefact(a)
	return c, a.Card, err
}
