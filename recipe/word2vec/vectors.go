package word2vec

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/gorgonia-zoo/zoo/models/word2vec"
	"github.com/gorgonia-zoo/zoo/recipe"
)

// Vectors answers as all vectors of words do.
type Vectors struct{ *word2vec.Vectors }

var (
	_ recipe.Vectors  = (*Vectors)(nil)
	_ recipe.Measurer = (*Vectors)(nil)
	_ recipe.Exporter = (*Vectors)(nil)
)

// Nearest implements recipe.Vectors.
func (v *Vectors) Nearest(word string, n int) ([]recipe.Neighbour, error) {
	return neighbours(v.Vectors.Nearest(word, n))
}

// Analogy implements recipe.Vectors.
func (v *Vectors) Analogy(a, b, c string, n int) ([]recipe.Neighbour, error) {
	return neighbours(v.Vectors.Analogy(a, b, c, n))
}

func neighbours(near []word2vec.Neighbour, err error) ([]recipe.Neighbour, error) {
	if err != nil {
		return nil, err
	}
	out := make([]recipe.Neighbour, len(near))
	for i, w := range near {
		out[i] = recipe.Neighbour(w)
	}
	return out, nil
}

// ExportFile implements recipe.Exporter: word2vec's and GloVe's formats.
func (v *Vectors) ExportFile(path string) error {
	if _, _, err := word2vec.FormatOf(path); err != nil {
		return recipe.ErrFormat
	}
	if err := recipe.CheckFile(path); err != nil {
		return err
	}
	return v.WriteFile(path)
}

// scored is pairs of words that people have scored.
type scored struct {
	path  string
	pairs []word2vec.Pair
}

// Guesses implements recipe.Data.
func (scored) Guesses() []string { return nil }

// figures are what eval --json prints of vectors.
type figures struct {
	Covered  int     `json:"covered"`
	Spearman float64 `json:"spearman"`
}

// MeasureSource implements recipe.Measurer: lines of two words and a score that
// people gave, such as WordSim-353.
func (v *Vectors) MeasureSource() *recipe.Source {
	why := func(subject string) string { return subject + " is measured on lines of two words and a score" }
	return &recipe.Source{
		Open: func(path string, _ recipe.DataConfig) (recipe.Data, error) {
			f, err := os.Open(path)
			if err != nil {
				return nil, fmt.Errorf("zoo: eval: %w: %w", err, recipe.ErrUsage)
			}
			defer f.Close()
			pairs, err := word2vec.ReadPairs(f)
			if err != nil {
				return nil, fmt.Errorf("zoo: eval: %s: %w", path, err)
			}
			return scored{path, pairs}, nil
		},
		Refuse: func(subject, flag string) string {
			if flag == "data" {
				return ""
			}
			return why(subject)
		},
		Missing: func(subject string) string { return "--data is missing: " + why(subject) },
	}
}

// Measure implements recipe.Measurer by Spearman's rank correlation.
func (v *Vectors) Measure(_ context.Context, data recipe.Data) (*recipe.Measurement, error) {
	s, ok := data.(scored)
	if !ok {
		return nil, errors.New("zoo: eval: vectors are measured on pairs of words")
	}
	r, covered := v.Agreement(s.pairs)
	if math.IsNaN(r) {
		return nil, fmt.Errorf("zoo: eval: %s: %d of %d pairs have vectors, too few to measure", s.path, covered, len(s.pairs))
	}
	return &recipe.Measurement{Examples: len(s.pairs), Figures: figures{covered, r},
		Text: fmt.Sprintf("%d pairs of words, %d of them in the vocabulary: Spearman's rank correlation %.4f", len(s.pairs), covered, r)}, nil
}

// openFile reads word2vec's text or binary format or GloVe's, compressed by gzip
// or not.
func openFile(path string) (any, string, error) {
	v, _, err := word2vec.ReadFile(path)
	if err != nil {
		return nil, "", fmt.Errorf("zoo: %w", err)
	}
	sum, err := fileSHA256(path)
	return &Vectors{v}, sum, err
}

func fileSHA256(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("zoo: vectors: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("zoo: vectors: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
