// Command tokens prints texts as the recipe word2vec-imdb reads them, one a line
// with a space between tokens, so that other programs can learn from the same
// words.
//
//	go run ./internal/tokens aclImdb_v1.tar.gz > tokens.txt
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "tokens: want one argument, IMDB's archive or directory")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, path string) error {
	recipe, err := zoo.ReadRecipe("word2vec-imdb")
	if err != nil {
		return err
	}
	imdb, err := datasets.OpenIMDB(path)
	if err != nil {
		return err
	}
	tokenizer := tokenize.New(recipe.Body.(*zoo.Word2VecRecipe).Tokenizer)
	w := bufio.NewWriterSize(os.Stdout, 1<<16)
	for _, part := range []datasets.Part{datasets.Train, datasets.Unsup} {
		texts := func(yield func(string, error) bool) {
			for e, err := range imdb.Part(ctx, part) {
				if !yield(e.Text, err) {
					return
				}
			}
		}
		for tokens, err := range tokenizer.Map(ctx, texts, 0) {
			if err != nil {
				return err
			}
			for i, token := range tokens {
				if i > 0 {
					w.WriteByte(' ') // an error stays with w until Flush
				}
				w.WriteString(token)
			}
			w.WriteByte('\n')
		}
	}
	return w.Flush()
}
