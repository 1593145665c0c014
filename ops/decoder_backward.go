package ops

import (
	"runtime"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
)

// backward computes all gradients, once for each forward pass.
func (op *decoderOp) backward(grad G.Value) error {
	if !op.pending {
		return nil
	}
	dy, rows, cols, err := floats("decoder backward", grad)
	if err != nil {
		return err
	}
	if err := like("decoder backward", rows, cols, op.target.tokens, op.width); err != nil {
		return err
	}
	g, h := &op.grads, op.units
	g[decoderX].matrix(rows, op.in)
	g[decoderKeys].matrix(op.source.tokens, h)
	g[decoderValues].matrix(op.source.tokens, op.width)
	g[decoderCell].matrix(op.target.texts, h)
	g[decoderWeightIH].matrix(4*h, op.pass.in)
	g[decoderWeightHH].matrix(4*h, h)
	g[decoderOutput].matrix(op.width, h)
	g[decoderBiasIH].vector(4 * h)
	g[decoderBiasHH].vector(4 * h)
	kernel.Parallel(len(op.bounds)-1, func(i int) { op.backwardTexts(dy, op.bounds[i], op.bounds[i+1]) })
	op.cellGradient()
	op.sourceGradients()
	op.inputGradient(rows)
	op.outputGradient(rows)
	op.pass.weightGradients(rows, [4][]float32{g[decoderWeightIH].data, g[decoderWeightHH].data, g[decoderBiasIH].data, g[decoderBiasHH].data})
	op.pending = false
	return nil
}

// backwardTexts takes the gradients of the target texts lo..hi-1 through their steps.
func (op *decoderOp) backwardTexts(dy []float32, lo, hi int) {
	const width = kernel.Width
	l, m, p := op.pass, &op.memory, &op.target
	panel, q := l.stride*width, l.gateRows()
	hPanels, aPanels := op.units/width, op.width/width
	for s := range p.steps {
		sp := l.span(p, s, lo, hi)
		if sp.n == 0 {
			break
		}
		for u := range hPanels {
			clear(l.rows(l.dh, u, sp.row, sp.n))
		}
		for u := range aPanels {
			kernel.CopyRows(op.dAttended[u*panel+sp.row*width:], width, dy[sp.row*op.width+u*width:], op.width, sp.n, width)
		}
	}
	for u := range hPanels {
		clear(l.dc[(u*p.texts+lo)*width : (u*p.texts+hi)*width])
	}
	recurrent := l.wb[l.xPanels*q*width:]
	for s := p.steps - 1; s >= 0; s-- {
		sp := l.span(p, s, lo, hi)
		if sp.n == 0 {
			continue
		}
		at := sp.row * width
		for u := range aPanels { // through tanh: d (1 - y²)
			d, y, t := l.rows(op.dAttended, u, sp.row, sp.n), l.rows(op.attended, u, sp.row, sp.n), op.scratch[lo*width:(lo+sp.n)*width]
			kernel.MulInto(t, y, y)
			kernel.MulInto(t, t, d)
			kernel.Axpy(d, -1, t)
		}
		kernel.Mul(l.dh[at:], width, panel, op.operand(op.dAttended, sp.row), op.woBack, op.width*width, sp.n, op.width, hPanels, true)
		for i := range sp.n {
			scores := m.at(m.dScores, lo+i, s)
			m.attendBackward(op.decoderShape, int(m.order[lo+i]), scores, m.at(m.probs, lo+i, s),
				op.operand(op.dAttended, sp.row+i), l.dh[at+i*width:], panel)
		}
		for u := range hPanels {
			kernel.LSTMBackward(l.gate(0, u, sp.row, sp.n), l.gate(1, u, sp.row, sp.n), l.gate(2, u, sp.row, sp.n), l.gate(3, u, sp.row, sp.n),
				l.rows(l.c, u, sp.row, sp.n), op.cellBefore(s, u, sp, lo), l.rows(l.dh, u, sp.row, sp.n), l.dc[(u*p.texts+lo)*width:][:sp.n*width])
		}
		gates := l.gateOperand(sp.row)
		if s == 0 {
			kernel.Mul(op.dState[lo*width:], width, p.texts*width, gates, recurrent, q*width, sp.n, q, hPanels, false)
			continue
		}
		kernel.Mul(l.dh[sp.from*width:], width, panel, gates, recurrent, q*width, sp.n, q, hPanels, true)
		kernel.Mul(op.dAttended[sp.from*width:], width, panel, gates, l.wb[op.in*q:], q*width, sp.n, q, aPanels, true)
	}
}

// cellGradient is that of the cells before the first step, which the hidden states
// before it were made of.
func (op *decoderOp) cellGradient() {
	const width = kernel.Width
	texts := op.target.texts
	dc, t := op.pass.dc[:len(op.state)], op.state // tanh(c), used up
	kernel.MulInto(t, t, t)
	kernel.MulInto(t, t, op.dState)
	kernel.Add(dc, op.dState)
	kernel.Axpy(dc, -1, t)
	dst := op.grads[decoderCell].data
	for u := range op.units / width {
		for b, to := range op.memory.order {
			copy(dst[int(to)*op.units+u*width:][:width], dc[(u*texts+b)*width:])
		}
	}
}

// sourceGradients are those of keys and values: for each text one product of all its
// steps.
func (op *decoderOp) sourceGradients() {
	m := &op.memory
	most := 0
	for _, l := range m.lens {
		most = max(most, int(l))
	}
	size := max(op.units, op.width) * (op.target.steps + most)
	workers := min(op.target.texts, runtime.GOMAXPROCS(0))
	m.tmp = grow(m.tmp, workers*size, 0)
	kernel.Parallel(workers, func(worker int) {
		tmp := m.tmp[worker*size : (worker+1)*size]
		for b := worker; b < op.target.texts; b += workers {
			op.sourceGradient(op.grads[decoderKeys].data, b, m.dScores, op.hidden, op.units, tmp)
			op.sourceGradient(op.grads[decoderValues].data, b, m.probs, op.dAttended, op.width, tmp)
		}
	})
}

// sourceGradient writes rows of dst, cols wide: for each token of target text b's
// source the sum over steps of its weight, a column of weights, times the step's row
// of states.
func (op *decoderOp) sourceGradient(dst []float32, b int, weights, states []float32, cols int, tmp []float32) {
	const width = kernel.Width
	m := &op.memory
	text, steps, panels := int(m.order[b]), int(op.target.lens[b]), cols/width
	length, p := int(m.lens[text]), columns(m.lens[text])
	rows := tmp[:panels*steps*width]
	for u := range panels {
		for t := range steps {
			copy(rows[(u*steps+t)*width:][:width], op.pass.rows(states, u, op.target.offsets[t]+b, 1))
		}
	}
	product := tmp[len(rows):]
	kernel.Mul(product, width, length*width, kernel.Operand{Data: weights[m.begin[b]:], Row: 1, Col: p, Width: steps},
		rows, steps*width, length, steps, panels, false)
	for u := range panels {
		for t := range length {
			copy(dst[(op.source.offsets[t]+text)*cols+u*width:][:width], product[(u*length+t)*width:])
		}
	}
}

// inputGradient is dx = dz W, block by block of tokens.
func (op *decoderOp) inputGradient(rows int) {
	const width = kernel.Width
	l := op.pass
	panels := op.in / width
	blocks := (rows + tokenBlock - 1) / tokenBlock
	size := panels * tokenBlock * width
	workers := min(blocks, runtime.GOMAXPROCS(0))
	op.dpanels = grow(op.dpanels, workers*size, 0)
	kernel.Parallel(workers, func(worker int) {
		tmp := op.dpanels[worker*size : (worker+1)*size]
		for b := worker; b < blocks; b += workers {
			lo := b * tokenBlock
			n := min(tokenBlock, rows-lo)
			kernel.Mul(tmp, width, n*width, l.gateOperand(lo), l.wb, l.gateRows()*width, n, l.gateRows(), panels, false)
			kernel.Unpack(op.grads[decoderX].data[lo*op.in:(lo+n)*op.in], tmp, n, op.in, op.in)
		}
	})
}

// outputGradient is that of the output's weights: one product over all tokens.
func (op *decoderOp) outputGradient(tokens int) {
	const width = kernel.Width
	panel, panels := op.pass.stride*width, op.units/width
	op.dpanels = grow(op.dpanels, max(len(op.dpanels), op.width*op.units), 0)
	kernel.Parallel(op.width/width, func(u int) {
		tmp := op.dpanels[u*width*op.units:][:width*op.units]
		for lo := 0; lo < tokens; lo += tokenBlock {
			n := min(tokenBlock, tokens-lo)
			kernel.Mul(tmp, width, width*width, kernel.PanelColumns(op.dAttended[u*panel+lo*width:], n),
				op.hidden[lo*width:], panel, width, n, panels, lo > 0)
		}
		kernel.Unpack(op.grads[decoderOutput].data[u*width*op.units:], tmp, width, op.units, op.units)
	})
}
