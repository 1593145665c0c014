package ops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
)

// sampledReference is the mean of -log of the labels' probabilities among the
// negatives and themselves.
func sampledReference(x, table []float64, labels, negatives []int32, log []float32, width int) float64 {
	mean := 0.0
	for r, label := range labels {
		logit := func(word int32) float64 {
			sum := -float64(log[word])
			for i := range width {
				sum += table[int(word)*width+i] * x[r*width+i]
			}
			return sum
		}
		all := []float64{logit(label)}
		for _, w := range negatives {
			if w != label {
				all = append(all, logit(w))
			}
		}
		top, sum := slices.Max(all), 0.0
		for _, l := range all {
			sum += math.Exp(l - top)
		}
		mean += top + math.Log(sum) - all[0]
	}
	return mean / float64(len(labels))
}

// sample returns labels, negatives and logarithms of counts for so many words.
func sample(rng *rand.Rand, tokens, words, negatives int) (labels, drawn []int32, log []float32) {
	for range tokens {
		labels = append(labels, rng.Int32N(int32(words)))
	}
	for _, w := range rng.Perm(words)[:negatives] {
		drawn = append(drawn, int32(w))
	}
	slices.Sort(drawn)
	for range words {
		log = append(log, -2*rng.Float32())
	}
	return labels, drawn, log
}

// sampledSubject is the loss of random states and a random table.
func sampledSubject(rng *rand.Rand, tokens, words, negatives, width int, size float64) subject {
	labels, drawn, log := sample(rng, tokens, words, negatives)
	return subject{
		params: []*Param{random(rng, "x", size, tokens, width), random(rng, "table", 1, words, width)},
		node: func(g *Graph, p []*G.Node) (*G.Node, error) {
			n, data := g.Ints("labels", tokens+2)
			copy(data, labels)
			s, data := g.Ints("negatives", negatives+2)
			copy(data, append(drawn, -1))
			return SampledCrossEntropy(p[0], p[1], n, s, log)
		},
		reference: func(p [][]float64) []float64 {
			return []float64{sampledReference(p[0], p[1], labels, drawn, log, width)}
		},
	}
}

func TestSampledCrossEntropy(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 6))
	for _, c := range []struct {
		tokens, words, negatives, width int
		size                            float64
	}{
		{1, 5, 1, 16, 1}, {15, 16, 3, 16, 1}, {33, 40, 40, 32, 1}, {17, 150, 70, 48, 1}, {lossChunk + 45, 30, 17, 16, 1},
		{35, 50, 20, 5, 1}, {17, 40, 20, 100, 1}, // columns that fill no panel
		{20, 30, 12, 16, 40}, // labels whose probability is no float32
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			sampledSubject(rng, c.tokens, c.words, c.negatives, c.width, c.size).check(t)
		})
	}
}

// With all words as negatives and counts of 1 it is the loss over all words.
func TestSampledCrossEntropyOfAllWords(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 7))
	const tokens, words, width = 70, 37, 32
	labels, all, _ := sample(rng, tokens, words, words)
	params := []*Param{random(rng, "x", 2, tokens, width), random(rng, "table", 1, words, width)}
	var got [2]float32
	var gradients [2][]float32
	for i := range got {
		p := must(t, func(g *Graph) (loss, out *G.Node, err error) {
			n, data := g.Ints("labels", tokens)
			copy(data, labels)
			s, data := g.Ints("negatives", words)
			copy(data, all)
			if i == 0 {
				loss, err = OutputCrossEntropy(g.Param(params[0]), g.Param(params[1]), n, 0)
			} else {
				loss, err = SampledCrossEntropy(g.Param(params[0]), g.Param(params[1]), n, s, make([]float32, words))
			}
			return loss, nil, err
		})
		run(t, p)
		got[i] = p.Loss()
		gradients[i] = append(dense(params[0], p.Gradients()[0]), dense(params[1], p.Gradients()[1])...)
	}
	wide := make([]float64, len(gradients[0]))
	for i, v := range gradients[0] {
		wide[i] = float64(v)
	}
	compare(t, "loss", got[1:], []float64{float64(got[0])}, 1e-6)
	compare(t, "gradient", gradients[1], wide, 1e-5)
}

func TestSampledCrossEntropyHasTheSameBitsEverywhere(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var want [][]float32
	for _, path := range kernel.Available() {
		restore, err := kernel.Use(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, procs := range []int{1, 2, 5} {
			runtime.GOMAXPROCS(procs)
			p := sampledSubject(rand.New(rand.NewPCG(8, 8)), 150, 90, 33, 32, 1).build(t)
			run(t, p)
			got := [][]float32{{p.Loss()}, slices.Clone(p.Gradients()[0].Data), slices.Clone(p.Gradients()[1].Data)}
			if want == nil {
				want = got
			}
			if !slices.EqualFunc(got, want, slices.Equal) {
				t.Errorf("other bits on %s with %d cores", path, procs)
			}
		}
		restore()
	}
}

func TestSampledCrossEntropyRefuses(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	for name, change := range map[string]func(labels, negatives []int32){
		"a label too large":     func(labels, _ []int32) { labels[1] = 9 },
		"no negatives":          func(_, negatives []int32) { negatives[0] = -1 },
		"negatives unsorted":    func(_, negatives []int32) { negatives[0], negatives[1] = 5, 4 },
		"a negative twice":      func(_, negatives []int32) { negatives[0], negatives[1] = 4, 4 },
		"a negative too large":  func(_, negatives []int32) { negatives[2] = 9 },
		"a label below nothing": func(labels, _ []int32) { labels[0] = -1 },
	} {
		labels, negatives, log := sample(rng, 2, 9, 3)
		change(labels, negatives)
		p := must(t, func(g *Graph) (loss, out *G.Node, err error) {
			n, data := g.Ints("labels", 2)
			copy(data, labels)
			s, data := g.Ints("negatives", 3)
			copy(data, negatives)
			loss, err = SampledCrossEntropy(g.Param(random(rng, "x", 1, 2, 16)), g.Param(random(rng, "table", 1, 9, 16)), n, s, log)
			return loss, nil, err
		})
		if err := p.Run(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for name, log := range map[string][]float32{"counts of fewer words": {0}} {
		if _, err := Build(func(g *Graph) (loss, out *G.Node, err error) {
			n, _ := g.Ints("labels", 2)
			s, _ := g.Ints("negatives", 3)
			loss, err = SampledCrossEntropy(g.Param(NewParam("x", 2, 16)), g.Param(NewParam("table", 9, 16)), n, s, log)
			return loss, nil, err
		}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
