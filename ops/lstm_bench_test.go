package ops

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"
)

// BenchmarkLSTM takes one layer, D = 100 to H = 256, forward and back over texts of
// 230 tokens on one core: what a core does when a batch of 64 is dealt to so many
// that each has as many texts as the name says. best is the fastest of the runs.
func BenchmarkLSTM(b *testing.B) {
	const in, hidden, tokens = 100, 256, 230
	for _, texts := range []int{64, 32, 8, 4, 2, 1} {
		b.Run(fmt.Sprint(texts), func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // b.Run sets it
			lens := slices.Repeat([]int32{tokens}, texts)
			p := lstmSubject(rand.New(rand.NewPCG(1, 12)), lens, in, hidden, 1).build(b)
			run(b, p)
			best := time.Hour
			for b.Loop() {
				start := time.Now()
				run(b, p)
				best = min(best, time.Since(start))
			}
			flops := float64(6 * 4 * hidden * (in + hidden) * texts * tokens)
			b.ReportMetric(flops/float64(best.Nanoseconds()), "best-GFLOP/s")
		})
	}
}
