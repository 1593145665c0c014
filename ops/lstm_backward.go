package ops

import (
	"runtime"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// backward turns the gates' panels of the texts lo..hi-1 into gradients of
// the pre-activations, given the gradients of the hidden states at every token and
// those of the states that the texts end with; of both, none are zeros.
func (l *lstmPass) backward(p *packing, dy gradientRows, end lstmRows, lo, hi int) {
	const width = kernel.Width
	panel, q := l.stride*width, l.gateRows()
	for s := range p.steps {
		sp := l.span(p, s, lo, hi)
		if sp.n == 0 {
			continue
		}
		for u := range l.hPanels {
			columns := min(width, l.hidden-u*width)
			dst := l.rows(l.dh, u, sp.row, sp.n)
			if dy.data == nil {
				clear(dst)
				continue
			}
			kernel.CopyRows(dst, width, dy.data[sp.row*dy.ld+u*width:], dy.ld, sp.n, columns)
			for r := 0; columns < width && r < sp.n; r++ {
				clear(dst[r*width+columns : (r+1)*width])
			}
		}
	}
	l.endGradients(p, end, lo, hi)
	for s := p.steps - 1; s >= 0; s-- {
		sp := l.span(p, s, lo, hi)
		if sp.n == 0 {
			continue
		}
		for u := range l.hPanels {
			dc := l.dc[(u*p.texts+lo)*width:]
			part := func(row, n int, prev, dc []float32) {
				kernel.LSTMBackward(l.gate(0, u, row, n), l.gate(1, u, row, n), l.gate(2, u, row, n), l.gate(3, u, row, n),
					l.rows(l.c, u, row, n), prev, l.rows(l.dh, u, row, n), dc[:n*width])
			}
			if sp.begun > 0 {
				part(sp.row, sp.begun, l.rows(l.c, u, sp.from, sp.begun), dc)
			}
			if fresh := sp.n - sp.begun; fresh > 0 {
				part(sp.row+sp.begun, fresh, ofTexts(l.c0, u, p.texts, lo+sp.begun, fresh), dc[sp.begun*width:])
			}
		}
		if sp.begun > 0 {
			// dh of the step before, on top of what reaches it from outside.
			kernel.Mul(l.dh[sp.from*width:], width, panel, l.gateOperand(sp.row),
				l.wb[l.xPanels*q*width:], q*width, sp.begun, q, l.hPanels, true)
		}
		if fresh := sp.n - sp.begun; fresh > 0 && len(l.dh0) > 0 {
			kernel.Mul(l.dh0[(lo+sp.begun)*width:], width, p.texts*width, l.gateOperand(sp.row+sp.begun),
				l.wb[l.xPanels*q*width:], q*width, fresh, q, l.hPanels, false)
		}
	}
}

// endGradients begins the running gradient of the cells with that of the final ones,
// and adds that of the final hidden states to what reaches them at their tokens.
func (l *lstmPass) endGradients(p *packing, end lstmRows, lo, hi int) {
	const width = kernel.Width
	for u := range l.hPanels {
		clear(ofTexts(l.dc, u, p.texts, lo, hi-lo))
		columns := min(width, l.hidden-u*width)
		for b := lo; b < hi; b++ {
			if end.cell != nil {
				copy(ofTexts(l.dc, u, p.texts, b, 1), end.cell[b*end.ld+u*width:][:columns])
			}
			if end.hidden != nil {
				kernel.Add(l.rows(l.dh, u, p.last(b, l.reverse), 1)[:columns], end.hidden[b*end.ld+u*width:][:columns])
			}
		}
	}
}

// gradientPanels is the most panels of gates whose weight gradients one task
// sums: few enough to stay in a core's cache beside a block of tokens.
const gradientPanels = 8

// weightGradients is one product over all tokens, ascending: dW = dZ' XH.
// Its column of the one is the gradient of both biases.
func (l *lstmPass) weightGradients(tokens int, dst [4][]float32) {
	const width = kernel.Width
	panel, k := l.stride*width, l.inputRows()
	panels := 4 * l.hPanels
	// Four tasks a core even out what the cores are disturbed by.
	size := max(1, min(gradientPanels, panels/(4*runtime.GOMAXPROCS(0))))
	kernel.Parallel((panels+size-1)/size, func(task int) {
		first, last := task*size, min((task+1)*size, panels)
		for lo := 0; lo < tokens; lo += tokenBlock {
			n := min(tokenBlock, tokens-lo)
			for f := first; f < last; f++ {
				kernel.Mul(l.dw[f*width*k:], k, width,
					kernel.Operand{Data: l.z[f*panel+lo*width:], Row: 1, Col: width, Width: n},
					l.xh[lo*width:], panel, width, n, l.xPanels+l.hPanels, lo > 0)
			}
		}
		for f := first; f < last; f++ {
			l.unpack(f, dst)
		}
	})
}

// unpack copies the gradients of one panel of gate columns into PyTorch's
// shapes.
func (l *lstmPass) unpack(f int, dst [4][]float32) {
	const width = kernel.Width
	gate, unit := f/l.hPanels, f%l.hPanels*width
	for j := range min(width, l.hidden-unit) {
		src := l.dw[(f*width+j)*l.inputRows():]
		row := gate*l.hidden + unit + j
		copy(dst[0][row*l.in:(row+1)*l.in], src)
		copy(dst[1][row*l.hidden:(row+1)*l.hidden], src[l.xPanels*width:])
		dst[2][row], dst[3][row] = src[l.in], src[l.in]
	}
}
