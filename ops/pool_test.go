package ops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
)

// poolReference is Pool, text by text.
func poolReference(x []float64, d int, rows [][]int, forward int, kinds []Pooling) []float64 {
	var out []float64
	for _, text := range rows {
		for _, kind := range kinds {
			for j := range d {
				at := func(t int) float64 { return x[text[t]*d+j] }
				v := 0.0
				switch kind {
				case PoolLast:
					if v = at(0); j < forward {
						v = at(len(text) - 1)
					}
				case PoolMean:
					for t := range text {
						v += at(t) / float64(len(text))
					}
				case PoolMax:
					v = math.Inf(-1)
					for t := range text {
						v = max(v, at(t))
					}
				}
				out = append(out, v)
			}
		}
	}
	return out
}

func TestPool(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for name, lens := range someLengths() {
		for _, kinds := range [][]Pooling{
			{PoolLast}, {PoolMean}, {PoolMax}, {PoolLast, PoolMean, PoolMax}, {PoolMax, PoolLast}, {PoolMean, PoolMean},
		} {
			for _, c := range []struct{ d, forward int }{{1, 1}, {6, 3}, {16, 16}, {33, 0}} {
				t.Run(fmt.Sprint(name, " ", kinds, " ", c), func(t *testing.T) {
					subject{
						params: []*Param{random(rng, "x", 1, total(lens), c.d)},
						node: func(g *Graph, p []*G.Node) (*G.Node, error) {
							return Pool(p[0], lengthsInput(g, lens), c.forward, kinds...)
						},
						reference: func(p [][]float64) []float64 {
							return poolReference(p[0], c.d, places(lens), c.forward, kinds)
						},
					}.check(t)
				})
			}
		}
	}
}

// pooled returns value and gradient of Pool over one feature of one text.
func pooled(t *testing.T, kind Pooling, x ...float32) (value float32, gradient []float32) {
	t.Helper()
	param := NewParam("x", len(x), 1)
	copy(param.Write(), x)
	p := subject{params: []*Param{param}, node: func(g *Graph, p []*G.Node) (*G.Node, error) {
		return Pool(p[0], lengthsInput(g, []int32{int32(len(x))}), 1, kind)
	}}.build(t)
	run(t, p)
	out, _ := p.Output()
	return out[0], p.Gradients()[0].Data
}

func TestEqualMaximaCountWhereTheyStandFirst(t *testing.T) {
	value, gradient := pooled(t, PoolMax, 1, 3, 3, 2, 3)
	if c := coefficient(0); value != 3 || !slices.Equal(gradient, []float32{0, c, 0, 0, 0}) {
		t.Errorf("max %v with gradient %v", value, gradient)
	}
}

// As in PyTorch, a NaN is the largest of all: a diverged model is noticed.
func TestMaximumKeepsNaN(t *testing.T) {
	nan := float32(math.NaN())
	for _, x := range [][]float32{{nan, 1, 2}, {1, nan, 2}, {1, 2, nan}} {
		if value, _ := pooled(t, PoolMax, x...); value == value {
			t.Errorf("max of %v is %v", x, value)
		}
	}
}

func TestMeanOfEqualNumbers(t *testing.T) {
	if value, _ := pooled(t, PoolMean, 2, 2, 2, 2, 2); math.Abs(float64(value)-2) > 1e-6 {
		t.Errorf("mean is %v", value)
	}
}
