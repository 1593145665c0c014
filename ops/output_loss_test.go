package ops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
)

// outputLossReference is the mean cross-entropy of softmax(table x).
func outputLossReference(x, table []float64, labels []int32, width int, smoothing float64) float64 {
	words, mean := len(table)/width, 0.0
	for r, label := range labels {
		logits, sum, all := make([]float64, words), 0.0, 0.0
		for w := range logits {
			for i := range width {
				logits[w] += table[w*width+i] * x[r*width+i]
			}
			all += logits[w]
		}
		top := logits[0]
		for _, l := range logits {
			top = max(top, l)
		}
		for _, l := range logits {
			sum += math.Exp(l - top)
		}
		total := top + math.Log(sum)
		mean += (1-smoothing)*(total-logits[label]) + smoothing*(total-all/float64(words))
	}
	return mean / float64(len(labels))
}

func TestOutputCrossEntropy(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 3))
	for _, c := range []struct {
		tokens, words, width int
		smoothing, size      float64
	}{
		{1, 1, 16, 0, 1}, {1, 5, 16, 0.1, 1}, {15, 16, 16, 0, 1}, {33, 40, 32, 0.1, 1}, {17, 150, 48, 0.2, 1},
		{lossChunk + 45, 30, 16, 0.1, 1},
		{20, 30, 16, 0, 40}, // labels whose probability is no float32
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			labels := make([]int32, c.tokens)
			for i := range labels {
				labels[i] = rng.Int32N(int32(c.words))
			}
			subject{
				params: []*Param{random(rng, "x", c.size, c.tokens, c.width), random(rng, "table", 1, c.words, c.width)},
				node: func(g *Graph, p []*G.Node) (*G.Node, error) {
					n, data := g.Ints("labels", c.tokens+2)
					copy(data, labels)
					return OutputCrossEntropy(p[0], p[1], n, c.smoothing)
				},
				reference: func(p [][]float64) []float64 {
					return []float64{outputLossReference(p[0], p[1], labels, c.width, c.smoothing)}
				},
			}.check(t)
		})
	}
}

// A table that is looked up twice and is the output's weights: its gradient is the sum
// of those of three uses.
func TestTiedTable(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 4))
	const words, width = 23, 16
	first, second := []int32{3, 1, 3, 22, 0}, []int32{3, 7, 7, 2, 1}
	table := random(rng, "table", 1, words, width)
	ids := func(g *Graph, name string, v []int32) *G.Node {
		n, data := g.Ints(name, len(v))
		copy(data, v)
		return n
	}
	subject{
		params: []*Param{table},
		node: func(g *Graph, p []*G.Node) (*G.Node, error) {
			lengths := ids(g, "lengths", []int32{5})
			a, err := Embedding(p[0], ids(g, "first", first), lengths)
			if err != nil {
				return nil, err
			}
			b, err := Embedding(g.Tied(table), ids(g, "second", second), lengths)
			if err != nil {
				return nil, err
			}
			sum, err := G.Add(a, b)
			if err != nil {
				return nil, err
			}
			return OutputCrossEntropy(sum, g.Tied(table), ids(g, "labels", second), 0.1)
		},
		reference: func(p [][]float64) []float64 {
			x := make([]float64, 5*width)
			for r := range 5 {
				for i := range width {
					x[r*width+i] = p[0][int(first[r])*width+i] + p[0][int(second[r])*width+i]
				}
			}
			return []float64{outputLossReference(x, p[0], second, width, 0.1)}
		},
	}.check(t)
}

// A table of whose uses all have sparse gradients.
func TestTiedTableOfSparseGradients(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 5))
	const words, width = 23, 5
	uses := [][]int32{{3, 1, 3, 22, 0}, {3, 7, 7, 2, 1}, {4, 4, 4, 4, 4}}
	table := random(rng, "table", 1, words, width)
	ids := func(g *Graph, name string, v []int32) *G.Node {
		n, data := g.Ints(name, len(v))
		copy(data, v)
		return n
	}
	subject{
		params: []*Param{table},
		node: func(g *Graph, p []*G.Node) (*G.Node, error) {
			lengths := ids(g, "lengths", []int32{5})
			var all []*G.Node
			for i, use := range uses {
				node := p[0]
				if i > 0 {
					node = g.Tied(table)
				}
				x, err := Embedding(node, ids(g, fmt.Sprint("use ", i), use), lengths)
				if err != nil {
					return nil, err
				}
				all = append(all, x)
			}
			return weighAll(all...)
		},
		reference: func(p [][]float64) []float64 {
			sum := 0.0
			for _, use := range uses {
				for r, id := range use {
					for i := range width {
						sum += p[0][int(id)*width+i] * float64(coefficient(r*width+i))
					}
				}
			}
			return []float64{sum}
		},
	}.check(t)
}
