package linear_test

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo/models/linear"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

func Example() {
	reviews := func(yield func(linear.Example, error) bool) {
		for i, text := range []string{
			"A wonderful film, warm and funny.", "I was bored to tears.",
			"Funny, warm and never boring.", "Not funny, not good: a waste.",
			"Wonderful acting!", "A boring waste of time.",
			"Good fun.", "Tears of boredom; not a good film.",
		} {
			if !yield(linear.Example{Text: text, Label: (i + 1) % 2}, nil) {
				return
			}
		}
	}
	// NB-weighted logistic regression on the presence of words and pairs of
	// words.
	cfg := linear.Config{Vectorizer: linear.VectorizerConfig{Weighting: linear.Binary, MaxN: 2}, NB: &linear.NB{}}
	ctx := context.Background()
	c, report, err := linear.Train(ctx, cfg, tokenize.Config{Lower: true}, []string{"negative", "positive"}, reviews)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Examples, "examples,", report.Features, "features")

	p, err := c.Predict(ctx, "A funny film: what a waste, not good.")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s %.2f\n", p.Label, p.Probability)
	for _, term := range p.Terms[:3] {
		fmt.Printf("%-8s %+.2f\n", term.Text, term.Contribution)
	}
	// Output:
	// 8 examples, 66 features
	// negative 0.76
	// waste    +0.37
	// not      +0.32
	// a        +0.14
}

func ExampleNewVectorizer() {
	docs := func(yield func([]string, error) bool) {
		_ = yield([]string{"the", "cat", "sat"}, nil) && yield([]string{"the", "dog"}, nil)
	}
	v, m, err := linear.NewVectorizer(context.Background(), linear.VectorizerConfig{Weighting: linear.TFIDF, MaxN: 2}, docs)
	if err != nil {
		fmt.Println(err)
		return
	}
	for column, term := range v.NGrams().All() {
		fmt.Println(column, term)
	}
	columns, values := m.Row(1)
	fmt.Printf("%v %.3f\n", columns, values)
	// Output:
	// 0 cat
	// 1 cat sat
	// 2 dog
	// 3 sat
	// 4 the
	// 5 the cat
	// 6 the dog
	// [2 4 6] [0.632 0.449 0.632]
}
