package ops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
)

// decoderReference is a decoder text by text, from the equations.
func decoderReference(p [][]float64, in, width, units int, rows, sources [][]int, order []int32) []float64 {
	x, keys, values, cell := p[0], p[1], p[2], p[3]
	ih, hh, bih, bhh, wo := p[4], p[5], p[6], p[7], p[8]
	sigmoid := func(v float64) float64 { return 1 / (1 + math.Exp(-v)) }
	n := 0
	for _, text := range rows {
		n += len(text)
	}
	out := make([]float64, n*width)
	for b, text := range rows {
		source := int(order[b])
		c := slices.Clone(cell[source*units : (source+1)*units])
		h, o := make([]float64, units), make([]float64, width)
		for u := range h {
			h[u] = math.Tanh(c[u])
		}
		for _, row := range text {
			input := slices.Concat(x[row*in:(row+1)*in], o)
			z := make([]float64, 4*units)
			for r := range z {
				z[r] = bih[r] + bhh[r]
				for i, v := range input {
					z[r] += ih[r*len(input)+i] * v
				}
				for i, v := range h {
					z[r] += hh[r*units+i] * v
				}
			}
			for u := range units {
				c[u] = sigmoid(z[units+u])*c[u] + sigmoid(z[u])*math.Tanh(z[2*units+u])
				h[u] = sigmoid(z[3*units+u]) * math.Tanh(c[u])
			}
			a, sum := make([]float64, len(sources[source])), 0.0
			for i, s := range sources[source] {
				for u, v := range h {
					a[i] += v * keys[s*units+u]
				}
				a[i] = math.Exp(a[i])
				sum += a[i]
			}
			o = make([]float64, width)
			for j := range o {
				for u, v := range h {
					o[j] += wo[j*units+u] * v
				}
				for i, s := range sources[source] {
					o[j] += a[i] / sum * values[s*width+j]
				}
				o[j] = math.Tanh(o[j])
			}
			copy(out[row*width:], o)
		}
	}
	return out
}

// decoderSubject is a decoder whose inputs are all parameters.
func decoderSubject(rng *rand.Rand, lens, sourceLens []int32, in, width, units int) subject {
	order := make([]int32, len(lens))
	for i, v := range rng.Perm(len(lens)) {
		order[i] = int32(v)
	}
	size := 1 / math.Sqrt(float64(in+width+units))
	n, s := total(lens), total(sourceLens)
	return subject{
		params: []*Param{
			random(rng, "x", 1, n, in), random(rng, "keys", 0.7, s, units), random(rng, "values", 1, s, width),
			random(rng, "cell", 1, len(lens), units),
			random(rng, "ih", 2*size, 4*units, in+width), random(rng, "hh", 2*size, 4*units, units),
			random(rng, "bih", size, 4*units), random(rng, "bhh", size, 4*units), random(rng, "wo", 2*size, width, units),
		},
		node: func(g *Graph, p []*G.Node) (*G.Node, error) {
			sourceLengths, data := g.Ints("source lengths", len(lens)+3)
			copy(data, sourceLens)
			orders, data := g.Ints("order", len(lens)+1)
			copy(data, order)
			return Decoder(p[0], lengthsInput(g, lens), SourceNodes{p[1], p[2], sourceLengths, orders, p[3]},
				DecoderWeights{LSTMWeights{p[4], p[5], p[6], p[7]}, p[8]})
		},
		reference: func(p [][]float64) []float64 {
			return decoderReference(p, in, width, units, places(lens), places(sourceLens), order)
		},
	}
}

func TestDecoder(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	for name, lens := range someLengths() {
		t.Run(name, func(t *testing.T) {
			decoderSubject(rng, lens, ragged(rng, len(lens), 20), 16, 16, 16).check(t)
		})
	}
	for _, c := range [][3]int{{16, 32, 48}, {48, 16, 32}, {32, 48, 16}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			decoderSubject(rng, []int32{4, 2, 2, 1}, []int32{33, 17, 16, 1}, c[0], c[1], c[2]).check(t)
		})
	}
}

// More tokens than one block of the products over all tokens.
func TestDecoderOverManyTokens(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 2))
	lens := ragged(rng, 40, 20)
	decoderSubject(rng, lens, ragged(rng, 40, 20), 16, 16, 16).check(t)
}

// The texts of the last core end a step before the others', whose last tokens fill the
// memory: what it hands on to the last step is nothing, and has no place.
func TestDecoderWhoseLastTextsEndFirst(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(7))
	rng := rand.New(rand.NewPCG(8, 5))
	lens := append(slices.Repeat([]int32{3}, 13), slices.Repeat([]int32{2}, 16)...)
	if n := total(lens); spread(n) != n {
		t.Fatalf("%d tokens leave room", n)
	}
	decoderSubject(rng, lens, ragged(rng, len(lens), 9), 16, 16, 16).check(t)
}

// A decoder step by step gives the bits of one that runs over whole texts, and of an
// output layer after it the losses.
func TestInferDecoderEqualsDecoderBitForBit(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 6))
	const e, h, words = 32, 48, 21
	lens, sourceLens := []int32{6, 5, 5, 3, 1}, []int32{18, 9, 4, 4, 2}
	s := decoderSubject(rng, lens, sourceLens, e, e, h)
	table := random(rng, "table", 1, words, e)
	ids := make([]int32, total(lens))
	for i := range ids {
		ids[i] = rng.Int32N(words)
		copy(s.params[0].Write()[i*e:(i+1)*e], table.Data()[int(ids[i])*e:])
	}
	whole := must(t, func(g *Graph) (_, out *G.Node, err error) {
		var nodes []*G.Node
		for _, p := range s.params {
			nodes = append(nodes, g.Param(p))
		}
		out, err = s.node(g, nodes)
		return nil, out, err
	})
	run(t, whole)
	want, _ := whole.Output()
	places, sources := places(lens), whole.output.Op().(*decoderOp).memory.order

	memory := &DecoderMemory{}
	encode := must(t, func(g *Graph) (_, out *G.Node, err error) {
		lengths, data := g.Ints("lengths", len(lens))
		copy(data, sourceLens)
		out, err = Remember(SourceNodes{Keys: g.Param(s.params[1]), Values: g.Param(s.params[2]), Lengths: lengths, Cell: g.Param(s.params[3])}, memory)
		return nil, out, err
	})
	run(t, encode)
	var read, from, texts, count []int32
	var op *DecoderStep
	step := must(t, func(g *Graph) (_, out *G.Node, err error) {
		var a, b, c, d *G.Node
		a, read = g.Ints("ids", 9)
		b, from = g.Ints("from", 9)
		c, texts = g.Ints("texts", 9)
		d, count = g.Ints("count", 1)
		p := s.params
		out, op, err = InferDecoder(memory, g.Param(table), a, b, c, d,
			DecoderWeights{LSTMWeights{g.Param(p[4]), g.Param(p[5]), g.Param(p[6]), g.Param(p[7])}, g.Param(p[8])})
		return nil, out, err
	})
	rows := map[int]int{} // of the last run, by text
	for at := range lens[0] {
		next, n := map[int]int{}, 0
		for b := len(lens) - 1; b >= 0; b-- { // in another order
			if at >= lens[b] {
				continue
			}
			read[n], texts[n], from[n] = ids[places[b][at]], sources[b], -1
			if at > 0 {
				from[n] = int32(rows[b])
			}
			next[b] = n
			n++
		}
		count[0] = int32(n)
		run(t, step)
		for b, r := range next {
			if got := op.o[r*e : (r+1)*e]; !slices.Equal(got, want[places[b][at]*e:][:e]) {
				t.Fatalf("step %d of text %d has other bits", at, b)
			}
		}
		rows = next
		out, stride := step.Output()
		for r := range n {
			sum := 0.0
			for _, v := range out[r*stride:][:words] {
				sum += math.Exp(float64(v))
			}
			if math.Abs(sum-1) > 1e-5 || !math.IsInf(float64(out[r*stride+words]), -1) {
				t.Fatalf("probabilities sum to %v", sum)
			}
		}
	}
	for name, change := range map[string]func(){
		"a word": func() { read[0] = words }, "a row": func() { from[0] = 9 }, "a text": func() { texts[0] = 5 }, "too many": func() { count[0] = 10 },
	} {
		read[0], from[0], texts[0], count[0] = 0, -1, 0, 1
		if change(); step.Run() == nil {
			t.Errorf("%s out of range is no error", name)
		}
	}
}
