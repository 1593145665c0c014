package ops

import (
	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// EncoderDropout says what of a sublayer is dropped in training.
type EncoderDropout struct {
	Hidden    float64 // of the sublayer's outcome, before it is added to its input
	Attention float64 // of the attention's probabilities
	Noise     *Noise
	Name      string // of the sublayer, different in one graph
}

// dropper is one place of dropout during a run.
type dropper struct {
	p     float64
	noise *Noise
	name  string
	kernel.Drop
}

func newDropper(p float64, noise *Noise, name string) (dropper, error) {
	d := dropper{p: p, noise: noise, name: "encoder dropout " + name}
	return d, checkDropout(p, noise, name)
}

// draw begins a step. Which elements are dropped depends on the noise, the name and
// their place in the batch alone.
func (d *dropper) draw() {
	if d.p > 0 {
		d.Drop = kernel.Drop{Key: Stream(d.noise.Seed, d.name, d.noise.Step).Uint64(),
			Limit: uint32(d.p * (1 << 32)), Scale: float32(1 / (1 - d.p))}
	}
}

// rows drops elements of n rows of a panel, numbered by their place in the batch.
func (d *dropper) rows(dst, src []float32, panel, row, n int) {
	sub := d.Sub(uint32(panel))
	sub.Apply(dst[:n*kernel.Width], src[:n*kernel.Width], uint32(row*kernel.Width))
}

// scores drops the probabilities of some queries of a head and text.
func (d *dropper) scores(dst []float32, text, head, heads, query, n int) {
	sub := d.Sub(uint32(text*heads + head))
	sub.Apply(dst, dst, uint32(query*n))
}

// finishDense writes x + dropout(bias + a w) to n rows of y.
func finishDense(y, x *panelled, row, n int, bias []float32, a kernel.Operand, w []float32, k int, drop *dropper) {
	const width = kernel.Width
	panels := kernel.Panels(y.cols)
	if drop.p == 0 {
		addDense(y.data, y.stride, row, x, row, bias, a, w, k, n, 0, panels)
		return
	}
	for p := range panels {
		kernel.FillRows(y.at(p, row)[:n*width], bias[p*width:][:width])
	}
	kernel.Mul(y.at(0, row), width, y.panel(), a, w, k*width, n, k, panels, true)
	for p := range panels {
		drop.rows(y.at(p, row), y.at(p, row), p, row, n)
		kernel.Add(y.at(p, row)[:n*width], x.at(p, row)[:n*width])
	}
}
