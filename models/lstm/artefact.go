package lstm

import (
	"encoding/json"
	"fmt"
	"io/fs"

	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Kind is the model's name in an artefact.
const Kind = "lstm"

// preprocess is what an artefact says about texts and answers beside the
// tokenizer.
type preprocess struct {
	MaxTokens   int     `json:"max_tokens,omitempty"`
	Temperature float64 `json:"temperature,omitempty"`
}

// tensors returns the parameters under their names, to be stored as the given
// type. The data is the parameters' own.
func tensors(params []*ops.Param, storage weights.DType) []weights.Tensor {
	list := make([]weights.Tensor, len(params))
	for i, p := range params {
		list[i] = weights.Tensor{Name: p.Name, Shape: p.Shape().Clone(), DType: storage, Data: p.Data()}
	}
	return list
}

// Artefact returns everything needed to predict. storage is the type that
// weights are kept in: F16 halves the file and rounds them.
func (c *Classifier) Artefact(card weights.Card, storage weights.DType) (*weights.Artefact, error) {
	file, err := weights.New(tensors(c.network.Params(), storage), nil)
	if err != nil {
		return nil, fmt.Errorf("lstm: %w", err)
	}
	config, err := json.Marshal(c.network.config)
	if err != nil {
		return nil, fmt.Errorf("lstm: %w", err)
	}
	pre, err := json.Marshal(preprocess{c.maxTokens, c.temperature})
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
	return NewClassifier(n, ClassifierConfig{Tokenizer: *a.Tokenizer, Vocab: a.Vocab, Classes: a.Classes,
		Temperature: pre.Temperature, MaxTokens: pre.MaxTokens})
}

// FromWeights returns the network of the given shape with the weights of a
// safetensors file, which must hold exactly its tensors: a state_dict saved
// from PyTorch does.
func FromWeights(c Config, f *weights.File) (*Network, error) {
	c, err := c.filled()
	if err != nil {
		return nil, err
	}
	// Before memory is taken: the file bounds what it may be.
	var have int64
	for _, t := range f.Tensors() {
		have += int64(t.Len())
	}
	if want := c.parameters(); have != want {
		return nil, fmt.Errorf("lstm: the weights are %d numbers, a network of this shape has %d: %w", have, want, weights.ErrShape)
	}
	n, err := empty(c)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, p := range n.Params() {
		names = append(names, p.Name)
	}
	if err := f.CheckNames(names); err != nil {
		return nil, fmt.Errorf("lstm: %w", err)
	}
	for _, p := range n.Params() {
		if err := f.Into(p.Name, p.Shape(), p.Write()); err != nil {
			return nil, fmt.Errorf("lstm: %w", err)
		}
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
