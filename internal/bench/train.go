package bench

import (
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/train"
)

// gemm returns the GFLOP/s of the products of one LSTM layer on all cores:
// for 32 tokens forward and the gradient of the input, and for 128 that of the
// weights, the widths filled up to whole panels.
func (m *measurement) gemm(window time.Duration) float64 {
	const rows, tokens = 32, 128
	model := m.model
	in := kernel.Panels(model.Embedding) + kernel.Panels(model.Hidden)
	gates := kernel.Panels(4 * model.Hidden)
	flops := 2 * float64(in*gates*kernel.Width*kernel.Width) * (rows + rows + tokens)
	const panel = kernel.Width * kernel.Width
	rates := make([]float64, runtime.GOMAXPROCS(0))
	var wait sync.WaitGroup
	for i := range rates {
		wait.Go(func() {
			x, dx := ones(in*tokens), ones(in*rows)
			z, dz := ones(gates*rows), ones(gates*tokens)
			w, wt, dw := ones(in*gates*kernel.Width), ones(in*gates*kernel.Width), ones(in*gates*kernel.Width)
			done := 0.0
			began := time.Now()
			for done == 0 || time.Since(began) < window {
				kernel.Mul(z, kernel.Width, rows*kernel.Width, kernel.PanelRows(x, rows, 0), w, in*panel, rows, in*kernel.Width, gates, false)
				kernel.Mul(dx, kernel.Width, rows*kernel.Width, kernel.PanelRows(dz, rows, 0), wt, gates*panel, rows, gates*kernel.Width, in, false)
				for g := range gates {
					a := kernel.PanelColumns(dz[g*tokens*kernel.Width:][:tokens*kernel.Width], tokens)
					kernel.Mul(dw[g*in*panel:], in*kernel.Width, kernel.Width, a, x, tokens*kernel.Width, kernel.Width, tokens, in, false)
				}
				done += flops
			}
			rates[i] = done / float64(time.Since(began).Nanoseconds())
		})
	}
	wait.Wait()
	sum := 0.0
	for _, r := range rates {
		sum += r
	}
	return sum
}

// ones returns rows of panels.
func ones(rows int) []float32 {
	return slices.Repeat([]float32{1}, rows*kernel.Width)
}

// agedTrainer gives the first steps small gradients of the embeddings and none
// of the rest, at no cost. The optimizer then has, when the real steps begin,
// rows to catch up with as in the midst of training, which cost it more than
// at the beginning.
type agedTrainer struct {
	*lstm.Trainer
	until int
	noise []float32
	grads []ops.Gradient
}

// Step implements train.Model.
func (t *agedTrainer) Step(b lstm.Batch, step uint64) (float32, []ops.Gradient, error) {
	if step >= uint64(t.until) {
		return t.Trainer.Step(b, step)
	}
	params := t.Params()
	if t.grads == nil {
		t.grads = make([]ops.Gradient, len(params))
		for i := 1; i < len(params); i++ {
			t.grads[i].Data = make([]float32, len(params[i].Data()))
		}
		rng := ops.Stream(1, "bench.noise", 0)
		t.noise = make([]float32, 1<<16+params[0].Shape()[1])
		for i := range t.noise {
			t.noise[i] = float32(rng.NormFloat64()) * 1e-4
		}
	}
	rows := slices.Clone(t.Rows(b)[0])
	slices.Sort(rows)
	rows = slices.Compact(rows)
	g := &t.grads[0]
	g.Rows, g.Data = rows, g.Data[:0]
	rng := ops.Stream(1, "bench.age", step)
	for range rows {
		g.Data = append(g.Data, t.noise[rng.IntN(1<<16):][:params[0].Shape()[1]]...)
	}
	return 0, t.grads, nil
}

var _ train.RowReader[lstm.Batch] = (*agedTrainer)(nil)
