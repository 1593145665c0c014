package linear

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Explanation is a prediction taken apart: each logit is the bias plus what
// the text's n-grams add to it.
type Explanation struct {
	Prediction
	Words  []string // the tokens of the text
	Bias   []float64
	NGrams []Attribution // every n-gram of the text that the classifier knows, by its first place, then by its length
}

// Attribution is what an n-gram adds to the logits.
type Attribution struct {
	Text   string    // its words, joined by spaces
	Words  int       // how many
	At     []int     // the indices of the tokens that its occurrences begin with, ascending
	Logits []float64 // what all occurrences together add to each logit, before the temperature
}

// Explain classifies one text and says exactly what each n-gram of it adds to
// each logit. It fails where features are hashed: their columns have no
// n-grams of their own.
func (c *Classifier) Explain(ctx context.Context, text string) (Explanation, error) {
	tokens, _, err := c.tokenizer.TokensContext(ctx, text, 0)
	var e Explanation
	if err == nil {
		e, err = c.explainTokens(ctx, tokens)
	}
	if err != nil {
		return Explanation{}, fmt.Errorf("linear: explain: %w", err)
	}
	return e, nil
}

// ExplainTokens is Explain for a text that is tokenised already, as Tokenizer
// says.
func (c *Classifier) ExplainTokens(tokens []string) (Explanation, error) {
	e, err := c.explainTokens(context.Background(), tokens)
	if err != nil {
		return Explanation{}, fmt.Errorf("linear: explain: %w", err)
	}
	return e, nil
}

func (c *Classifier) explainTokens(ctx context.Context, tokens []string) (Explanation, error) {
	if c.vectorizer.ngrams == nil {
		return Explanation{}, errors.New("the features are hashed: what a column stands for is not known")
	}
	r := row{stop: ended(ctx)}
	p, err := c.predict(&r, tokens)
	if err != nil {
		return Explanation{}, err
	}
	e := Explanation{Prediction: p, Words: slices.Clone(tokens), NGrams: c.attribute(&r, tokens)}
	if r.stopped() {
		return Explanation{}, context.Cause(ctx)
	}
	e.Terms = c.terms(e.NGrams, p.Class)
	for _, b := range c.bias.Data() {
		e.Bias = append(e.Bias, float64(b))
	}
	return e, nil
}

// attribute returns the n-grams of a text whose features are r, not all where
// r.stop ends it.
func (c *Classifier) attribute(r *row, tokens []string) []Attribution {
	v, n := c.vectorizer.ngrams, len(c.bias.Data())
	// The features say which columns; the text says what they are and where
	// they stand.
	out := make([]Attribution, 0, len(r.columns))
	at := make(map[int32]int, len(r.columns))
	r.ids = slices.Grow(r.ids[:0], len(tokens))
	for piece := range slices.Chunk(tokens, longPiece) {
		if r.ids = v.appendIDs(r.ids, piece); r.stopped() {
			return nil
		}
	}
	asked := 0
	v.each(r.ids, len(r.ids), func(place, words int, column int32) bool {
		if asked++; asked%longPiece == 0 && r.stopped() {
			return false
		}
		i, ok := at[column]
		if !ok {
			i = len(out)
			at[column] = i
			out = append(out, Attribution{Text: strings.Join(tokens[place:place+words], " "), Words: words})
		}
		out[i].At = append(out[i].At, place)
		return true
	})
	if r.stopped() {
		return nil
	}
	sums := make([]float64, n*len(out))
	for i, column := range r.columns {
		a := &out[at[column]]
		a.Logits, sums = sums[:n:n], sums[n:]
		for k, w := range c.weight.Data()[int(column)*n : (int(column)+1)*n] {
			a.Logits[k] = float64(float64(r.counts[i]) * float64(w))
		}
	}
	return out
}
