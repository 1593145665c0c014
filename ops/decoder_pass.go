package ops

import (
	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// prepare packs the output's weights and makes room for a batch.
func (op *decoderOp) prepare(wo []float32) {
	const width = kernel.Width
	panel := op.pass.stride * width
	op.wo = grow(op.wo, op.width*op.units, 0)
	op.woBack = grow(op.woBack, op.width*op.units, 0)
	kernel.PackT(op.wo, wo, op.width, op.units, op.units)
	kernel.Pack(op.woBack, wo, op.width, op.units, op.units)
	op.hidden = grow(op.hidden, op.units/width*panel, 0)
	op.attended = grow(op.attended, op.width/width*panel, 0)
	op.dAttended = grow(op.dAttended, op.width/width*panel, 0)
	op.scratch = grow(op.scratch, op.target.texts*width, 0)
	op.dState = grow(op.dState, len(op.state), 0)
	op.memory.room(&op.target)
}

// operand reads panels of the pass's stride from a row on.
func (op *decoderOp) operand(data []float32, row int) kernel.Operand {
	return kernel.PanelRows(data, op.pass.stride, row)
}

// forward runs the target texts lo..hi-1 through all their steps.
func (op *decoderOp) forward(x []float32, lo, hi int) {
	const width = kernel.Width
	l, m := op.pass, &op.memory
	panel, k := l.stride*width, l.inputRows()
	hPanels, aPanels := op.units/width, op.width/width
	for s := range op.target.steps {
		sp := l.span(&op.target, s, lo, hi)
		if sp.n == 0 {
			break
		}
		op.input(x, s, sp, lo)
		at, z := sp.row*width, l.z[sp.row*width:]
		kernel.Mul(z, width, panel, op.operand(l.xh, sp.row), l.wf, k*width, sp.n, l.in+1, 4*hPanels, false)
		kernel.Mul(z, width, panel, op.operand(l.xh[l.xPanels*panel:], sp.row),
			l.wf[l.xPanels*width*width:], k*width, sp.n, op.units, 4*hPanels, true)
		for u := range hPanels {
			h := l.rows(op.hidden, u, sp.row, sp.n)
			kernel.LSTMForward(l.gate(0, u, sp.row, sp.n), l.gate(1, u, sp.row, sp.n), l.gate(2, u, sp.row, sp.n), l.gate(3, u, sp.row, sp.n),
				op.cellBefore(s, u, sp, lo), l.rows(l.c, u, sp.row, sp.n), h)
			copy(l.xh[(l.xPanels+u)*panel+sp.to*width:][:sp.going*width], h)
		}
		kernel.Mul(op.attended[at:], width, panel, op.operand(op.hidden, sp.row), op.wo, op.units*width, sp.n, op.units, aPanels, false)
		for i := range sp.n {
			b := int(m.order[lo+i])
			p := m.at(m.probs, lo+i, s)
			m.attend(op.decoderShape, b, p, op.operand(op.hidden, sp.row+i))
			m.context(op.decoderShape, b, op.attended[at+i*width:], panel, p)
		}
		for u := range aPanels {
			o := l.rows(op.attended, u, sp.row, sp.n)
			kernel.Tanh(o, o)
			kernel.CopyRows(op.out.data[sp.row*op.width+u*width:], op.width, o, width, sp.n, width)
			copy(l.xh[(op.in/width+u)*panel+sp.to*width:][:sp.going*width], o)
		}
	}
}

// input fills the columns of the product's input that the step before has not left
// there: the embedding and the one, and at the first step what precedes it.
func (op *decoderOp) input(x []float32, s int, sp span, lo int) {
	const width = kernel.Width
	l := op.pass
	for f := range op.in / width {
		kernel.CopyRows(l.rows(l.xh, f, sp.row, sp.n), width, x[sp.row*op.in+f*width:], op.in, sp.n, width)
	}
	one := l.rows(l.xh, l.in/width, sp.row, sp.n)
	clear(one)
	for r := range sp.n {
		one[r*width] = 1
	}
	if s > 0 {
		return
	}
	for f := op.in / width; f < l.in/width; f++ {
		clear(l.rows(l.xh, f, sp.row, sp.n))
	}
	for u := range op.units / width {
		copy(l.rows(l.xh, l.xPanels+u, sp.row, sp.n), op.state[(u*op.target.texts+lo)*width:])
	}
}

// cellBefore is the cells of one panel of units that a step begins with.
func (op *decoderOp) cellBefore(s, u int, sp span, lo int) []float32 {
	if s > 0 {
		return op.pass.rows(op.pass.c, u, sp.from, sp.n)
	}
	return op.cell[(u*op.target.texts+lo)*kernel.Width:][:sp.n*kernel.Width]
}
