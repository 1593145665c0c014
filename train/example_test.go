package train_test

import (
	"context"
	"fmt"
	"iter"

	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/train"
)

// point is a batch of one point of the line y = 3x + 2.
type point struct{ x, y float32 }

func (point) Examples() int { return 1 }
func (point) Tokens() int   { return 1 }

// line is the model y = w x + b with the loss (y' - y)^2.
type line struct{ w, b *ops.Param }

func (l line) Params() []*ops.Param { return []*ops.Param{l.w, l.b} }

func (l line) Step(p point, _ uint64) (float32, []ops.Gradient, error) {
	d := l.w.Data()[0]*p.x + l.b.Data()[0] - p.y
	return d * d, []ops.Gradient{{Data: []float32{2 * d * p.x}}, {Data: []float32{2 * d}}}, nil
}

func ExampleFit() {
	model := line{ops.NewParam("w", 1), ops.NewParam("b", 1)}
	data := train.Batches[point]{Count: 50, Each: func(epoch int) iter.Seq2[point, error] {
		return func(yield func(point, error) bool) {
			r := ops.Stream(1, "points", uint64(epoch))
			for range 50 {
				x := r.Float32()
				if !yield(point{x, 3*x + 2}, nil) {
					return
				}
			}
		}
	}}
	result, err := train.Fit(context.Background(), model, data, train.Config{
		Epochs:    20,
		Optimizer: train.SGD{LearningRate: 0.1, Momentum: 0.5},
		Schedule:  train.WarmUp{Steps: 100, Then: train.Cosine{}},
		ClipNorm:  1,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%v after %d steps: y = %.2fx + %.2f\n", result.Reason, result.Steps, model.w.Data()[0], model.b.Data()[0])
	// Output: finished after 1000 steps: y = 3.00x + 2.00
}
