package classify_test

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/classify"
)

// Four texts with known classes are measured: two answers are right, one is
// wrong, and one is right but hardly sure.
func Example() {
	said := [][]float64{{0.9, 0.1}, {0.2, 0.8}, {0.7, 0.3}, {0.45, 0.55}}
	e := classify.Evaluate(classify.Answers{
		Labels:        []int32{0, 1, 1, 1},
		Lengths:       []int{12, 80, 150, 300},
		Probabilities: func(text int, _ float64) []float64 { return said[text] },
	}, 1)
	fmt.Printf("%d texts: accuracy %.2f, loss %.3f, calibration error %.4f\n", e.Examples, e.Accuracy, e.Loss, e.Calibration)
	for _, bin := range e.ByLength[:3] {
		fmt.Printf("to %d tokens: %d texts, accuracy %g\n", bin.Tokens, bin.Examples, bin.Accuracy)
	}
	// Output:
	// 4 texts: accuracy 0.75, loss 0.533, calibration error 0.3625
	// to 100 tokens: 2 texts, accuracy 1
	// to 200 tokens: 1 texts, accuracy 0
	// to 400 tokens: 1 texts, accuracy 1
}
