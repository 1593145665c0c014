package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// BenchmarkMulAdd8 measures one core on the dense layers of an encoder: billions of
// operations a second, a product and its sum being two, of the best run.
func BenchmarkMulAdd8(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, shape := range [][3]int{{112, 384, 96}, {112, 384, 1536}, {112, 1536, 384}, {8, 384, 1536}} {
		rows, k, columns := shape[0], shape[1], shape[2]
		a, w := random8(r, rows, rows|1, k, columns)
		c := make([]float32, rows*columns)
		x := make([]float32, rows*k)
		for i := range x {
			x[i] = r.Float32()
		}
		onEach8(b, func(name string) {
			measure := func(name string, operations int, f func()) {
				b.Run(fmt.Sprintf("%dx%dx%d/%s", rows, k, columns, name), func(b *testing.B) {
					best := time.Duration(1 << 62)
					for b.Loop() {
						start := time.Now()
						f()
						best = min(best, time.Since(start))
					}
					b.ReportMetric(float64(operations)/float64(best.Nanoseconds()), "Gop/s")
				})
			}
			measure(name, 2*rows*k*columns, func() { MulAdd8(c, rows*Width, a, 0, w, 0, Panels(columns), rows) })
			measure(name+"/rounding", rows*k, func() { a.Set(0, x, rows*Width, rows, k) })
		})
	}
}
