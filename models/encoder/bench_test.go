package encoder

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
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
	peak := kernel.PeakGFLOPS(300*time.Millisecond, runtime.GOMAXPROCS(0))
	for _, c := range [][2]int{{32, 28}, {32, 225}, {1, 28}, {1, 225}, {1, 8}} {
		b.Run(fmt.Sprintf("%dx%d", c[0], c[1]), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 1))
			texts := make([][]int32, c[0])
			for i := range texts {
				for range c[1] {
					texts[i] = append(texts[i], rng.Int32N(int32(miniLMShape.Vocab)))
				}
			}
			embed := func() {
				if _, err := n.Embed(context.Background(), texts, ops.PoolMean, true); err != nil {
					b.Fatal(err)
				}
			}
			embed()
			best := time.Duration(1 << 62)
			for b.Loop() {
				start := time.Now()
				embed()
				best = min(best, time.Since(start))
			}
			rate := flops(miniLMShape, c[1]) * float64(c[0]) / float64(best.Nanoseconds())
			b.ReportMetric(float64(c[0]*b.N)/b.Elapsed().Seconds(), "mean")
			b.ReportMetric(float64(c[0])/best.Seconds(), "texts/s")
			b.ReportMetric(rate, "GFLOP/s")
			b.ReportMetric(100*rate/peak, "peak%")
		})
	}
}
