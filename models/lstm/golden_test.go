package lstm

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
)

// goldenCase is one case of testdata/golden.json, made by golden.py with
// PyTorch.
type goldenCase struct {
	Name   string `json:"name"`
	Config struct {
		Vocab, Embedding, Hidden, Layers, Classes int
		Bidirectional                             bool
		Pooling                                   []ops.Pooling
	} `json:"config"`
	Weights map[string][]float32 `json:"weights"`
	Batches []struct {
		Sequences [][]int32 `json:"sequences"`
		Labels    []int32   `json:"labels"`
	} `json:"batches"`
	Logits    []float32            `json:"logits"`
	Loss      float32              `json:"loss"`
	Gradients map[string][]float32 `json:"gradients"`
}

func goldenCases(t *testing.T) []goldenCase {
	t.Helper()
	data, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []goldenCase `json:"cases"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	return file.Cases
}

// network is the case's model with PyTorch's initial weights.
func (c goldenCase) network(t *testing.T) *Network {
	t.Helper()
	n, err := New(Config{Vocab: c.Config.Vocab, Embedding: c.Config.Embedding, Hidden: c.Config.Hidden, Layers: c.Config.Layers,
		Bidirectional: c.Config.Bidirectional, Pooling: c.Config.Pooling, Classes: max(2, c.Config.Classes)}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range n.Params() {
		w, ok := c.Weights[p.Name]
		if !ok || len(w) != len(p.Data()) {
			t.Fatalf("%s: golden file has %d numbers for %v", c.Name, len(w), p)
		}
		copy(p.Write(), w)
	}
	return n
}

// near reports how far got is from want, relative to the larger of 1 and
// |want|.
func near(got, want float32) float64 {
	return math.Abs(float64(got)-float64(want)) / math.Max(1, math.Abs(float64(want)))
}

func TestLogitsLossAndGradientsEqualPyTorch(t *testing.T) {
	for _, c := range goldenCases(t) {
		t.Run(c.Name, func(t *testing.T) {
			n := c.network(t)
			logits, err := n.Logits(context.Background(), c.Batches[0].Sequences)
			if err != nil {
				t.Fatal(err)
			}
			var flat []float32
			for _, row := range logits {
				flat = append(flat, row...)
			}
			if len(flat) != len(c.Logits) {
				t.Fatalf("%d logits, want %d", len(flat), len(c.Logits))
			}
			for i, want := range c.Logits {
				if d := near(flat[i], want); !(d <= 1e-5) {
					t.Errorf("logit %d is %v, want %v", i, flat[i], want)
				}
			}
			tr, err := n.Trainer(TrainerConfig{})
			if err != nil {
				t.Fatal(err)
			}
			batch, err := NewBatch(c.Batches[0].Sequences, c.Batches[0].Labels)
			if err != nil {
				t.Fatal(err)
			}
			loss, grads, err := tr.Step(batch, 0)
			if err != nil {
				t.Fatal(err)
			}
			if d := near(loss, c.Loss); !(d <= 1e-5) {
				t.Errorf("loss %v, want %v", loss, c.Loss)
			}
			for i, p := range tr.Params() {
				checkGradient(t, p, grads[i], c.Gradients[p.Name])
			}
		})
	}
}

func checkGradient(t *testing.T, p *ops.Param, g ops.Gradient, want []float32) {
	t.Helper()
	dense := make([]float32, len(p.Data()))
	if g.Rows == nil {
		copy(dense, g.Data)
	}
	for i, row := range g.Rows {
		copy(dense[int(row)*p.RowLen():], g.Data[i*p.RowLen():(i+1)*p.RowLen()])
	}
	if len(want) != len(dense) {
		t.Fatalf("%s: golden file has %d numbers, want %d", p.Name, len(want), len(dense))
	}
	var scale float64
	for _, w := range want {
		scale = math.Max(scale, math.Abs(float64(w)))
	}
	for i, w := range want {
		if d := math.Abs(float64(dense[i]) - float64(w)); !(d <= 1e-4*scale) {
			t.Errorf("gradient %d of %s is %v, want %v", i, p.Name, dense[i], w)
			return
		}
	}
}
