package mlp

import (
	"encoding/json"
	"fmt"
	"io/fs"

	"github.com/gorgonia-zoo/zoo/weights"
)

// Kind is the model's name in an artefact.
const Kind = "mlp"

// Artefact returns everything needed to predict. storage is the type that
// weights are kept in.
func (r *Regressor) Artefact(card weights.Card, storage weights.DType) (*weights.Artefact, error) {
	tensors := make([]weights.Tensor, len(r.params))
	for i, p := range r.params {
		tensors[i] = weights.Tensor{Name: p.Name, Shape: p.Shape().Clone(), DType: storage, Data: p.Data()}
	}
	file, err := weights.New(tensors, nil)
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
	// Before memory is taken: the file bounds what it may be.
	var have, want int64
	for _, t := range f.Tensors() {
		have += int64(t.Len())
	}
	for i := 1; i < len(c.Sizes); i++ {
		want += int64(c.Sizes[i]) * int64(c.Sizes[i-1]+1)
	}
	if have != want {
		return nil, fmt.Errorf("mlp: the weights are %d numbers, sizes %v have %d: %w", have, c.Sizes, want, weights.ErrShape)
	}
	r, err := New(c, 0)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, p := range r.params {
		names = append(names, p.Name)
	}
	if err := f.CheckNames(names); err != nil {
		return nil, fmt.Errorf("mlp: %w", err)
	}
	for _, p := range r.params {
		if err := f.Into(p.Name, p.Shape(), p.Write()); err != nil {
			return nil, fmt.Errorf("mlp: %w", err)
		}
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
