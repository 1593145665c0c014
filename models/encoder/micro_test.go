package encoder

import (
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/ops"
)

func TestParts(t *testing.T) {
	b, err := NewBatch([][]int32{{1, 2}, {3}, {4, 5, 6, 7, 8, 9}, {1, 1}, {2}}, []int32{0, 1, 2, 1, 0})
	if err != nil {
		t.Fatal(err)
	}
	for most, want := range map[int][]int{0: {12}, 1: {6, 2, 2, 1, 1}, 3: {6, 2, 3, 1}, 4: {6, 4, 2}, 8: {8, 4}, 11: {11, 1}, 12: {12}, 100: {12}} {
		tr := learner(t, small(t), TrainerConfig{MicroTokens: most})
		var tokens []int
		var texts [][]int32
		var labels []int32
		for _, p := range tr.parts(b) {
			n := 0
			for _, text := range p.Texts {
				n += len(text)
			}
			if n != p.Tokens() {
				t.Errorf("a part of %d tokens says %d", n, p.Tokens())
			}
			tokens, texts, labels = append(tokens, n), append(texts, p.Texts...), append(labels, p.Labels...)
		}
		if !slices.Equal(tokens, want) || !slices.EqualFunc(texts, b.Texts, slices.Equal) || !slices.Equal(labels, b.Labels) {
			t.Errorf("parts of %d: %d, want %d", most, tokens, want)
		}
	}
}

// whole is a step with every gradient laid out over its whole parameter.
func whole(t *testing.T, tr *Trainer, b Batch) (float64, [][]float32) {
	t.Helper()
	loss, grads, err := tr.Step(b, 3)
	if err != nil {
		t.Fatal(err)
	}
	var all [][]float32
	for i, p := range tr.Params() {
		g, x := grads[i], make([]float32, len(p.Data()))
		if g.Rows == nil {
			copy(x, g.Data)
		}
		for k, row := range g.Rows {
			copy(x[int(row)*p.RowLen():], g.Data[k*p.RowLen():(k+1)*p.RowLen()])
		}
		all = append(all, x)
	}
	return float64(loss), all
}

// A batch in parts has the loss and the gradients of the batch, with and without
// weights of classes, one of which may be nothing.
func TestPartsAddUp(t *testing.T) {
	n, b := small(t), labelled(t, 12)
	for _, weights := range [][]float32{nil, {1, 2.5, 0.25}, {1, 0, 3}} {
		want, grads := whole(t, learner(t, n, TrainerConfig{ClassWeights: weights}), b)
		for _, most := range []int{1, 40, 60} {
			tr := learner(t, n, TrainerConfig{ClassWeights: weights, MicroTokens: most})
			if len(tr.parts(b)) < 2 {
				t.Fatalf("one part of %d tokens", b.Tokens())
			}
			for range 2 { // the second time over the first
				got, sums := whole(t, tr, b)
				if math.Abs(got-want) > 1e-6*want {
					t.Errorf("weights %v, parts of %d: loss %v, want %v", weights, most, got, want)
				}
				for i, x := range grads {
					scale := 0.0
					for _, v := range x {
						scale = max(scale, math.Abs(float64(v)))
					}
					for j, v := range x {
						if math.Abs(float64(sums[i][j]-v)) > 1e-5*scale+1e-8 {
							t.Errorf("weights %v, parts of %d: gradient %d of %s is %v, want %v", weights, most, j, tr.Params()[i].Name, sums[i][j], v)
							break
						}
					}
				}
			}
			if rows := tr.sum[0].Rows; !slices.IsSorted(rows) || len(rows) == 0 {
				t.Errorf("rows %v", rows)
			}
		}
	}
	none := learner(t, n, TrainerConfig{ClassWeights: []float32{0, 0, 0}, MicroTokens: 40})
	if _, _, err := none.Step(b, 0); err == nil {
		t.Error("classes without any weight")
	}
	if _, err := newTrainer(n, head{pooling: ops.PoolMean}, none.weight, none.bias, TrainerConfig{MicroTokens: -1}); err == nil {
		t.Error("parts of -1 tokens")
	}
}

// Cores and kernels do not reach a batch in parts, each of which drops its own; one
// that is small enough is what it is at once.
func TestPartsHaveTheSameBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	n, b := small(t), labelled(t, 12)
	micro := dropping
	micro.MicroTokens = 50
	loss, grads := step(t, learner(t, n, micro), b, 3)
	for _, path := range kernel.Available() {
		for _, procs := range []int{1, 3} {
			restore, err := kernel.Use(path)
			if err != nil {
				t.Fatal(err)
			}
			runtime.GOMAXPROCS(procs)
			tr := learner(t, n, micro)
			step(t, tr, labelled(t, 40), 9)
			if l, g := step(t, tr, b, 3); l != loss || !slices.EqualFunc(g, grads, slices.Equal) {
				t.Errorf("%s with %d cores: other bits", path, procs)
			}
			restore()
		}
	}
	micro.MicroTokens = b.Tokens()
	l, g := step(t, learner(t, n, micro), b, 3)
	if want, at := step(t, learner(t, n, dropping), b, 3); l != want || !slices.EqualFunc(g, at, slices.Equal) {
		t.Error("one part has other bits than the batch")
	}
	one, err := NewBatch([][]int32{{1, 2, 3}, {1, 2, 3}}, []int32{1, 1})
	if err != nil {
		t.Fatal(err)
	}
	micro.MicroTokens = 3
	tr := learner(t, n, micro)
	both, _ := step(t, tr, one, 3)
	if first, _, err := tr.run(tr.parts(one)[0], 3); err != nil || first == both {
		t.Errorf("two parts drop the same (%v)", err)
	}
}
