package seq2seq

import (
	"encoding/json"
	"fmt"
	"io/fs"

	"github.com/gorgonia-zoo/zoo/models/internal/params"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Kind is the model's name in an artefact.
const Kind = "seq2seq"

// The files of an artefact with the merges of its tokenizers.
const (
	sourceFile = "source-merges.txt"
	targetFile = "target-merges.txt"
	jointFile  = "merges.txt"
)

// Artefact returns everything needed to translate. storage is the type that weights are
// kept in: F16 halves the file and rounds them.
func (t *Translator) Artefact(card weights.Card, storage weights.DType) (*weights.Artefact, error) {
	file, err := params.File(t.network.Params(), storage)
	if err != nil {
		return nil, fmt.Errorf("seq2seq: %w", err)
	}
	config, err := json.Marshal(t.network.config)
	if err != nil {
		return nil, fmt.Errorf("seq2seq: %w", err)
	}
	pre, err := json.Marshal(t.settings)
	if err != nil {
		return nil, fmt.Errorf("seq2seq: %w", err)
	}
	a := &weights.Artefact{Model: Kind, Config: config, Preprocess: pre, Weights: file, Card: card, Files: map[string][]byte{}}
	if t.network.config.Joint {
		a.Files[jointFile] = t.source.MergesFile()
	} else {
		a.Files[sourceFile], a.Files[targetFile] = t.source.MergesFile(), t.target.MergesFile()
	}
	return a, nil
}

// FromArtefact returns the translator that an artefact holds.
func FromArtefact(a *weights.Artefact) (*Translator, error) {
	if a.Model != Kind {
		return nil, fmt.Errorf("seq2seq: artefact of a model %q, want %q", a.Model, Kind)
	}
	config, err := ParseConfig(a.Config)
	if err != nil {
		return nil, err
	}
	var s Settings
	if err := weights.UnmarshalStrict(a.Preprocess, &s); err != nil {
		return nil, fmt.Errorf("seq2seq: preprocess: %w", err)
	}
	names := []string{sourceFile, targetFile}
	if config.Joint {
		names = []string{jointFile}
	}
	var tokenizers []*tokenize.BytePair
	for _, name := range names {
		data, ok := a.Files[name]
		if !ok {
			return nil, fmt.Errorf("seq2seq: artefact without %s", name)
		}
		b, err := tokenize.ReadLearned(data)
		if err != nil {
			return nil, fmt.Errorf("seq2seq: %s: %w", name, err)
		}
		tokenizers = append(tokenizers, b)
	}
	if len(a.Files) != len(names) {
		return nil, fmt.Errorf("seq2seq: artefact of %d files beside its own, want %d: %v", len(a.Files), len(names), names)
	}
	n, err := FromWeights(config, a.Weights)
	if err != nil {
		return nil, err
	}
	return NewTranslator(n, tokenizers[0], tokenizers[len(tokenizers)-1], s)
}

// FromWeights returns the network of the given shape with the weights of a safetensors
// file, which must hold exactly its tensors.
func FromWeights(c Config, f *weights.File) (*Network, error) {
	c, err := c.filled()
	if err != nil {
		return nil, err
	}
	if err := params.CheckCount(f, c.Parameters()); err != nil {
		return nil, fmt.Errorf("seq2seq: %w", err)
	}
	n, err := empty(c)
	if err != nil {
		return nil, err
	}
	if err := params.Read(n.Params(), f); err != nil {
		return nil, fmt.Errorf("seq2seq: %w", err)
	}
	return n, nil
}

// Open reads an artefact in the root of fsys.
func Open(fsys fs.FS) (*Translator, weights.Card, error) {
	a, err := weights.OpenArtefact(fsys)
	if err != nil {
		return nil, weights.Card{}, fmt.Errorf("seq2seq: %w", err)
	}
	t, err := FromArtefact(a)
	return t, a.Card, err
}
