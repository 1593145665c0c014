package encoder

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/ops"
)

// miniLMShape is the shape of all-MiniLM-L6-v2.
var miniLMShape = Config{Architecture: "bert", Vocab: 30522, Hidden: 384, Layers: 6, Heads: 12, Intermediate: 1536,
	Positions: 512, Types: 2, LayerNormEps: 1e-12, Activation: "gelu"}

// flops is what one text of n tokens costs: two operations for each weight and
// token, and the scores and their use.
func flops(c Config, n int) float64 {
	f, i := float64(c.Hidden), float64(c.Intermediate)
	return float64(n) * float64(c.Layers) * (2*(4*f*f+2*f*i) + 4*f*float64(n))
}

// BenchmarkEmbed measures an encoder of MiniLM's shape, on texts of one length.
// texts/s and GFLOP/s are the best of the runs, mean the texts/s of all; peak% is the best
// in percent of the measured multiply-add peak of the same cores.
func BenchmarkEmbed(b *testing.B) {
	n, err := New(miniLMShape, 1)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range [][2]int{{32, 28}, {32, 225}, {1, 28}, {1, 225}, {1, 8}} {
		b.Run(fmt.Sprintf("%dx%d", c[0], c[1]), func(b *testing.B) {
			texts := benchTexts(c[0], c[1])
			measure(b, c[0], flops(miniLMShape, c[1]), func() error {
				_, err := n.Embed(context.Background(), texts, ops.PoolMean, true)
				return err
			})
		})
	}
}

// BenchmarkTrain measures steps of training, dropout included but no optimizer, like
// BenchmarkEmbed; a step costs three times what predicting does.
func BenchmarkTrain(b *testing.B) {
	n, err := New(miniLMShape, 1)
	if err != nil {
		b.Fatal(err)
	}
	weight, bias := ops.NewParam("classifier.weight", 2, miniLMShape.Hidden), ops.NewParam("classifier.bias", 2)
	for _, c := range [][2]int{{32, 28}, {16, 128}} {
		b.Run(fmt.Sprintf("%dx%d", c[0], c[1]), func(b *testing.B) {
			tr, err := newTrainer(n, head{pooling: ops.PoolFirst}, weight, bias, TrainerConfig{Dropout: 0.1, AttentionDropout: 0.1, HeadDropout: 0.1})
			if err != nil {
				b.Fatal(err)
			}
			batch, err := NewBatch(benchTexts(c[0], c[1]), make([]int32, c[0]))
			if err != nil {
				b.Fatal(err)
			}
			measure(b, c[0], 3*flops(miniLMShape, c[1]), func() error {
				_, _, err := tr.Step(batch, 0)
				return err
			})
		})
	}
}

// benchTexts returns texts of n random tokens.
func benchTexts(count, n int) [][]int32 {
	rng := rand.New(rand.NewPCG(1, 1))
	texts := make([][]int32, count)
	for i := range texts {
		for range n {
			texts[i] = append(texts[i], rng.Int32N(int32(miniLMShape.Vocab)))
		}
	}
	return texts
}

// measure times f, which costs a number of operations for each of some texts.
func measure(b *testing.B, texts int, flops float64, f func() error) {
	run := func() {
		if err := f(); err != nil {
			b.Fatal(err)
		}
	}
	run()
	best := time.Duration(1 << 62)
	for b.Loop() {
		start := time.Now()
		run()
		best = min(best, time.Since(start))
	}
	b.StopTimer()
	rate := flops * float64(texts) / float64(best.Nanoseconds())
	b.ReportMetric(float64(texts*b.N)/b.Elapsed().Seconds(), "mean")
	b.ReportMetric(float64(texts)/best.Seconds(), "texts/s")
	b.ReportMetric(rate, "GFLOP/s")
	b.ReportMetric(100*rate/peak(), "peak%")
}

// peak is the multiply-add peak of all cores, in GFLOP/s.
var peak = sync.OnceValue(func() float64 { return kernel.PeakGFLOPS(300*time.Millisecond, runtime.GOMAXPROCS(0)) })
