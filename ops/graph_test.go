package ops

import (
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

var nan = math.NaN()

func TestNamesAreGivenOnce(t *testing.T) {
	for name, define := range map[string]func(g *Graph){
		"inputs":              func(g *Graph) { g.Ints("a", 3); g.Ints("a", 3) },
		"inputs of two types": func(g *Graph) { g.Ints("a", 3); g.Floats("a", 3, 1) },
		"parameters":          func(g *Graph) { g.Param(NewParam("a", 3)); g.Param(NewParam("a", 3)) },
		"the seed's":          func(g *Graph) { g.Ints(seedName, 3) },
	} {
		_, err := Build(func(g *Graph) (_, _ *G.Node, _ error) { define(g); return nil, nil, nil })
		if err == nil || !strings.Contains(err.Error(), "are named") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A parameter that is used twice has one node and one gradient, the sum.
func TestParameterUsedTwice(t *testing.T) {
	x, w, b := NewParam("x", 1, 2), NewParam("w", 2, 2), NewParam("b", 2)
	copy(x.Write(), []float32{1, 2})
	copy(w.Write(), []float32{1, 2, 3, 5})
	subject{
		params: []*Param{x, w, b},
		node: func(g *Graph, p []*G.Node) (*G.Node, error) {
			h, err := Linear(p[0], g.Param(w), p[2])
			if err != nil {
				return nil, err
			}
			return Linear(h, g.Param(w), p[2])
		},
		reference: func(p [][]float64) []float64 {
			return linearReference(linearReference(p[0], p[1], p[2], 2), p[1], p[2], 2)
		},
	}.check(t)
}

// Gorgonia would add the sparse gradients of a table as dense ones.
func TestTableUsedTwiceIsRefused(t *testing.T) {
	table, bias := NewParam("table", 4, 4), NewParam("bias", 4)
	_, err := Build(func(g *Graph) (loss, _ *G.Node, err error) {
		ids, _ := g.Ints("ids", 3)
		lens, _ := g.Ints("lengths", 3)
		x, err := Embedding(g.Param(table), ids, lens)
		if err == nil {
			x, err = Linear(x, g.Param(table), g.Param(bias))
		}
		if err == nil {
			loss, err = weigh(x)
		}
		return loss, nil, err
	})
	if err == nil || !strings.Contains(err.Error(), "a table is looked up once") {
		t.Errorf("error %v", err)
	}
}

func TestUnusedParameterIsRefused(t *testing.T) {
	_, err := Build(func(g *Graph) (loss, _ *G.Node, err error) {
		g.Param(NewParam("unused", 2, 2))
		loss, err = weigh(g.Param(NewParam("used", 2, 2)))
		return loss, nil, err
	})
	if err == nil || !strings.HasPrefix(err.Error(), "ops: gradients: ") {
		t.Errorf("error %v", err)
	}
}

func TestBuildReturnsErrorsAndPanics(t *testing.T) {
	mine := errors.New("mine")
	if _, err := Build(func(*Graph) (_, _ *G.Node, _ error) { return nil, nil, mine }); !errors.Is(err, mine) {
		t.Errorf("error %v", err)
	}
	if _, err := Build(func(*Graph) (_, _ *G.Node, _ error) { panic("boo") }); err == nil || err.Error() != "ops: build: boo" {
		t.Errorf("error %v", err)
	}
	// And the next graph can still be built.
	must(t, func(g *Graph) (_, out *G.Node, err error) {
		out, err = ReLU(g.Param(NewParam("x", 1, 1)))
		return nil, out, err
	})
}

// brokenOp panics when it runs, as an op with a mistake in it would.
type brokenOp struct{ static }

func (op *brokenOp) Do(...G.Value) (v G.Value, err error) {
	defer guard(op.name, &err)
	var none []int
	return nil, errors.New(string(rune(none[len(op.name)])))
}

func TestPanicInAnOpIsAnError(t *testing.T) {
	p := must(t, func(g *Graph) (_, out *G.Node, err error) {
		out, err = G.ApplyOp(&brokenOp{static{"broken", 1, tensor.Shape{1, 1}, tensor.Float32}}, g.Param(NewParam("x", 1, 1)))
		return nil, out, err
	})
	if err := p.Run(); err == nil || !strings.HasPrefix(err.Error(), "ops: broken: runtime error: index out of range") {
		t.Errorf("error %v", err)
	}
}

// A gradient of the wrong shape, such as one of Gorgonia's own ops that counts
// the rows of the capacity, is an error.
func TestStockOpOverFewerRowsIsAnError(t *testing.T) {
	table := NewParam("table", 4, 2)
	var lens []int32
	p := must(t, func(g *Graph) (loss, _ *G.Node, err error) {
		ids, _ := g.Ints("ids", 6)
		var ln *G.Node
		ln, lens = g.Ints("lengths", 3)
		x, err := Embedding(g.Param(table), ids, ln)
		if err == nil {
			x, err = ReLU(x)
		}
		if err == nil {
			loss, err = G.Sum(x)
		}
		return loss, nil, err
	})
	lens[0] = 2
	if err := p.Run(); err == nil || !strings.Contains(err.Error(), "gradient of shape [6 2], want [2 2]") {
		t.Errorf("a gradient of six rows for two: %v", err)
	}
}

// Programs that are dropped leave nothing behind: models build new ones when
// a batch outgrows them.
func TestDroppedProgramsAreCollected(t *testing.T) {
	if testing.Short() {
		t.Skip("builds many graphs")
	}
	heap := func() float64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	build := func() {
		c := newChain(t)
		c.bits(t, []int32{5, 1})
	}
	build()
	before, goroutines := heap(), runtime.NumGoroutine()
	const n = 20
	for range n {
		build()
	}
	if grown := (heap() - before) / n; grown > 10_000 {
		t.Errorf("each program leaves %.0f bytes behind", grown)
	}
	if more := runtime.NumGoroutine() - goroutines; more > 0 {
		t.Errorf("%d goroutines are left", more)
	}
}
