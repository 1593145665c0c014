package word2vec

import (
	"math/rand/v2"

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
