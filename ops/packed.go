package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
)

// packing says where the tokens of a batch of ragged texts lie when the batch
// is packed as PyTorch's PackedSequence: texts sorted longest first, then the
// first token of every text, the second of every text that has one, and so
// on. Token t of text b is row offsets[t]+b; no padding exists.
type packing struct {
	texts   int   // B: texts in the batch
	tokens  int   // N: tokens in all
	steps   int   // T: length of the longest text
	offsets []int // [T+1] first row of each time step
	lens    []int32
}

// alive returns the number of texts that have a token at time t.
func (p *packing) alive(t int) int { return p.offsets[t+1] - p.offsets[t] }

// read takes the layout from a lengths vector: the lengths of the texts,
// longest first, followed by zeros up to the vector's capacity.
func (p *packing) read(op string, v G.Value) error {
	lens, err := ints(op, v)
	if err != nil {
		return err
	}
	p.texts = 0
	for p.texts < len(lens) && lens[p.texts] > 0 {
		p.texts++
	}
	for i, n := range lens {
		if i > 0 && n > lens[i-1] || n < 0 {
			return fmt.Errorf("ops: %s: length %d of text %d: lengths must be positive, longest first, zeros last", op, n, i)
		}
	}
	if p.texts == 0 {
		return fmt.Errorf("ops: %s: a batch without tokens", op)
	}
	p.lens = lens[:p.texts]
	p.steps = int(lens[0])
	if cap(p.offsets) < p.steps+1 {
		p.offsets = make([]int, 0, p.steps+1+p.steps/4)
	}
	p.offsets = append(p.offsets[:0], 0)
	row, n := 0, p.texts
	for t := range p.steps {
		for int(p.lens[n-1]) <= t {
			n--
		}
		row += n
		p.offsets = append(p.offsets, row)
	}
	p.tokens = row
	return nil
}

// check reports whether a value of the given number of rows is one row a
// token.
func (p *packing) check(op string, rows int) error {
	if rows != p.tokens {
		return fmt.Errorf("ops: %s: input has %d rows, the lengths say %d tokens", op, rows, p.tokens)
	}
	return nil
}

// deal cuts the texts into at most n ranges of neighbours with about the same
// number of tokens each. Ranges only decide who computes what, never what is
// computed.
func (p *packing) deal(n int, bounds []int) []int {
	n = max(1, min(n, p.texts))
	bounds = append(bounds[:0], 0)
	sum, total := 0, p.tokens
	for b, l := range p.lens {
		sum += int(l)
		if k := len(bounds); k < n && sum*n >= total*k {
			bounds = append(bounds, b+1)
		}
	}
	if bounds[len(bounds)-1] < p.texts {
		bounds = append(bounds, p.texts)
	}
	return bounds
}

// Pack writes the tokens of texts, which must be sorted longest first, into
// dst in packed order and their lengths into lens; it returns the number of
// tokens. dst and lens must be large enough; lens is padded with zeros.
func Pack(dst, lens []int32, texts [][]int32) int {
	for i := range lens {
		lens[i] = 0
	}
	for b, text := range texts {
		lens[b] = int32(len(text))
	}
	row, n := 0, len(texts)
	for t := 0; n > 0; t++ {
		for n > 0 && len(texts[n-1]) <= t {
			n--
		}
		for b := range n {
			dst[row] = texts[b][t]
			row++
		}
	}
	return row
}
