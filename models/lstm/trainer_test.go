package lstm

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
)

func trainer(t testing.TB, n *Network, c TrainerConfig) *Trainer {
	t.Helper()
	tr, err := n.Trainer(c)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// result is a copy of what a step returned.
type result struct {
	loss  float32
	grads [][]float32
	rows  []int32 // of the embedding
}

func step(t testing.TB, tr *Trainer, b Batch, number uint64) result {
	t.Helper()
	loss, grads, err := tr.Step(b, number)
	if err != nil {
		t.Fatal(err)
	}
	r := result{loss: loss, rows: slices.Clone(grads[0].Rows)}
	for _, g := range grads {
		r.grads = append(r.grads, slices.Clone(g.Data))
	}
	return r
}

func (r result) equal(other result) bool {
	return r.loss == other.loss && slices.Equal(r.rows, other.rows) && slices.EqualFunc(r.grads, other.grads, slices.Equal)
}

// Targets of 0 and 1 are labels, those between lie between, and they follow their
// texts into the order of the batch.
func TestStepTowardsTargets(t *testing.T) {
	n := network(t, small())
	rng := rand.New(rand.NewPCG(7, 7))
	all := texts(rng, 12, 9, 20)
	labels, hard, soft := make([]int32, 12), make([]float32, 12), make([]float32, 12)
	for i := range labels {
		labels[i] = rng.Int32N(2)
		hard[i], soft[i] = float32(labels[i]), rng.Float32()
	}
	b, err := NewBatch(all, labels)
	if err != nil {
		t.Fatal(err)
	}
	towards := func(targets []float32) result {
		soft, err := b.Soft(targets)
		if err != nil {
			t.Fatal(err)
		}
		return step(t, trainer(t, n, TrainerConfig{}), soft, 0)
	}
	if !towards(hard).equal(step(t, trainer(t, n, TrainerConfig{}), b, 0)) {
		t.Error("targets of 0 and 1 are not the labels")
	}
	// The loss is linear in the targets.
	zero := towards(make([]float32, 12)).loss
	loss := float64(zero)
	for i, p := range soft {
		unit := make([]float32, 12)
		unit[i] = 1
		loss += float64(p) * float64(towards(unit).loss-zero)
	}
	if got := towards(soft).loss; math.Abs(float64(got)-loss) > 1e-5 {
		t.Errorf("loss %v, want %v", got, loss)
	}
}

func TestTargetsErrors(t *testing.T) {
	b, err := NewBatch([][]int32{{1}, {2, 3}}, []int32{0, 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][]float32{nil, {1}, {0, 1, 1}, {0, 1.5}, {-0.1, 0}, {0, float32(math.NaN())}} {
		if _, err := b.Soft(bad); err == nil {
			t.Errorf("targets %v were taken", bad)
		}
	}
	if _, err := (Batch{Texts: [][]int32{{1}}, Labels: []int32{1}}).Soft([]float32{1}); err == nil {
		t.Error("targets of a batch that NewBatch has not made")
	}
	soft, err := b.Soft([]float32{0.25, 0.75})
	if err != nil {
		t.Fatal(err)
	}
	c := small()
	c.Classes = 3
	if _, _, err := trainer(t, network(t, c), TrainerConfig{}).Step(soft, 0); err == nil || !strings.Contains(err.Error(), "two classes") {
		t.Errorf("three classes: %v", err)
	}
	if _, _, err := trainer(t, network(t, small()), TrainerConfig{ClassWeights: []float32{1, 2}}).Step(soft, 0); err == nil {
		t.Error("class weights and targets")
	}
}

func TestOneStepChangesEveryParameter(t *testing.T) {
	for _, c := range []Config{
		small(),
		{Vocab: 20, Embedding: 3, Hidden: 5, Layers: 2, Bidirectional: true, Classes: 3,
			Pooling: []ops.Pooling{ops.PoolLast, ops.PoolMean, ops.PoolMax}, Dropout: Dropout{Embedding: 0.1, Layer: 0.1, Output: 0.1, Recurrent: 0.05, Locked: true}},
	} {
		n := network(t, c)
		rng := rand.New(rand.NewPCG(1, 1))
		b := labelled(t, rng, texts(rng, 16, 9, 20), n.Config().Classes)
		tr := trainer(t, n, TrainerConfig{})
		r := step(t, tr, b, 0)
		if !slices.Equal(tr.Params(), n.Params()) {
			t.Fatal("gradients are not in the order of the parameters")
		}
		for i, p := range tr.Params() {
			zeros := 0
			for _, g := range r.grads[i] {
				if g == 0 {
					zeros++
				}
			}
			if want := len(p.Data()); i > 0 && len(r.grads[i]) != want || zeros > want/10 {
				t.Errorf("%v: gradient of %d numbers, %d of them 0", p, len(r.grads[i]), zeros)
			}
		}
		used := slices.Concat(b.Texts...)
		slices.Sort(used)
		if used = slices.Compact(used); !slices.Equal(r.rows, used) {
			t.Errorf("embedding gradient of rows %v, the batch has %v", r.rows, used)
		}
		// An optimizer asks for these rows before the step.
		rows := tr.Rows(b)
		read := slices.Clone(rows[0])
		slices.Sort(read)
		if !slices.Equal(slices.Compact(read), used) || rows[1] != nil || len(rows) != len(tr.Params()) {
			t.Errorf("rows to be read %v", rows)
		}
	}
}

func TestGradientsAgainstDifferences(t *testing.T) {
	n := network(t, Config{Vocab: 6, Embedding: 2, Hidden: 3, Layers: 2, Bidirectional: true, Classes: 3,
		Pooling: []ops.Pooling{ops.PoolLast, ops.PoolMean, ops.PoolMax}, Dropout: Dropout{Embedding: 0.2, Layer: 0.2, Output: 0.2, Recurrent: 0.2}})
	tr := trainer(t, n, TrainerConfig{ClassWeights: []float32{1, 2, 0.5}})
	rng := rand.New(rand.NewPCG(1, 1))
	b := labelled(t, rng, texts(rng, 5, 6, 6), 3)
	r := step(t, tr, b, 3)
	for i, p := range n.Params() {
		g := r.grads[i]
		if i == 0 {
			g = make([]float32, len(p.Data()))
			for k, row := range r.rows {
				copy(g[int(row)*2:], r.grads[0][2*k:2*k+2])
			}
		}
		w := p.Write()
		for _, j := range rng.Perm(len(w))[:min(8, len(w))] {
			const h = 1.0 / 256
			old := w[j]
			w[j] = old + h
			up := step(t, tr, b, 3).loss
			w[j] = old - h
			down := step(t, tr, b, 3).loss
			w[j] = old
			if want := (float64(up) - float64(down)) / (2 * h); math.Abs(float64(g[j])-want) > 1e-3 {
				t.Errorf("%v: gradient %d is %v, difference %v", p, j, g[j], want)
			}
		}
	}
}

// A batch larger than the capacity, in tokens or in texts, makes the graph
// grow; the bits are those of a graph that was large from the start.
func TestBatchesLargerThanTheCapacity(t *testing.T) {
	c := small()
	c.Dropout = Dropout{Embedding: 0.3, Output: 0.3}
	n := network(t, c)
	grows, large := trainer(t, n, TrainerConfig{}), trainer(t, n, TrainerConfig{Tokens: 20000, Texts: 200})
	rng := rand.New(rand.NewPCG(1, 1))
	for i, shape := range [][2]int{{3, 5}, {17, 2}, {2, 3000}, {1, 1}, {100, 3}, {40, 100}, {3, 5}} {
		b := labelled(t, rng, texts(rng, shape[0], shape[1], 20), 2)
		if !step(t, grows, b, uint64(i)).equal(step(t, large, b, uint64(i))) {
			t.Errorf("batch %d of %d texts, %d tokens has other bits", i, b.Examples(), b.Tokens())
		}
	}
}

// constant returns a network whose logits are its last bias, whatever the
// text.
func constant(t testing.TB, classes int, bias ...float32) *Network {
	t.Helper()
	c := small()
	c.Classes = classes
	n, err := empty(c)
	if err != nil {
		t.Fatal(err)
	}
	copy(n.bias.Write(), bias)
	return n
}

// Two classes: logit ln 3, so p = 3/4. Labels 0 1 1, weights 2 and 1:
// (2 ln 4 + 2 ln 4/3) / 4, with the bias's gradient (2*3/4 - 2*1/4) / 4.
//
// Three classes: p = 1/4 1/2 1/4. Labels 1 2, weights 1 2 3:
// (2 ln 2 + 3 ln 4) / 5.
func TestClassWeightsByHand(t *testing.T) {
	for _, c := range []struct {
		classes       int
		bias, weights []float32
		labels        []int32
		loss          float64
		grad          []float64
	}{
		{2, []float32{float32(math.Log(3))}, []float32{2, 1}, []int32{0, 1, 1}, (2*math.Log(4) + 2*math.Log(4.0/3)) / 4, []float64{0.25}},
		{3, []float32{0, math.Ln2, 0}, []float32{1, 2, 3}, []int32{1, 2}, (2*math.Ln2 + 3*math.Log(4)) / 5, []float64{0.25, 0.1, -0.35}},
	} {
		tr := trainer(t, constant(t, c.classes, c.bias...), TrainerConfig{ClassWeights: c.weights})
		b, err := NewBatch([][]int32{{1}, {2, 3}, {4}}[:len(c.labels)], c.labels)
		if err != nil {
			t.Fatal(err)
		}
		r := step(t, tr, b, 0)
		if math.Abs(float64(r.loss)-c.loss) > 1e-6 {
			t.Errorf("%d classes: loss %v, want %v", c.classes, r.loss, c.loss)
		}
		for i, want := range c.grad {
			if got := r.grads[len(r.grads)-1][i]; math.Abs(float64(got)-want) > 1e-6 {
				t.Errorf("%d classes: gradient of bias %d is %v, want %v", c.classes, i, got, want)
			}
		}
	}
}

func TestTrainerErrors(t *testing.T) {
	n := network(t, small())
	for _, weights := range [][]float32{{1}, {1, 2, 3}, {1, -1}, {1, float32(math.NaN())}} {
		if tr, err := n.Trainer(TrainerConfig{ClassWeights: weights}); err == nil || tr != nil || !strings.HasPrefix(err.Error(), "lstm: ") {
			t.Errorf("class weights %v: %v", weights, err)
		}
	}
	tr := trainer(t, n, TrainerConfig{})
	good := Batch{Texts: [][]int32{{1, 2}, {3}}, Labels: []int32{0, 1}}
	want := step(t, tr, good, 0)
	for _, c := range []struct {
		batch   Batch
		message string
	}{
		{Batch{}, "0 labels for 0 texts"},
		{Batch{Texts: [][]int32{{1}}}, "0 labels for 1 texts"},
		{Batch{Texts: [][]int32{{1}}, Labels: []int32{2}}, "label 2, want 0 to 1"},
		{Batch{Texts: [][]int32{{1}}, Labels: []int32{-1}}, "label -1"},
		{Batch{Texts: [][]int32{{1}, {}}, Labels: []int32{0, 0}}, "text 1 has 0 tokens"},
		{Batch{Texts: [][]int32{{1}, {1, 2}}, Labels: []int32{0, 0}}, "longest first"},
		{Batch{Texts: [][]int32{{20}}, Labels: []int32{0}}, "id 20 at row 0, want 0 to 19"},
		{Batch{Texts: [][]int32{{0, -1}}, Labels: []int32{0}}, "id -1 at row 1"},
	} {
		if _, _, err := tr.Step(c.batch, 0); err == nil || !strings.HasPrefix(err.Error(), "lstm: ") || !strings.Contains(err.Error(), c.message) {
			t.Errorf("error %v, want one with %q", err, c.message)
		}
		if !step(t, tr, good, 0).equal(want) {
			t.Fatalf("after %q a step has other bits", c.message)
		}
	}
}

// A batch put together by hand may be of any size, too.
func TestBatchOfLiterals(t *testing.T) {
	tr := trainer(t, network(t, small()), TrainerConfig{})
	long := make([]int32, 5000)
	step(t, tr, Batch{Texts: [][]int32{long, {1}}, Labels: []int32{0, 1}}, 0)
}
