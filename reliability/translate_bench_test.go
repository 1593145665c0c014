package reliability_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo"
)

// BenchmarkTranslate translates one sentence of 13 words on one core, by the model's beam
// of five. best is the fastest of the runs.
func BenchmarkTranslate(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	t, err := zoo.TranslateDeEn()
	if err != nil {
		b.Fatal(err)
	}
	best := time.Hour
	for b.Loop() {
		start := time.Now()
		if _, err := t.Translate(context.Background(), "Ein Mann mit einem orangefarbenen Hut steht vor einem großen Haus und lacht."); err != nil {
			b.Fatal(err)
		}
		best = min(best, time.Since(start))
	}
	b.ReportMetric(float64(best.Microseconds())/1000, "best-ms")
}
