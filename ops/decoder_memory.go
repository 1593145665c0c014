package ops

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// sourceMemory is the source texts of a batch, each packed for the products of one
// query with its keys and of one row of probabilities with its values.
//
// Legend: L tokens of a source text, P its columns of scores, L rounded up to 16.
type sourceMemory struct {
	order []int32 // [B] source text of each target text
	seen  []bool

	lens   []int32   // [B] of the source texts
	rows   []int     // [B] L of the texts before
	cols   []int     // [B] P of the texts before
	keys   []float32 // by text: [P/16][H][16]
	values []float32 // by text: [A/16][L][16]

	// The same for the backward pass.
	keysBack   []float32 // by text: [H/16][L][16]
	valuesBack []float32 // by text: [P/16][A][16]
	gathered   []float32 // [S][max(H, A)]

	begin          []int     // [B] where the scores of a target text begin
	probs, dScores []float32 // by target text: [T][P]
	tmp            []float32
}

// room makes room for the scores of all steps of a batch.
func (m *sourceMemory) room(target *packing) {
	m.begin = m.begin[:0]
	size := 0
	for b, l := range target.lens {
		m.begin = append(m.begin, size)
		size += int(l) * columns(m.lens[m.order[b]])
	}
	m.probs, m.dScores = grow(m.probs, size, 0), grow(m.dScores, size, 0)
}

// at is the row of scores of target text b at step s.
func (m *sourceMemory) at(scores []float32, b, s int) []float32 {
	p := columns(m.lens[m.order[b]])
	return scores[m.begin[b]+s*p:][:p]
}

// setOrder takes the order of the source texts, which must be a permutation.
func (m *sourceMemory) setOrder(order []int32) error {
	m.seen = grow(m.seen, len(order), 0)
	clear(m.seen)
	for b, from := range order {
		if from < 0 || int(from) >= len(order) || m.seen[from] {
			return fmt.Errorf("ops: decoder: target text %d has source text %d, want each of 0 to %d once", b, from, len(order)-1)
		}
		m.seen[from] = true
	}
	m.order = order
	return nil
}

// columns is P.
func columns(length int32) int { return kernel.Panels(int(length)) * kernel.Width }

// pack lays out the keys [S, H] and values [S, A] of the texts of source.
func (m *sourceMemory) pack(s decoderShape, source *packing, keys, values []float32, back bool) {
	m.lens = append(m.lens[:0], source.lens...)
	m.rows, m.cols = append(m.rows[:0], 0), append(m.cols[:0], 0)
	for b, l := range m.lens {
		m.rows, m.cols = append(m.rows, m.rows[b]+int(l)), append(m.cols, m.cols[b]+columns(l))
	}
	tokens, cols := m.rows[source.texts], m.cols[source.texts]
	m.keys = grow(m.keys, cols*s.units, 0)
	m.values = grow(m.values, tokens*s.width, 0)
	if back {
		m.keysBack = grow(m.keysBack, tokens*s.units, 0)
		m.valuesBack = grow(m.valuesBack, cols*s.width, 0)
	}
	width := max(s.units, s.width)
	m.gathered = grow(m.gathered, tokens*width, 0)
	kernel.Parallel(source.texts, func(b int) {
		l := int(m.lens[b])
		text := m.gathered[m.rows[b]*width:]
		gather := func(from []float32, cols int) {
			for t := range l {
				copy(text[t*cols:][:cols], from[(source.offsets[t]+b)*cols:])
			}
		}
		gather(keys, s.units)
		kernel.PackT(m.keys[m.cols[b]*s.units:], text, l, s.units, s.units)
		if back {
			kernel.Pack(m.keysBack[m.rows[b]*s.units:], text, l, s.units, s.units)
		}
		gather(values, s.width)
		kernel.Pack(m.values[m.rows[b]*s.width:], text, l, s.width, s.width)
		if back {
			kernel.PackT(m.valuesBack[m.cols[b]*s.width:], text, l, s.width, s.width)
		}
	})
}

// attend writes the probabilities of the tokens of source text b to p [P], for the
// hidden state that query reads.
func (m *sourceMemory) attend(s decoderShape, b int, p []float32, query kernel.Operand) {
	l := int(m.lens[b])
	kernel.Mul(p, kernel.Width, kernel.Width, query, m.keys[m.cols[b]*s.units:], s.units*kernel.Width, 1, s.units, kernel.Panels(l), false)
	softmaxRow(p[:l])
	clear(p[l:])
}

// context adds the values of source text b, weighted by p, to a row of panels.
func (m *sourceMemory) context(s decoderShape, b int, dst []float32, panel int, p []float32) {
	l := int(m.lens[b])
	kernel.Mul(dst, kernel.Width, panel, kernel.Operand{Data: p, Row: len(p), Col: 1, Width: l},
		m.values[m.rows[b]*s.width:], l*kernel.Width, 1, l, s.width/kernel.Width, true)
}

// attendBackward writes the gradients of the scores of source text b to scores [P] and
// adds the query's gradient to a row of panels; p are the probabilities and d reads the
// gradient of what context added to.
func (m *sourceMemory) attendBackward(s decoderShape, b int, scores, p []float32, d kernel.Operand, dst []float32, panel int) {
	l := int(m.lens[b])
	kernel.Mul(scores, kernel.Width, kernel.Width, d, m.valuesBack[m.cols[b]*s.width:], s.width*kernel.Width, 1, s.width, kernel.Panels(l), false)
	sum := float32(0)
	for i, v := range p[:l] {
		sum += float32(v * scores[i])
	}
	for i, v := range p {
		scores[i] = v * (scores[i] - sum)
	}
	kernel.Mul(dst, kernel.Width, panel, kernel.Operand{Data: scores, Row: len(scores), Col: 1, Width: l},
		m.keysBack[m.rows[b]*s.units:], l*kernel.Width, 1, l, s.units/kernel.Width, true)
}

// softmaxRow replaces x by its softmax. The sum is taken in ascending order.
func softmaxRow(x []float32) {
	top := x[0]
	for _, v := range x {
		top = max(top, v)
	}
	for i := range x {
		x[i] -= top
	}
	kernel.Exp(x, x)
	sum := float32(0)
	for _, v := range x {
		sum += v
	}
	kernel.Scale(x, 1/sum)
}
