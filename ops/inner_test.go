package ops

import (
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
)

func TestInner(t *testing.T) {
	x := random(rand.New(rand.NewPCG(1, 1)), "x", 1, 3, 2)
	weights := []float32{1, -2, 0.5, 3, 0, 7}
	s := subject{
		params: []*Param{x},
		node: func(g *Graph, p []*G.Node) (*G.Node, error) {
			w, memory := g.Floats("weights", 5, 2)
			copy(memory, weights)
			return Inner(p[0], w)
		},
		reference: func(p [][]float64) []float64 {
			sum := 0.0
			for i, v := range p[0] {
				sum += v * float64(weights[i]) / 3
			}
			return []float64{sum}
		},
	}
	s.check(t)
	if _, err := Build(func(g *Graph) (loss, output *G.Node, err error) {
		w, _ := g.Floats("weights", 5, 3)
		loss, err = Inner(g.Param(x), w)
		return loss, nil, err
	}); err == nil {
		t.Error("weights of another width are taken")
	}
}
