package weights_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/gorgonia-zoo/zoo/weights"
)

// Write tensors, half of them in half the space, and read one back.
func Example() {
	var file bytes.Buffer
	err := weights.Write(&file, []weights.Tensor{
		{Name: "fc.weight", Shape: []int{1, 3}, DType: weights.F16, Data: []float32{0.1, 0.5, -2}},
		{Name: "fc.bias", Shape: []int{1}, Data: []float32{0.1}},
	}, map[string]string{"format": "pt"})
	if err != nil {
		log.Fatal(err)
	}

	f, err := weights.Read(file.Bytes())
	if err != nil {
		log.Fatal(err)
	}
	if err := f.CheckNames([]string{"fc.weight", "fc.bias"}); err != nil {
		log.Fatal(err)
	}
	for _, info := range f.Tensors() {
		fmt.Println(info.Name, info.DType, info.Shape)
	}
	w := make([]float32, 3)
	fmt.Println(f.Into("fc.weight", []int{1, 3}, w), w)
	fmt.Println(f.Into("fc.weight", []int{3}, w))
	// Output:
	// fc.bias F32 [1]
	// fc.weight F16 [1 3]
	// <nil> [0.099975586 0.5 -2]
	// weights: wrong shape: tensor "fc.weight" is [1 3], expected [3]
}

// Save a model with its card, and open it again.
func ExampleArtefact() {
	w, err := weights.New([]weights.Tensor{
		{Name: "0.weight", Shape: []int{1, 1}, Data: []float32{3}},
		{Name: "0.bias", Shape: []int{1}, Data: []float32{2}},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	parent, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(parent)
	dir := filepath.Join(parent, "mlp-line")
	a := &weights.Artefact{
		Model:   "mlp",
		Config:  json.RawMessage(`{"sizes":[1,1]}`),
		Weights: w,
		Card: weights.Card{
			Name:    "mlp-line",
			Task:    "regression of y = 3x + 2",
			Metrics: map[string]float64{"mse": 0},
			Recipe:  weights.Recipe{Command: "zoo train mlp-line --out mlp-line", Seed: 1},
		},
	}
	if err := a.Save(dir); err != nil {
		log.Fatal(err)
	}

	b, err := weights.OpenArtefact(os.DirFS(dir))
	if err != nil {
		log.Fatal(err)
	}
	sum, err := b.SHA256()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(b.Model, string(b.Config), b.Card.Parameters)
	fmt.Println(sum == b.Card.Files[weights.WeightsFile].SHA256)
	// Output:
	// mlp {"sizes":[1,1]} 2
	// true
}
