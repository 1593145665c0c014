package word2vec_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/gorgonia-zoo/zoo/models/word2vec"
)

func Example() {
	// The form in which GloVe's vectors come; word2vec's forms and gzip are
	// recognised too.
	file := "man 1 0 0\nwoman 1 1 0\nking 1 0 2\nqueen 1 1 2\n"
	v, format, err := word2vec.Read(strings.NewReader(file))
	if err != nil {
		fmt.Println(err)
		return
	}
	near, err := v.Analogy("man", "woman", "king", 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(format, v.Len(), v.Dim())
	fmt.Println("man is to woman as king is to", near[0].Word)
	// Output:
	// GloVe text 4 3
	// man is to woman as king is to queen
}

func ExamplePhraseConfig_Join() {
	words := []string{"new", "york", "in", "a", "city"}
	texts := [][]int32{{2, 0, 1, 4}, {3, 0, 1}, {0, 1, 2, 3, 4}} // "in new york city", "a new york", ...
	config := word2vec.PhraseConfig{Passes: 1, MinCount: 1, Thresholds: []float64{2}}
	words, phrases, err := config.Join(context.Background(), words, texts)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range phrases {
		fmt.Printf("%s %d times, score %.2f\n", p.Name, p.Count, p.Score)
	}
	for _, id := range texts[0] {
		fmt.Print(words[id], " ")
	}
	// Output:
	// new_york 3 times, score 2.67
	// in new_york city
}
