package ops

import (
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
)

// Every wrong input is an error that names it, and the program goes on
// working. A panic in an op would end the process.
func TestErrorsOfInputs(t *testing.T) {
	c := newChain(t)
	good := []int32{4, 2, 1}
	want := c.bits(t, good)
	for _, f := range []struct {
		name, message string
		spoil         func()
	}{
		{"id past the end", "id 300 at row 2, want 0 to 299", func() { c.ids[2] = chainVocab }},
		{"id far past the end", "id 2147483647", func() { c.ids[0] = 1<<31 - 1 }},
		{"negative id", "id -1 at row 6", func() { c.ids[6] = -1 }},
		{"no texts", "a batch without tokens", func() { clear(c.lens) }},
		{"unsorted", "length 5 of text 1", func() { c.lens[0], c.lens[1] = 4, 5 }},
		{"gap", "length 2 of text 2", func() { copy(c.lens, []int32{4, 0, 2}) }},
		{"negative length", "length -1 of text 3", func() { c.lens[3] = -1 }},
		{"negative length first", "length -4 of text 0", func() { c.lens[0], c.lens[1], c.lens[2] = -4, 0, 0 }},
		{"too many tokens", "lengths say 1003 tokens, 1000 ids", func() { c.lens[0] = 1000 }},
		{"absurd length", "tokens, 1000 ids", func() { c.lens[0] = 1<<31 - 1 }},
		{"absurd lengths", "tokens, 1000 ids", func() {
			for i := range c.lens {
				c.lens[i] = 1<<31 - 1
			}
		}},
		{"label too large", "label 3 of row 1, want 0 to 2", func() { c.labels[1] = 3 }},
		{"negative label", "label -1 of row 0", func() { c.labels[0] = -1 }},
	} {
		c.set(t, good)
		f.spoil()
		err := c.program.Run()
		if err == nil || !strings.Contains(err.Error(), f.message) || !strings.HasPrefix(err.Error(), "ops: ") {
			t.Errorf("%s: error %q, want one with %q", f.name, err, f.message)
		}
		if c.bits(t, good) != want {
			t.Fatalf("%s: the batch after it has other bits", f.name)
		}
	}
}

func TestErrorsOfTake(t *testing.T) {
	var count []int32
	p := must(t, func(g *Graph) (_, out *G.Node, err error) {
		x, _ := g.Floats("x", 4, 2)
		n, data := g.Ints("count", 1)
		count = data
		out, err = Take(x, n)
		return nil, out, err
	})
	for _, n := range []int32{0, -1, 5, 1<<31 - 1} {
		count[0] = n
		if err := p.Run(); err == nil || !strings.Contains(err.Error(), "want one number from 1 to 4") {
			t.Errorf("take %d: %v", n, err)
		}
	}
}

func TestErrorsOfLossTargets(t *testing.T) {
	logits := NewParam("logits", 2, 1)
	for _, label := range []float32{-0.5, 1.5, 2, float32(nan)} {
		p := bceSubject(logits, []float32{1, label}).build(t)
		if err := p.Run(); err == nil || !strings.Contains(err.Error(), "of row 1, want 0 to 1") {
			t.Errorf("label %v: %v", label, err)
		}
	}
	p := bceSubject(logits, []float32{0, 0}, 0, 1).build(t)
	if err := p.Run(); err == nil || !strings.Contains(err.Error(), "sum to 0") {
		t.Errorf("weights that sum to 0: %v", err)
	}
	// More rows than the target has room for.
	p = must(t, func(g *Graph) (loss, _ *G.Node, err error) {
		y, _ := g.Floats("y", 1, 1)
		loss, err = MSE(g.Param(logits), y)
		return loss, nil, err
	})
	if err := p.Run(); err == nil || !strings.Contains(err.Error(), "no row 1") {
		t.Errorf("two rows against one target: %v", err)
	}
}

// Nodes that do not fit are refused while the graph is built.
func TestErrorsOfNodes(t *testing.T) {
	node := func(g *Graph, shape ...int) *G.Node {
		name := strings.Repeat("p", len(g.params)+1)
		return g.Param(NewParam(name, shape...))
	}
	lengths := func(g *Graph) *G.Node { n, _ := g.Ints("lengths", 4); return n }
	weights := func(g *Graph, ih0, ih1, hh0, hh1, b0, b1 int) LSTMWeights {
		return LSTMWeights{node(g, ih0, ih1), node(g, hh0, hh1), node(g, b0), node(g, b1)}
	}
	from := func(state func(node func(shape ...int) *G.Node) LSTMState) func(*Graph) (*G.Node, error) {
		return func(g *Graph) (*G.Node, error) {
			from := state(func(shape ...int) *G.Node { return node(g, shape...) })
			y, _, err := LSTMFrom(node(g, 2, 3), lengths(g), from, weights(g, 8, 3, 8, 2, 8, 8))
			return y, err
		}
	}
	for name, define := range map[string]func(g *Graph) (*G.Node, error){
		"linear, weight of other width": func(g *Graph) (*G.Node, error) { return Linear(node(g, 2, 3), node(g, 4, 2), node(g, 4)) },
		"linear, bias of other length":  func(g *Graph) (*G.Node, error) { return Linear(node(g, 2, 3), node(g, 4, 3), node(g, 3)) },
		"linear, weight a vector":       func(g *Graph) (*G.Node, error) { return Linear(node(g, 2, 3), node(g, 3), node(g, 4)) },
		"linear, integers":              func(g *Graph) (*G.Node, error) { return Linear(lengths(g), node(g, 4, 3), node(g, 4)) },
		"linear, nothing":               func(g *Graph) (*G.Node, error) { return Linear(nil, nil, nil) },
		"relu of a vector":              func(g *Graph) (*G.Node, error) { return ReLU(node(g, 3)) },
		"embedding, ids are floats":     func(g *Graph) (*G.Node, error) { return Embedding(node(g, 4, 2), node(g, 3), lengths(g)) },
		"embedding, lengths are floats": func(g *Graph) (*G.Node, error) { return Embedding(node(g, 4, 2), lengths(g), node(g, 3)) },
		"embedding, table a vector":     func(g *Graph) (*G.Node, error) { return Embedding(node(g, 4), lengths(g), lengths(g)) },
		"dropout, p = 1":                func(g *Graph) (*G.Node, error) { return Dropout(node(g, 2, 2), 1, &Noise{}, "d") },
		"dropout, p below 0":            func(g *Graph) (*G.Node, error) { return Dropout(node(g, 2, 2), -0.1, &Noise{}, "d") },
		"dropout, p not a number":       func(g *Graph) (*G.Node, error) { return Dropout(node(g, 2, 2), nan, &Noise{}, "d") },
		"dropout, no noise":             func(g *Graph) (*G.Node, error) { return Dropout(node(g, 2, 2), 0.5, nil, "d") },
		"locked dropout, float lengths": func(g *Graph) (*G.Node, error) { return LockedDropout(node(g, 2, 2), node(g, 2), 0.5, &Noise{}, "d") },
		"pool of no kind":               func(g *Graph) (*G.Node, error) { return Pool(node(g, 2, 2), lengths(g), 2) },
		"pool of an unknown kind":       func(g *Graph) (*G.Node, error) { return Pool(node(g, 2, 2), lengths(g), 2, "median") },
		"pool, more forward than there": func(g *Graph) (*G.Node, error) { return Pool(node(g, 2, 2), lengths(g), 3, PoolLast) },
		"pool, lengths are floats":      func(g *Graph) (*G.Node, error) { return Pool(node(g, 2, 2), node(g, 2), 2, PoolLast) },
		"take, count a float":           func(g *Graph) (*G.Node, error) { return Take(node(g, 2, 2), node(g, 1)) },
		"mse, target of other width":    func(g *Graph) (*G.Node, error) { return MSE(node(g, 2, 2), node(g, 2, 1)) },
		"bce, two logits a row":         func(g *Graph) (*G.Node, error) { return BCEWithLogits(node(g, 2, 2), node(g, 2, 1)) },
		"bce, two weighted columns":     func(g *Graph) (*G.Node, error) { return BCEWithLogits(node(g, 2, 2), node(g, 2, 2), 1, 1) },
		"bce, integer labels":           func(g *Graph) (*G.Node, error) { return BCEWithLogits(node(g, 2, 1), lengths(g)) },
		"cross-entropy, float labels":   func(g *Graph) (*G.Node, error) { return CrossEntropy(node(g, 2, 2), node(g, 2, 1)) },
		"lstm without weights":          func(g *Graph) (*G.Node, error) { return LSTM(node(g, 2, 3), lengths(g)) },
		"lstm, weights without nodes":   func(g *Graph) (*G.Node, error) { return LSTM(node(g, 2, 3), lengths(g), LSTMWeights{}) },
		"lstm, input of other width":    func(g *Graph) (*G.Node, error) { return LSTM(node(g, 2, 3), lengths(g), weights(g, 8, 2, 8, 2, 8, 8)) },
		"lstm, three gates":             func(g *Graph) (*G.Node, error) { return LSTM(node(g, 2, 3), lengths(g), weights(g, 6, 3, 6, 2, 6, 6)) },
		"lstm, short bias":              func(g *Graph) (*G.Node, error) { return LSTM(node(g, 2, 3), lengths(g), weights(g, 8, 3, 8, 2, 8, 7)) },
		"lstm, lengths are floats":      func(g *Graph) (*G.Node, error) { return LSTM(node(g, 2, 3), node(g, 2), weights(g, 8, 3, 8, 2, 8, 8)) },
		"lstm, transposed recurrence":   func(g *Graph) (*G.Node, error) { return LSTM(node(g, 2, 3), lengths(g), weights(g, 8, 3, 2, 8, 8, 8)) },
		"lstm, hidden state alone":      from(func(node func(...int) *G.Node) LSTMState { return LSTMState{Hidden: node(4, 2)} }),
		"lstm, wide states":             from(func(node func(...int) *G.Node) LSTMState { return LSTMState{node(4, 3), node(4, 2)} }),
		"lstm, a vector for a state":    from(func(node func(...int) *G.Node) LSTMState { return LSTMState{node(4, 2), node(4)} }),
		"lstm, second direction differs": func(g *Graph) (*G.Node, error) {
			return LSTM(node(g, 2, 3), lengths(g), weights(g, 8, 3, 8, 2, 8, 8), weights(g, 12, 3, 12, 3, 12, 12))
		},
	} {
		_, err := Build(func(g *Graph) (_, out *G.Node, err error) {
			out, err = define(g)
			return nil, out, err
		})
		if err == nil || !strings.HasPrefix(err.Error(), "ops: ") || strings.Contains(err.Error(), "are named") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
