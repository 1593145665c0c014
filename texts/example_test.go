package texts_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// A table of one's own is read and inspected before anything is trained on it.
func Example() {
	dir, err := os.MkdirTemp("", "texts-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "reviews.csv")
	rows := "review,sentiment\nA joy to see,positive\nDull,negative\nDull,negative\nNot a joy,negative\n"
	if err := os.WriteFile(path, []byte(rows), 0o644); err != nil {
		fmt.Println(err)
		return
	}
	set, err := texts.Open(path, texts.Config{Cache: "none"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, guess := range set.Guesses() {
		fmt.Println(guess)
	}
	part, err := set.Labelled(context.Background(), tokenize.Config{Lower: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	report := texts.Inspect(part.Corpus)
	fmt.Printf("%d rows of %d tokens, %d repeated\n", report.Rows, report.Tokens, report.Duplicates)
	for _, c := range report.Classes {
		fmt.Println(c.Name, c.Rows)
	}
	// Output:
	// the text is in column "review", by its name
	// the label is in column "sentiment", by its name
	// 4 rows of 9 tokens, 1 repeated
	// negative 3
	// positive 1
}
