package word2vec

import "github.com/gorgonia-zoo/zoo/internal/kernel"

// parts is the number of pieces that the rows of a matrix are merged in.
const parts = 8

// overlay is a copy of the rows of a matrix that one chunk touches, so that
// chunks train side by side without seeing each other.
type overlay struct {
	base  []float32 // [V, dim], the weights
	dim   int
	width int       // dim rounded up to whole panels; the rest is zero
	slot  []int32   // [V]: 1 + the row's place in rows, 0 for none
	words []int32   // the rows that are here, in the order in which they came
	rows  []float32 // [len(words), width]
	bends []float32 // [len(words)]: curvature that each row met, see brake
	now   []float32 // [len(words)]: that of one block; zeros outside brake
	order []int32   // places, those of part 0 first
	start [parts + 1]int
}

func newOverlay(base []float32, dim int) *overlay {
	return &overlay{base: base, dim: dim, width: kernel.Panels(dim) * kernel.Width, slot: make([]int32, len(base)/dim)}
}

// reset forgets all rows.
func (o *overlay) reset() {
	for _, w := range o.words {
		o.slot[w] = 0
	}
	o.words, o.rows, o.bends, o.now = o.words[:0], o.rows[:0], o.bends[:0], o.now[:0]
}

// at returns the place of a word's row.
func (o *overlay) at(word int32) int32 {
	if s := o.slot[word]; s > 0 {
		return s - 1
	}
	n := len(o.rows)
	if n+o.width > cap(o.rows) {
		grown := make([]float32, n, max(2*n, 512*o.width))
		copy(grown, o.rows)
		o.rows = grown
	}
	o.rows = o.rows[:n+o.width]
	copy(o.rows[n:], o.base[int(word)*o.dim:][:o.dim])
	clear(o.rows[n+o.dim : n+o.width])
	o.words, o.bends, o.now = append(o.words, word), append(o.bends, 0), append(o.now, 0)
	o.slot[word] = int32(len(o.words))
	return int32(len(o.words) - 1)
}

// panels gathers rows into panels of n rows from row first on: dst is
// [panels][n][16].
func (o *overlay) panels(dst []float32, places []int32, n, first int) {
	for i, place := range places {
		row := o.rows[int(place)*o.width:][:o.width]
		at := (first + i) * kernel.Width
		for len(row) >= kernel.Width {
			*(*[kernel.Width]float32)(dst[at:]) = *(*[kernel.Width]float32)(row)
			row = row[kernel.Width:]
			at += n * kernel.Width
		}
	}
}

// transpose gathers up to 16 rows as columns: dst is [dim][16]. Columns past
// the last are zero.
func (o *overlay) transpose(dst []float32, places []int32) {
	for j := range kernel.Width {
		if j >= len(places) {
			for k := range o.dim {
				dst[k*kernel.Width+j] = 0
			}
			continue
		}
		row := o.rows[int(places[j])*o.width:][:o.dim]
		for k, v := range row {
			dst[k*kernel.Width+j] = v
		}
	}
}

// steepest is the largest curvature that a row may have in a block, in units of
// the learning rate: a step in a bowl of curvature 2 ends as high as it began.
const steepest = 1

// brake shortens the steps of rows that a block uses so often, or of vectors so
// long, that the sum of its gradients would overshoot: steps[i] is that of the row
// at places[i], bends[i] the trace of its curvature, which those of one row add to.
// In large vocabularies it rarely does.
func (o *overlay) brake(steps []float32, places []int32, bends []float32) {
	for i, place := range places {
		o.now[place] += bends[i]
	}
	for i, place := range places {
		if bend := o.now[place]; bend > steepest {
			kernel.Scale(steps[i*o.width:][:o.width], steepest/bend)
		}
	}
	for _, place := range places {
		o.bends[place] += min(o.now[place], steepest)
		o.now[place] = 0
	}
}

// lengths writes the squared length of each row.
func (o *overlay) lengths(dst []float32, places []int32) {
	for i, place := range places {
		dst[i] = float32(kernel.SumSquares(o.rows[int(place)*o.width:][:o.dim]))
	}
}

// settle turns the rows into what they differ by from the weights, and sorts
// them by part.
func (o *overlay) settle() {
	clear(o.start[:])
	for i, w := range o.words {
		kernel.Axpy(o.rows[i*o.width:][:o.dim], -1, o.base[int(w)*o.dim:][:o.dim])
		o.start[w%parts+1]++
	}
	next := [parts]int{}
	for p := range parts {
		o.start[p+1] += o.start[p]
		next[p] = o.start[p]
	}
	o.order = append(o.order[:0], o.words...)
	for i, w := range o.words {
		o.order[next[w%parts]] = int32(i)
		next[w%parts]++
	}
}

// bent is the curvature that the chunks of a round may meet in a row, together,
// in units of the learning rate, up to which all their differences are added.
const bent = 1

// tally adds up the curvature that a round met in a row, and counts its chunks.
type tally struct {
	bend   float32
	chunks int32
}

// merge adds the differences of one part to the weights, those that the overlays
// lie over, chunk by chunk. Chunks
// that have all gone far towards the same place, each without knowing of the
// others, would overshoot together: beyond bent their sum is scaled down, at most
// to the mean, which is as stable as a single chunk. tallies is [V] zeros, and is
// so again afterwards.
func merge(weights []float32, overlays []*overlay, part int, tallies []tally) {
	for _, o := range overlays {
		for _, i := range o.order[o.start[part]:o.start[part+1]] {
			t := &tallies[o.words[i]]
			t.bend += o.bends[i]
			t.chunks++
		}
	}
	for _, o := range overlays {
		for _, i := range o.order[o.start[part]:o.start[part+1]] {
			t := tallies[o.words[i]]
			share := float32(1)
			if t.bend > bent {
				share = max(bent/t.bend, 1/float32(t.chunks))
			}
			kernel.Axpy(weights[int(o.words[i])*o.dim:][:o.dim], share, o.rows[int(i)*o.width:][:o.dim])
		}
	}
	for _, o := range overlays {
		for _, i := range o.order[o.start[part]:o.start[part+1]] {
			tallies[o.words[i]] = tally{}
		}
	}
}
