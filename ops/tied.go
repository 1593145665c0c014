package ops

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// tie is one more node that is bound to a parameter's memory.
type tie struct {
	param int // which of the graph's parameters
	node  *G.Node
}

// Tied returns another node that is bound to the memory of p, for one more use of it:
// a table that is looked up and whose rows are also the weights of an output (Press
// and Wolf 2017, arXiv:1608.05859). The gradients of all its uses are summed, the
// dense one first; one use must have a dense gradient.
func (g *Graph) Tied(p *Param) *G.Node {
	g.Param(p)
	at := 0
	for g.params[at] != p {
		at++
	}
	name := fmt.Sprintf("%s, use %d", p.Name, len(g.ties)+2)
	g.claim(name)
	n := G.NewTensor(g.expr, tensor.Float32, p.value.Dims(), G.WithShape(p.value.Shape()...), G.WithName(name), G.WithValue(p.value))
	g.ties = append(g.ties, tie{at, n})
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
		of := p.params[p.ties[i].param]
		switch sum := p.gradients[p.ties[i].param]; {
		case sum.Rows != nil:
			return fmt.Errorf("ops: gradient of %s: none of its uses has a dense one", of.Name)
		case g.Rows != nil:
			kernel.AddRows(sum.Data, g.Rows, g.Data, of.RowLen())
		default:
			kernel.Add(sum.Data, g.Data)
		}
	}
	return nil
}
