package encoder

import (
	"context"
	"errors"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/ops"
)

// learner returns a training graph of an encoder with a new linear layer over three
// classes.
func learner(t testing.TB, n *Network, c TrainerConfig) *Trainer {
	t.Helper()
	weight, bias := ops.NewParam("classifier.weight", 3, n.config.Hidden), ops.NewParam("classifier.bias", 3)
	weight.Normal(1, 0.1)
	tr, err := newTrainer(n, head{pooling: ops.PoolFirst}, weight, bias, c)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// logits is the linear layer of a trainer over the vectors of texts.
func (t *Trainer) logits(tb testing.TB, texts [][]int32) (out [][]float64) {
	tb.Helper()
	vectors, err := t.network.Embed(context.Background(), texts, t.head.pooling, t.head.unit)
	if err != nil {
		tb.Fatal(err)
	}
	for _, x := range vectors {
		c := Classifier{weight: t.weight, bias: t.bias, classes: make([]string, len(t.bias.Data()))}
		out = append(out, c.Logits(x))
	}
	return out
}

// labelled is texts whose class their first token decides.
func labelled(t testing.TB, count int) Batch {
	t.Helper()
	texts := randomTexts(count, 20, 30)
	var labels []int32
	for _, text := range texts {
		labels = append(labels, text[0]%3)
	}
	b, err := NewBatch(texts, labels)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// step is a copy of the loss and the gradients of a step, and its bits.
func step(t testing.TB, tr *Trainer, b Batch, number uint64) (float32, [][]float32) {
	t.Helper()
	loss, grads, err := tr.Step(b, number)
	if err != nil {
		t.Fatal(err)
	}
	var all [][]float32
	for _, g := range grads {
		all = append(all, slices.Clone(g.Data))
	}
	return loss, all
}

var dropping = TrainerConfig{Seed: 1, Dropout: 0.1, AttentionDropout: 0.1, HeadDropout: 0.2}

// Plain gradient descent learns to tell classes, through every layer, and every
// parameter moves.
func TestTrainingLearns(t *testing.T) {
	n, err := New(Config{Architecture: "bert", Vocab: 30, Hidden: 32, Layers: 2, Heads: 2, Intermediate: 48, Positions: 40, Types: 2,
		LayerNormEps: 1e-12, Activation: "gelu"}, 5)
	if err != nil {
		t.Fatal(err)
	}
	tr := learner(t, n, TrainerConfig{})
	before := map[string][]float32{}
	for _, p := range tr.Params() {
		before[p.Name] = slices.Clone(p.Data())
	}
	b := labelled(t, 24)
	first, last := float32(0), float32(0)
	for i := range 60 {
		loss, grads, err := tr.Step(b, uint64(i))
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = loss
		}
		last = loss
		for k, p := range tr.Params() {
			data := p.Write()
			if grads[k].Rows == nil {
				kernel.Axpy(data, -0.1, grads[k].Data)
			}
			for j, row := range grads[k].Rows {
				kernel.Axpy(data[int(row)*p.RowLen():][:p.RowLen()], -0.1, grads[k].Data[j*p.RowLen():][:p.RowLen()])
			}
		}
	}
	if !(last < 0.1*first) {
		t.Errorf("the loss goes from %v to %v only", first, last)
	}
	for _, p := range tr.Params() {
		if slices.Equal(before[p.Name], p.Data()) {
			t.Errorf("%s has not moved", p.Name)
		}
	}
	for i, l := range tr.logits(t, b.Texts) {
		if slices.Index(l, slices.Max(l)) != int(b.Labels[i]) {
			t.Errorf("text %d of class %d has logits %v", i, b.Labels[i], l)
		}
	}
}

// The training graph computes what predictors do.
func TestTrainingAndPredictingAgree(t *testing.T) {
	for _, kind := range []ops.Pooling{ops.PoolFirst, ops.PoolMean} {
		tr := learner(t, small(t), TrainerConfig{})
		tr.head = head{pooling: kind, unit: kind == ops.PoolMean}
		if err := tr.build(1024, 16); err != nil {
			t.Fatal(err)
		}
		b := labelled(t, 9)
		step(t, tr, b, 0)
		flat, c := tr.program.Output()
		for i, l := range tr.logits(t, b.Texts) {
			for k, want := range l {
				if got := float64(flat[i*c+k]); !(math.Abs(got-want) <= 1e-5*max(1, math.Abs(want))) {
					t.Errorf("text %d: logit %v, in training %v", i, want, got)
				}
			}
		}
	}
}

// A classifier trains its own linear layer over its own vectors.
func TestClassifierTrainer(t *testing.T) {
	d, err := OpenDirectory(os.DirFS("testdata/bert"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := FromDirectory(d)
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewClassifier(e, []string{"dull", "superb"})
	if err != nil {
		t.Fatal(err)
	}
	tr, err := c.Trainer(TrainerConfig{})
	if err != nil {
		t.Fatal(err)
	}
	ids, _ := c.Encode("the people are superb")
	b, err := NewBatch([][]int32{ids}, []int32{1})
	if err != nil {
		t.Fatal(err)
	}
	loss, grads, err := tr.Step(b, 0)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(float64(loss)-math.Ln2) > 1e-6 {
		t.Errorf("the loss of a linear layer of zeros is %v, want ln 2", loss)
	}
	params := tr.Params()
	weight, bias := c.Head()
	if params[len(params)-2] != weight || params[len(params)-1] != bias || len(params) != len(grads) {
		t.Error("the last parameters are not the classifier's")
	}
	// dW is the vector, times half: (p - 1) for the class, p for the other.
	v, err := c.Embed(context.Background(), []string{"the people are superb"})
	if err != nil {
		t.Fatal(err)
	}
	for j, x := range v[0].Vector {
		if got := grads[len(grads)-2].Data[j]; math.Abs(float64(got-x/2)) > 1e-6 {
			t.Errorf("gradient %d of the weight is %v, want %v", j, got, x/2)
		}
	}
}

// Cores and kernels do not reach the gradients; the step does.
func TestStepsHaveTheSameBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	n := small(t)
	b := labelled(t, 12)
	loss, grads := step(t, learner(t, n, dropping), b, 3)
	for _, path := range kernel.Available() {
		for _, procs := range []int{1, 3} {
			restore, err := kernel.Use(path)
			if err != nil {
				t.Fatal(err)
			}
			runtime.GOMAXPROCS(procs)
			tr := learner(t, n, dropping)
			step(t, tr, labelled(t, 40), 9) // grows the graph
			l, g := step(t, tr, b, 3)
			if l != loss || !slices.EqualFunc(g, grads, slices.Equal) {
				t.Errorf("%s with %d cores: other bits", path, procs)
			}
			if l, _ := step(t, tr, b, 4); l == loss {
				t.Errorf("%s: step 4 has the loss of step 3", path)
			}
			restore()
		}
	}
}

func TestTrainerErrors(t *testing.T) {
	tr := learner(t, small(t), TrainerConfig{})
	long := Batch{Texts: [][]int32{make([]int32, 71)}, Labels: []int32{0}}
	for _, c := range []struct {
		b       Batch
		message string
	}{
		{Batch{}, "0 labels for 0 texts"},
		{Batch{Texts: [][]int32{{1}}}, "0 labels for 1 texts"},
		{Batch{Texts: [][]int32{{1}}, Labels: []int32{3}}, "label 3"},
		{Batch{Texts: [][]int32{{30}}, Labels: []int32{0}}, "word 30"},
		{Batch{Texts: [][]int32{{}}, Labels: []int32{0}}, "0 tokens"},
		{long, "71 tokens, want at most 70"},
	} {
		if _, _, err := tr.Step(c.b, 0); err == nil || !strings.HasPrefix(err.Error(), "encoder: ") || !strings.Contains(err.Error(), c.message) {
			t.Errorf("error %v, want one with %q", err, c.message)
		}
	}
	if _, _, err := tr.Step(long, 0); !errors.Is(err, ErrTooLong) {
		t.Error(err)
	}
	for _, c := range []TrainerConfig{{Dropout: 1}, {AttentionDropout: -1}, {HeadDropout: 2}, {ClassWeights: []float32{1}}} {
		if _, err := newTrainer(tr.network, tr.head, tr.weight, tr.bias, c); err == nil || !strings.HasPrefix(err.Error(), "encoder: ") {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if _, err := NewBatch([][]int32{{}}, []int32{0}); !errors.Is(err, ErrEmptyText) {
		t.Error(err)
	}
	if _, err := NewBatch([][]int32{{1}}, nil); err == nil {
		t.Error("a batch without labels")
	}
}

// Rows names what a step reads of the words, and the gradient touches nothing else.
func TestRowsAreThoseOfTheGradient(t *testing.T) {
	tr := learner(t, small(t), TrainerConfig{})
	b := labelled(t, 5)
	rows := slices.Clone(tr.Rows(b)[0])
	slices.Sort(rows)
	rows = slices.Compact(rows)
	_, grads, err := tr.Step(b, 0)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(grads[0].Rows, rows) {
		t.Errorf("gradient of rows %v, read are %v", grads[0].Rows, rows)
	}
}
