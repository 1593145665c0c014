package word2vec

import (
	"math"
	"slices"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
)

// plainLoss is the loss of one block as the package's documentation has it, in
// float64 and one pair at a time; with own, also of centres as their own
// negatives.
func plainLoss(c Config, in, out []float64, words, reach, negatives []int32, own bool) float64 {
	d, loss := c.Dim, 0.0
	logSigmoid := func(x float64) float64 { return -math.Log1p(math.Exp(-x)) }
	score := func(x []float64, word int32) float64 {
		sum := 0.0
		for k, v := range x {
			sum += v * out[int(word)*d+k]
		}
		return sum
	}
	pair := func(x []float64, centre int32) {
		loss -= logSigmoid(score(x, centre))
		for _, n := range negatives {
			if own || n != centre {
				loss -= float64(c.Negative) / float64(len(negatives)) * logSigmoid(-score(x, n))
			}
		}
	}
	for t, centre := range words {
		mean, n := make([]float64, d), 0.0
		for i, w := range words {
			if i == t || i < t-int(reach[t]) || i > t+int(reach[t]) {
				continue
			}
			x := in[int(w)*d:][:d]
			if !c.CBOW {
				pair(x, centre)
			}
			for k, v := range x {
				mean[k] += v
			}
			n++
		}
		if c.CBOW {
			for k := range mean {
				mean[k] /= n
			}
			pair(mean, centre)
		}
	}
	return loss
}

// A block changes the weights by -rate times the gradient of the plain loss,
// found by central differences.
func TestGradient(t *testing.T) {
	for _, c := range []Config{
		{Dim: 7, Window: 3, Negative: 5}, {Dim: 17, Window: 1, Negative: 2}, {Dim: 3, Window: 20, Negative: 5},
		{Dim: 7, Window: 3, Negative: 5, CBOW: true}, {Dim: 17, Window: 1, Negative: 2, CBOW: true}, {Dim: 3, Window: 20, Negative: 5, CBOW: true},
	} {
		for _, n := range []int{2, 9, 16} {
			const vocab, rate = 30, 1e-3
			c.Sample = -1
			texts := text(1, n, vocab)
			tr, err := NewTrainer(c, TrainerConfig{Vocab: vocab, Seed: 5}, texts)
			if err != nil {
				t.Fatal(err)
			}
			tr.in.Uniform(1, 1)
			tr.out.Uniform(2, 1)
			in, out := wide(tr.in.Data()), wide(tr.out.Data())
			s := tr.shards[0]
			s.train(0, rate, ops.Stream(5, "test", 0))
			if !slices.Equal(s.words, texts[0]) {
				t.Fatalf("trained on %v, want %v", s.words, texts[0])
			}
			for name, m := range map[string]struct {
				o *overlay
				x []float64
			}{"in": {s.in, in}, "out": {s.out, out}} {
				for i := range m.x {
					const h = 1e-5
					old := m.x[i]
					m.x[i] = old + h
					up := plainLoss(c, in, out, s.words, s.reach, s.outputs[centres:], false)
					m.x[i] = old - h
					down := plainLoss(c, in, out, s.words, s.reach, s.outputs[centres:], false)
					m.x[i] = old
					want := -rate * (up - down) / (2 * h)
					got := 0.0
					if at := m.o.slot[i/c.Dim]; at > 0 {
						got = float64(m.o.rows[(int(at)-1)*m.o.width+i%c.Dim])
					}
					if math.Abs(got-want) > 2e-6 {
						t.Fatalf("%+v, %d words: %s[%d] changes by %v, want %v", c, n, name, i, got, want)
					}
				}
			}
			if want := plainLoss(c, in, out, s.words, s.reach, s.outputs[centres:], true); math.Abs(s.loss-want) > 1e-4*want {
				t.Errorf("%+v: loss %v, the plain one is %v", c, s.loss, want)
			}
		}
	}
}

func wide(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

// The alias table gives each word its share.
func TestDrawer(t *testing.T) {
	counts := []int{1, 16, 81, 256, 0, 10000}
	d := newDrawer(counts)
	sum := 0.0
	for _, c := range counts {
		sum += math.Pow(float64(c), 0.75)
	}
	rng := ops.Stream(1, "draws", 0)
	const n = 400_000
	drawn := make([]int, len(counts))
	for range n {
		drawn[d.draw(rng)]++
	}
	for w, c := range counts {
		p := math.Pow(float64(c), 0.75) / sum
		if got := float64(drawn[w]) / n; math.Abs(got-p) > 4*math.Sqrt(p*(1-p)/n)+1e-9 {
			t.Errorf("word %d: drawn %.5f of the time, want %.5f", w, got, p)
		}
	}
}

// Frequent words are kept as often as word2vec.c keeps them.
func TestKeeps(t *testing.T) {
	counts := []int{900_000, 99_000, 1000}
	for w, k := range keeps(counts, 1e-3) {
		f := float64(counts[w]) / 1e6
		want := min(1, (math.Sqrt(f/1e-3)+1)*(1e-3/f))
		if got := float64(k) / (1 << 32); math.Abs(got-want) > 1e-9 {
			t.Errorf("word %d is kept with probability %v, want %v", w, got, want)
		}
	}
	for w, k := range keeps(counts, -1) {
		if k != 1<<32 {
			t.Errorf("word %d is not always kept without subsampling: %d", w, k)
		}
	}
}
