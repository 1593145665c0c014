package word2vec

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"

	"github.com/gorgonia-zoo/zoo/models/internal/params"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Kind is the model's name in an artefact.
const Kind = "word2vec"

const weightName = "embedding.weight"

// Artefact returns everything needed to use the vectors: the weights
// embedding.weight [1+V, D], whose row 0 is zeros for the unknown word, and the
// vocabulary in the order of its rows.
func (v *Vectors) Artefact(c Config, tokenizer tokenize.Config, card weights.Card, storage weights.DType) (*weights.Artefact, error) {
	c.Dim = v.dim
	c, err := c.filled()
	if err != nil {
		return nil, err
	}
	// The vocabulary keeps the order of falling counts.
	vocab, err := tokenize.CountedVocab(func(yield func(string, int) bool) {
		for i, w := range v.words {
			if !yield(w, len(v.words)-i) {
				return
			}
		}
	}, tokenize.VocabConfig{Specials: []string{tokenize.UNK}})
	if err != nil {
		return nil, fmt.Errorf("word2vec: %w", err)
	}
	if vocab.Len() != 1+len(v.words) {
		return nil, fmt.Errorf("word2vec: %q is among the words", tokenize.UNK)
	}
	data := slices.Concat(make([]float32, v.dim), v.data)
	file, err := weights.New([]weights.Tensor{{Name: weightName, Shape: []int{vocab.Len(), v.dim}, DType: storage, Data: data}}, nil)
	if err != nil {
		return nil, fmt.Errorf("word2vec: %w", err)
	}
	config, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("word2vec: %w", err)
	}
	return &weights.Artefact{Model: Kind, Config: config, Tokenizer: &tokenizer, Vocab: vocab, Weights: file, Card: card}, nil
}

// FromArtefact returns the vectors that an artefact holds.
func FromArtefact(a *weights.Artefact) (*Vectors, error) {
	if a.Model != Kind {
		return nil, fmt.Errorf("word2vec: artefact of a model %q, want %q", a.Model, Kind)
	}
	if a.Vocab == nil || a.Vocab.Specials() != 1 {
		return nil, fmt.Errorf("word2vec: artefact without a vocabulary of one special and words")
	}
	c, err := ParseConfig(a.Config)
	if err != nil {
		return nil, err
	}
	if err := a.Weights.CheckNames([]string{weightName}); err != nil {
		return nil, fmt.Errorf("word2vec: %w", err)
	}
	n := a.Vocab.Len()
	if err := params.CheckCount(a.Weights, int64(n)*int64(c.Dim)); err != nil {
		return nil, fmt.Errorf("word2vec: %d words of %d dimensions: %w", n, c.Dim, err)
	}
	data := make([]float32, n*c.Dim)
	if err := a.Weights.Into(weightName, []int{n, c.Dim}, data); err != nil {
		return nil, fmt.Errorf("word2vec: %w", err)
	}
	words := make([]string, n-1)
	for i := range words {
		words[i], _ = a.Vocab.Token(int32(i + 1))
	}
	return NewVectors(words, c.Dim, data[c.Dim:])
}

// Open reads an artefact in the root of fsys.
func Open(fsys fs.FS) (*Vectors, weights.Card, error) {
	a, err := weights.OpenArtefact(fsys)
	if err != nil {
		return nil, weights.Card{}, fmt.Errorf("word2vec: %w", err)
	}
	v, err := FromArtefact(a)
	return v, a.Card, err
}
