package tagger

import (
	"encoding/json"
	"fmt"
	"io/fs"

	"github.com/gorgonia-zoo/zoo/models/internal/params"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Kind is the model's name in an artefact.
const Kind = "tagger"

// charVocab names the vocabulary of characters in an artefact.
const charVocab = "chars"

// Artefact returns everything needed to predict. storage is the type that weights are
// kept in: F16 halves the file and rounds them.
func (t *Tagger) Artefact(card weights.Card, storage weights.DType) (*weights.Artefact, error) {
	file, err := params.File(t.network.Params(), storage)
	if err != nil {
		return nil, fmt.Errorf("tagger: %w", err)
	}
	config, err := json.Marshal(t.network.config)
	if err != nil {
		return nil, fmt.Errorf("tagger: %w", err)
	}
	return &weights.Artefact{Model: Kind, Config: config, Vocab: t.words, Vocabs: map[string]*tokenize.Vocab{charVocab: t.chars},
		Weights: file, Card: card}, nil
}

// FromArtefact returns the tagger that an artefact holds.
func FromArtefact(a *weights.Artefact) (*Tagger, error) {
	if a.Model != Kind {
		return nil, fmt.Errorf("tagger: artefact of a model %q, want %q", a.Model, Kind)
	}
	config, err := ParseConfig(a.Config)
	if err != nil {
		return nil, err
	}
	n, err := FromWeights(config, a.Weights)
	if err != nil {
		return nil, err
	}
	return NewTagger(n, a.Vocab, a.Vocabs[charVocab])
}

// FromWeights returns the network of the given shape with the weights of a safetensors
// file, which must hold exactly its tensors.
func FromWeights(c Config, f *weights.File) (*Network, error) {
	c, err := c.filled()
	if err != nil {
		return nil, err
	}
	if err := params.CheckCount(f, c.parameters()); err != nil {
		return nil, fmt.Errorf("tagger: %w", err)
	}
	n, err := empty(c)
	if err != nil {
		return nil, err
	}
	if err := params.Read(n.Params(), f); err != nil {
		return nil, fmt.Errorf("tagger: %w", err)
	}
	return n, nil
}

// Open reads an artefact in the root of fsys.
func Open(fsys fs.FS) (*Tagger, weights.Card, error) {
	a, err := weights.OpenArtefact(fsys)
	if err != nil {
		return nil, weights.Card{}, fmt.Errorf("tagger: %w", err)
	}
	t, err := FromArtefact(a)
	return t, a.Card, err
}
