package zoo_test

import (
	"context"
	"fmt"
	"io/fs"
	"log"
	"os"

	"github.com/gorgonia-zoo/zoo"
)

func Example() {
	ctx := context.Background()
	clf, err := zoo.LSTMIMDB()
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := clf.Predict(ctx, "A quiet, beautiful film.")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Label, p.Probability > 0.5)
	// Output: positive true
}

func ExampleMLPLine() {
	m, err := zoo.MLPLine()
	if err != nil {
		fmt.Println(err)
		return
	}
	y, err := m.Predict(context.Background(), []float32{2.5})
	fmt.Printf("%.2f %v\n", y, err)
	// Output: [9.50] <nil>
}

func ExampleNBSVMIMDB() {
	clf, err := zoo.NBSVMIMDB()
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := clf.Predict(context.Background(), "A quiet, beautiful film, not a dull moment.")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Label)
	for _, term := range p.Terms[:3] {
		fmt.Printf("%-13s %+.2f\n", term.Text, term.Contribution)
	}
	// Output:
	// positive
	// dull          -1.13
	// dull moment   +0.58
	// a dull moment +0.53
}

// Programs that let their users choose the model ask it for no more than all
// classifiers of texts can do.
func ExampleTextClassifier() {
	for _, name := range []string{"lstm-imdb", "nbsvm-imdb"} {
		m, err := zoo.OpenModel(name)
		if err != nil {
			fmt.Println(err)
			return
		}
		p, err := m.Value.(zoo.TextClassifier).PredictAll(context.Background(), []string{"I loved it.", "A dull, lifeless mess."})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(name, p[0].Label, p[1].Label)
	}
	// Output:
	// lstm-imdb positive negative
	// nbsvm-imdb positive negative
}

// A program carries a model that zoo train, finetune or fit wrote by
//
//	//go:embed mine
//	var mine embed.FS
func ExampleOpenFS() {
	var mine fs.FS = os.DirFS("pretrained/nbsvm-imdb")
	model, err := zoo.OpenFS(mine)
	if err != nil {
		log.Fatal(err)
	}
	clf, ok := model.Value.(zoo.TextClassifier)
	if !ok {
		log.Fatal("no classifier of texts")
	}
	p, err := clf.Predict(context.Background(), "A quiet, beautiful film.")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.Label)
	// Output: positive
}

func ExampleWord2VecIMDB() {
	v, err := zoo.Word2VecIMDB()
	if err != nil {
		fmt.Println(err)
		return
	}
	near, err := v.Nearest("terrible", 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, n := range near {
		fmt.Printf("%-10s %.2f\n", n.Word, n.Similarity)
	}
	// Output:
	// horrible   0.92
	// horrendous 0.82
	// dreadful   0.81
}

func ExampleModels() {
	for _, r := range zoo.Models() {
		fmt.Println(r.Name, r.Task)
	}
	// Output:
	// mlp-line regression
	// lstm-imdb text classification
	// nbsvm-imdb text classification
	// imdb text classification
	// tagger-ewt tagging
	// word2vec-imdb word vectors
	// translate-de-en translation
}

func ExampleTranslateDeEn() {
	t, err := zoo.TranslateDeEn()
	if err != nil {
		fmt.Println(err)
		return
	}
	got, err := t.Translate(context.Background(), "Ein Mann spielt Gitarre.")
	fmt.Println(got.Text, err)
	// Output: A man is playing a guitar. <nil>
}
