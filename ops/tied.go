package ops

import (
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// tie is one more node that is bound to a parameter's memory.
type tie struct {
	param int // which of the graph's parameters
	node  *G.Node

	rows []int32 // a sum of sparse gradients
	data []float32
}

// Tied returns another node that is bound to the memory of p, for one more use of it:
// a table that is looked up and whose rows are also the weights of an output (Press
// and Wolf 2017, arXiv:1608.05859). The gradients of all its uses are summed, a dense
// one first; where all are sparse, the sum is.
func (g *Graph) Tied(p *Param) *G.Node {
	g.Param(p)
	at := 0
	for g.params[at] != p {
		at++
	}
	name := fmt.Sprintf("%s, use %d", p.Name, len(g.ties)+2)
	g.claim(name)
	n := G.NewTensor(g.expr, tensor.Float32, p.value.Dims(), G.WithShape(p.value.Shape()...), G.WithName(name), G.WithValue(p.value))
	g.ties = append(g.ties, &tie{param: at, node: n})
	return n
}

// joinTies sums the gradients of parameters that are used more than once, in the memory
// of the dense one.
func (p *Program) joinTies() error {
	if len(p.ties) == 0 {
		return nil
	}
	p.tied = p.tied[:0]
	for i, t := range p.ties {
		g, err := p.gradient(p.grads[len(p.params)+i], p.params[t.param])
		if err != nil {
			return err
		}
		if sum := &p.gradients[t.param]; sum.Rows != nil && g.Rows == nil {
			*sum, g = g, *sum
		}
		p.tied = append(p.tied, g)
	}
	for i, g := range p.tied {
		sum, of := &p.gradients[p.ties[i].param], p.params[p.ties[i].param]
		switch {
		case sum.Rows != nil:
			*sum = p.ties[i].merge(*sum, g, of.RowLen())
		case g.Rows != nil:
			kernel.AddRows(sum.Data, g.Rows, g.Data, of.RowLen())
		default:
			kernel.Add(sum.Data, g.Data)
		}
	}
	return nil
}

// merge returns the sum of two sparse gradients, in the tie's memory.
func (t *tie) merge(a, b Gradient, width int) Gradient {
	t.rows = slices.Grow(t.rows[:0], len(a.Rows)+len(b.Rows))
	t.data = grow(t.data, (len(a.Rows)+len(b.Rows))*width, 0)
	take := func(g *Gradient) []float32 {
		row := g.Data[:width]
		g.Rows, g.Data = g.Rows[1:], g.Data[width:]
		return row
	}
	for n := 0; len(a.Rows)+len(b.Rows) > 0; n++ {
		to := t.data[n*width:][:width]
		first, both := &a, false
		if len(a.Rows) == 0 || len(b.Rows) > 0 && b.Rows[0] < a.Rows[0] {
			first = &b
		} else {
			both = len(b.Rows) > 0 && a.Rows[0] == b.Rows[0]
		}
		t.rows = append(t.rows, first.Rows[0])
		copy(to, take(first))
		if both {
			kernel.Add(to, take(&b))
		}
	}
	return Gradient{Rows: t.rows, Data: t.data[:len(t.rows)*width]}
}
