package datasets_test

import (
	"context"
	"fmt"
	"os"
	"testing/fstest"

	"github.com/gorgonia-zoo/zoo/datasets"
)

// A directory or an archive of IMDB is opened by OpenIMDB; here a small one is
// made up.
func ExampleIMDB_Load() {
	files := fstest.MapFS{
		"aclImdb/train/neg/0_3.txt":  {Data: []byte("Too long, too loud.")},
		"aclImdb/train/pos/0_9.txt":  {Data: []byte("A delight.")},
		"aclImdb/train/pos/10_7.txt": {Data: []byte("Good fun.")},
		"aclImdb/train/pos/9_8.txt":  {Data: []byte("Well played.")},
	}
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := os.CopyFS(dir, files); err != nil {
		fmt.Println(err)
		return
	}
	imdb, err := datasets.OpenIMDB(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	parts, err := imdb.Load(context.Background(), datasets.Train)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range parts[0] {
		fmt.Println(e.ID, e.Rating, imdb.Classes()[e.Label], e.Text)
	}
	// Output:
	// train/neg/0_3 3 negative Too long, too loud.
	// train/pos/0_9 9 positive A delight.
	// train/pos/9_8 8 positive Well played.
	// train/pos/10_7 7 positive Good fun.
}

func ExampleOpenTableFS() {
	files := fstest.MapFS{"mine.csv": {Data: []byte(`id;review;stars
1;"He said ""wow"".";5
2;Poor.;1
`)}}
	table, err := datasets.OpenTableFS(files, "mine.csv", datasets.TableConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, g := range table.Guesses() {
		fmt.Println(g)
	}
	set, err := table.Load(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range set.Examples {
		fmt.Printf("line %s: class %s: %s\n", e.ID, set.Classes[e.Label], e.Text)
	}
	_, err = datasets.OpenTableFS(files, "mine.csv", datasets.TableConfig{Text: "reviews"})
	fmt.Println(err)
	// Output:
	// cells are separated by ';', by the first lines (--delimiter names another)
	// the text is in column "review", by its name
	// the label is in column "stars", by its name
	// line 2: class 5: He said "wow".
	// line 3: class 1: Poor.
	// datasets: table mine.csv: column "reviews": no such column (did you mean "review"?); there are "id", "review", "stars"
}

func ExampleBatches() {
	lengths := []int{12, 3, 45, 4, 44, 13, 5}
	for _, b := range datasets.Batches(lengths, datasets.BatchConfig{Size: 2, Seed: 1, Shuffle: true}) {
		fmt.Print(b, " ")
	}
	fmt.Println()
	// Output: [6 3] [1] [5 0] [2 4]
}

func ExampleSplit() {
	train, validation := datasets.Split(10, 0.2, 42)
	fmt.Println(train, validation)
	// Output: [1 2 4 5 6 7 8 9] [0 3]
}

func ExampleLine() {
	line := datasets.Line{Slope: 3, Intercept: 2}
	x, y := make([]float32, 1), make([]float32, 1)
	line.Batch(1, 0, x, y) // seed 1, step 0
	fmt.Println(y[0] == line.At(x[0]), line.At(2.5))
	// Output: true 9.5
}
