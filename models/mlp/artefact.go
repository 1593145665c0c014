package mlp

import (
	"encoding/json"
	"fmt"
	"io/fs"

	"github.com/gorgonia-zoo/zoo/models/internal/params"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Kind is the model's name in an artefact.
const Kind = "mlp"

// Artefact returns everything needed to predict. storage is the type that
// weights are kept in.
func (r *Regressor) Artefact(card weights.Card, storage weights.DType) (*weights.Artefact, error) {
	file, err := params.File(r.params, storage)
	if err != nil {
		return nil, fmt.Errorf("mlp: %w", err)
	}
	config, err := json.Marshal(r.config)
	if err != nil {
		return nil, fmt.Errorf("mlp: %w", err)
	}
	return &weights.Artefact{Model: Kind, Config: config, Weights: file, Card: card}, nil
}

// FromArtefact returns the regressor that an artefact holds.
func FromArtefact(a *weights.Artefact) (*Regressor, error) {
	if a.Model != Kind {
		return nil, fmt.Errorf("mlp: artefact of a model %q, want %q", a.Model, Kind)
	}
	config, err := ParseConfig(a.Config)
	if err != nil {
		return nil, err
	}
	return FromWeights(config, a.Weights)
}

// FromWeights returns the regressor of the given shape with the weights of a
// safetensors file, which must hold exactly its tensors.
func FromWeights(c Config, f *weights.File) (*Regressor, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if err := params.CheckCount(f, c.parameters()); err != nil {
		return nil, fmt.Errorf("mlp: sizes %v: %w", c.Sizes, err)
	}
	r := empty(c)
	if err := params.Read(r.params, f); err != nil {
		return nil, fmt.Errorf("mlp: %w", err)
	}
	return r, nil
}

// Open reads an artefact in the root of fsys.
func Open(fsys fs.FS) (*Regressor, weights.Card, error) {
	a, err := weights.OpenArtefact(fsys)
	if err != nil {
		return nil, weights.Card{}, fmt.Errorf("mlp: %w", err)
	}
	r, err := FromArtefact(a)
	return r, a.Card, err
}
