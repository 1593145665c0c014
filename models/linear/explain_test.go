package linear

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

// The n-grams' parts and the bias add up to the logits, and stand where the
// explanation says.
func TestExplanationsAddUp(t *testing.T) {
	docs := [][]string{{"not", "good", "not", "at", "all"}, {"good", "very", "good"}, {"bad", "bad"}, {"it", "was", "very", "good"}, {"meh", "it", "was"}, {"not", "bad", "it", "was"}}
	for name, cfg := range map[string]Config{
		"binary": {Vectorizer: VectorizerConfig{Weighting: Binary, MaxN: 3}, NB: &NB{}},
		"counts": {Vectorizer: VectorizerConfig{MaxN: 2}},
		"tfidf":  {Vectorizer: VectorizerConfig{Weighting: TFIDF, MinN: 2, MaxN: 3}},
	} {
		for _, classes := range [][]string{{"no", "yes"}, {"a", "b", "c"}} {
			c, _, err := TrainTokens(t.Context(), cfg, lower, classes, sequence(docs), func(i int) int { return i % len(classes) })
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{"Not good, not good: it was very BAD", "good", "", "unheard of"} {
				e, err := c.Explain(t.Context(), text)
				if err != nil {
					t.Fatal(err)
				}
				p, err := c.Predict(t.Context(), text)
				if err != nil || p.Label != e.Label || !slices.Equal(p.Terms, e.Terms) || p.Tokens != len(e.Words) {
					t.Errorf("%s: %q: explained %+v, predicted %+v (%v)", name, text, e.Prediction, p, err)
				}
				for k, logit := range e.Logits {
					sum := e.Bias[k]
					for _, g := range e.NGrams {
						sum += g.Logits[k]
					}
					if math.Abs(sum-logit) > 1e-12 {
						t.Errorf("%s: %q: logit %d is %v, its parts add up to %v", name, text, k, logit, sum)
					}
				}
				for _, g := range e.NGrams {
					for _, at := range g.At {
						if strings.Join(e.Words[at:at+g.Words], " ") != g.Text {
							t.Errorf("%s: %q does not stand at %d of %q", name, g.Text, at, e.Words)
						}
					}
				}
				if !slices.IsSortedFunc(e.NGrams, func(a, b Attribution) int {
					return (a.At[0]-b.At[0])*MaxN*2 + a.Words - b.Words
				}) {
					t.Errorf("%s: %q: not in the text's order: %+v", name, text, e.NGrams)
				}
			}
			e, err := c.Explain(t.Context(), "very good, very good")
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(e.NGrams, func(g Attribution) bool { return g.Text == "very good" })
			if cfg.Vectorizer.MaxN > 1 && (i < 0 || !slices.Equal(e.NGrams[i].At, []int{0, 3})) {
				t.Errorf("%s: %+v", name, e.NGrams)
			}
		}
	}
}

func TestHashedFeaturesAreNotExplained(t *testing.T) {
	docs := [][]string{{"a"}, {"b"}}
	c, _, err := TrainTokens(t.Context(), Config{Vectorizer: VectorizerConfig{Hash: 8}}, lower, classes, sequence(docs), func(i int) int { return i })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Explain(t.Context(), "a"); err == nil || !strings.Contains(err.Error(), "hashed") {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Explain(ctx, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
