package lm

import (
	"context"
	"encoding/json"
	"iter"
	"math"
	"os"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/train"
)

// golden is testdata/golden.json, made by golden.py with PyTorch.
type golden struct {
	Vocab, Embedding, Hidden, Layers, Draws, Streams, Window int
	LR, Clip, Final                                          float64
	Weights, Gradients                                       map[string][]float32
	Text                                                     []int32
	Negatives                                                [][]int32
	Losses                                                   []float64
}

func readGolden(t *testing.T) (golden, *Network, *Trainer) {
	t.Helper()
	file, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(file, &g); err != nil {
		t.Fatal(err)
	}
	n, err := New(Config{Vocab: g.Vocab, Embedding: g.Embedding, Hidden: g.Hidden, Layers: g.Layers, Negatives: g.Draws}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range n.Params() {
		w := g.Weights[p.Name]
		if len(w) != len(p.Data()) {
			t.Fatalf("golden file has %d numbers for %v", len(w), p)
		}
		copy(p.Write(), w)
	}
	trainer, err := n.Trainer(TrainerConfig{Seed: 1, Streams: g.Streams, Window: g.Window})
	if err != nil {
		t.Fatal(err)
	}
	return g, n, trainer
}

// batch is a window of the golden text.
func (g golden) batch(step int) Batch {
	b := Batch{Negatives: g.Negatives[step], First: step == 0}
	length := len(g.Negatives) * g.Window
	for t := range g.Window {
		for s := range g.Streams {
			at := s*length + step*g.Window + t
			b.Inputs, b.Targets = append(b.Inputs, g.Text[at]), append(b.Targets, g.Text[at+1])
		}
	}
	return b
}

// losses records the loss of each step.
type losses []float64

func (l *losses) Record(e train.Event) error {
	if e.Kind == train.KindStep {
		*l = append(*l, e.Loss)
	}
	return nil
}

// Ten steps of Adam with carried states have PyTorch's losses, and so has the text
// after them by all words.
func TestTrainingEqualsPyTorch(t *testing.T) {
	g, n, trainer := readGolden(t)
	_, grads, err := trainer.Step(g.batch(0), 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range trainer.Params() {
		got, want := make([]float32, len(p.Data())), g.Gradients[p.Name]
		copy(got, grads[i].Data)
		if grads[i].Rows != nil {
			clear(got)
			for k, row := range grads[i].Rows {
				copy(got[int(row)*p.RowLen():], grads[i].Data[k*p.RowLen():(k+1)*p.RowLen()])
			}
		}
		for e := range want {
			if math.Abs(float64(got[e]-want[e])) > 1e-6+1e-4*math.Abs(float64(want[e])) {
				t.Fatalf("gradient of %s at %d is %v, want %v", p.Name, e, got[e], want[e])
			}
		}
	}
	var got losses
	data := train.Batches[Batch]{Count: len(g.Negatives), Each: func(int) iter.Seq2[Batch, error] {
		return func(yield func(Batch, error) bool) {
			for step := range g.Negatives {
				if !yield(g.batch(step), nil) {
					return
				}
			}
		}
	}}
	if _, err := train.Fit(context.Background(), train.Model[Batch](trainer), train.Data[Batch](data), train.Config{
		Epochs: 1, Optimizer: train.Adam{LearningRate: g.LR}, ClipNorm: g.Clip, Recorders: []train.Recorder{&got}}); err != nil {
		t.Fatal(err)
	}
	for i, want := range g.Losses {
		if math.Abs(got[i]-want) > 1e-4*want {
			t.Errorf("loss of step %d is %v, want %v", i, got[i], want)
		}
	}
	if loss, words, err := n.Loss(context.Background(), g.Text); err != nil || words != len(g.Text)-1 || math.Abs(loss-g.Final) > 1e-4*g.Final {
		t.Errorf("after them the text has the loss %v in %d words, %v; want %v", loss, words, err, g.Final)
	}
}

// One step changes every parameter, and the states that it carries on.
func TestStepChangesEveryParameter(t *testing.T) {
	g, _, trainer := readGolden(t)
	_, grads, err := trainer.Step(g.batch(0), 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range trainer.Params() {
		some := false
		for _, v := range grads[i].Data {
			some = some || v != 0
		}
		if !some {
			t.Errorf("%s has no gradient", p.Name)
		}
	}
	for i, v := range trainer.State() {
		if v == 0 {
			t.Fatalf("state %d is 0 after a step", i)
		}
	}
}

// An embedding that fills no panel is measured as one that zeros fill up to a panel.
func TestLossOfAnyWidth(t *testing.T) {
	narrow, err := New(Config{Vocab: 20, Embedding: 10, Hidden: 6}, 1)
	if err != nil {
		t.Fatal(err)
	}
	filled, err := New(Config{Vocab: 20, Embedding: 16, Hidden: 6}, 2)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range filled.Params() {
		from, to := narrow.Params()[i], p.Write()
		clear(to)
		for row := range len(from.Data()) / from.RowLen() {
			copy(to[row*p.RowLen():], from.Data()[row*from.RowLen():(row+1)*from.RowLen()])
		}
	}
	text := []int32{3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 19, 0}
	a, _, err := narrow.Loss(context.Background(), text)
	if err != nil {
		t.Fatal(err)
	}
	if b, _, err := filled.Loss(context.Background(), text); err != nil || math.Abs(a-b) > 1e-6 {
		t.Errorf("losses %v and %v, %v", a, b, err)
	}
}

// Streams of text that are measured side by side and in windows lose little to one:
// the words at cuts.
func TestLossOfLongText(t *testing.T) {
	g, n, _ := readGolden(t)
	rng := ops.Stream(1, "text", 0)
	text := make([]int32, 5000)
	for i := range text {
		text[i] = rng.Int32N(int32(g.Vocab))
	}
	loss, words, err := n.Loss(context.Background(), text)
	if err != nil || words != 4999 {
		t.Fatal(words, err)
	}
	one := 0.0
	for at := 0; at+251 <= len(text); at += 250 {
		l, w, err := n.Loss(context.Background(), text[at:at+251]) // too short for two streams
		if err != nil || w != 250 {
			t.Fatal(w, err)
		}
		one += l
	}
	if one /= 19; math.Abs(one-loss) > 0.05*loss {
		t.Errorf("loss %v, in parts %v", loss, one)
	}
}
