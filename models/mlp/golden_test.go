package mlp

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

// goldenCase is one case of testdata/golden.json, made by golden.py with
// PyTorch.
type goldenCase struct {
	Name    string               `json:"name"`
	Layers  []int                `json:"layers"`
	Weights map[string][]float32 `json:"weights"`
	Shapes  map[string][]int     `json:"shapes"`
	Batches []struct {
		Rows    int       `json:"rows"`
		Inputs  []float32 `json:"inputs"`
		Targets []float32 `json:"targets"`
	} `json:"batches"`
	Output    []float32            `json:"output"`
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
	if len(file.Cases) == 0 {
		t.Fatal("golden file has no cases")
	}
	return file.Cases
}

// regressor is the case's model with PyTorch's initial weights.
func (c goldenCase) regressor(t *testing.T) *Regressor {
	t.Helper()
	r, err := New(Config{Sizes: c.Layers}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Params()) != len(c.Weights) {
		t.Fatalf("%d parameters, PyTorch has %d", len(r.Params()), len(c.Weights))
	}
	for _, p := range r.Params() {
		w, ok := c.Weights[p.Name]
		if !ok || len(w) != len(p.Data()) || !slices.Equal(c.Shapes[p.Name], p.Shape()) {
			t.Fatalf("golden file has %d numbers of shape %v for %v", len(w), c.Shapes[p.Name], p)
		}
		copy(p.Write(), w)
	}
	return r
}

// compare holds got to want within tolerance of the larger of 1 and the
// number itself.
func compare(t *testing.T, what string, got, want []float32, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i, w := range want {
		if d := math.Abs(float64(got[i]) - float64(w)); !(d <= tolerance*max(1, math.Abs(float64(w)))) {
			t.Errorf("%s %d is %v, want %v", what, i, got[i], w)
		}
	}
}

func TestOutputLossAndGradientsEqualPyTorch(t *testing.T) {
	for _, c := range goldenCases(t) {
		t.Run(c.Name, func(t *testing.T) {
			r, b := c.regressor(t), c.Batches[0]
			got, err := r.Predict(context.Background(), b.Inputs)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, "output", got, c.Output, 1e-5)
			tr, err := r.Trainer(b.Rows)
			if err != nil {
				t.Fatal(err)
			}
			loss, grads, err := tr.Step(Batch{X: b.Inputs, Y: b.Targets, N: b.Rows}, 0)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, "loss", []float32{loss}, []float32{c.Loss}, 1e-5)
			for i, p := range tr.Params() {
				compare(t, "gradient of "+p.Name, grads[i].Data, c.Gradients[p.Name], 1e-5)
			}
		})
	}
}
