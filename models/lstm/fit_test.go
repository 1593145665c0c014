package lstm_test

import (
	"context"
	"iter"
	"slices"
	"testing"

	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/train"
)

// What train.Fit does to the weights is seen by the next prediction, in an
// evaluation, before an epoch and at the end, with the average and the best weights
// too: nobody tells the network. Each answer is compared with that of a copy, which
// has no predictor yet.
func TestFitIsSeenByPredictions(t *testing.T) {
	texts := [][]int32{{3, 1, 4, 1, 5}, {9, 2, 6}, {5, 3, 5, 8}}
	batch, err := lstm.NewBatch(texts, []int32{0, 1, 1})
	if err != nil {
		t.Fatal(err)
	}
	data := train.Batches[lstm.Batch]{Count: 2, Each: func(int) iter.Seq2[lstm.Batch, error] {
		return func(yield func(lstm.Batch, error) bool) {
			for range 2 {
				if !yield(batch, nil) {
					return
				}
			}
		}
	}}
	for name, c := range map[string]train.Config{
		"plain":   {Optimizer: train.SGD{LearningRate: 0.5}},
		"average": {Average: train.Average{Kind: train.ExponentialAverage, Decay: 0.5}},
		// The first evaluation is the best.
		"best": {KeepBest: true, Monitor: train.Monitor{Metric: "age"}},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := lstm.New(lstm.Config{Vocab: 10, Embedding: 4, Hidden: 6}, 1)
			if err != nil {
				t.Fatal(err)
			}
			trainer, err := n.Trainer(lstm.TrainerConfig{})
			if err != nil {
				t.Fatal(err)
			}
			var seen [][]float32 // the answers for the first text
			look := func(when string) {
				t.Helper()
				fresh, err := n.Adapt(lstm.Adaptation{})
				if err != nil {
					t.Fatal(err)
				}
				want, err := fresh.Logits(t.Context(), texts)
				if err != nil {
					t.Fatal(err)
				}
				got, err := n.Logits(t.Context(), texts)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.EqualFunc(got, want, slices.Equal) {
					t.Errorf("%s: logits %v, of the weights %v", when, got, want)
				}
				seen = append(seen, got[0])
			}
			look("at first")
			age := 0.0
			c.Epochs = 3
			c.BeginEpoch = func(context.Context, int) error { look("before an epoch"); return nil }
			c.Evaluate = func(context.Context) (train.Metrics, error) {
				look("evaluation")
				age++
				return train.Metrics{"age": age}, nil
			}
			if _, err := train.Fit(t.Context(), train.Model[lstm.Batch](trainer), train.Data[lstm.Batch](data), c); err != nil {
				t.Fatal(err)
			}
			look("at the end")
			// At first, then before each epoch and after it, then at the end.
			if len(seen) != 8 || slices.Equal(seen[0], seen[2]) || slices.Equal(seen[2], seen[4]) {
				t.Errorf("answers %v", seen)
			}
			if name == "best" && !slices.Equal(seen[7], seen[2]) {
				t.Errorf("at the end %v, the best were %v", seen[7], seen[2])
			}
		})
	}
}
