package ops

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// subject is an op under test with a plain float64 version of it.
//
// Gradients are compared with central differences of the float64 version,
// which are exact to about 1e-9: a float32 op can then be held to 1e-5, where
// its own central differences would be lost in rounding.
type subject struct {
	params []*Param
	// node applies the op to the nodes of params and returns a matrix or a
	// scalar loss.
	node func(g *Graph, p []*G.Node) (*G.Node, error)
	// reference is the same function in float64, row-major.
	reference func(p [][]float64) []float64
	// least is the size of a gradient that errors are measured by if all its elements
	// are smaller; 0 means 1e-2.
	least float64
}

// build compiles the subject with a scalar at its end.
func (s subject) build(t testing.TB) *Program {
	t.Helper()
	p, err := Build(func(g *Graph) (loss, output *G.Node, err error) {
		var nodes []*G.Node
		for _, p := range s.params {
			nodes = append(nodes, g.Param(p))
		}
		if output, err = s.node(g, nodes); err != nil || output.IsScalar() {
			return output, nil, err
		}
		loss, err = weigh(output)
		return loss, output, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// check compares the op's value and gradients with the reference's.
func (s subject) check(t *testing.T) {
	t.Helper()
	p := s.build(t)
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	at := s.wide()
	want := s.reference(at)
	got := []float32{p.Loss()}
	if p.output != nil {
		got, _ = p.Output()
	}
	compare(t, "value", got, want, 1e-5)

	loss := func() float64 {
		out := s.reference(at)
		if p.output == nil {
			return out[0]
		}
		sum := 0.0
		for i, v := range out {
			sum += v * float64(coefficient(i))
		}
		return sum
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for i, param := range s.params {
		s.checkGradient(t, rng, param, p.Gradients()[i], at[i], loss)
	}
}

// step is the central differences' half width.
const step = 1e-5

// checkGradient compares the gradient of one parameter, whose elements at
// loss depends on, at some elements and along a random direction, in which
// all take part.
func (s subject) checkGradient(t *testing.T, rng *rand.Rand, param *Param, g Gradient, at []float64, loss func() float64) {
	t.Helper()
	got := dense(param, g)
	scale := cmp.Or(s.least, 1e-2)
	for _, v := range got {
		scale = max(scale, math.Abs(float64(v)))
	}
	elements := rng.Perm(len(at))
	for _, e := range elements[:min(12, len(at))] {
		v := at[e]
		at[e] = v + step
		up := loss()
		at[e] = v - step
		down := loss()
		at[e] = v
		if want := (up - down) / (2 * step); !(math.Abs(float64(got[e])-want) <= 1e-5*scale) {
			t.Errorf("gradient of %s at %d is %v, central difference %v", param.Name, e, got[e], want)
			return
		}
	}
	saved := slices.Clone(at)
	inner, size := 0.0, 0.0
	direction := make([]float64, len(at))
	for e := range at {
		direction[e] = rng.NormFloat64() / math.Sqrt(float64(len(at)))
		inner += direction[e] * float64(got[e])
		size += math.Abs(direction[e] * float64(got[e]))
	}
	move := func(by float64) float64 {
		for e := range at {
			at[e] = saved[e] + by*direction[e]
		}
		return loss()
	}
	want := (move(step) - move(-step)) / (2 * step)
	copy(at, saved)
	if !(math.Abs(inner-want) <= 1e-5*(size+cmp.Or(s.least, 1e-2))) {
		t.Errorf("gradient of %s along a direction is %v, central difference %v", param.Name, inner, want)
	}
}

// wide returns the parameters in float64.
func (s subject) wide() [][]float64 {
	var all [][]float64
	for _, p := range s.params {
		w := make([]float64, len(p.Data()))
		for i, v := range p.Data() {
			w[i] = float64(v)
		}
		all = append(all, w)
	}
	return all
}

// compare holds got to want within tolerance of the largest.
func compare(t *testing.T, what string, got []float32, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	scale := 1e-2
	for _, v := range want {
		scale = max(scale, math.Abs(v))
	}
	for i := range want {
		if !(math.Abs(float64(got[i])-want[i]) <= tolerance*scale) {
			t.Fatalf("%s %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

// dense returns a gradient with all its rows.
func dense(p *Param, g Gradient) []float32 {
	if g.Rows == nil {
		return slices.Clone(g.Data)
	}
	all := make([]float32, len(p.Data()))
	for i, row := range g.Rows {
		copy(all[int(row)*p.RowLen():], g.Data[i*p.RowLen():(i+1)*p.RowLen()])
	}
	return all
}

// random returns a parameter of numbers between -size and size.
func random(rng *rand.Rand, name string, size float64, shape ...int) *Param {
	p := NewParam(name, shape...)
	for i := range p.Data() {
		p.Write()[i] = float32((2*rng.Float64() - 1) * size)
	}
	return p
}

// ragged returns lengths of texts, longest first: random ones, the last of
// them 1.
func ragged(rng *rand.Rand, texts, longest int) []int32 {
	lens := make([]int32, texts)
	for i := range lens {
		lens[i] = 1 + rng.Int32N(int32(longest))
	}
	lens[texts-1] = 1
	slices.Sort(lens)
	slices.Reverse(lens)
	return lens
}

// someLengths are batches that every op over packed texts is tried on.
func someLengths() map[string][]int32 {
	rng := rand.New(rand.NewPCG(3, 4))
	return map[string][]int32{
		"one token":  {1},
		"one text":   {5},
		"all of one": {1, 1, 1},
		"equal":      {4, 4, 4},
		"ragged":     {7, 3, 3, 2, 1},
		"many":       ragged(rng, 19, 9),
	}
}

func total(lens []int32) (n int) {
	for _, l := range lens {
		n += int(l)
	}
	return n
}

// places returns the packed row of each token of each text, worked out
// without the ops' own layout.
func places(lens []int32) [][]int {
	rows, row := make([][]int, len(lens)), 0
	for t := int32(0); t < lens[0]; t++ {
		for b, l := range lens {
			if t < l {
				rows[b] = append(rows[b], row)
				row++
			}
		}
	}
	return rows
}

// lengthsInput is an input that holds lens in a vector with room for more.
func lengthsInput(g *Graph, lens []int32) *G.Node {
	n, data := g.Ints("lengths", len(lens)+2)
	copy(data, lens)
	return n
}

// coefficient is the weight of element i in weigh: a number of -1 to 1, not 0.
func coefficient(i int) float32 { return float32(int64(uint64(i+1)*0x9e3779b97f4a7c15)>>40) * 0x1p-23 }

// weighOp is the sum of all elements, each with its own coefficient: a loss
// whose gradient differs from element to element.
type weighOp struct {
	static
	dx buffer
}

func weigh(x *G.Node) (*G.Node, error) {
	return G.ApplyOp(&weighOp{static: static{"weigh", 1, nil, tensor.Float32}}, x)
}

func (op *weighOp) Do(inputs ...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	x, rows, cols, err := floats(op.name, inputs[0])
	if err != nil {
		return nil, err
	}
	op.dx.matrix(rows, cols)
	sum := 0.0
	for i, v := range x {
		op.dx.data[i] = coefficient(i)
		sum += float64(v) * float64(coefficient(i))
	}
	return G.NewF32(float32(sum)), nil
}

func (op *weighOp) DiffWRT(int) []bool { return []bool{true} }

func (op *weighOp) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	d, err := newDerivative("dWeigh", in[0], func([]G.Value) (G.Value, error) { return op.dx.value, nil }, grad)
	return G.Nodes{d}, err
}

// must returns a program that fails the test when it cannot be built.
func must(t testing.TB, define func(g *Graph) (loss, output *G.Node, err error)) *Program {
	t.Helper()
	p, err := Build(define)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func run(t testing.TB, p *Program) {
	t.Helper()
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
}

// sizes names a pair of numbers of features.
func sizes(d, h int) string { return fmt.Sprintf("%d to %d", d, h) }
