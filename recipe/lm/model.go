package lm

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/exact"
	"github.com/gorgonia-zoo/zoo/models/lm"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
)

// Model is measured as all language models are.
type Model struct{ *lm.Model }

var _ recipe.Measurer = (*Model)(nil)

// perplexity is e to the power of a loss.
func perplexity(loss float64) float64 { return exact.Exp(loss) }

// figures are what eval --json prints.
type figures struct {
	Perplexity float64 `json:"perplexity"`
	Words      int     `json:"words"`
	Unknown    float64 `json:"unknown"` // share of them outside the vocabulary
}

// MeasureSource implements recipe.Measurer: texts without labels.
func (m *Model) MeasureSource() *recipe.Source { return texts.Unlabelled() }

// Measure implements recipe.Measurer by the perplexity of texts one after another, of
// IMDB those of the test part. The ends of texts are predicted too.
func (m *Model) Measure(ctx context.Context, data recipe.Data) (*recipe.Measurement, error) {
	set, err := recipe.DataAs[*texts.Set](data)
	if err != nil {
		return nil, err
	}
	part := datasets.Train
	if !set.IsTable() {
		part = datasets.Test
	}
	c, err := set.Read(ctx, part, m.Tokenizer())
	if err != nil {
		return nil, err
	}
	ids, _ := c.Encode(m.Vocab(), 0)
	loss, words, err := m.Network().Loss(ctx, lm.Running(ids, m.End()))
	if err != nil {
		return nil, fmt.Errorf("zoo: eval: %w", err)
	}
	unknown := 0
	for _, t := range ids {
		for _, id := range t {
			if id == m.Vocab().UNK() {
				unknown++
			}
		}
	}
	f := figures{perplexity(loss), words, float64(unknown) / float64(words)}
	return &recipe.Measurement{Examples: len(ids), Loss: &loss, Figures: f,
		Text: fmt.Sprintf("%d texts of %d words, ends included, %.2f %% of them unknown: perplexity %.2f, loss %.4f", len(ids), words, 100*f.Unknown, f.Perplexity, loss)}, nil
}
