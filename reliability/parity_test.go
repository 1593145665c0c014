package reliability_test

import (
	"context"
	"encoding/json"
	"iter"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/train"
)

// The golden files are made by PyTorch; the scripts beside them say how. The
// models' own tests compare logits and gradients; these compare ten steps.

type goldenOptimizer struct {
	Name        string
	LR          float64
	Momentum    float64
	WeightDecay float64 `json:"weight_decay"`
}

func (o goldenOptimizer) optimizer(t *testing.T) train.Optimizer {
	switch o.Name {
	case "sgd", "SGD":
		return train.SGD{LearningRate: o.LR, Momentum: o.Momentum, WeightDecay: o.WeightDecay}
	case "adam", "Adam":
		return train.Adam{LearningRate: o.LR, WeightDecay: o.WeightDecay}
	case "adamw", "AdamW":
		return train.AdamW{LearningRate: o.LR, WeightDecay: o.WeightDecay}
	}
	t.Fatalf("golden file: optimizer %q", o.Name)
	return nil
}

// golden reads the cases of a golden file.
func golden[C any](t *testing.T, path string) []C {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []C }
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) < 2 {
		t.Fatalf("%s has %d cases", path, len(file.Cases))
	}
	return file.Cases
}

// losses is a recorder that keeps the loss of every step.
type losses []float64

func (l *losses) Record(e train.Event) error {
	if e.Kind == train.KindStep {
		*l = append(*l, e.Loss)
	}
	return nil
}

// fit trains on the batches, once each, and returns the losses.
func fit[B train.Batch](t *testing.T, m train.Model[B], batches []B, o train.Optimizer, clip float64) losses {
	t.Helper()
	var got losses
	_, err := train.Fit(context.Background(), m, train.Data[B](train.Batches[B]{Count: len(batches), Each: func(int) iter.Seq2[B, error] {
		return func(yield func(B, error) bool) {
			for _, b := range batches {
				if !yield(b, nil) {
					return
				}
			}
		}
	}}), train.Config{Epochs: 1, Optimizer: o, ClipNorm: clip, Recorders: []train.Recorder{&got}})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// equal compares numbers relative to the larger of 1 and their own size.
func equal(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d %s, want %d", len(got), what, len(want))
	}
	for i := range want {
		if d := math.Abs(got[i]-want[i]) / max(1, math.Abs(want[i])); !(d <= tolerance) {
			t.Errorf("%s %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

func wide(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

func fill(t *testing.T, params []*ops.Param, weights map[string][]float32) {
	t.Helper()
	for _, p := range params {
		if len(weights[p.Name]) != len(p.Data()) {
			t.Fatalf("golden file has %d numbers for %v", len(weights[p.Name]), p)
		}
		copy(p.Write(), weights[p.Name])
	}
}

func TestTenStepsOfTheMLPEqualPyTorch(t *testing.T) {
	type golded struct {
		Name      string
		Layers    []int
		Optimizer goldenOptimizer
		Weights   map[string][]float32
		Batches   []struct {
			Rows            int
			Inputs, Targets []float32
		}
		Losses, Final []float64
	}
	for _, c := range golden[golded](t, "../models/mlp/testdata/golden.json") {
		t.Run(c.Name, func(t *testing.T) {
			m, err := mlp.New(mlp.Config{Sizes: c.Layers}, 1)
			if err != nil {
				t.Fatal(err)
			}
			fill(t, m.Params(), c.Weights)
			tr, err := m.Trainer(1)
			if err != nil {
				t.Fatal(err)
			}
			var batches []mlp.Batch
			for _, b := range c.Batches {
				batches = append(batches, mlp.Batch{X: b.Inputs, Y: b.Targets, N: b.Rows})
			}
			equal(t, "loss", fit(t, train.Model[mlp.Batch](tr), batches, c.Optimizer.optimizer(t), 0), c.Losses, 1e-4)
			y, err := m.Predict(context.Background(), batches[0].X)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "final output", wide(y), c.Final, 1e-4)
		})
	}
}

func TestTenStepsOfTheLSTMEqualPyTorch(t *testing.T) {
	type goldenLSTM struct {
		Name   string
		Config struct {
			Vocab, Embedding, Hidden, Layers, Classes int
			Bidirectional                             bool
			Pooling                                   []ops.Pooling
		}
		Optimizer goldenOptimizer
		Clip      float64
		Weights   map[string][]float32
		Batches   []struct {
			Sequences [][]int32
			Labels    []int32
		}
		Losses, Final []float64
	}
	for _, c := range golden[goldenLSTM](t, "../models/lstm/testdata/golden.json") {
		t.Run(c.Name, func(t *testing.T) {
			n, err := lstm.New(lstm.Config{Vocab: c.Config.Vocab, Embedding: c.Config.Embedding, Hidden: c.Config.Hidden, Layers: c.Config.Layers,
				Bidirectional: c.Config.Bidirectional, Pooling: c.Config.Pooling, Classes: max(2, c.Config.Classes)}, 1)
			if err != nil {
				t.Fatal(err)
			}
			fill(t, n.Params(), c.Weights)
			tr, err := n.Trainer(lstm.TrainerConfig{})
			if err != nil {
				t.Fatal(err)
			}
			var batches []lstm.Batch
			for _, b := range c.Batches {
				batch, err := lstm.NewBatch(b.Sequences, b.Labels)
				if err != nil {
					t.Fatal(err)
				}
				batches = append(batches, batch)
			}
			equal(t, "loss", fit(t, train.Model[lstm.Batch](tr), batches, c.Optimizer.optimizer(t), c.Clip), c.Losses, 1e-4)
			logits, err := n.Logits(context.Background(), c.Batches[0].Sequences)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "final logit", wide(slices.Concat(logits...)), c.Final, 1e-4)
		})
	}
}
