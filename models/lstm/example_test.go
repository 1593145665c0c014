package lstm_test

import (
	"context"
	"fmt"
	"iter"

	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/train"
)

// A classifier of its own: a network learns from six sentences which words are
// praise, and answers for two others.
func Example() {
	texts := []string{"a good film", "good and moving", "moving, not bad", "a bad film", "bad and dull", "dull, not good"}
	labels := []int32{1, 1, 1, 0, 0, 0}
	words := tokenize.New(tokenize.Config{})
	vocab, err := tokenize.BuildVocab(func(yield func(string) bool) {
		for _, text := range texts {
			for _, word := range words.Tokens(text) {
				if !yield(word) {
					return
				}
			}
		}
	}, tokenize.VocabConfig{Specials: []string{tokenize.UNK}})
	if err != nil {
		fmt.Println(err)
		return
	}
	network, err := lstm.New(lstm.Config{Vocab: vocab.Len(), Embedding: 8, Hidden: 8}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	classifier, err := lstm.NewClassifier(network, lstm.ClassifierConfig{Vocab: vocab, Classes: []string{"negative", "positive"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	ids := make([][]int32, len(texts))
	for i, text := range texts {
		ids[i], _ = classifier.Encode(text)
	}
	batch, err := lstm.NewBatch(ids, labels)
	if err != nil {
		fmt.Println(err)
		return
	}
	trainer, err := network.Trainer(lstm.TrainerConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	data := train.Batches[lstm.Batch]{Count: 1, Each: func(int) iter.Seq2[lstm.Batch, error] {
		return func(yield func(lstm.Batch, error) bool) { yield(batch, nil) }
	}}
	result, err := train.Fit(context.Background(), train.Model[lstm.Batch](trainer), train.Data[lstm.Batch](data),
		train.Config{Epochs: 60, Optimizer: train.Adam{LearningRate: 0.05}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%v after %d steps\n", result.Reason, result.Steps)
	answers, err := classifier.PredictAll(context.Background(), []string{"a moving film", "a dull, bad film"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range answers {
		fmt.Printf("%s %.2f\n", a.Label, a.Probability)
	}
	// Output:
	// finished after 60 steps
	// positive 0.99
	// negative 1.00
}
