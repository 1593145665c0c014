package mlp_test

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo/models/mlp"
)

// Gradient descent on four points of the line y = 3x + 2.
func Example() {
	r, err := mlp.New(mlp.Config{Sizes: []int{1, 1}}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	trainer, err := r.Trainer(4)
	if err != nil {
		fmt.Println(err)
		return
	}
	batch := mlp.Batch{X: []float32{-2, -1, 1, 2}, Y: []float32{-4, -1, 5, 8}, N: 4}
	for step := range uint64(200) {
		_, gradients, err := trainer.Step(batch, step)
		if err != nil {
			fmt.Println(err)
			return
		}
		for i, p := range trainer.Params() {
			for j, g := range gradients[i].Data {
				p.Write()[j] -= 0.1 * g
			}
		}
	}
	y, err := r.Predict(context.Background(), []float32{0, 10})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f\n", y)
	// Output: [2.000 32.000]
}
