package kernel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// BenchmarkFlat measures the element-wise kernels on one core: 512 floats a
// slice, as the LSTM's steps have, stay in the first cache, a million do not.
// Gelements/s is the mean, best the rate of the fastest run, and GB/s counts each
// slice read or written once, at the best rate.
func BenchmarkFlat(b *testing.B) {
	for _, path := range Available() {
		if path == Portable {
			continue
		}
		for _, k := range flatKernels {
			for _, n := range []int{512, 1 << 20} {
				b.Run(fmt.Sprintf("%s/%s/%d", path, k.name, n), func(b *testing.B) {
					s := benchSlices(k.slices, n)
					// What is written begins anew each time: gradients in place would
					// fade to subnormals, on which the processor is slow.
					reset := func() { copy(s[0][:k.written*n], s[k.slices]) }
					benchRate(b, path, n, float64(4*(k.slices+k.written)), reset, func() { k.run(s[:k.slices]) })
				})
			}
		}
	}
}

func BenchmarkReductions(b *testing.B) {
	for _, path := range Available() {
		if path == Portable {
			continue
		}
		const n = 1 << 14
		x := benchSlices(1, n)[0]
		b.Run(fmt.Sprintf("%s/SumSquares/%d", path, n), func(b *testing.B) {
			benchRate(b, path, n, 4, func() {}, func() { SumSquares(x) })
		})
		for _, cols := range []int{16, 100, 1024} {
			dst := make([]float32, cols)
			rows := n / cols
			b.Run(fmt.Sprintf("%s/ColumnSums/%dx%d", path, rows, cols), func(b *testing.B) {
				benchRate(b, path, rows*cols, 4, func() {}, func() { ColumnSums(dst, x[:rows*cols], rows, cols) })
			})
		}
		// Rows of an embedding table far larger than the caches.
		const width, tokens = 100, 1000
		table := make([]float32, 20000*width)
		out := make([]float32, tokens*width)
		ids := make([]int32, tokens)
		r := rand.New(rand.NewPCG(1, 1))
		for i := range ids {
			ids[i] = r.Int32N(20000)
		}
		b.Run(string(path)+"/GatherRows", func(b *testing.B) {
			benchRate(b, path, len(out), 8, func() {}, func() { GatherRows(out, table, ids, width) })
		})
		b.Run(string(path)+"/AddRows", func(b *testing.B) {
			benchRate(b, path, len(out), 12, func() {}, func() { AddRows(table, ids, out, width) })
		})
	}
}

// benchSlices returns slices of n floats, and last a copy of all of them. They
// follow each other in memory.
func benchSlices(count, n int) [][]float32 {
	r := rand.New(rand.NewPCG(19, 20))
	all := make([]float32, count*n)
	for i := range all {
		all[i] = float32(r.Float64())
	}
	s := make([][]float32, count, count+1)
	for i := range s {
		s[i] = all[i*n : (i+1)*n]
	}
	return append(s, slices.Clone(all))
}

func benchRate(b *testing.B, path Path, elements int, bytes float64, reset, f func()) {
	defer use(b, path)()
	repeat := max(1, 1<<12/elements)
	var sum time.Duration
	best := time.Duration(1 << 62)
	for b.Loop() {
		reset()
		start := time.Now()
		for range repeat {
			f()
		}
		d := time.Since(start)
		best, sum = min(best, d), sum+d
	}
	total := float64(elements * repeat)
	rate := total / float64(best.Nanoseconds())
	b.ReportMetric(total*float64(b.N)/float64(sum.Nanoseconds()), "Gelements/s")
	b.ReportMetric(rate, "best")
	b.ReportMetric(rate*bytes, "GB/s")
}
