package ops

import (
	"fmt"
	"math"
	"math/rand/v2"

	G "gorgonia.org/gorgonia"
)

// lstmReference is one direction of an LSTM layer, text by text and unit by
// unit, from PyTorch's definition. The states of text b at time t stand in
// row rows[b][t], columns column and on of ld. state, if not nil, has the hidden
// state and the cell that text b begins from, and gets those it ends with, in row b.
func lstmReference(dst []float64, ld, column int, x []float64, in, hidden int, rows [][]int, reverse bool, w [4][]float64, state *[2][]float64) {
	sigmoid := func(v float64) float64 { return 1 / (1 + math.Exp(-v)) }
	for b, text := range rows {
		h, c := make([]float64, hidden), make([]float64, hidden)
		if state != nil {
			h, c = state[0][b*ld+column:][:hidden], state[1][b*ld+column:][:hidden]
		}
		for s := range text {
			t := s
			if reverse {
				t = len(text) - 1 - s
			}
			token := x[text[t]*in : (text[t]+1)*in]
			z := make([]float64, 4*hidden)
			for r := range z {
				z[r] = w[2][r] + w[3][r]
				for i, v := range token {
					z[r] += w[0][r*in+i] * v
				}
				for i, v := range h {
					z[r] += w[1][r*hidden+i] * v
				}
			}
			for u := range hidden {
				i, f, o := sigmoid(z[u]), sigmoid(z[hidden+u]), sigmoid(z[3*hidden+u])
				c[u] = f*c[u] + i*math.Tanh(z[2*hidden+u])
				h[u] = o * math.Tanh(c[u])
			}
			copy(dst[text[t]*ld+column:], h)
		}
	}
}

// lstmSubject is an LSTM layer over texts of the lengths given, the input a
// parameter too.
func lstmSubject(rng *rand.Rand, lens []int32, in, hidden, directions int) subject {
	params := []*Param{random(rng, "x", 1, total(lens), in)}
	size := 1.5 / math.Sqrt(float64(max(in, hidden)))
	for d := range directions {
		for _, p := range []struct {
			name  string
			shape []int
		}{{"weight_ih", []int{4 * hidden, in}}, {"weight_hh", []int{4 * hidden, hidden}}, {"bias_ih", []int{4 * hidden}}, {"bias_hh", []int{4 * hidden}}} {
			params = append(params, random(rng, fmt.Sprint(p.name, d), size, p.shape...))
		}
	}
	rows := places(lens)
	return subject{
		params: params,
		node: func(g *Graph, p []*G.Node) (*G.Node, error) {
			return LSTM(p[0], lengthsInput(g, lens), weightNodes(p[1:])...)
		},
		reference: func(p [][]float64) []float64 {
			out := make([]float64, total(lens)*hidden*directions)
			for d := range directions {
				w := [4][]float64(p[1+4*d:])
				lstmReference(out, hidden*directions, d*hidden, p[0], in, hidden, rows, d == 1, w, nil)
			}
			return out
		},
	}
}

func weightNodes(p []*G.Node) (w []LSTMWeights) {
	for ; len(p) > 0; p = p[4:] {
		w = append(w, LSTMWeights{WeightIH: p[0], WeightHH: p[1], BiasIH: p[2], BiasHH: p[3]})
	}
	return w
}
