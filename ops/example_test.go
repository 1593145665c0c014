package ops_test

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/ops"
	G "gorgonia.org/gorgonia"
)

// One linear layer on the line y = 3x + 2: the graph is built once and run
// for batches of any size up to its capacity.
func Example() {
	weight, bias := ops.NewParam("weight", 1, 1), ops.NewParam("bias", 1)
	var x, y []float32
	var count []int32
	program, err := ops.Build(func(g *ops.Graph) (loss, output *G.Node, err error) {
		var xn, yn, cn *G.Node
		xn, x = g.Floats("x", 8, 1)
		yn, y = g.Floats("y", 8, 1)
		cn, count = g.Ints("count", 1)
		if xn, err = ops.Take(xn, cn); err != nil {
			return nil, nil, err
		}
		if output, err = ops.Linear(xn, g.Param(weight), g.Param(bias)); err != nil {
			return nil, nil, err
		}
		loss, err = ops.MSE(output, yn)
		return loss, output, err
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	count[0] = int32(copy(x, []float32{-1, 0, 1}))
	copy(y, []float32{-1, 2, 5})
	for range 300 {
		if err := program.Run(); err != nil {
			fmt.Println(err)
			return
		}
		for i, g := range program.Gradients() {
			for j, d := range g.Data {
				program.Params()[i].Write()[j] -= 0.1 * d
			}
		}
	}
	fmt.Printf("y = %.3fx + %.3f\n", weight.Data()[0], bias.Data()[0])
	// Output: y = 3.000x + 2.000
}
