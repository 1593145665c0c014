package ops

import (
	"math/rand/v2"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
)

func TestEmbedding(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, lens := range someLengths() {
		for _, c := range []struct{ vocab, width int }{{1, 1}, {4, 3}, {50, 16}, {7, 33}} {
			ids := make([]int32, total(lens)+3) // more than the lengths use
			for i := range ids {
				ids[i] = rng.Int32N(int32(c.vocab))
			}
			subject{
				params: []*Param{random(rng, "table", 1, c.vocab, c.width)},
				node: func(g *Graph, p []*G.Node) (*G.Node, error) {
					n, data := g.Ints("ids", len(ids))
					copy(data, ids)
					return Embedding(p[0], n, lengthsInput(g, lens))
				},
				reference: func(p [][]float64) []float64 {
					var out []float64
					for _, id := range ids[:total(lens)] {
						out = append(out, p[0][int(id)*c.width:(int(id)+1)*c.width]...)
					}
					return out
				},
			}.check(t)
		}
	}
}

func TestEmbeddingGradientHoldsTheRowsOfTheBatchAlone(t *testing.T) {
	table := NewParam("table", 1000, 2)
	var ids, lens []int32
	p := must(t, func(g *Graph) (loss, out *G.Node, err error) {
		var idNode, lenNode *G.Node
		idNode, ids = g.Ints("ids", 8)
		lenNode, lens = g.Ints("lengths", 8)
		if out, err = Embedding(g.Param(table), idNode, lenNode); err != nil {
			return nil, nil, err
		}
		loss, err = weigh(out)
		return loss, out, err
	})
	for _, c := range []struct{ ids, rows []int32 }{
		{[]int32{7, 999, 7, 0}, []int32{0, 7, 999}},
		{[]int32{5}, []int32{5}},
		{[]int32{3, 2, 1, 0, 3, 2, 1, 0}, []int32{0, 1, 2, 3}},
	} {
		copy(ids, c.ids)
		clear(lens)
		lens[0] = int32(len(c.ids))
		run(t, p)
		g := p.Gradients()[0]
		if !slices.Equal(g.Rows, c.rows) || len(g.Data) != 2*len(c.rows) {
			t.Fatalf("ids %v: gradient of rows %v with %d numbers, want rows %v", c.ids, g.Rows, len(g.Data), c.rows)
		}
		want := make([]float32, len(table.Data()))
		for i, id := range c.ids {
			for j := range 2 {
				want[2*int(id)+j] += coefficient(2*i + j)
			}
		}
		if got := dense(table, g); !slices.Equal(got, want) {
			t.Fatalf("ids %v: gradient %v", c.ids, g.Data)
		}
	}
}
