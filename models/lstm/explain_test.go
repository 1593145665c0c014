package lstm

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// explained is a classifier with weights large enough to be far from linear.
func explained(t *testing.T, c Config, words ...string) *Classifier {
	t.Helper()
	vocab, err := tokenize.CountedVocab(func(yield func(string, int) bool) {
		for _, w := range words {
			if !yield(w, 1) {
				return
			}
		}
	}, tokenize.VocabConfig{})
	if err != nil {
		t.Fatal(err)
	}
	c.Vocab, c.Embedding, c.Hidden, c.EmbeddingStd = vocab.Len(), 5, 7, 1
	n, err := New(c, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range n.Params()[1:] {
		for i := range p.Data() {
			p.Write()[i] *= 3
		}
	}
	classes := []string{"a", "b", "c"}[:c.Classes]
	classifier, err := NewClassifier(n, ClassifierConfig{Tokenizer: tokenize.Config{Lower: true}, Vocab: vocab, Classes: classes, MaxTokens: 20})
	if err != nil {
		t.Fatal(err)
	}
	return classifier
}

var explainedWords = []string{"one", "two", "three", "four", "five", "six", "seven"}

// The parts add up to the logit less that of unknown words, and an unknown
// word has none.
func TestExplanationsAddUp(t *testing.T) {
	ctx := context.Background()
	for name, c := range map[string]Config{
		"last":          {Classes: 2},
		"three classes": {Classes: 3, Pooling: []ops.Pooling{ops.PoolMean}},
		"pooled":        {Classes: 2, Pooling: []ops.Pooling{ops.PoolLast, ops.PoolMean, ops.PoolMax}, Dropout: Dropout{Embedding: 0.5, Output: 0.5}},
		"both ways":     {Classes: 2, Bidirectional: true},
		"two layers":    {Classes: 3, Layers: 2},
	} {
		clf := explained(t, c, explainedWords...)
		for _, text := range []string{"One two three.", "seven seven never one", "four", "never", "", strings.Repeat("five six ", 30)} {
			e, err := clf.Explain(ctx, text)
			if err != nil {
				t.Fatal(err)
			}
			p, err := clf.Predict(ctx, text)
			if err != nil || fmt.Sprint(p) != fmt.Sprint(e.Prediction) {
				t.Errorf("%s: %q: explained %+v, predicted %+v (%v)", name, text, e.Prediction, p, err)
			}
			output := 0
			if c.Classes > 2 {
				output = p.Class
			} else if e.Of != 1 {
				t.Errorf("%s: the logit of class %d", name, e.Of)
			}
			if e.Logit != float64(p.Logits[output]) || len(e.Parts) != len(e.Words) || len(e.Words) > 20 {
				t.Errorf("%s: %q: %+v", name, text, e)
			}
			var sum, largest float64
			for i, part := range e.Parts {
				sum += part
				largest = max(largest, math.Abs(part))
				if _, known := clf.Vocab().ID(e.Words[i]); !known && part != 0 {
					t.Errorf("%s: %q: the unknown %q has part %v", name, text, e.Words[i], part)
				}
			}
			if sum != e.Sum || e.Error != e.Sum-(e.Logit-e.Baseline) || math.Abs(e.Error) > tolerance*max(1, largest) {
				t.Errorf("%s: %q: sum %v, stated %v; logit %v, baseline %v, error %v after %d steps",
					name, text, sum, e.Sum, e.Logit, e.Baseline, e.Error, e.Steps)
			}
		}
		// With one word there is nothing to divide.
		e, err := clf.Explain(ctx, "two")
		if err != nil || math.Abs(e.Parts[0]-(e.Logit-e.Baseline)) > 1e-3 {
			t.Errorf("%s: %+v (%v)", name, e, err)
		}
	}
}

// The parts are those that differences of predictions give, where the
// embeddings are moved along the path and each word's a little further.
func TestExplanationsAgainstDifferences(t *testing.T) {
	ctx := context.Background()
	for _, c := range []Config{{Classes: 2}, {Classes: 2, Bidirectional: true, Pooling: []ops.Pooling{ops.PoolMean}}} {
		clf := explained(t, c, explainedWords...)
		text := "one two three four five"
		e, err := clf.Explain(ctx, text)
		if err != nil {
			t.Fatal(err)
		}
		ids, _ := clf.Encode(text)
		n := clf.network
		width := n.config.Embedding
		x := slices.Clone(n.embedding.Data())
		row := func(of []float32, id int32) []float32 { return of[int(id)*width:][:width] }
		logit := func(a, more float64, moved int) float64 {
			table := n.embedding.Write()
			for i, id := range ids {
				at := a
				if i == moved {
					at += more
				}
				for k, u := range row(x, clf.vocab.UNK()) {
					row(table, id)[k] = u + float32(at*float64(row(x, id)[k]-u))
				}
			}
			l, err := n.Logits(ctx, [][]int32{ids})
			if err != nil {
				t.Fatal(err)
			}
			return float64(l[0][0])
		}
		const points, d = 200, 0.02
		for i := range ids {
			var want float64
			for p := range points {
				a := (float64(p) + 0.5) / points
				want += (logit(a, d, i) - logit(a, -d, i)) / (2 * d) / points
			}
			if math.Abs(want-e.Parts[i]) > 2e-3*max(1, math.Abs(want)) {
				t.Errorf("%+v: %q has part %v, by differences %v", c, e.Words[i], e.Parts[i], want)
			}
		}
		copy(n.embedding.Write(), x)
	}
}

func TestGaussLegendre(t *testing.T) {
	for _, n := range []int{1, 2, 5, 32, 256} {
		at, weight := gaussLegendre(n)
		for degree := range min(2*n, 40) { // exact for these
			var sum float64
			for i, a := range at {
				sum += weight[i] * math.Pow(a, float64(degree))
			}
			if math.Abs(sum-1/float64(degree+1)) > 1e-13 {
				t.Errorf("%d points: the mean of a^%d is %v", n, degree, sum)
			}
		}
	}
}

func TestExplainFromManyGoroutines(t *testing.T) {
	clf := explained(t, Config{Classes: 2}, explainedWords...)
	want, err := clf.Explain(context.Background(), "one two six")
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if got, err := clf.Explain(context.Background(), "one two six"); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%+v, want %+v (%v)", got, want, err)
			}
		})
	}
	group.Wait()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := clf.Explain(ctx, "one"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	slotsAreFree(t, clf.network)
}
