package ops

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
)

func TestLinear(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, c := range []struct{ rows, in, out int }{
		{1, 1, 1}, {1, 10, 1}, {3, 1, 10}, {5, 7, 3}, {16, 16, 16}, {2, 33, 17}, {17, 15, 32}, {1, 64, 96}, {130, 5, 4},
	} {
		t.Run(sizes(c.in, c.out), func(t *testing.T) {
			subject{
				params: []*Param{random(rng, "x", 1, c.rows, c.in), random(rng, "weight", 1, c.out, c.in), random(rng, "bias", 1, c.out)},
				node:   func(_ *Graph, p []*G.Node) (*G.Node, error) { return Linear(p[0], p[1], p[2]) },
				reference: func(p [][]float64) []float64 {
					return linearReference(p[0], p[1], p[2], c.in)
				},
			}.check(t)
		})
	}
}

// linearReference is x W' + b.
func linearReference(x, weight, bias []float64, in int) []float64 {
	var y []float64
	for r := 0; r < len(x); r += in {
		for o, sum := range bias {
			for i := range in {
				sum += x[r+i] * weight[o*in+i]
			}
			y = append(y, sum)
		}
	}
	return y
}

func TestReLU(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, c := range []struct{ rows, cols int }{{1, 1}, {3, 5}, {16, 16}, {7, 33}} {
		x := random(rng, "x", 1, c.rows, c.cols)
		for i, v := range x.Data() {
			// Away from 0, where there is no derivative to compare.
			x.Write()[i] = v + float32(math.Copysign(0.01, float64(v)))
		}
		subject{
			params: []*Param{x},
			node:   func(_ *Graph, p []*G.Node) (*G.Node, error) { return ReLU(p[0]) },
			reference: func(p [][]float64) []float64 {
				y := slices.Clone(p[0])
				for i, v := range y {
					y[i] = max(v, 0)
				}
				return y
			},
		}.check(t)
	}
}

// PyTorch's derivative of relu at 0 is 0; at NaN both are NaN, so that a
// diverged model is noticed.
func TestReLUAtZeroAndNaN(t *testing.T) {
	x := NewParam("x", 1, 4)
	copy(x.Write(), []float32{0, float32(math.Copysign(0, -1)), float32(math.NaN()), 2})
	p := subject{params: []*Param{x}, node: func(_ *Graph, p []*G.Node) (*G.Node, error) { return ReLU(p[0]) }}.build(t)
	run(t, p)
	y, _ := p.Output()
	if y[0] != 0 || y[1] != 0 || y[2] == y[2] || y[3] != 2 {
		t.Errorf("relu(0, -0, NaN, 2) = %v", y)
	}
	g := p.Gradients()[0].Data
	if g[0] != 0 || g[1] != 0 || g[3] != coefficient(3) {
		t.Errorf("gradient %v, want 0 0 _ %v", g, coefficient(3))
	}
}

func TestTakeReturnsTheFirstRows(t *testing.T) {
	var x []float32
	var count []int32
	p := must(t, func(g *Graph) (_, _ *G.Node, err error) {
		var xn, cn *G.Node
		xn, x = g.Floats("x", 5, 3)
		cn, count = g.Ints("count", 1)
		out, err := Take(xn, cn)
		return nil, out, err
	})
	for i := range x {
		x[i] = float32(i)
	}
	for _, n := range []int32{5, 1, 3, 5} {
		count[0] = n
		run(t, p)
		got, cols := p.Output()
		if cols != 3 || !slices.Equal(got, x[:3*n]) {
			t.Errorf("take %d = %v, %d columns", n, got, cols)
		}
	}
}
