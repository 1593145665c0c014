package tokenize_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/gorgonia-zoo/zoo/tokenize"
)

func ExampleTokenizer_Tokens() {
	t := tokenize.New(tokenize.Config{Lower: true})
	for _, text := range []string{
		"A don't-miss movie.<br /><br />I gave it 9/10 :).",
		"They'd call it &quot;awful/terrible&quot;...Mr. Lynch didn&#39;t.",
	} {
		fmt.Println(strings.Join(t.Tokens(text), " "))
	}
	// Output:
	// a do n't - miss movie . i gave it 9/10 :) .
	// they 'd call it " awful / terrible " ... mr. lynch did n't .
}

func Example() {
	reviews := []string{"A great film!", "Not a great film.", "So-so."}
	texts := func(yield func(string, error) bool) {
		for _, review := range reviews {
			if !yield(review, nil) {
				return
			}
		}
	}
	t := tokenize.New(tokenize.Config{Lower: true})

	// One pass over the corpus makes the vocabulary ...
	corpus := func(yield func(string) bool) {
		for tokens, err := range t.Map(context.Background(), texts, 0) {
			if err != nil {
				return // a real program keeps the error
			}
			for _, token := range tokens {
				if !yield(token) {
					return
				}
			}
		}
	}
	vocab, err := tokenize.BuildVocab(corpus, tokenize.VocabConfig{MaxSize: 7})
	if err != nil {
		fmt.Println(err)
		return
	}
	// ... which then turns any text into ids.
	ids := vocab.Encode(nil, t.Tokens("A great, great film."))
	tokens, err := vocab.Decode(nil, ids)
	fmt.Println(ids, tokens, err)
	// Output:
	// [3 5 0 5 4 2] [a great <unk> great film .] <nil>
}

func ExampleReadSubword() {
	t, err := tokenize.ReadSubword(tokenize.SubwordFiles{
		Vocab:  []byte("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nun\n##believ\n##able\nfilm\n!\n"),
		Config: []byte(`{"do_lower_case": true}`),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	text := "Unbelievable film!"
	ids, truncated := t.Encode(nil, text, 6)
	fmt.Println(ids, truncated)
	for _, p := range t.Pieces(text) {
		token, _ := t.Token(p.ID)
		fmt.Printf("%s (%s) ", token, text[p.Begin:p.End])
	}
	// Output:
	// [2 5 6 7 8 3] true
	// un (Un) ##believ (believ) ##able (able) film (film) ! (!)
}
