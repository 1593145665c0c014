package mlp

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// batch returns n rows of random numbers that fit r.
func batch(r *Regressor, n int) Batch {
	rng := rand.New(rand.NewPCG(uint64(n), 1))
	b := Batch{X: make([]float32, n*r.Inputs()), Y: make([]float32, n*r.Outputs()), N: n}
	for _, part := range [][]float32{b.X, b.Y} {
		for i := range part {
			part[i] = float32(rng.NormFloat64())
		}
	}
	return b
}

func TestOneStepChangesEveryParameter(t *testing.T) {
	r := regressor(t, 3, 20, 7, 2)
	tr, err := r.Trainer(50)
	if err != nil {
		t.Fatal(err)
	}
	_, grads, err := tr.Step(batch(r, 50), 0)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(tr.Params(), r.Params()) {
		t.Fatal("gradients are not in the order of the parameters")
	}
	for i, p := range tr.Params() {
		if grads[i].Rows != nil || len(grads[i].Data) != len(p.Data()) {
			t.Fatalf("%v: gradient of %d numbers, rows %v", p, len(grads[i].Data), grads[i].Rows)
		}
		moved := 0
		for _, g := range grads[i].Data {
			if g != 0 {
				moved++
			}
		}
		// A unit whose inputs are below 0 for all rows does not learn.
		if moved < len(p.Data())*3/4 {
			t.Errorf("%v: %d of %d elements have a gradient", p, moved, len(p.Data()))
		}
	}
}

func TestGradientsAgainstDifferences(t *testing.T) {
	r := regressor(t, 3, 6, 4, 2)
	tr, err := r.Trainer(8)
	if err != nil {
		t.Fatal(err)
	}
	b := batch(r, 8)
	loss := func() float64 {
		l, _, err := tr.Step(b, 0)
		if err != nil {
			t.Fatal(err)
		}
		return float64(l)
	}
	loss()
	var grads [][]float32
	for _, g := range tr.program.Gradients() {
		grads = append(grads, slices.Clone(g.Data))
	}
	for i, p := range r.Params() {
		w := p.Write()
		for j := range w {
			const h = 1.0 / 512
			old := w[j]
			w[j] = old + h
			up := loss()
			w[j] = old - h
			down := loss()
			w[j] = old
			if want := (up - down) / (2 * h); math.Abs(float64(grads[i][j])-want) > 2e-3 {
				t.Errorf("%v: gradient %d is %v, difference %v", p, j, grads[i][j], want)
			}
		}
	}
}

// A batch larger than the capacity makes the graph grow; the bits are those
// of a graph that was large from the start.
func TestBatchesLargerThanTheCapacity(t *testing.T) {
	r := regressor(t, 2, 5, 1)
	small, err := r.Trainer(0)
	if err != nil {
		t.Fatal(err)
	}
	large, err := r.Trainer(1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 2, 7, 3, 1000, 1} {
		b := batch(r, n)
		got, g, err := small.Step(b, 0)
		if err != nil {
			t.Fatal(err)
		}
		want, w, err := large.Step(b, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%d rows: loss %v, want %v", n, got, want)
		}
		for i := range g {
			if !slices.Equal(g[i].Data, w[i].Data) {
				t.Errorf("%d rows: gradients of %v differ", n, r.Params()[i])
			}
		}
	}
}

func TestStepErrors(t *testing.T) {
	r := regressor(t, 2, 3, 1)
	tr, err := r.Trainer(4)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []Batch{
		{}, {N: 1}, {X: make([]float32, 2), Y: make([]float32, 1), N: -1}, {X: make([]float32, 3), Y: make([]float32, 1), N: 1},
		{X: make([]float32, 2), Y: make([]float32, 2), N: 1}, {X: make([]float32, 2), N: 1},
	} {
		if _, _, err := tr.Step(b, 0); err == nil || !strings.HasPrefix(err.Error(), "mlp: batch of") {
			t.Errorf("batch %v: %v", b, err)
		}
	}
	if _, _, err := tr.Step(batch(r, 2), 0); err != nil {
		t.Error("after errors:", err)
	}
}

func TestBatchCounts(t *testing.T) {
	if b := (Batch{N: 5}); b.Examples() != 5 || b.Tokens() != 5 {
		t.Errorf("%d examples, %d tokens", b.Examples(), b.Tokens())
	}
}
