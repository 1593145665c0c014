package tagger

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/tagging"
	"github.com/gorgonia-zoo/zoo/train"
)

// generator draws the sentences of testdata/golden.py.
type generator uint32

func (g *generator) draw(n int) int32 {
	*g = generator((uint64(*g)*1103515245 + 12345) % (1 << 31))
	return int32(int(*g>>16) % n)
}

func (g *generator) sentence(c Config) (s Sentence) {
	for range 1 + g.draw(7) {
		s.Words = append(s.Words, g.draw(c.Words))
		var chars []int32
		for range 1 + g.draw(4) {
			chars = append(chars, g.draw(c.Chars))
		}
		s.Chars = append(s.Chars, chars)
	}
	for _, column := range c.Columns {
		tags := make([]int32, len(s.Words))
		for i := range tags {
			tags[i] = g.draw(len(column.Tags))
		}
		s.Tags = append(s.Tags, tags)
	}
	return s
}

// golden is testdata/golden.json.
type golden struct {
	Weights, Gradients map[string][]float32
	Loss               float64
	Losses             []float64
	Paths              [][]string
}

// goldenConfig is the shape of golden.py's network.
func goldenConfig() Config {
	tags := func(n int) (list []string) {
		for i := range n {
			list = append(list, strconv.Itoa(i))
		}
		return list
	}
	return Config{Words: 30, Embedding: 5, Chars: 12, CharEmbedding: 4, CharHidden: 3, Hidden: 6,
		Columns: []tagging.Column{{Name: "a", Tags: tags(5)}, {Name: "b", Tags: tags(3)}}}
}

func openGolden(t *testing.T) (golden, *Network, []Sentence, []Sentence) {
	t.Helper()
	data, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	n, err := New(goldenConfig(), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range n.Params() {
		w, ok := g.Weights[p.Name]
		if !ok || len(w) != len(p.Data()) {
			t.Fatalf("golden file has %d numbers for %v", len(w), p)
		}
		copy(p.Write(), w)
	}
	from := generator(1)
	var batch, test []Sentence
	for range 9 {
		batch = append(batch, from.sentence(n.config))
	}
	for range 200 {
		test = append(test, from.sentence(n.config))
	}
	return g, n, batch, test
}

// Loss and gradients from the same weights are PyTorch's.
func TestGolden(t *testing.T) {
	g, n, batch, _ := openGolden(t)
	trainer, err := n.Trainer(1)
	if err != nil {
		t.Fatal(err)
	}
	loss, grads, err := trainer.Step(NewBatch(batch), 0)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(float64(loss)-g.Loss) > 1e-5 {
		t.Errorf("loss %v, want %v", loss, g.Loss)
	}
	for i, p := range trainer.Params() {
		got := make([]float32, len(p.Data()))
		if grads[i].Rows == nil {
			copy(got, grads[i].Data)
		}
		for k, row := range grads[i].Rows {
			copy(got[int(row)*p.RowLen():], grads[i].Data[k*p.RowLen():][:p.RowLen()])
		}
		for k, want := range g.Gradients[p.Name] {
			if d := math.Abs(float64(got[k] - want)); d > 5e-5*math.Max(0.1, math.Abs(float64(want))) {
				t.Errorf("gradient of %s at %d is %v, want %v", p.Name, k, got[k], want)
				break
			}
		}
	}
}

// losses keeps the loss of each step.
type losses []float64

func (l *losses) Record(e train.Event) error {
	if e.Kind == train.KindStep {
		*l = append(*l, e.Loss)
	}
	return nil
}

// Ten steps of Adam have PyTorch's losses.
func TestGoldenLosses(t *testing.T) {
	g, n, batch, _ := openGolden(t)
	trainer, err := n.Trainer(1)
	if err != nil {
		t.Fatal(err)
	}
	var got losses
	_, err = train.Fit(context.Background(), train.Model[Batch](trainer), train.Batches[Batch]{Each: func(int) iter.Seq2[Batch, error] {
		return func(yield func(Batch, error) bool) { yield(NewBatch(batch), nil) }
	}, Count: 1}, train.Config{Epochs: 10, Optimizer: train.Adam{LearningRate: 0.01, Sparse: train.Dense}, Recorders: []train.Recorder{&got}})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(g.Losses) {
		t.Fatalf("%d losses, want %d", len(got), len(g.Losses))
	}
	for i, want := range g.Losses {
		if math.Abs(got[i]-want) > 1e-4*want {
			t.Errorf("loss of step %d is %v, want %v", i+1, got[i], want)
		}
	}
}

// The best tags of 200 ragged sentences are pytorch-crf's, together and one by one.
func TestGoldenPaths(t *testing.T) {
	g, n, _, test := openGolden(t)
	lender := n.lender()
	together, err := predict(context.Background(), n, lender, test)
	if err != nil {
		t.Fatal(err)
	}
	for i := range test {
		alone, err := predict(context.Background(), n, lender, test[i:i+1])
		if err != nil {
			t.Fatal(err)
		}
		for k := range n.config.Columns {
			var path strings.Builder
			for _, a := range together[i][k] {
				fmt.Fprint(&path, a.tag)
			}
			if path.String() != g.Paths[k][i] {
				t.Errorf("sentence %d, column %d: %s, want %s", i, k, path.String(), g.Paths[k][i])
			}
			if !slices.Equal(together[i][k], alone[0][k]) {
				t.Errorf("sentence %d, column %d: %v among others, %v alone", i, k, together[i][k], alone[0][k])
			}
		}
	}
}

// One step changes every parameter.
func TestOneStepChangesEveryParameter(t *testing.T) {
	g := generator(9)
	c := goldenConfig()
	c.Layers, c.Dropout = 2, 0.1
	n, err := New(c, 3)
	if err != nil {
		t.Fatal(err)
	}
	var batch []Sentence
	for range 40 {
		batch = append(batch, g.sentence(c))
	}
	trainer, err := n.Trainer(1)
	if err != nil {
		t.Fatal(err)
	}
	before := map[string][]float32{}
	for _, p := range n.Params() {
		before[p.Name] = slices.Clone(p.Data())
	}
	_, err = train.Fit(context.Background(), train.Model[Batch](trainer), train.Batches[Batch]{Each: func(int) iter.Seq2[Batch, error] {
		return func(yield func(Batch, error) bool) { yield(NewBatch(batch), nil) }
	}, Count: 1}, train.Config{Epochs: 1, Optimizer: train.SGD{LearningRate: 1}})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range n.Params() {
		if slices.Equal(before[p.Name], p.Data()) {
			t.Errorf("%s has not changed", p.Name)
		}
	}
}

// Columns that mark spans obey IOB2, whatever the weights.
func TestPathsObeyIOB2(t *testing.T) {
	c := goldenConfig()
	c.Columns = []tagging.Column{{Name: "ner", Spans: true, Tags: []string{"B-x", "B-y", "I-x", "I-y", "O"}}}
	n, err := New(c, 5)
	if err != nil {
		t.Fatal(err)
	}
	copy(n.heads[0].bias.Write(), []float32{0, 0, 9, 9, 0}) // inside is far the likeliest
	g := generator(2)
	var list []Sentence
	for range 50 {
		list = append(list, g.sentence(c))
	}
	answers, err := predict(context.Background(), n, n.lender(), list)
	if err != nil {
		t.Fatal(err)
	}
	inside := 0
	for _, a := range answers {
		var tags []string
		for _, w := range a[0] {
			tags = append(tags, c.Columns[0].Tags[w.tag])
			if strings.HasPrefix(tags[len(tags)-1], "I-") {
				inside++
			}
		}
		if n := tagging.IOB2Scheme.Illegal(tags); n > 0 {
			t.Errorf("%v has %d tags that IOB2 does not allow", tags, n)
		}
	}
	if inside == 0 {
		t.Error("no tag is inside a span: the test tries nothing")
	}
}
