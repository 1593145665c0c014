package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/weights"
)

// cost trains a linear model's recipe again without what makes it small, and
// says on the validation texts what that cost.
func cost(ctx context.Context, m *zoo.Model, data string) (weights.Table, error) {
	table := weights.Table{Title: "What being small costs",
		Columns: []string{"n-grams", "stored as", "bytes", "validation accuracy", "validation loss"}}
	recipe, err := m.Recipe()
	if err != nil {
		return table, err
	}
	texts, err := zoo.OpenTexts(data, zoo.TextsConfig{})
	if err != nil {
		return table, err
	}
	body := recipe.Body.(*zoo.LinearRecipe)
	terms, storage := body.Model.MaxTerms, body.Storage
	for _, v := range []struct {
		terms   int
		storage string
	}{{0, "F32"}, {terms, "F32"}, {terms, storage}} {
		r := *body
		r.Model.MaxTerms, r.Storage = v.terms, v.storage
		recipe.Body = &r
		other, _, err := zoo.Train(ctx, recipe, texts, zoo.Run{})
		if err != nil {
			return table, err
		}
		var vocab strings.Builder
		if _, err := other.Artefact.Vocab.WriteTo(&vocab); err != nil {
			return table, err
		}
		metrics := other.Artefact.Card.Metrics
		table.Rows = append(table.Rows, []string{fmt.Sprint(other.Value.(*zoo.LinearClassifier).Vectorizer().Columns()), v.storage,
			fmt.Sprint(other.Artefact.Weights.Size() + int64(vocab.Len())),
			fmt.Sprintf("%.4f", metrics["validation_accuracy"]), fmt.Sprintf("%.4f", metrics["validation_loss"])})
	}
	return table, nil
}
