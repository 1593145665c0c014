package ops

import (
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	G "gorgonia.org/gorgonia"
)

// features says where the features of a matrix lie among panels: groups of size
// features, each filled up to whole panels.
type features struct {
	size  int // of a group
	first int // panel of the first group
	apart int // panels from group to group
	count int // groups
}

// plain is n features from the first panel on.
func plain(n int) features { return features{size: n, apart: kernel.Panels(n), count: 1} }

// panels is the number of panels in all groups.
func (f features) panels() int { return f.count * kernel.Panels(f.size) }

// panel returns where the i-th of them lies, the feature in its first column, and how
// many columns have features.
func (f features) panel(i int) (panel, feature, columns int) {
	each := kernel.Panels(f.size)
	group, in := i/each, i%each
	return f.first + group*f.apart + in, group*f.size + in*kernel.Width, min(kernel.Width, f.size-in*kernel.Width)
}

// denseGradient is the gradients of a dense layer's weights, sums over all tokens in
// ascending order: dW = dy' x and db, the sum of dy.
type denseGradient struct {
	dw, db    []float32 // [out, in], [out]
	dy, x     []float32 // panels
	dyStride  int
	xStride   int
	dyAt, xAt features // xAt's groups follow one another
	tokens    int
}

// A task of a denseGradient sums a tile of dW: so many panels of dy by so many of x,
// which stay in a core's cache for a block of tokens.
const (
	tileDY = 4
	tileX  = 24
)

// tasks is how many there are.
func (g *denseGradient) tasks() int {
	return ((g.dyAt.panels() + tileDY - 1) / tileDY) * ((g.xAt.panels() + tileX - 1) / tileX)
}

// run does one of the tasks.
func (g *denseGradient) run(task int, space *Workspace) {
	const width = kernel.Width
	across := (g.xAt.panels() + tileX - 1) / tileX
	first, firstX := task/across*tileDY, task%across*tileX
	count, countX := min(tileDY, g.dyAt.panels()-first), min(tileX, g.xAt.panels()-firstX)
	space.lend(count*width*countX*width, func(tile []float32) {
		ld := countX * width
		for lo := 0; lo < g.tokens; lo += tokenBlock {
			n := min(tokenBlock, g.tokens-lo)
			for i := range count {
				panel, _, _ := g.dyAt.panel(first + i)
				kernel.Mul(tile[i*width*ld:], ld, width, kernel.PanelColumns(g.dy[(panel*g.dyStride+lo)*width:], n),
					g.x[((g.xAt.first+firstX)*g.xStride+lo)*width:], g.xStride*width, width, n, countX, lo > 0)
			}
		}
		in := g.xAt.size * g.xAt.count
		for i := range count {
			panel, feature, rows := g.dyAt.panel(first + i)
			for p := range countX {
				_, column, columns := g.xAt.panel(firstX + p)
				kernel.CopyRows(g.dw[feature*in+column:], in, tile[i*width*ld+p*width:], ld, rows, columns)
			}
			if firstX == 0 {
				var sum [width]float32
				kernel.ColumnSums(sum[:], g.dy[panel*g.dyStride*width:][:g.tokens*width], g.tokens, width)
				copy(g.db[feature:feature+rows], sum[:])
			}
		}
	})
}

// normGradient is the gradients of a layer normalisation's weights, sums over all
// tokens in ascending order.
func normGradient(dgamma, dbeta []float32, dy, x *panelled, stats []float32) {
	const width = kernel.Width
	kernel.Parallel(kernel.Panels(dy.cols), func(p int) {
		var gamma, beta [width]float32
		kernel.NormWeights(gamma[:], beta[:], dy.at(p, 0)[:dy.rows*width], x.at(p, 0)[:dy.rows*width], stats)
		n := min(width, dy.cols-p*width)
		copy(dgamma[p*width:][:n], gamma[:])
		copy(dbeta[p*width:][:n], beta[:])
	})
}

// runAll runs the tasks of several gradients of dense layers.
func runAll(space *Workspace, gradients ...*denseGradient) {
	total := 0
	for _, g := range gradients {
		total += g.tasks()
	}
	kernel.Parallel(total, func(task int) {
		for _, g := range gradients {
			if n := g.tasks(); task >= n {
				task -= n
				continue
			}
			g.run(task, space)
			return
		}
	})
}

// trainRows is how many rows of n a core takes at a time through a sublayer that is
// trained.
func trainRows(n, workers int) int { return max(16, min(blockRows, n/(4*workers))) }

// exceptSecond says that all inputs but the lengths have gradients.
func exceptSecond(n int) []bool {
	d := make([]bool, n)
	for i := range d {
		d[i] = i != 1
	}
	return d
}

// derivatives returns the derivatives of a sublayer, whose values are there once
// backward has run; the inputs without one are given last.
func derivatives(name string, in G.Nodes, out, grad *G.Node, backward func(G.Value) error, value func(i int) G.Value, without ...int) (G.Nodes, error) {
	result := make(G.Nodes, len(in))
	for i, n := range in {
		skip := false
		for _, w := range without {
			skip = skip || w == i
		}
		if skip {
			continue
		}
		d, err := newDerivative("d"+name, n, func(v []G.Value) (G.Value, error) {
			if err := backward(v[0]); err != nil {
				return nil, err
			}
			return value(i), nil
		}, grad, out)
		if err != nil {
			return nil, err
		}
		result[i] = d
	}
	return result, nil
}
