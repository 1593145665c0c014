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
	uses  []int32   // [len(words)]: how often each row was read
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
	o.words, o.rows, o.uses = o.words[:0], o.rows[:0], o.uses[:0]
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
	o.words, o.uses = append(o.words, word), append(o.uses, 0)
	o.slot[word] = int32(len(o.words))
	return int32(len(o.words) - 1)
}

// panels gathers rows into panels of n rows from row first on: dst is
// [panels][n][16].
func (o *overlay) panels(dst []float32, places []int32, n, first int) {
	for i, place := range places {
		o.uses[place]++
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

// crowd is the number of uses of a row in a round up to which the differences
// of all its chunks are added in full.
var crowd = float32(32)

// tally counts how often a round used a row, and in how many chunks.
type tally struct{ uses, chunks int32 }

// merge adds the differences of one part to the weights, chunk by chunk. Chunks
// that change a row often have all gone the same way, each without knowing of
// the others: their sum would overshoot. Beyond crowd uses it is scaled down,
// at most to the mean, which is as stable as a single chunk. tallies is [V] zeros,
// and is so again afterwards.
func merge(overlays []*overlay, part int, tallies []tally) {
	for _, o := range overlays {
		for _, i := range o.order[o.start[part]:o.start[part+1]] {
			t := &tallies[o.words[i]]
			t.uses += o.uses[i]
			t.chunks++
		}
	}
	for _, o := range overlays {
		for _, i := range o.order[o.start[part]:o.start[part+1]] {
			t := tallies[o.words[i]]
			share := float32(1)
			if n := float32(t.uses); n > crowd {
				share = max(crowd/n, 1/float32(t.chunks))
			}
			kernel.Axpy(o.base[int(o.words[i])*o.dim:][:o.dim], share, o.rows[int(i)*o.width:][:o.dim])
		}
	}
	for _, o := range overlays {
		for _, i := range o.order[o.start[part]:o.start[part+1]] {
			tallies[o.words[i]] = tally{}
		}
	}
}
