package kernel

import (
	"fmt"
	"testing"
	"time"
)

// peakOne is the measured peak of one core, of each path, found once.
var peakOne = map[Path]float64{}

func peakOf(path Path) float64 {
	if peakOne[path] == 0 {
		peakOne[path] = PeakGFLOPS(300*time.Millisecond, 1)
	}
	return peakOne[path]
}

func BenchmarkPeak(b *testing.B) {
	for _, path := range Available() {
		b.Run(string(path), func(b *testing.B) {
			defer use(b, path)()
			flops := 0
			for b.Loop() {
				flops += peakRounds(4096)
			}
			b.ReportMetric(float64(flops)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
		})
	}
}

// BenchmarkMul measures the products of one LSTM layer, D = 100 (7 panels with
// the bias's) to H = 256, and of MiniLM's feed-forward layers, on one core. GFLOP/s is the mean; best is that of the
// fastest of the runs, and peak% is the best in percent of the measured peak,
// which other programs on the machine disturb least.
func BenchmarkMul(b *testing.B) {
	const tokens = 128 // in a block of the gradient of the weights
	for _, path := range Available() {
		if path == Portable {
			continue // minutes for a number of no use
		}
		var shapes []mulShape
		for _, rows := range []int{1, 2, 3, 4, 8, 16, 32, 64} {
			shapes = append(shapes, forwardShape("step", rows, 256, 64))
		}
		shapes = append(shapes,
			forwardShape("forward", 32, 368, 64),
			forwardShape("input gradient", 32, 1024, 16),
			mulShape{"weight gradient", 16, tokens, 23, 23 * Width, Width, Operand{Row: 1, Col: Width, Width: tokens}, true, 64, 1})
		for _, weights := range []int{1, 50} {
			for _, e := range []mulShape{forwardShape("inner", 112, 384, 12), forwardShape("outer", 112, 192, 24),
				forwardShape("inner", 28, 384, 8), forwardShape("outer", 28, 1536, 4)} {
				e.name, e.accumulate, e.weights = fmt.Sprintf("encoder %s by %d weights", e.name, weights), true, weights
				shapes = append(shapes, e)
			}
		}
		for _, s := range shapes {
			b.Run(fmt.Sprintf("%s/%s/%dx%dx%d", path, s.name, s.rows, s.k, s.panels*Width), func(b *testing.B) {
				defer use(b, path)()
				s.run(b, path)
			})
		}
	}
}

// mulShape is a product that a layer takes, calls times over with other a and c.
type mulShape struct {
	name            string
	rows, k, panels int
	cRow, cPanel    int
	a               Operand
	accumulate      bool
	calls           int
	weights         int // different ones, which take turns: all of many come from the third cache
}

// forwardShape has panels on all sides.
func forwardShape(name string, rows, k, panels int) mulShape {
	return mulShape{name, rows, k, panels, Width, rows * Width, Operand{Row: Width, Col: 1, Width: Width, Block: rows * Width}, false, 1, 1}
}

func (s mulShape) run(b *testing.B, path Path) {
	value := normal(1)
	fill := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = value()
		}
		return x
	}
	aLen, cLen := Panels(s.k)*s.rows*Width, (s.panels-1)*s.cPanel+(s.rows-1)*s.cRow+Width
	if s.a.Col == Width {
		aLen = s.k * Width
	}
	a, w, c := fill(s.calls*aLen), fill(s.weights*s.panels*s.k*Width), fill(s.calls*cLen)
	peak := peakOf(path)
	flops := float64(2 * s.rows * s.k * s.panels * Width * s.calls)
	best := time.Duration(1 << 62)
	turn := 0
	for b.Loop() {
		w := w[turn%s.weights*s.panels*s.k*Width:]
		turn++
		start := time.Now()
		for i := range s.calls {
			s.a.Data = a[i*aLen:][:aLen]
			Mul(c[i*cLen:], s.cRow, s.cPanel, s.a, w, s.k*Width, s.rows, s.k, s.panels, s.accumulate)
		}
		best = min(best, time.Since(start))
	}
	rate := flops / float64(best.Nanoseconds())
	b.ReportMetric(flops*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
	b.ReportMetric(rate, "best")
	b.ReportMetric(100*rate/peak, "peak%")
}
