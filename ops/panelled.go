package ops

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// panelled is the value of the nodes between the ops of an encoder: a matrix
// [rows, cols] in the layout of the kernels, panels of 16 columns one after another,
// each with stride rows of which the first are used. Every product then reads it as
// it is. Columns that only fill the last panel are zero.
//
// The texts of a batch lie one after another, longest first: attention meets one
// text at a time.
type panelled struct {
	*tensor.Dense // [panels, stride*16], for Gorgonia's sake
	data          []float32
	rows, cols    int
	stride        int
}

// panel is the distance between panels in floats.
func (p *panelled) panel() int { return p.stride * kernel.Width }

// at returns a panel from a row on.
func (p *panelled) at(panel, row int) []float32 { return p.data[panel*p.panel()+row*kernel.Width:] }

// operand reads the rows from one on.
func (p *panelled) operand(row int) kernel.Operand {
	return kernel.PanelRows(p.data, p.stride, row)
}

// resize makes room for a matrix, contents undefined but that nothing is kept of
// columns past the last. limit bounds the rows.
func (p *panelled) resize(rows, cols, limit int) {
	panels := kernel.Panels(cols)
	stride := spread(rows)
	p.data = grow(p.data, panels*stride*kernel.Width, panels*spread(limit)*kernel.Width)
	if p.Dense == nil || p.stride != stride || p.cols != cols {
		p.Dense = tensor.New(tensor.WithShape(panels, stride*kernel.Width), tensor.WithBacking(p.data))
	}
	p.rows, p.cols, p.stride = rows, cols, stride
}

// panelsOf returns the panelled value in v.
func panelsOf(op string, v G.Value, cols int) (*panelled, error) {
	p, ok := v.(*panelled)
	if !ok {
		return nil, fmt.Errorf("ops: %s: input is a %T, want the output of an encoder's op", op, v)
	}
	if p.cols != cols || p.rows == 0 {
		return nil, fmt.Errorf("ops: %s: input [%d %d], want %d columns", op, p.rows, p.cols, cols)
	}
	return p, nil
}

// joined says where the texts of a batch lie one after another.
type joined struct {
	texts, tokens int
	lens          []int32
	starts        []int // [texts+1] row of each text's first token
}

// read takes the layout from a lengths vector, for an input of so many rows.
func (l *joined) read(op string, v G.Value, rows int) error {
	lens, texts, tokens, err := count(op, v)
	if err != nil {
		return err
	}
	if rows != tokens {
		return fmt.Errorf("ops: %s: input has %d rows, the lengths say %d tokens", op, rows, tokens)
	}
	l.texts, l.tokens, l.lens = texts, tokens, lens[:texts]
	l.starts = append(l.starts[:0], 0)
	row := 0
	for _, n := range l.lens {
		row += int(n)
		l.starts = append(l.starts, row)
	}
	return nil
}

// deal cuts the texts into ranges of neighbours of at least rows tokens each.
// Ranges only decide who computes what, never what is computed.
func (l *joined) deal(rows int, bounds []int) []int {
	bounds = append(bounds[:0], 0)
	for b := range l.texts {
		if l.starts[b+1]-l.starts[bounds[len(bounds)-1]] >= rows || b == l.texts-1 {
			bounds = append(bounds, b+1)
		}
	}
	return bounds
}

// PackTexts writes the tokens of texts, sorted longest first and none empty, one
// text after another into dst and their lengths into lens, padded with zeros: the
// order in which an encoder reads them. It returns the number of tokens. It is an
// error when texts are not sorted or dst or lens too short, and both are then left
// as they were.
func PackTexts(dst, lens []int32, texts [][]int32) (int, error) {
	tokens, err := checkPack(dst, lens, texts)
	if err != nil {
		return 0, err
	}
	clear(lens)
	row := 0
	for b, text := range texts {
		lens[b] = int32(len(text))
		row += copy(dst[row:], text)
	}
	return tokens, nil
}

// inPlace is an op whose result takes the memory of its panelled input.
type inPlace interface{ inPlace() }

func (*inferAttentionOp) inPlace()   {}
func (*inferFeedForwardOp) inPlace() {}

// readAlone checks that n, if it is the op's of an encoder's layer and works in its
// input's memory, is the only one to read that input.
func readAlone(graph *G.ExprGraph, n *G.Node) error {
	if _, ok := n.Op().(inPlace); !ok {
		return nil
	}
	for inputs := graph.From(n.ID()); inputs.Next(); {
		x := inputs.Node().(*G.Node)
		switch x.Op().(type) {
		case inPlace, *inferEmbeddingOp:
			if graph.To(x.ID()).Len() > 1 {
				return fmt.Errorf("ops: %s: another node reads its input, whose memory it takes", n.Op())
			}
		}
	}
	return nil
}
