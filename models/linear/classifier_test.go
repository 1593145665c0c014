package linear

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/weights"
)

func TestConfigsThatMakeNoSense(t *testing.T) {
	docs := [][]string{{"a", "b"}, {"b", "c"}}
	vectorizer := func(v VectorizerConfig) Config { return Config{Vectorizer: v} }
	for _, c := range []struct {
		cfg  Config
		want string
	}{
		{vectorizer(VectorizerConfig{Weighting: "bm25"}), `weighting "bm25"`},
		{vectorizer(VectorizerConfig{MinN: -1}), "n-grams of -1"},
		{vectorizer(VectorizerConfig{MinN: 3, MaxN: 2}), "n-grams of 3 to 2"},
		{vectorizer(VectorizerConfig{MaxN: 17}), "n-grams of 1 to 17"},
		{vectorizer(VectorizerConfig{MinDF: Frequency{Count: -1}}), "min_df is -1"},
		{vectorizer(VectorizerConfig{MinDF: Frequency{Fraction: math.NaN()}}), "min_df"},
		{vectorizer(VectorizerConfig{MaxDF: Frequency{Fraction: 1.5}}), "max_df"},
		{vectorizer(VectorizerConfig{MaxDF: Frequency{Count: 1, Fraction: 0.5}}), "not both"},
		{vectorizer(VectorizerConfig{MaxFeatures: -1}), "max_features"},
		{vectorizer(VectorizerConfig{Hash: -1}), "hash is -1"},
		{vectorizer(VectorizerConfig{Hash: 1<<30 + 1}), "hash is"},
		{vectorizer(VectorizerConfig{Hash: 8, MinDF: Frequency{Count: 2}}), "hashed features"},
		{vectorizer(VectorizerConfig{Signed: true}), "signed is for hashed"},
		{vectorizer(VectorizerConfig{Hash: 8, Signed: true, Weighting: Binary}), "signed is for hashed"},
		{vectorizer(VectorizerConfig{Weighting: TFIDF, Norm: "l3"}), `norm "l3"`},
		{vectorizer(VectorizerConfig{Sublinear: true}), `for "tfidf"`},
		{Config{C: -1}, "C is -1"},
		{Config{C: math.NaN()}, "C is NaN"},
		{Config{Tolerance: 1}, "tolerance is 1"},
		{Config{MaxSteps: -1}, "max_steps is -1"},
		{Config{MaxTerms: 3, Vectorizer: VectorizerConfig{Hash: 8}}, "max_terms"},
		{Config{NB: &NB{Alpha: -1}}, "alpha is -1"},
		{Config{NB: &NB{Beta: 2}}, "beta is 2"},
		{Config{NB: &NB{}, Vectorizer: VectorizerConfig{Hash: 8, Signed: true}}, "not negative"},
	} {
		_, _, err := TrainTokens(t.Context(), c.cfg, tokenize.Config{}, []string{"no", "yes"}, sequence(docs), func(i int) int { return i })
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "linear: ") {
			t.Errorf("%+v: %v, want an error with %q", c.cfg, err, c.want)
		}
	}
}

func TestTrainRefuses(t *testing.T) {
	boom := errors.New("boom")
	docs := [][]string{{"a"}, {"b"}}
	same := func(i int) int { return i }
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name    string
		ctx     context.Context
		classes []string
		docs    func(func([]string, error) bool)
		label   func(int) int
		is      error
		want    string
	}{
		{"no documents", t.Context(), []string{"a", "b"}, sequence(nil), same, ErrEmpty, "no documents"},
		{"empty documents", t.Context(), []string{"a", "b"}, sequence([][]string{{}, {}}), same, ErrEmpty, "no n-gram"},
		{"an error while reading", t.Context(), []string{"a", "b"}, func(yield func([]string, error) bool) {
			if yield(docs[0], nil) {
				yield(nil, boom)
			}
		}, same, boom, "document 1"},
		{"cancelled", cancelled, []string{"a", "b"}, sequence(docs), same, context.Canceled, ""},
		{"one class", t.Context(), []string{"a"}, sequence(docs), same, nil, "1 classes"},
		{"a class twice", t.Context(), []string{"a", "a"}, sequence(docs), same, nil, "twice"},
		{"a class without name", t.Context(), []string{"a", ""}, sequence(docs), same, nil, "empty"},
		{"a label too large", t.Context(), []string{"a", "b"}, sequence(docs), func(int) int { return 2 }, nil, "label 2"},
		{"a label below zero", t.Context(), []string{"a", "b"}, sequence(docs), func(int) int { return -1 }, nil, "label -1"},
		{"a class without examples", t.Context(), []string{"a", "b"}, sequence(docs), func(int) int { return 0 }, ErrEmpty, `class "b"`},
	} {
		for _, hash := range []int{0, 64} {
			if c.name == "empty documents" && hash > 0 {
				continue // hashed columns are there before any document
			}
			_, _, err := TrainTokens(c.ctx, Config{Vectorizer: VectorizerConfig{Hash: hash}}, tokenize.Config{}, c.classes, c.docs, c.label)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "linear: ") || c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("%s, hash %d: %v, want an error with %q", c.name, hash, err, c.want)
			}
		}
	}
}

func reviews(yield func(Example, error) bool) {
	for i, text := range []string{
		"A wonderful film, warm and funny.", "I was bored to tears.", "Funny and warm, not boring.", "Not funny, not good: a waste.",
		"Wonderful acting!", "A boring waste of time.", "Good fun.", "Tears of boredom; not a good film.",
	} {
		if !yield(Example{text, (i + 1) % 2}, nil) {
			return
		}
	}
}

func TestTermsAddUpToTheLogit(t *testing.T) {
	for _, cfg := range []Config{
		{Vectorizer: VectorizerConfig{MaxN: 2}},
		{Vectorizer: VectorizerConfig{Weighting: Binary, MaxN: 3}, NB: &NB{}},
		{Vectorizer: VectorizerConfig{Weighting: TFIDF}},
	} {
		c, _, err := Train(t.Context(), cfg, tokenize.Config{Lower: true}, []string{"bad", "good"}, reviews)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"A funny, funny film", "What a boring waste!", "", "nothing known"} {
			p, err := c.Predict(t.Context(), text)
			if err != nil {
				t.Fatal(err)
			}
			sum := float64(c.Params()[1].Data()[0])
			sign := float64(2*p.Class - 1)
			for i, term := range p.Terms {
				sum += sign * term.Contribution
				if i > 0 && math.Abs(term.Contribution) > math.Abs(p.Terms[i-1].Contribution) {
					t.Errorf("terms of %q are not in order: %+v", text, p.Terms)
				}
				want := 0
				tokens := c.tokenizer.Tokens(text)
				words := strings.Fields(term.Text)
				for i := range tokens {
					if len(tokens)-i >= len(words) && slices.Equal(tokens[i:i+len(words)], words) {
						want++
					}
				}
				if term.Count != want {
					t.Errorf("%q occurs %d times in %q, want %d", term.Text, term.Count, text, want)
				}
			}
			if math.Abs(sum-p.Logits[0]) > 1e-12 {
				t.Errorf("terms of %q add up to %v, the logit is %v", text, sum, p.Logits[0])
			}
			if p.Label != c.Classes()[p.Class] || p.Probability != p.Probabilities[p.Class] || math.Abs(p.Probabilities[0]+p.Probabilities[1]-1) > 1e-15 {
				t.Errorf("%+v", p)
			}
		}
	}
}

func TestPredictAllIsPredictWithoutTerms(t *testing.T) {
	for name, cfg := range configs {
		c, docs := example(t, cfg, 3)
		all, err := c.PredictAllTokens(t.Context(), docs)
		if err != nil {
			t.Fatal(err)
		}
		texts := make([]string, len(docs))
		for i, d := range docs {
			texts[i] = strings.Join(d, " ")
		}
		again, err := c.PredictAll(t.Context(), texts)
		if err != nil {
			t.Fatal(err)
		}
		for i := range docs {
			one, err := c.PredictTokens(docs[i])
			if err != nil {
				t.Fatal(err)
			}
			one.Terms = nil
			if !reflect.DeepEqual(one, all[i]) || !reflect.DeepEqual(one, again[i]) {
				t.Fatalf("%s: %+v, %+v and %+v", name, one, all[i], again[i])
			}
		}
	}
	c, docs := example(t, Config{}, 2)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.PredictAllTokens(ctx, docs); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := c.Predict(ctx, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// Whatever the weights, probabilities are numbers that add up to one.
func TestProbabilitiesOfExtremeLogits(t *testing.T) {
	for _, logits := range [][]float64{{0}, {800}, {-800}, {-800, -800, -800}, {800, 0, 800}, {-1, 2, 3, 4}} {
		sum := 0.0
		for _, p := range Probabilities(logits, 1) {
			if !(p >= 0 && p <= 1) {
				t.Errorf("%v: probability %v", logits, p)
			}
			sum += p
		}
		if math.Abs(sum-1) > 1e-15 {
			t.Errorf("probabilities of %v add up to %v", logits, sum)
		}
	}
}

func TestTemperature(t *testing.T) {
	c, docs := example(t, Config{}, 2)
	for _, bad := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if c.SetTemperature(bad) == nil {
			t.Errorf("temperature %v", bad)
		}
	}
	before, err := c.PredictTokens(docs[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := c.SetTemperature(2); err != nil {
		t.Fatal(err)
	}
	after, err := c.PredictTokens(docs[0])
	if err != nil {
		t.Fatal(err)
	}
	if want := Probabilities(before.Logits, 2); !slices.Equal(after.Probabilities, want) || after.Class != before.Class {
		t.Errorf("%+v, want probabilities %v", after, want)
	}
	a, err := c.Artefact(weights.Card{Name: "test"}, weights.F32)
	if err != nil {
		t.Fatal(err)
	}
	d, err := FromArtefact(a)
	if err != nil || d.Temperature() != 2 {
		t.Errorf("%v, %v", d, err)
	}
}

func TestFewerTermsAreTheImportantOnes(t *testing.T) {
	full, docs := example(t, Config{Vectorizer: VectorizerConfig{Weighting: TFIDF, MaxN: 2}, C: 10}, 2)
	few, _ := example(t, Config{Vectorizer: VectorizerConfig{Weighting: TFIDF, MaxN: 2}, C: 10, MaxTerms: 10}, 2)
	if n := few.Vectorizer().Columns(); n != 10 || len(few.Params()[0].Data()) != 10 || len(few.Vectorizer().IDF()) != 10 {
		t.Fatalf("%d columns", n)
	}
	if _, ok := few.Vectorizer().NGrams().Column("w1"); !ok {
		t.Errorf("w1 decides the class and is none of %q", terms(few.Vectorizer()))
	}
	same := 0
	for _, d := range docs {
		a, err := full.PredictTokens(d)
		if err != nil {
			t.Fatal(err)
		}
		b, err := few.PredictTokens(d)
		if err != nil {
			t.Fatal(err)
		}
		if a.Class == b.Class {
			same++
		}
	}
	if same < len(docs)*9/10 {
		t.Errorf("%d of %d answers are the same with a tenth of the terms", same, len(docs))
	}
}

func TestMurmur3(t *testing.T) {
	// Values of scikit-learn's murmurhash3_32(text, seed=0, positive=True).
	for text, want := range map[string]uint32{
		"": 0, "a": 1009084850, "ab": 2613040991, "abc": 3017643002, "abcd": 1139631978, "abcde": 3902511862, "naïve 😀": 3517688575,
	} {
		if got := murmur3([]byte(text)); got != want {
			t.Errorf("hash of %q is %d, want %d", text, got, want)
		}
	}
}
