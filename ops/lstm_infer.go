package ops

import (
	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// lstmInfer is one direction of an LSTM layer without a backward pass. Nobody
// reads its gates again, so it keeps a text's states and gates in rows: what one
// call of a kernel takes lies together, for a single text as for many.
//
// Legend: B texts, D inputs, H hidden units, H' and Q columns of a gate and of
// all four (each gate filled up to whole panels).
type lstmInfer struct {
	in, hidden int
	reverse    bool
	run        *halting

	units int // H'
	zRow  int // distance of the gates' rows
	ahead int // steps whose product with x is taken at once; 0 for all, before the first

	wx []float32 // [Q/16][D+1][16] weights of x, and biases
	// The recurrent weights: float32, or float16 for steps of few texts when all of
	// them are exact in it. Both are made when first needed.
	wh     []float32 // [Q/16][H'][16]
	half   []uint16  // [Q/16][H'][16]
	noHalf bool      // some weight is not exact in float16

	x    []float32 // [B*ahead or U][D+1] inputs, and the one that carries the biases
	xw   []float32 // [U][zRow] the product of each input that tokens share
	z    []float32 // [B*ahead or B][zRow] gates: [4][H'], and a gap
	c, h []float32 // [B][H'] states
}

func newLSTMInfer(in, hidden int, reverse bool, run *halting) *lstmInfer {
	units := kernel.Panels(hidden) * kernel.Width
	// The gap keeps the rows of a panel out of each other's cache sets.
	return &lstmInfer{in: in, hidden: hidden, reverse: reverse, run: run, units: units, zRow: 4*units + kernel.Width}
}

// A step of few texts is as slow as its weights are read. Batches of up to
// aheadTexts texts multiply x with its weights for aheadSteps steps at once, and
// read only those of h at each.
const (
	aheadTexts = 16
	aheadSteps = 32
)

// The products of the inputs that tokens share are taken before the first step if
// there are at most sharedInputs of them, for they are kept (84 MB at H = 256), and
// at most sharedQuarters/4 as many as tokens: each token then has to fetch its
// product, 4 KB (BenchmarkInferSharedLSTM).
const (
	sharedInputs   = 1 << 14
	sharedQuarters = 3
)

// prepare packs the weights that have not been and makes room for a batch.
func (l *lstmInfer) prepare(w [4][]float32, p *packing, x lstmInput, begin lstmRows) {
	inputs := len(x.data) / l.in
	switch {
	case x.rows != nil && inputs <= sharedInputs && inputs*4 <= p.tokens*sharedQuarters:
		l.ahead = 0
	case p.texts <= aheadTexts:
		l.ahead = aheadSteps
	default:
		l.ahead = 1
	}
	if l.wx == nil {
		l.packInput(w)
	}
	few := p.texts <= kernel.HalfRows()
	if few && l.half == nil && !l.noHalf {
		l.half = packHalf(w[1], l.hidden, l.units)
		l.noHalf = l.half == nil
	}
	if l.wh == nil && (!few || l.noHalf) {
		l.wh = packRecurrent(w[1], l.hidden, l.units)
	}
	rows := p.texts * max(1, l.ahead)
	l.z = grow(l.z, rows*l.zRow, 0)
	l.c = grow(l.c, p.texts*l.units, 0)
	l.h = grow(l.h, p.texts*l.units, 0)
	begin.rows(l.c, begin.cell, p.texts, l.hidden, l.units)
	begin.rows(l.h, begin.hidden, p.texts, l.hidden, l.units)
	if l.ahead > 0 {
		l.x = grow(l.x, rows*(l.in+1), 0)
		return
	}
	l.x = grow(l.x, inputs*(l.in+1), 0)
	l.xw = grow(l.xw, inputs*l.zRow, 0)
	l.run.parallel((inputs+tokenBlock-1)/tokenBlock, func(block int) { // what ends it, Do asks
		lo := block * tokenBlock
		n := min(tokenBlock, inputs-lo)
		for row := lo; row < lo+n; row++ {
			l.input(row, x.data[row*l.in:(row+1)*l.in])
		}
		l.inputProduct(l.xw, lo, n)
	})
}

// packInput lays out the weights of x and the sum of the biases.
func (l *lstmInfer) packInput(w [4][]float32) {
	l.wx = make([]float32, 4*l.units*(l.in+1))
	eachColumn(l.hidden, func(row, panel, j int) {
		to := l.wx[panel*(l.in+1)*kernel.Width+j:]
		for d, v := range w[0][row*l.in : (row+1)*l.in] {
			to[d*kernel.Width] = v
		}
		to[l.in*kernel.Width] = w[2][row] + w[3][row]
	})
}

// packRecurrent lays out the weights of h in panels of units rows.
func packRecurrent(w []float32, hidden, units int) []float32 {
	packed := make([]float32, 4*units*units)
	eachColumn(hidden, func(row, panel, j int) {
		to := packed[panel*units*kernel.Width+j:]
		for h, v := range w[row*hidden : (row+1)*hidden] {
			to[h*kernel.Width] = v
		}
	})
	return packed
}

// packHalf is packRecurrent in float16, or nil when some weight is not exact.
func packHalf(w []float32, hidden, units int) []uint16 {
	for _, v := range w {
		if _, exact := kernel.ToHalf(v); !exact {
			return nil
		}
	}
	packed := make([]uint16, 4*units*units)
	eachColumn(hidden, func(row, panel, j int) {
		to := packed[panel*units*kernel.Width+j:]
		for h, v := range w[row*hidden : (row+1)*hidden] {
			to[h*kernel.Width], _ = kernel.ToHalf(v)
		}
	})
	return packed
}

// eachColumn calls f with each row of the four gates' weights and the panel and
// the column in it where that row goes. Columns that only fill a panel get none.
func eachColumn(hidden int, f func(row, panel, j int)) {
	panels := kernel.Panels(hidden)
	kernel.Parallel(4*panels, func(panel int) {
		gate, first := panel/panels, panel%panels*kernel.Width
		for j := range min(kernel.Width, hidden-first) {
			f(gate*hidden+first+j, panel, j)
		}
	})
}

// step returns how many of the texts lo..hi-1 have a token at step s, and the
// packed row of the first one's.
func (l *lstmInfer) step(p *packing, s, lo, hi int) (n, token int) {
	t := s
	if l.reverse {
		t = p.steps - 1 - s
	}
	return max(0, min(hi, p.alive(t))-lo), p.offsets[t] + lo
}

// forward runs the texts lo..hi-1 through all their tokens and writes hidden
// states into out, whose rows are ld apart, unless the run is ended.
func (l *lstmInfer) forward(p *packing, x lstmInput, out []float32, ld, lo, hi int) {
	units, row := l.units, 0 // row of the next step's gates
	for s := range p.steps {
		if l.run.halted() {
			return
		}
		if l.ahead > 0 && s%l.ahead == 0 {
			row = lo * l.ahead
			l.aheadProduct(p, x, s, lo, hi)
		}
		n, token := l.step(p, s, lo, hi)
		if n == 0 {
			continue
		}
		if l.ahead == 0 {
			row = lo
			for i, from := range x.rows[token : token+n] {
				copy(l.z[(row+i)*l.zRow:][:4*units], l.xw[int(from)*l.zRow:])
			}
		}
		l.recurrentProduct(row, lo, n)
		for b := lo; b < lo+n; b++ {
			z, c, h := l.z[row*l.zRow:], l.c[b*units:(b+1)*units], l.h[b*units:(b+1)*units]
			kernel.LSTMForward(z[:units], z[units:2*units], z[2*units:3*units], z[3*units:4*units], c, c, h)
			copy(out[token*ld:][:l.hidden], h)
			row++
			token++
		}
	}
}

func (l *lstmInfer) finalCells(_ *packing, dst []float32, ld, lo, hi int) {
	for b := lo; b < hi; b++ {
		copy(dst[b*ld:][:l.hidden], l.c[b*l.units:])
	}
}

// aheadProduct begins the gates of the steps from s on.
func (l *lstmInfer) aheadProduct(p *packing, x lstmInput, s, lo, hi int) {
	first := lo * l.ahead
	row := first
	for end := min(s+l.ahead, p.steps); s < end; s++ {
		n, token := l.step(p, s, lo, hi)
		for at := token; at < token+n; at++ {
			from := at
			if x.rows != nil {
				from = int(x.rows[at])
			}
			l.input(row, x.data[from*l.in:(from+1)*l.in])
			row++
		}
	}
	if row > first {
		l.inputProduct(l.z, first, row-first)
	}
}

// input fills a row of the left operand of inputProduct.
func (l *lstmInfer) input(row int, x []float32) {
	to := l.x[row*(l.in+1) : (row+1)*(l.in+1)]
	copy(to, x)
	to[l.in] = 1
}

// inputProduct begins rows of gates: their product with x and the one.
func (l *lstmInfer) inputProduct(z []float32, first, rows int) {
	width := l.in + 1
	kernel.Mul(z[first*l.zRow:], l.zRow, kernel.Width,
		kernel.Operand{Data: l.x[first*width:], Row: width, Col: 1, Width: width},
		l.wx, width*kernel.Width, rows, width, 4*l.units/kernel.Width, false)
}

// recurrentProduct adds the product with the hidden states of n texts from lo on
// to their gates, whose first row is given.
func (l *lstmInfer) recurrentProduct(row, lo, n int) {
	z, panel, panels := l.z[row*l.zRow:], l.units*kernel.Width, 4*l.units/kernel.Width
	h := kernel.Operand{Data: l.h[lo*l.units:], Row: l.units, Col: 1, Width: l.units}
	if l.half != nil && n <= kernel.HalfRows() {
		kernel.MulHalf(z, l.zRow, kernel.Width, h, l.half, panel, n, l.units, panels, true)
		return
	}
	kernel.Mul(z, l.zRow, kernel.Width, h, l.wh, panel, n, l.units, panels, true)
}
