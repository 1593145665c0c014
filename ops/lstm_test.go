package ops

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
)

func TestLSTM(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for name, lens := range someLengths() {
		for directions := 1; directions <= 2; directions++ {
			t.Run(fmt.Sprint(name, " ", directions), func(t *testing.T) {
				lstmSubject(rng, lens, 3, 5, directions).check(t)
			})
		}
	}
}

// Sizes below, at and above a panel of 16, where padding begins and ends.
func TestLSTMOfManySizes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	pairs := [][2]int{{1, 1}, {15, 16}, {16, 15}, {16, 16}, {17, 17}, {32, 8}, {5, 32}}
	if testing.Short() {
		pairs = pairs[:4]
	}
	for _, c := range pairs {
		for directions := 1; directions <= 2; directions++ {
			t.Run(fmt.Sprint(sizes(c[0], c[1]), " ", directions), func(t *testing.T) {
				lstmSubject(rng, []int32{4, 2, 2, 1}, c[0], c[1], directions).check(t)
			})
		}
	}
}

// More tokens than one block of the products over all tokens.
func TestLSTMOverManyTokens(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	lstmSubject(rng, ragged(rng, 40, 20), 2, 3, 2).check(t)
}

func TestStackedLSTMComposes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 4))
	lens := []int32{5, 3, 1}
	first, second := lstmSubject(rng, lens, 3, 4, 2), lstmSubject(rng, lens, 8, 2, 1)
	for _, p := range second.params {
		p.Name = "second " + p.Name
	}
	subject{
		params: slices.Concat(first.params, second.params[1:]),
		node: func(g *Graph, p []*G.Node) (*G.Node, error) {
			lengths := lengthsInput(g, lens)
			n := len(first.params)
			x, err := LSTM(p[0], lengths, weightNodes(p[1:n])...)
			if err != nil {
				return nil, err
			}
			return LSTM(x, lengths, weightNodes(p[n:])...)
		},
		reference: func(p [][]float64) []float64 {
			n := len(first.params)
			return second.reference(append([][]float64{first.reference(p[:n])}, p[n:]...))
		},
	}.check(t)
}

// inferred returns the output of InferLSTM on the subject's values.
func inferred(t *testing.T, params []*Param, lens []int32) []float32 {
	t.Helper()
	p := must(t, func(g *Graph) (_, out *G.Node, err error) {
		var nodes []*G.Node
		for _, p := range params {
			nodes = append(nodes, g.Param(p))
		}
		out, err = InferLSTM(nodes[0], lengthsInput(g, lens), weightNodes(nodes[1:])...)
		return nil, out, err
	})
	run(t, p)
	first, _ := p.Output()
	first = slices.Clone(first)
	run(t, p) // on packed weights
	out, _ := p.Output()
	if !slices.Equal(first, out) {
		t.Error("a second run gives other bits")
	}
	return first
}

func TestInferLSTMEqualsLSTMBitForBit(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 5))
	for name, lens := range someLengths() {
		for directions := 1; directions <= 2; directions++ {
			s := lstmSubject(rng, lens, 17, 20, directions)
			p := s.build(t)
			run(t, p)
			want, _ := p.Output()
			if got := inferred(t, s.params, lens); !slices.Equal(got, want) {
				t.Errorf("%s, %d directions: InferLSTM differs from LSTM", name, directions)
			}
		}
	}
}

func TestBatchEqualsOneByOneBitForBit(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 6))
	lens := []int32{9, 8, 8, 5, 3, 2, 1, 1}
	const in, hidden = 10, 18
	s := lstmSubject(rng, lens, in, hidden, 2)
	batch := inferred(t, s.params, lens)
	for b, rows := range places(lens) {
		alone := slices.Clone(s.params)
		alone[0] = NewParam("x", len(rows), in)
		for i, row := range rows {
			copy(alone[0].Write()[i*in:], s.params[0].Data()[row*in:(row+1)*in])
		}
		out := inferred(t, alone, lens[b:b+1])
		for i, row := range rows {
			const width = 2 * hidden
			if !slices.Equal(out[i*width:(i+1)*width], batch[row*width:(row+1)*width]) {
				t.Fatalf("token %d of text %d differs when the text runs alone", i, b)
			}
		}
	}
}
