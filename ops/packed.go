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

// last returns the row of the token that text b is read to the end with: its last one,
// or its first if it is read from the end.
func (p *packing) last(b int, reverse bool) int {
	if reverse {
		return b
	}
	return p.offsets[p.lens[b]-1] + b
}

// count returns the texts and tokens of a lengths vector: the lengths of the
// texts, longest first, followed by zeros up to the vector's capacity.
func count(op string, v G.Value) (lens []int32, texts, tokens int, err error) {
	if lens, err = ints(op, v); err != nil {
		return nil, 0, 0, err
	}
	for i, n := range lens {
		if i > 0 && n > lens[i-1] || n < 0 {
			return nil, 0, 0, fmt.Errorf("ops: %s: length %d of text %d: lengths must be positive, longest first, zeros last", op, n, i)
		}
		if n > 0 {
			texts++
		}
		tokens += int(n)
	}
	if texts == 0 {
		return nil, 0, 0, fmt.Errorf("ops: %s: a batch without tokens", op)
	}
	return lens, texts, tokens, nil
}

// read takes the layout from a lengths vector, for an input that has the
// given number of rows, one a token.
func (p *packing) read(op string, v G.Value, rows int) error {
	lens, texts, tokens, err := count(op, v)
	if err != nil {
		return err
	}
	if rows != tokens {
		return fmt.Errorf("ops: %s: input has %d rows, the lengths say %d tokens", op, rows, tokens)
	}
	p.layout(lens, texts, tokens)
	return nil
}

// layout takes the layout from what count returns. Its cost is that of the longest
// text, so the caller bounds the tokens first.
func (p *packing) layout(lens []int32, texts, tokens int) {
	p.texts, p.tokens, p.lens = texts, tokens, lens[:texts]
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

// Pack writes the tokens of texts, sorted longest first and none empty, into
// dst in packed order and their lengths into lens; it returns the number of
// tokens. lens is padded with zeros. It is an error when texts are not sorted
// or dst or lens too short, and both are then left as they were.
func Pack(dst, lens []int32, texts [][]int32) (int, error) {
	tokens, err := checkPack(dst, lens, texts)
	if err != nil {
		return 0, err
	}
	clear(lens)
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
	return tokens, nil
}

// checkPack returns the number of tokens of texts that can be packed, or why they
// cannot.
func checkPack(dst, lens []int32, texts [][]int32) (int, error) {
	tokens := 0
	for b, text := range texts {
		if len(text) == 0 || b > 0 && len(text) > len(texts[b-1]) {
			return 0, fmt.Errorf("ops: pack: text %d has %d tokens: texts must not be empty and come longest first", b, len(text))
		}
		tokens += len(text)
	}
	if tokens > len(dst) || len(texts) > len(lens) {
		return 0, fmt.Errorf("ops: pack: %d tokens of %d texts, there is room for %d of %d", tokens, len(texts), len(dst), len(lens))
	}
	return tokens, nil
}
