package ensemble

import (
	"encoding/json"
	"fmt"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Kind is the model's name in an artefact.
const Kind = "ensemble"

// tensor is the name of the members' weights in the file.
const tensor = "weight"

// Config is Artefact.Config: who the members are.
type Config struct {
	Members []Member `json:"members"`
}

// Member is a pretrained model by its name and the SHA-256 of its weights.
type Member struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// Artefact returns everything that is needed to join the members again.
func (c *Classifier) Artefact(members []Member, card weights.Card) (*weights.Artefact, error) {
	if len(members) != len(c.members) {
		return nil, fmt.Errorf("ensemble: %d names for %d members", len(members), len(c.members))
	}
	config, err := json.Marshal(Config{members})
	if err != nil {
		return nil, fmt.Errorf("ensemble: %w", err)
	}
	file, err := weights.New([]weights.Tensor{{Name: tensor, Shape: []int{len(c.weights)}, DType: weights.F32, Data: c.weights}}, nil)
	if err != nil {
		return nil, fmt.Errorf("ensemble: %w", err)
	}
	return &weights.Artefact{Model: Kind, Config: config, Classes: c.classes, Weights: file, Card: card}, nil
}

// FromArtefact returns the classifier that an artefact describes, of members that open
// returns by their names, each with the SHA-256 of its weights.
func FromArtefact(a *weights.Artefact, open func(name string) (classify.Classifier, string, error)) (*Classifier, error) {
	if a.Model != Kind {
		return nil, fmt.Errorf("ensemble: artefact of a model %q, want %q", a.Model, Kind)
	}
	var c Config
	if err := weights.UnmarshalStrict(a.Config, &c); err != nil {
		return nil, fmt.Errorf("ensemble: config: %w", err)
	}
	if n := len(c.Members); n < Least || n > Most {
		return nil, fmt.Errorf("ensemble: config: %d members, want %d to %d", n, Least, Most)
	}
	if err := a.Weights.CheckNames([]string{tensor}); err != nil {
		return nil, fmt.Errorf("ensemble: %w", err)
	}
	w := make([]float32, len(c.Members))
	if err := a.Weights.Into(tensor, []int{len(w)}, w); err != nil {
		return nil, fmt.Errorf("ensemble: %w", err)
	}
	members := make([]classify.Classifier, len(c.Members))
	for i, m := range c.Members {
		var sum string
		var err error
		if members[i], sum, err = open(m.Name); err != nil {
			return nil, fmt.Errorf("ensemble: member %d: %w", i, err)
		}
		if sum != m.SHA256 {
			return nil, fmt.Errorf("ensemble: member %d: %s has the weights %.12s, the ensemble was fitted for %.12s: %w", i, m.Name, sum, m.SHA256, weights.ErrChecksum)
		}
	}
	out, err := New(members, w)
	if err != nil {
		return nil, err
	}
	if len(a.Classes) != len(out.classes) {
		return nil, fmt.Errorf("ensemble: the artefact has the classes %q, its members %q", a.Classes, out.classes)
	}
	for k, name := range a.Classes {
		if name != out.classes[k] {
			return nil, fmt.Errorf("ensemble: the artefact has the classes %q, its members %q", a.Classes, out.classes)
		}
	}
	return out, nil
}
