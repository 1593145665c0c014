package ops

import (
	"math"
	"math/rand/v2"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
)

// encoderShape is an encoder of one layer under test.
type encoderShape struct {
	vocab, positions, segments int
	width, heads, inner        int
	first                      int // position of a text's first token
	activation                 Activation
	eps                        float64
	bytes                      bool // products of bytes
}

// params returns random weights: words, positions, segments if there are any, gamma,
// beta; those of the attention in the order of AttentionWeights.nodes; those of the
// feed-forward.
func (s encoderShape) params(rng *rand.Rand) []*Param {
	f, i := s.width, s.inner
	p := []*Param{random(rng, "words", 1, s.vocab, f), random(rng, "positions", 1, s.positions, f)}
	if s.segments > 0 {
		p = append(p, random(rng, "segment table", 1, s.segments, f))
	}
	norm := func(name string) {
		gamma := random(rng, name+" gamma", 0.5, f)
		for j := range gamma.Write() {
			gamma.Write()[j]++
		}
		p = append(p, gamma, random(rng, name+" beta", 0.5, f))
	}
	dense := func(name string, out, in int) {
		p = append(p, random(rng, name, 2/math.Sqrt(float64(in)), out, in), random(rng, name+" bias", 0.5, out))
	}
	norm("embedding")
	for _, name := range []string{"query", "key", "value", "output"} {
		dense(name, f, f)
	}
	norm("attention")
	dense("inner", i, f)
	dense("outer", f, i)
	norm("final")
	return p
}

// nodes sorts nodes of params into the ops' arguments.
func (s encoderShape) nodes(n []*G.Node) (t EncoderTables, a AttentionWeights, f FeedForwardWeights) {
	t = EncoderTables{Words: n[0], Positions: n[1], FirstPosition: s.first}
	n = n[2:]
	if s.segments > 0 {
		t.Segments, n = n[0], n[1:]
	}
	t.Gamma, t.Beta = n[0], n[1]
	a = AttentionWeights{n[2], n[4], n[6], n[8], n[3], n[5], n[7], n[9], n[10], n[11]}
	f = FeedForwardWeights{n[12], n[13], n[14], n[15], n[16], n[17]}
	return t, a, f
}

// states is the encoder in float64, text by text: the states of each token.
func (s encoderShape) states(p [][]float64, texts, segments [][]int32) [][][]float64 {
	words, positions := p[0], p[1]
	p = p[2:]
	var table []float64
	if s.segments > 0 {
		table, p = p[0], p[1:]
	}
	f := s.width
	var all [][][]float64
	for b, text := range texts {
		var x [][]float64
		for t, id := range text {
			row := make([]float64, f)
			for j := range row {
				row[j] = words[int(id)*f+j] + positions[(s.first+t)*f+j]
				if table != nil {
					row[j] += table[int(segments[b][t])*f+j]
				}
			}
			x = append(x, s.norm(row, p[0], p[1]))
		}
		q, k, v := s.dense(x, p[2], p[3]), s.dense(x, p[4], p[5]), s.dense(x, p[6], p[7])
		d := f / s.heads
		context := make([][]float64, len(text))
		for i := range text {
			context[i] = make([]float64, f)
			for h := range s.heads {
				at := h * d
				score, sum := make([]float64, len(text)), 0.0
				for j := range text {
					for c := range d {
						score[j] += q[i][at+c] * k[j][at+c] / math.Sqrt(float64(d))
					}
					score[j] = math.Exp(score[j])
					sum += score[j]
				}
				for j := range text {
					for c := range d {
						context[i][at+c] += score[j] / sum * v[j][at+c]
					}
				}
			}
		}
		x = s.addNorm(x, s.dense(context, p[8], p[9]), p[10], p[11])
		h := s.dense(x, p[12], p[13])
		for _, row := range h {
			for j, z := range row {
				if s.activation == GELU {
					row[j] = z * math.Erfc(-z/math.Sqrt2) / 2
				} else {
					row[j] = z / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(z+0.044715*z*z*z)))
				}
			}
		}
		all = append(all, s.addNorm(x, s.dense(h, p[14], p[15]), p[16], p[17]))
	}
	return all
}

// pool is PoolTexts in float64.
func pool64(states [][][]float64, kind Pooling, unit bool) (out []float64) {
	for _, text := range states {
		row := make([]float64, len(text[0]))
		for j := range row {
			row[j] = text[0][j]
			for _, state := range text[1:] {
				switch kind {
				case PoolMean:
					row[j] += state[j]
				case PoolMax:
					row[j] = max(row[j], state[j])
				}
			}
			if kind == PoolMean {
				row[j] /= float64(len(text))
			}
		}
		length := 0.0
		for _, v := range row {
			length += v * v
		}
		for j := range row {
			if unit {
				row[j] /= math.Sqrt(length)
			}
		}
		out = append(out, row...)
	}
	return out
}

func (s encoderShape) addNorm(x, y [][]float64, gamma, beta []float64) (out [][]float64) {
	for i := range x {
		row := make([]float64, len(x[i]))
		for j := range row {
			row[j] = x[i][j] + y[i][j]
		}
		out = append(out, s.norm(row, gamma, beta))
	}
	return out
}

func (s encoderShape) norm(x, gamma, beta []float64) []float64 {
	mean, variance := 0.0, 0.0
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / float64(len(x))
	}
	out := make([]float64, len(x))
	for j, v := range x {
		out[j] = (v-mean)/math.Sqrt(variance+s.eps)*gamma[j] + beta[j]
	}
	return out
}

// dense is x W' + b, of rows rounded to bytes where the shape says so.
func (s encoderShape) dense(x [][]float64, w, b []float64) [][]float64 {
	if !s.bytes {
		return dense64(x, w, b)
	}
	var rounded [][]float64
	for _, row := range x {
		largest := 0.0
		for _, v := range row {
			largest = max(largest, math.Abs(v))
		}
		to := make([]float64, len(row))
		for i, v := range row {
			to[i] = math.RoundToEven(v*127/largest) * largest / 127
		}
		rounded = append(rounded, to)
	}
	in := len(x[0])
	narrow, q, weights := make([]float32, in), make([]int8, in), make([]float64, len(w))
	for at := 0; at < len(w); at += in {
		for i, v := range w[at : at+in] {
			narrow[i] = float32(v)
		}
		scale := kernel.Quantise8(q, narrow)
		for i, v := range q {
			weights[at+i] = float64(v) * float64(scale)
		}
	}
	return dense64(rounded, weights, b)
}

// dense64 is x W' + b.
func dense64(x [][]float64, w, b []float64) (y [][]float64) {
	for _, row := range x {
		out := make([]float64, len(b))
		for o := range out {
			out[o] = b[o]
			for i, v := range row {
				out[o] += v * w[o*len(row)+i]
			}
		}
		y = append(y, out)
	}
	return y
}
