package linear

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Baselines are what any classifier of texts must beat, on the rows held out:
// always the most frequent class, and logistic regression on TF-IDF, which is
// learned in about a second.
type Baselines struct {
	Class    string // the most frequent one of the training rows
	Frequent float64
	TFIDF    float64
	held     int
}

// MeasureBaselines learns the baselines from the training rows of a corpus, read
// with tokenizer, and measures their accuracy on the rows held out.
func MeasureBaselines(ctx context.Context, c *texts.Corpus, tokenizer tokenize.Config, learn, held []int) (Baselines, error) {
	counts := make([]int, len(c.Classes))
	for _, i := range learn {
		counts[c.Labels[i]]++
	}
	most := 0
	for k, n := range counts {
		if n > counts[most] {
			most = k
		}
	}
	b := Baselines{Class: c.Classes[most], held: len(held)}
	if len(held) == 0 {
		return b, nil
	}
	m, _, err := Fit(ctx, tfidf().Body.(*Recipe).Model, tokenizer, c, learn, recipe.Run{})
	if err != nil {
		return b, fmt.Errorf("zoo: baseline: %w", err)
	}
	answers, err := PredictTokens(ctx, m, c.Words, c.Texts, held)
	if err != nil {
		return b, fmt.Errorf("zoo: baseline: %w", err)
	}
	frequent, right := 0, 0
	for i, at := range held {
		if int(c.Labels[at]) == most {
			frequent++
		}
		if int(c.Labels[at]) == answers[i].Class {
			right++
		}
	}
	b.Frequent, b.TFIDF = float64(frequent)/float64(len(held)), float64(right)/float64(len(held))
	return b, nil
}

// Tell sets the baselines beside the accuracy of a model on the same rows, in
// the log and on its card, and says so where the model loses.
func (b Baselines) Tell(run recipe.Run, card *weights.Card, accuracy float64) {
	if b.held == 0 {
		return
	}
	table := weights.Table{Title: fmt.Sprintf("On the %d rows held out", b.held), Columns: []string{"model", "accuracy"}}
	for _, r := range []struct {
		name     string
		accuracy float64
	}{{"this model", accuracy}, {"logistic regression on TF-IDF (zoo train tfidf)", b.TFIDF},
		{fmt.Sprintf("always %q", b.Class), b.Frequent}} {
		table.Rows = append(table.Rows, []string{r.name, fmt.Sprintf("%.4f", r.accuracy)})
		run.Logf("held out: %-52s accuracy %.4f", r.name, r.accuracy)
	}
	card.Tables = append(card.Tables, table)
	if accuracy <= b.TFIDF {
		card.Limits = append(card.Limits, "Logistic regression on TF-IDF does as well or better on the rows held out.")
		run.Logf("logistic regression on TF-IDF does as well or better, in a second: zoo train tfidf with the same --data")
	}
}
