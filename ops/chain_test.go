package ops

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
)

// chain is a whole classifier, every op over packed texts at once: embedding,
// dropout of both kinds, two LSTM layers in both directions, pooling of every
// kind, linear, ReLU, loss.
type chain struct {
	program           *Program
	params            []*Param
	noise             Noise
	ids, lens, labels []int32
}

// Capacity and sizes of a chain.
const (
	chainTokens  = 1000
	chainTexts   = 64
	chainVocab   = 300
	chainClasses = 3
)

func newChain(t testing.TB) *chain {
	t.Helper()
	const e, h = 10, 17
	rng := rand.New(rand.NewPCG(9, 9))
	c := &chain{noise: Noise{Seed: 5}}
	param := func(g *Graph, name string, shape ...int) *G.Node {
		p := random(rng, name, 0.4, shape...)
		c.params = append(c.params, p)
		return g.Param(p)
	}
	direction := func(g *Graph, name string, in int) LSTMWeights {
		return LSTMWeights{WeightIH: param(g, name+".ih", 4*h, in), WeightHH: param(g, name+".hh", 4*h, h),
			BiasIH: param(g, name+".bih", 4*h), BiasHH: param(g, name+".bhh", 4*h)}
	}
	c.program = must(t, func(g *Graph) (loss, out *G.Node, err error) {
		var ids, lens, labels *G.Node
		ids, c.ids = g.Ints("ids", chainTokens)
		lens, c.lens = g.Ints("lens", chainTexts)
		labels, c.labels = g.Ints("labels", chainTexts)
		steps := []func(x *G.Node) (*G.Node, error){
			func(*G.Node) (*G.Node, error) { return Embedding(param(g, "table", chainVocab, e), ids, lens) },
			func(x *G.Node) (*G.Node, error) { return LockedDropout(x, lens, 0.2, &c.noise, "locked") },
			func(x *G.Node) (*G.Node, error) {
				return LSTM(x, lens, direction(g, "first", e), direction(g, "first reverse", e))
			},
			func(x *G.Node) (*G.Node, error) { return Dropout(x, 0.3, &c.noise, "between") },
			func(x *G.Node) (*G.Node, error) {
				return LSTM(x, lens, direction(g, "second", 2*h), direction(g, "second reverse", 2*h))
			},
			func(x *G.Node) (*G.Node, error) { return Pool(x, lens, h, PoolLast, PoolMean, PoolMax) },
			func(x *G.Node) (*G.Node, error) { return Linear(x, param(g, "w1", 20, 6*h), param(g, "b1", 20)) },
			ReLU,
			func(x *G.Node) (*G.Node, error) {
				return Linear(x, param(g, "w2", chainClasses, 20), param(g, "b2", chainClasses))
			},
		}
		for _, step := range steps {
			if out, err = step(out); err != nil {
				return nil, nil, err
			}
		}
		loss, err = CrossEntropy(out, labels)
		return loss, out, err
	})
	return c
}

// set fills the inputs with texts of the given lengths.
func (c *chain) set(t testing.TB, lens []int32) {
	t.Helper()
	texts := make([][]int32, len(lens))
	rng := rand.New(rand.NewPCG(uint64(len(lens)), uint64(lens[0])))
	for b, n := range lens {
		for range n {
			texts[b] = append(texts[b], rng.Int32N(chainVocab))
		}
		c.labels[b] = rng.Int32N(chainClasses)
	}
	if _, err := Pack(c.ids, c.lens, texts); err != nil {
		t.Fatal(err)
	}
}

// bits runs the chain over texts of the given lengths and returns a hash of
// every bit of output, loss and gradients.
func (c *chain) bits(t testing.TB, lens []int32) uint64 {
	t.Helper()
	c.set(t, lens)
	run(t, c.program)
	h := fnv.New64a()
	var word [4]byte
	add := func(numbers ...float32) {
		for _, v := range numbers {
			binary.LittleEndian.PutUint32(word[:], math.Float32bits(v))
			h.Write(word[:])
		}
	}
	out, _ := c.program.Output()
	add(out...)
	add(c.program.Loss())
	for i, g := range c.program.Gradients() {
		add(dense(c.params[i], g)...)
	}
	return h.Sum64()
}

// chainBatches are lengths of different batches; some have more tokens than a
// block and more texts than goroutines.
func chainBatches() [][]int32 {
	rng := rand.New(rand.NewPCG(8, 8))
	return [][]int32{ragged(rng, 33, 12), {1}, ragged(rng, 7, 30), {150}, {3, 2, 2}, ragged(rng, 50, 5)}
}
