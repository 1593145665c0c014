package ops

import (
	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// lstmPass is one direction of an LSTM layer that a backward pass may follow.
//
// Everything it stores is in panels of 16 features, [feature/16][token][16],
// so that each matrix product reads contiguous memory. The input of the
// product at a token is the row [x, 1, 0.., h]: the one carries the biases,
// zeros fill the panel, and h is the hidden state the token starts from. A
// weight gradient is then one product over all tokens of the gates' panels
// with the input's.
//
// Legend: N tokens, D inputs, H hidden units, K columns of the product's
// input, Q columns of the gates (each gate filled up to whole panels).
type lstmPass struct {
	in, hidden int
	capacity   int // tokens that the graph was built for
	reverse    bool

	xPanels, hPanels int
	stride           int // rows between panels: at least N, chosen against cache conflicts

	wf []float32 // [Q/16][K][16] weights for the forward product
	wb []float32 // [K/16][Q][16] the same for the product with gate gradients
	xh []float32 // [K/16][stride][16]
	z  []float32 // [Q/16][stride][16] gates; their gradients after backward
	c  []float32 // [H/16][stride][16] cell states
	dh []float32 // [H/16][stride][16] gradients of hidden states
	dc []float32 // [H/16][B][16] gradient of the cell state, running
	dw []float32 // [Q][K] gradient of the packed weights
	h  []float32 // [B][16] hidden states of one panel of units at one step

	// States that texts begin from, and the gradients of hidden ones; those of cells
	// are what is left in dc.
	h0, c0, dh0 []float32 // [H/16][B][16]
}

func newLSTMPass(in, hidden, capacity int, reverse bool) *lstmPass {
	return &lstmPass{in: in, hidden: hidden, capacity: capacity, reverse: reverse,
		xPanels: kernel.Panels(in + 1), hPanels: kernel.Panels(hidden)}
}

// inputRows is K, the length of the forward product's sums.
func (l *lstmPass) inputRows() int { return (l.xPanels + l.hPanels) * kernel.Width }

// gateRows is Q, the length of the sums in the product with gate gradients.
func (l *lstmPass) gateRows() int { return 4 * l.hPanels * kernel.Width }

// gateOperand is the gates' panels from a token on, as a left operand.
func (l *lstmPass) gateOperand(token int) kernel.Operand {
	return kernel.Operand{Data: l.z[token*kernel.Width:], Row: kernel.Width, Col: 1, Width: kernel.Width, Block: l.stride * kernel.Width}
}

// spread returns a row count of at least n for which consecutive panels do
// not start in the same cache set (64 sets of 64-byte rows).
func spread(n int) int { return (n+63-7)/64*64 + 7 }

// prepare packs the weights and makes room for a batch.
func (l *lstmPass) prepare(w [4][]float32, p *packing, _ lstmInput, begin lstmRows) {
	l.stride = spread(p.tokens)
	l.pack(w)
	panel, most := l.stride*kernel.Width, spread(l.capacity)*kernel.Width
	l.xh = grow(l.xh, (l.xPanels+l.hPanels)*panel, (l.xPanels+l.hPanels)*most)
	l.z = grow(l.z, 4*l.hPanels*panel, 4*l.hPanels*most)
	l.c = grow(l.c, l.hPanels*panel, l.hPanels*most)
	l.h = grow(l.h, p.texts*kernel.Width, 0)
	l.h0 = begin.panels(l.h0, begin.hidden, p.texts, l.hidden)
	l.c0 = begin.panels(l.c0, begin.cell, p.texts, l.hidden)
	l.dh = grow(l.dh, l.hPanels*panel, l.hPanels*most)
	l.dc = grow(l.dc, l.hPanels*p.texts*kernel.Width, 0)
	l.dw = grow(l.dw, l.gateRows()*l.inputRows(), 0)
}

// pack lays out the weights for both products. Columns that only fill a panel
// are zero.
func (l *lstmPass) pack(w [4][]float32) {
	const width = kernel.Width
	k, q := l.inputRows(), l.gateRows()
	l.wf = grow(l.wf, k*q, 0)
	clear(l.wf)
	l.wb = grow(l.wb, k*q, 0)
	clear(l.wb)
	hColumn := l.xPanels * width
	kernel.Parallel(4*l.hPanels, func(panel int) {
		gate, first := panel/l.hPanels, panel%l.hPanels*width
		for j := range min(width, l.hidden-first) {
			row := gate*l.hidden + first + j
			column := panel*width + j
			put := func(k int, v float32) {
				l.wf[(panel*l.inputRows()+k)*width+j] = v
				l.wb[(k/width*q+column)*width+k%width] = v
			}
			for d, v := range w[0][row*l.in : (row+1)*l.in] {
				put(d, v)
			}
			put(l.in, w[2][row]+w[3][row])
			for h, v := range w[1][row*l.hidden : (row+1)*l.hidden] {
				put(hColumn+h, v)
			}
		}
	})
}

// span is what one range of texts does at one step.
type span struct {
	n     int // texts alive in the range
	row   int // packed row of the first one
	begun int // texts that start from the state of another step
	from  int // row of that state
	going int // texts that hand their state to the next step
	to    int // row it goes to
}

// span describes step s for the texts lo..hi-1.
func (l *lstmPass) span(p *packing, s, lo, hi int) span {
	t, from, next := s, s-1, s+1
	if l.reverse {
		t = p.steps - 1 - s
		from, next = t+1, t-1
	}
	sp := span{n: max(0, min(hi, p.alive(t))-lo), row: p.offsets[t] + lo}
	if from >= 0 && from < p.steps {
		sp.begun = max(0, min(sp.n, p.alive(from)-lo))
		sp.from = p.offsets[from] + lo
	}
	if next >= 0 && next < p.steps {
		// Where none goes on, there is no such row, perhaps not even room for one.
		if sp.going = max(0, min(sp.n, p.alive(next)-lo)); sp.going > 0 {
			sp.to = p.offsets[next] + lo
		}
	}
	return sp
}

// forward runs the texts lo..hi-1 through all their tokens and writes hidden
// states into out, whose rows are ld apart.
func (l *lstmPass) forward(p *packing, x lstmInput, out []float32, ld, lo, hi int) {
	const width = kernel.Width
	panel, k := l.stride*width, l.inputRows()
	for s := range p.steps {
		sp := l.span(p, s, lo, hi)
		if sp.n == 0 {
			continue
		}
		l.input(x.data, p.texts, lo, sp)
		// The columns between the one and h are zero and left out.
		at, z := sp.row*width, l.z[sp.row*width:]
		kernel.Mul(z, width, panel, kernel.Operand{Data: l.xh[at:], Row: width, Col: 1, Width: width, Block: panel},
			l.wf, k*width, sp.n, l.in+1, 4*l.hPanels, false)
		kernel.Mul(z, width, panel, kernel.Operand{Data: l.xh[l.xPanels*panel+at:], Row: width, Col: 1, Width: width, Block: panel},
			l.wf[l.xPanels*width*width:], k*width, sp.n, k-l.xPanels*width, 4*l.hPanels, true)
		h := l.h[lo*width : (lo+sp.n)*width]
		for u := range l.hPanels {
			l.gates(u, p.texts, lo, sp, h)
			columns := min(width, l.hidden-u*width)
			kernel.CopyRows(out[sp.row*ld+u*width:], ld, h, width, sp.n, columns)
			at := (l.xPanels+u)*panel + sp.to*width
			copy(l.xh[at:at+sp.going*width], h)
		}
	}
}

// input fills the product's input: x and the one. The hidden state has been
// left there by the step before; where a text begins it is the initial one.
func (l *lstmPass) input(x []float32, texts, lo int, sp span) {
	const width = kernel.Width
	panel := l.stride * width
	for f := range l.xPanels {
		dst := l.xh[f*panel+sp.row*width:]
		columns := max(0, min(width, l.in-f*width))
		kernel.CopyRows(dst, width, x[sp.row*l.in+f*width:], l.in, sp.n, columns)
		if columns < width {
			for r := range sp.n {
				row := dst[r*width : (r+1)*width]
				clear(row[columns:])
				if f == l.in/width {
					row[l.in%width] = 1
				}
			}
		}
	}
	for u := range l.hPanels {
		copy(l.xh[(l.xPanels+u)*panel+(sp.row+sp.begun)*width:], ofTexts(l.h0, u, texts, lo+sp.begun, sp.n-sp.begun))
	}
}

// gate returns rows of the panel of one gate (0..3: i, f, g, o) for a panel
// of units.
func (l *lstmPass) gate(g, u, row, n int) []float32 {
	return l.rows(l.z, g*l.hPanels+u, row, n)
}

// rows returns n rows of one panel.
func (l *lstmPass) rows(panels []float32, panel, row, n int) []float32 {
	at := (panel*l.stride + row) * kernel.Width
	return panels[at : at+n*kernel.Width]
}

// ofTexts returns one panel of [H/16][B][16] for n texts from one on.
func ofTexts(panels []float32, panel, texts, first, n int) []float32 {
	at := (panel*texts + first) * kernel.Width
	return panels[at : at+n*kernel.Width]
}

// gates applies the non-linear part of a step to one panel of units and
// leaves the hidden states in h.
func (l *lstmPass) gates(u, texts, lo int, sp span, h []float32) {
	part := func(row, n int, prev, h []float32) {
		kernel.LSTMForward(l.gate(0, u, row, n), l.gate(1, u, row, n), l.gate(2, u, row, n), l.gate(3, u, row, n),
			prev, l.rows(l.c, u, row, n), h)
	}
	begun := sp.begun * kernel.Width
	if sp.begun > 0 {
		part(sp.row, sp.begun, l.rows(l.c, u, sp.from, sp.begun), h[:begun])
	}
	if fresh := sp.n - sp.begun; fresh > 0 {
		part(sp.row+sp.begun, fresh, ofTexts(l.c0, u, texts, lo+sp.begun, fresh), h[begun:])
	}
}

func (l *lstmPass) finalCells(p *packing, dst []float32, ld, lo, hi int) {
	for b := lo; b < hi; b++ {
		row := p.last(b, l.reverse)
		for u := range l.hPanels {
			copy(dst[b*ld+u*kernel.Width:][:min(kernel.Width, l.hidden-u*kernel.Width)], l.rows(l.c, u, row, 1))
		}
	}
}
