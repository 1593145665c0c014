package lm

import (
	"encoding/json"
	"fmt"

	"github.com/gorgonia-zoo/zoo/models/internal/params"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Kind is the model's name in an artefact.
const Kind = "lm"

// Model is a network with its words. Its methods are safe for many goroutines as long
// as nothing trains it meanwhile.
type Model struct {
	network   *Network
	tokenizer tokenize.Config
	vocab     *tokenize.Vocab
	eos       int32
}

// NewModel joins a network with the words that its ids stand for, EOS among them.
func NewModel(n *Network, tokenizer tokenize.Config, vocab *tokenize.Vocab) (*Model, error) {
	if vocab.Len() != n.config.Vocab {
		return nil, fmt.Errorf("lm: a vocabulary of %d words for an embedding of %d", vocab.Len(), n.config.Vocab)
	}
	eos, ok := vocab.ID(EOS)
	if !ok {
		return nil, fmt.Errorf("lm: the vocabulary has no %s", EOS)
	}
	return &Model{n, tokenizer, vocab, eos}, nil
}

// Network returns the weights, Tokenizer how text becomes words, Vocab which words
// are known, and End the id of EOS.
func (m *Model) Network() *Network          { return m.network }
func (m *Model) Tokenizer() tokenize.Config { return m.tokenizer }
func (m *Model) Vocab() *tokenize.Vocab     { return m.vocab }
func (m *Model) End() int32                 { return m.eos }

// Running returns texts one after another, with EOS before, between and after them.
func Running(texts [][]int32, eos int32) []int32 {
	n := 1
	for _, t := range texts {
		n += len(t) + 1
	}
	all := append(make([]int32, 0, n), eos)
	for _, t := range texts {
		all = append(append(all, t...), eos)
	}
	return all
}

// Artefact returns everything needed to go on. storage is the type that weights are
// kept in: F16 halves the file and rounds them.
func (m *Model) Artefact(card weights.Card, storage weights.DType) (*weights.Artefact, error) {
	file, err := params.File(m.network.Params(), storage)
	if err != nil {
		return nil, fmt.Errorf("lm: %w", err)
	}
	config, err := json.Marshal(m.network.config)
	if err != nil {
		return nil, fmt.Errorf("lm: %w", err)
	}
	settings := m.tokenizer
	return &weights.Artefact{Model: Kind, Config: config, Tokenizer: &settings, Vocab: m.vocab, Weights: file, Card: card}, nil
}

// FromArtefact returns the model that an artefact holds.
func FromArtefact(a *weights.Artefact) (*Model, error) {
	if a.Model != Kind {
		return nil, fmt.Errorf("lm: artefact of a model %q, want %q", a.Model, Kind)
	}
	if a.Tokenizer == nil || a.Vocab == nil {
		return nil, fmt.Errorf("lm: artefact without a tokenizer or vocabulary")
	}
	config, err := ParseConfig(a.Config)
	if err != nil {
		return nil, err
	}
	n, err := FromWeights(config, a.Weights)
	if err != nil {
		return nil, err
	}
	return NewModel(n, *a.Tokenizer, a.Vocab)
}

// FromWeights returns the network of the given shape with the weights of a safetensors
// file, which must hold exactly its tensors: a state_dict saved from PyTorch does.
func FromWeights(c Config, f *weights.File) (*Network, error) {
	c, err := c.filled()
	if err != nil {
		return nil, err
	}
	if err := params.CheckCount(f, c.parameters()); err != nil {
		return nil, fmt.Errorf("lm: %w", err)
	}
	n, err := empty(c)
	if err != nil {
		return nil, err
	}
	if err := params.Read(n.Params(), f); err != nil {
		return nil, fmt.Errorf("lm: %w", err)
	}
	return n, nil
}
