package seq2seq

import (
	"context"
	"encoding/json"
	"iter"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/train"
)

// goldenCase is a case of testdata/golden.json, which golden.py explains.
type goldenCase struct {
	Name   string
	Config struct {
		Source, Target, Embedding, Encoder, Layers, Hidden int
		Joint                                              bool
	}
	Smoothing   float64
	Weights     map[string][]float32
	Batches     []struct{ Sources, Targets [][]int32 }
	Plain, Loss float32
	Most        map[string]float64
	Gradients   map[string][]float64
	Losses      []float32
	Greedy      [][]int32
}

func goldenCases(t *testing.T) []goldenCase {
	t.Helper()
	data, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []goldenCase }
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	return file.Cases
}

func (c goldenCase) network(t *testing.T) *Network {
	t.Helper()
	n, err := New(Config{SourceVocab: c.Config.Source, TargetVocab: c.Config.Target, Joint: c.Config.Joint, Embedding: c.Config.Embedding,
		Encoder: c.Config.Encoder, Layers: c.Config.Layers, Hidden: c.Config.Hidden}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range n.Params() {
		w, ok := c.Weights[p.Name]
		if !ok || len(w) != len(p.Data()) {
			t.Fatalf("%s: golden file has %d numbers for %v", c.Name, len(w), p)
		}
		copy(p.Write(), w)
	}
	return n
}

func (c goldenCase) batch(t *testing.T, i int) Batch {
	t.Helper()
	b, err := NewBatch(c.Batches[i].Sources, c.Batches[i].Targets)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func near(a, b float32) bool {
	return math.Abs(float64(a)-float64(b)) <= 2e-5*max(1, math.Abs(float64(b)))
}

func TestLossesAndGradientsEqualPyTorch(t *testing.T) {
	for _, c := range goldenCases(t) {
		n := c.network(t)
		if l, err := n.Judge().Loss(c.batch(t, 0)); err != nil || !near(l, c.Plain) {
			t.Errorf("%s: loss without smoothing %v, want %v, %v", c.Name, l, c.Plain, err)
		}
		tr, err := n.Trainer(TrainerConfig{Smoothing: c.Smoothing})
		if err != nil {
			t.Fatal(err)
		}
		loss, grads, err := tr.Step(c.batch(t, 0), 0)
		if err != nil {
			t.Fatal(err)
		}
		if !near(loss, c.Loss) {
			t.Errorf("%s: loss %v, want %v", c.Name, loss, c.Loss)
		}
		for i, p := range tr.Params() {
			want, most := c.Gradients[p.Name], c.Most[p.Name]
			for k, g := range dense(p, grads[i]) {
				if w := want[k] * most * 1e-5; !(math.Abs(float64(g)-w) <= 5e-5*most) {
					t.Errorf("%s: gradient %d of %s is %v, want %v", c.Name, k, p.Name, g, w)
					break
				}
			}
		}
	}
}

func TestTenLossesOfAdamEqualPyTorch(t *testing.T) {
	for _, c := range goldenCases(t) {
		n := c.network(t)
		tr, err := n.Trainer(TrainerConfig{Smoothing: c.Smoothing})
		if err != nil {
			t.Fatal(err)
		}
		var losses lossRecorder
		each := func(int) iter.Seq2[Batch, error] {
			return func(yield func(Batch, error) bool) {
				for i := range c.Batches {
					if !yield(c.batch(t, i), nil) {
						return
					}
				}
			}
		}
		_, err = train.Fit(context.Background(), train.Model[Batch](tr), train.Data[Batch](train.Batches[Batch]{
			Each: each, Count: len(c.Batches)}),
			train.Config{Epochs: 1, Optimizer: train.Adam{LearningRate: 0.01}, Recorders: []train.Recorder{&losses}})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range c.Losses {
			if math.Abs(float64(losses[i]-want)) > 2e-4*float64(want) {
				t.Errorf("%s: loss %d is %v, want %v", c.Name, i, losses[i], want)
			}
		}
	}
}

// lossRecorder keeps the loss of every step.
type lossRecorder []float32

func (l *lossRecorder) Record(e train.Event) error {
	if e.Kind == train.KindStep {
		*l = append(*l, float32(e.Loss))
	}
	return nil
}

// A beam of one takes the likeliest word each time.
func TestGreedyEqualsPyTorch(t *testing.T) {
	for _, c := range goldenCases(t) {
		n := c.network(t)
		found, err := n.Translate(context.Background(), c.Batches[0].Sources, Search{Beam: 1, Most: 12, Ratio: 100}, false)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range c.Greedy {
			if !slices.Equal(found[i][0].IDs, want) || found[i][0].Cut != (len(want) == 12) {
				t.Errorf("%s: text %d becomes %+v, want %v", c.Name, i, found[i][0], want)
			}
		}
	}
}

// dense returns a gradient with all its rows.
func dense(p *ops.Param, g ops.Gradient) []float32 {
	if g.Rows == nil {
		return g.Data
	}
	all := make([]float32, len(p.Data()))
	for i, row := range g.Rows {
		copy(all[int(row)*p.RowLen():], g.Data[i*p.RowLen():(i+1)*p.RowLen()])
	}
	return all
}
