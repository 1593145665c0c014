package encoder

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo/ops"
)

// BenchmarkEmbedInt8 measures an encoder of MiniLM's shape by float32 and by products of
// bytes, which take turns, on texts of one length: texts/s of the best of the runs, and
// the ratio of the two.
func BenchmarkEmbedInt8(b *testing.B) {
	n, err := New(miniLMShape, 1)
	if err != nil {
		b.Fatal(err)
	}
	n8 := n.Int8()
	for _, c := range [][2]int{{32, 28}, {32, 225}, {1, 28}, {1, 225}, {1, 8}} {
		b.Run(fmt.Sprintf("%dx%d", c[0], c[1]), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 1))
			texts := make([][]int32, c[0])
			for i := range texts {
				for range c[1] {
					texts[i] = append(texts[i], rng.Int32N(int32(miniLMShape.Vocab)))
				}
			}
			once := func(n *Network) time.Duration {
				start := time.Now()
				if _, err := n.Embed(context.Background(), texts, ops.PoolMean, true); err != nil {
					b.Fatal(err)
				}
				return time.Since(start)
			}
			once(n)
			once(n8)
			best, best8 := time.Duration(1<<62), time.Duration(1<<62)
			for b.Loop() {
				best, best8 = min(best, once(n)), min(best8, once(n8))
			}
			b.ReportMetric(float64(c[0])/best.Seconds(), "texts/s")
			b.ReportMetric(float64(c[0])/best8.Seconds(), "int8-texts/s")
			b.ReportMetric(best.Seconds()/best8.Seconds(), "ratio")
		})
	}
}
