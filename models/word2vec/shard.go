package word2vec

import (
	"math/rand/v2"
	"slices"

	"github.com/gorgonia-zoo/zoo/internal/exact"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// centres is the number of centres in a block: one panel of outputs.
const centres = kernel.Width

// negatives is the number of negatives that the pairs of a block share.
const negatives = 16

// shard trains one chunk at a time. Its buffers stay.
type shard struct {
	t       *Trainer
	in, out *overlay
	places  []int32 // of the words of a sentence in in
	words   []int32 // those words
	reach   []int32 // b of each of them

	rows    int       // n: words that the block's windows cover
	targets int       // centres of the block
	outputs []int32   // the words of the outputs: targets, then negatives at centres
	at      []int32   // their places in out
	x       []float32 // [panels][n][16]: vectors of the words
	y       []float32 // [panels][outputs][16]: vectors of the outputs
	yt      []float32 // [outputs/16][D][16]: the same transposed
	e       []float32 // [outputs/16][n][16]: scores, then their gradient times -rate
	mix     []float32 // CBOW [centres][n]: share of each word in the mean
	h, dh   []float32 // CBOW [panels][centres][16]
	dx, dy  []float32 // [n, width], [outputs, width]
	weight  []float32 // [n]: pairs that each word is in
	xx, yy  []float32 // [n], [outputs]: squared lengths of what is scored
	bx, by  []float32 // [n], [outputs]: traces of the curvature, times the rate
	bh      []float32 // CBOW [centres]
	rate    float32

	measured    bool
	loss, pairs float64 // of the chunk's first block
}

func newShard(t *Trainer) *shard {
	d := t.config.Dim
	in, out := newOverlay(t.in.Data(), d), newOverlay(t.out.Data(), d)
	n, m := centres+2*t.config.Window, centres+negatives
	s := &shard{
		t: t, in: in, out: out, outputs: make([]int32, m), at: make([]int32, m),
		x: make([]float32, n*in.width), y: make([]float32, m*in.width), yt: make([]float32, m*d),
		e: make([]float32, m*max(n, centres)), dx: make([]float32, n*in.width), dy: make([]float32, m*in.width),
		weight: make([]float32, n), xx: make([]float32, n), yy: make([]float32, m),
		bx: make([]float32, n), by: make([]float32, m), bh: make([]float32, centres),
	}
	if t.config.CBOW {
		s.mix = make([]float32, centres*n)
		s.h, s.dh = make([]float32, centres*in.width), make([]float32, centres*in.width)
	}
	return s
}

// train trains one chunk.
func (s *shard) train(chunk int, rate float32, rng *rand.Rand) {
	s.in.reset()
	s.out.reset()
	s.rate, s.measured, s.loss, s.pairs = rate, false, 0, 0
	window := uint64(s.t.config.Window)
	s.t.corpus.sentences(chunk, func(ids []int32) {
		s.places, s.words, s.reach = s.places[:0], s.words[:0], s.reach[:0]
		for _, w := range ids {
			// One number decides about both.
			r := rng.Uint64()
			if r>>32 < s.t.keep[w] {
				s.places = append(s.places, s.in.at(w))
				s.words = append(s.words, w)
				s.reach = append(s.reach, int32(1+r&(1<<32-1)*window>>32))
			}
		}
		if len(s.words) < 2 {
			return
		}
		for first := 0; first < len(s.words); first += centres {
			s.block(first, min(first+centres, len(s.words)), rng)
		}
	})
	s.in.settle()
	s.out.settle()
}

// block trains the pairs of the centres first to last.
func (s *shard) block(first, last int, rng *rand.Rand) {
	from := max(0, first-s.t.config.Window)
	to := min(len(s.words), last+s.t.config.Window)
	s.rows, s.targets = to-from, last-first
	d, width, panels := s.in.dim, s.in.width, kernel.Panels(s.in.dim)

	copy(s.outputs, s.words[first:last])
	for i := range negatives {
		s.outputs[centres+i] = s.t.draw.draw(rng)
	}
	for j, w := range s.outputs {
		if j < s.targets || j >= centres {
			s.at[j] = s.out.at(w)
		}
	}
	m := centres + negatives
	s.in.panels(s.x, s.places[from:to], s.rows, 0)
	s.out.panels(s.y, s.at[:s.targets], m, 0)
	s.out.panels(s.y, s.at[centres:], m, centres)
	s.out.transpose(s.yt, s.at[:s.targets])
	for q := 1; q < m/centres; q++ {
		s.out.transpose(s.yt[q*d*centres:], s.at[q*centres:][:centres])
	}

	s.in.lengths(s.xx, s.places[from:to])
	s.out.lengths(s.yy, s.at[:s.targets])
	s.out.lengths(s.yy[centres:], s.at[centres:])
	clear(s.bx)
	clear(s.by)
	// left [n, D] is what is scored: the words themselves, or the means.
	left, n := s.x, s.rows
	if s.mix != nil {
		s.means(first, last, from)
		left, n = s.h, s.targets
	}
	kernel.Mul(s.e, centres, n*centres, kernel.PanelRows(left, n, 0), s.yt, d*centres, n, d, m/centres, false)
	e := s.e[:n*m]
	kernel.Sigmoid(e, e)
	if s.mix == nil {
		s.pairsOf(first, last, from)
	} else {
		s.meansOf(first, last)
	}
	for q := range m / centres {
		kernel.Mul(s.dy[q*centres*width:], width, centres, kernel.PanelColumns(e[q*n*centres:], n),
			left, n*centres, centres, n, panels, false)
	}
	back := kernel.PanelRows(e, n, 0)
	if s.mix == nil {
		kernel.Mul(s.dx, width, centres, back, s.y, m*centres, n, m, panels, false)
	} else {
		kernel.Mul(s.dh, centres, n*centres, back, s.y, m*centres, n, m, panels, false)
		kernel.Mul(s.dx, width, centres, kernel.Operand{Data: s.mix, Row: 1, Col: s.rows, Width: n},
			s.dh, n*centres, s.rows, n, panels, false)
	}
	s.in.brake(s.dx, s.places[from:to], s.bx)
	s.out.brake(s.dy, s.at[:s.targets], s.by)
	s.out.brake(s.dy[centres*width:], s.at[centres:], s.by[centres:])
	kernel.AddRows(s.in.rows, s.places[from:to], s.dx[:s.rows*width], width)
	kernel.AddRows(s.out.rows, s.at[:s.targets], s.dy[:s.targets*width], width)
	kernel.AddRows(s.out.rows, s.at[centres:], s.dy[centres*width:], width)
}

// span returns the window of a centre.
func (s *shard) span(centre int) (lo, hi int) {
	b := int(s.reach[centre])
	return max(0, centre-b), min(len(s.words), centre+b+1)
}

// pairsOf turns the scores of skip-gram into their gradient, times -rate: a
// pair has the label 1, a word and a negative the label 0 as often as the word
// is in a pair, but for pairs whose centre the negative is.
func (s *shard) pairsOf(first, last, from int) {
	n := s.rows
	e, weight := s.e, s.weight[:n]
	clear(weight)
	if !s.measured {
		s.measure(first, last, from)
	}
	for c := first; c < last; c++ {
		lo, hi := s.span(c)
		column := e[c-first:]
		for r := range n {
			p := &column[r*centres]
			if at := from + r; at < lo || at >= hi || at == c {
				*p = 0
				continue
			}
			bend := (1 - *p) * *p * s.rate
			s.bx[r] += float32(bend * s.yy[c-first])
			s.by[c-first] += float32(bend * s.xx[r])
			*p = (1 - *p) * s.rate
			weight[r]++
		}
	}
	for r := range n {
		clear(e[r*centres+last-first : (r+1)*centres])
	}
	share := s.rate * float32(s.t.config.Negative) / float32(negatives)
	for q := 1; q <= negatives/centres; q++ {
		panel := e[q*n*centres:][:n*centres]
		for r, w := range weight {
			factor := -share * w
			row := (*[centres]float32)(panel[r*centres:])
			yy, by := (*[centres]float32)(s.yy[q*centres:]), (*[centres]float32)(s.by[q*centres:])
			sum, xx := float32(0), s.xx[r]
			for j, p := range row {
				row[j] = p * factor
				bend := (p - 1) * row[j]
				sum += float32(bend * yy[j])
				by[j] += float32(bend * xx)
			}
			s.bx[r] += sum
		}
	}
	for j, w := range s.outputs[centres:] {
		if slices.Contains(s.words[first:last], w) {
			s.spare(j, w, first, last, from)
		}
	}
}

// spare takes the pairs whose centre is negative j out of its share.
func (s *shard) spare(j int, w int32, first, last, from int) {
	n := s.rows
	for r := range n {
		own := float32(0)
		for c := first; c < last; c++ {
			lo, hi := s.span(c)
			if at := from + r; s.words[c] == w && at >= lo && at < hi && at != c {
				own++
			}
		}
		if own > 0 {
			s.e[(1+j/centres)*n*centres+r*centres+j%centres] *= (s.weight[r] - own) / s.weight[r]
		}
	}
}

// measure adds up the loss of a block, from its probabilities.
func (s *shard) measure(first, last, from int) {
	n := s.rows
	for r := range n {
		product, pairs := 1.0, 0
		for c := first; c < last; c++ {
			lo, hi := s.span(c)
			if at := from + r; at >= lo && at < hi && at != c {
				product *= max(1e-7, float64(s.e[r*centres+c-first]))
				pairs++
			}
		}
		if pairs == 0 {
			continue
		}
		s.count(product, s.e[n*centres:], r, n, float64(pairs))
	}
	s.measured = s.pairs > 0
}

// count adds the loss of some pairs that share one vector: that of their
// labels 1 is -log(product), and negatives are in row r of panels.
func (s *shard) count(product float64, panels []float32, r, n int, pairs float64) {
	none := 1.0
	for j := range negatives {
		none *= max(1e-7, 1-float64(panels[j/centres*n*centres+r*centres+j%centres]))
	}
	each := pairs * float64(s.t.config.Negative) / float64(negatives)
	s.loss -= exact.Log(product)
	s.loss -= float64(each * exact.Log(none))
	s.pairs += pairs
}

// means writes the mean of each centre's window to h.
func (s *shard) means(first, last, from int) {
	mix := s.mix[:s.targets*s.rows]
	clear(mix)
	for c := first; c < last; c++ {
		lo, hi := s.span(c)
		share := 1 / float32(hi-lo-1)
		for at := lo; at < hi; at++ {
			if at != c {
				mix[(c-first)*s.rows+at-from] = share
			}
		}
	}
	a := kernel.Operand{Data: mix, Row: s.rows, Col: 1, Width: s.rows}
	for i := range s.targets { // |h|² is at most the mean of the squares
		length := float32(0)
		for r, share := range mix[i*s.rows:][:s.rows] {
			length += float32(share * s.xx[r])
		}
		s.bh[i] = length
	}
	kernel.Mul(s.h, centres, s.targets*centres, a, s.x, s.rows*centres, s.targets, s.rows, kernel.Panels(s.in.dim), false)
}

// meansOf is pairsOf for CBOW, where each centre has one pair.
func (s *shard) meansOf(first, last int) {
	n, e := s.targets, s.e
	if !s.measured {
		for i := range n {
			s.count(max(1e-7, float64(e[i*centres+i])), e[n*centres:], i, n, 1)
		}
		s.measured = true
	}
	share := s.rate * float32(s.t.config.Negative) / float32(negatives)
	for i := range n {
		row := e[i*centres:][:centres]
		p := (1 - row[i]) * s.rate
		hh := s.bh[i]
		bend := row[i] * p
		sum := float32(bend * s.yy[i])
		s.by[i] += float32(bend * hh)
		clear(row)
		row[i] = p
		for j, w := range s.outputs[centres:] {
			p := &e[(1+j/centres)*n*centres+i*centres+j%centres]
			if w == s.words[first+i] {
				*p = 0
			}
			bend := (1 - *p) * *p * share
			sum += float32(bend * s.yy[centres+j])
			s.by[centres+j] += float32(bend * hh)
			*p *= -share
		}
		for r, share := range s.mix[i*s.rows:][:s.rows] {
			s.bx[r] += float32(share * share * sum)
		}
	}
}
