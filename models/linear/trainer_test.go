package linear

import (
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/train"
)

// untrained returns a classifier of so many hashed features and classes with
// random weights.
func untrained(t *testing.T, rng *rand.Rand, features, classes int) *Classifier {
	t.Helper()
	n := logits(classes)
	c := &Classifier{classes: []string{"a", "b", "c", "d"}[:classes], weight: ops.NewParam(weightName, features, n), bias: ops.NewParam(biasName, n)}
	for _, p := range c.Params() {
		for i := range p.Data() {
			p.Data()[i] = float32(rng.NormFloat64())
		}
	}
	return c
}

func randomBatch(rng *rand.Rand, rows, features, classes int, values bool) Batch {
	b := Batch{X: randomMatrix(rng, rows, features, 3, values)}
	for range rows {
		b.Labels = append(b.Labels, int32(rng.IntN(classes)))
	}
	return b
}

// spread returns a gradient with all its rows.
func spread(g ops.Gradient, p *ops.Param) []float32 {
	if g.Rows == nil {
		return slices.Clone(g.Data)
	}
	out := make([]float32, len(p.Data()))
	for i, r := range g.Rows {
		copy(out[int(r)*p.RowLen():], g.Data[i*p.RowLen():(i+1)*p.RowLen()])
	}
	return out
}

func TestGradientsAgreeWithDifferences(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	for n := range 20 {
		features, classes := 1+rng.IntN(12), 2+n%3
		c := untrained(t, rng, features, classes)
		trainer, err := c.Trainer()
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // batches of other sizes on the same graph
			b := randomBatch(rng, 1+rng.IntN(9), features, classes, n%2 == 0)
			_, grads, err := trainer.Step(b, 0)
			if err != nil {
				t.Fatal(err)
			}
			var spreads [][]float32 // the gradients are gone with the next step
			for i, p := range trainer.Params() {
				spreads = append(spreads, spread(grads[i], p))
			}
			for i, p := range trainer.Params() {
				got := spreads[i]
				for j := range p.Data() {
					const h = 1.0 / 64
					old := p.Data()[j]
					p.Data()[j] = old + h
					up, _, err := trainer.Step(b, 0)
					if err != nil {
						t.Fatal(err)
					}
					p.Data()[j] = old - h
					down, _, err := trainer.Step(b, 0)
					if err != nil {
						t.Fatal(err)
					}
					p.Data()[j] = old
					if want := float64(up-down) / (2 * h); math.Abs(float64(got[j])-want) > 2e-3 {
						t.Fatalf("%v, element %d: gradient %v, differences give %v", p, j, got[j], want)
					}
				}
			}
		}
	}
}

// At the minimum that the solver finds, w + C n (mean gradient) is zero: two
// implementations that share no code agree.
func TestGraphAgreesWithSolver(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	docs := randomDocs(rng, 200, 20, 30)
	label := func(i int) int { return len(docs[i]) % 3 }
	cfg := Config{Vectorizer: VectorizerConfig{Weighting: TFIDF, MaxN: 2}, C: 5, Tolerance: 1e-8}
	c, _, err := TrainTokens(t.Context(), cfg, tokenize.Config{}, []string{"a", "b", "c"}, sequence(docs), label)
	if err != nil {
		t.Fatal(err)
	}
	x, err := c.Vectorizer().Transform(t.Context(), sequence(docs))
	if err != nil {
		t.Fatal(err)
	}
	b := Batch{X: x}
	for i := range docs {
		b.Labels = append(b.Labels, int32(label(i)))
	}
	trainer, err := c.Trainer()
	if err != nil {
		t.Fatal(err)
	}
	_, grads, err := trainer.Step(b, 0)
	if err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for i, p := range trainer.Params() {
		for j, g := range spread(grads[i], p) {
			total := 5 * float64(len(docs)) * float64(g)
			if i == 0 {
				total += float64(p.Data()[j])
			}
			worst = max(worst, math.Abs(total))
		}
	}
	if worst > 1e-4 {
		t.Errorf("gradient of the objective at its minimum is %v", worst)
	}
}

// The graph trains by steps on batches too, with the loop that every model
// uses, sparse gradients included.
func TestFitLowersTheLoss(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	c := untrained(t, rng, 50, 2)
	all := randomBatch(rng, 200, 50, 2, false)
	for i := range all.Labels { // column 7 decides
		index, _ := all.X.Row(i)
		all.Labels[i] = 0
		if _, ok := slices.BinarySearch(index, 7); ok {
			all.Labels[i] = 1
		}
	}
	trainer, err := c.Trainer()
	if err != nil {
		t.Fatal(err)
	}
	before, _, err := trainer.Step(all, 0)
	if err != nil {
		t.Fatal(err)
	}
	epoch := func(int) iter.Seq2[Batch, error] {
		return func(yield func(Batch, error) bool) {
			for lo := 0; lo < 200; lo += 20 {
				rows := make([]int32, 20)
				for i := range rows {
					rows[i] = int32(lo + i)
				}
				if !yield(Batch{X: all.X.pick(rows), Labels: all.Labels[lo : lo+20]}, nil) {
					return
				}
			}
		}
	}
	_, err = train.Fit(t.Context(), train.Model[Batch](trainer), train.Data[Batch](train.Batches[Batch]{Each: epoch, Count: 10}),
		train.Config{Epochs: 40, Optimizer: train.Adam{LearningRate: 0.05}})
	if err != nil {
		t.Fatal(err)
	}
	after, _, err := trainer.Step(all, 0)
	if err != nil {
		t.Fatal(err)
	}
	if !(after < 0.1 && before > 1) {
		t.Errorf("loss %v before and %v after", before, after)
	}
}

func TestTrainerRefuses(t *testing.T) {
	rng := rand.New(rand.NewPCG(19, 20))
	trainer, err := untrained(t, rng, 5, 2).Trainer()
	if err != nil {
		t.Fatal(err)
	}
	good := randomBatch(rng, 3, 5, 2, true)
	for _, c := range []struct {
		b    Batch
		want string
	}{
		{Batch{}, "0 rows"},
		{Batch{X: good.X}, "0 labels"},
		{Batch{X: &CSR{Cols: 5, Start: []int{0}}}, "0 rows"},
		{Batch{X: good.X, Labels: []int32{0, 1, 2}}, "label 2"},
		{Batch{X: &CSR{Rows: 1, Cols: 4, Start: []int{0, 0}}, Labels: []int32{0}}, "4 columns"},
		{Batch{X: &CSR{Rows: 1, Cols: 5, Start: []int{0}}, Labels: []int32{0}}, "1 offsets"},
		{Batch{X: &CSR{Rows: 1, Cols: 5, Start: []int{0, 1}, Index: []int32{5}}, Labels: []int32{0}}, "column 5"},
		{Batch{X: &CSR{Rows: 1, Cols: 5, Start: []int{0, 2}, Index: []int32{1}}, Labels: []int32{0}}, "offsets"},
		{Batch{X: &CSR{Rows: 1, Cols: 5, Start: []int{0, 2}, Index: []int32{1, 2}, Value: []float32{1}}, Labels: []int32{0}}, "1 values"},
	} {
		if _, _, err := trainer.Step(c.b, 0); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "linear: ") {
			t.Errorf("%+v: %v, want an error with %q", c.b, err, c.want)
		}
	}
	if _, _, err := trainer.Step(good, 0); err != nil {
		t.Errorf("after the errors: %v", err)
	}
}

var _ train.RowReader[Batch] = (*Trainer)(nil)
