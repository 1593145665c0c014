package train

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
)

// BenchmarkSparse takes steps with gradients for the rows of 16,000 tokens, of
// words as frequent as Zipf's law says, in a vocabulary of 25,000 or 400,000.
func BenchmarkSparse(b *testing.B) {
	const width, tokens = 100, 16_000
	for _, vocab := range []int{25_000, 400_000} {
		for _, rule := range []SparseRule{CatchUp, Dense, Lazy} {
			b.Run(fmt.Sprintf("%d/%v", vocab, rule), func(b *testing.B) {
				p := ops.NewParam("embedding.weight", vocab, width)
				init := ops.Stream(1, "init", 0)
				data := p.Write()
				for i := range data {
					data[i] = float32(init.NormFloat64())
				}
				u, err := newUpdater([]*ops.Param{p}, Adam{Sparse: rule}, nil, nil)
				if err != nil {
					b.Fatal(err)
				}
				var grads []ops.Gradient
				for n := range 64 { // distinct steps
					r := ops.Stream(1, "rows", uint64(n))
					var rows []int32
					for range tokens {
						rows = append(rows, int32(math.Pow(float64(vocab), r.Float64()))-1)
					}
					slices.Sort(rows)
					rows = slices.Compact(rows)
					g := ops.Gradient{Rows: rows, Data: make([]float32, len(rows)*width)}
					for i := range g.Data {
						g.Data[i] = float32(r.NormFloat64()) * 1e-4
					}
					grads = append(grads, g)
				}
				rows, step := 0, 0
				one := func() {
					g := grads[step*37%len(grads)]
					step++
					rows += len(g.Rows)
					if err := u.read(&u.targets[0], g.Rows); err != nil {
						b.Fatal(err)
					}
					u.apply([]ops.Gradient{g}, 1e-3)
				}
				for range 64 {
					one()
				}
				rows = 0
				for b.Loop() {
					one()
				}
				b.ReportMetric(float64(rows)/b.Elapsed().Seconds()/1e6, "Mrows/s")
			})
		}
	}
}

// BenchmarkCheckpoint writes the state of 3 million weights trained with Adam.
func BenchmarkCheckpoint(b *testing.B) {
	p := ops.NewParam("w", 3_000_000)
	r, err := begin(b.Context(), []*ops.Param{p}, 0, Config{Epochs: 1, Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer r.close()
	for b.Loop() {
		if err := r.save(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*3*4*float64(p.Shape().TotalSize())/b.Elapsed().Seconds()/1e6, "MB/s")
}
