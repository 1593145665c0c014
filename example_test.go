package zoo_test

import (
	"context"
	"fmt"

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

func ExampleModels() {
	for _, r := range zoo.Models() {
		fmt.Println(r.Name, r.Task)
	}
	// Output:
	// mlp-line regression
	// lstm-imdb text classification
}
