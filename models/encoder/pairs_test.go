package encoder

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/weights"
)

// goldenPairs is what testdata/pairs.py wrote.
type goldenPairs struct {
	Pairs []struct {
		First, Second string
		IDs, Segments []int32
		Mean          []float64
	}
	Labels, Number goldenHead
}

type goldenHead struct {
	Weight, Bias, Targets []float32
	Loss                  float64
	WeightGradient        []float64 `json:"weight_gradient"`
	BiasGradient          []float64 `json:"bias_gradient"`
	SegmentGradient       []float64 `json:"segment_gradient"`
}

func readPairs(t *testing.T) (g goldenPairs) {
	t.Helper()
	text, err := os.ReadFile("testdata/pairs.json")
	if err == nil {
		err = json.Unmarshal(text, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// headed is the tiny BERT with a linear layer, for pairs read as pairs says.
func headed(t *testing.T, kind classify.Kind, pairs string, classes ...string) *Classifier {
	t.Helper()
	e := tinyClassifier(t, "a", "b").Encoder
	s := e.Settings()
	s.Pairs, s.Pooling, s.Normalize = pairs, "mean", false
	e, err := e.With(s)
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewHead(e, kind, classes)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func nearly(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 2e-5*(1+math.Abs(want))) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestPairsEqualTransformers(t *testing.T) {
	g := readPairs(t)
	c := headed(t, classify.Number, Joint)
	var inputs []classify.Input
	for _, p := range g.Pairs {
		ids, segments, cut := c.EncodePair(p.First, p.Second)
		if !slices.Equal(ids, p.IDs) || !slices.Equal(segments, p.Segments) || cut {
			t.Errorf("%q and %q: ids %v of segments %v (%v), want %v of %v", p.First, p.Second, ids, segments, cut, p.IDs, p.Segments)
		}
		inputs = append(inputs, classify.Input{Text: p.First, Pair: p.Second})
	}
	// A batch of texts alone in between leaves no segments behind.
	for range 2 {
		all, err := c.EmbedInputs(context.Background(), inputs)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range g.Pairs {
			for k, want := range p.Mean {
				nearly(t, p.First, float64(all[i].Vector[k]), want)
			}
		}
		alone, err := c.Alone().Embed(context.Background(), []string{"the film is dull", "a small wonder"})
		if err != nil {
			t.Fatal(err)
		}
		again, err := tinyClassifier(t, "a", "b").Encoder.With(Settings{Pooling: "mean", MaxTokens: c.settings.MaxTokens})
		if err != nil {
			t.Fatal(err)
		}
		want, err := again.Embed(context.Background(), []string{"the film is dull", "a small wonder"})
		if err != nil || !slices.Equal(alone[0].Vector, want[0].Vector) || !slices.Equal(alone[1].Vector, want[1].Vector) {
			t.Errorf("texts after pairs have other vectors (%v)", err)
		}
	}
}

// The losses of several labels and of a number, and their gradients to the table of
// segments, are PyTorch's.
func TestHeadsTrainAsPyTorch(t *testing.T) {
	g := readPairs(t)
	for _, head := range []struct {
		name string
		c    *Classifier
		want goldenHead
	}{
		{"labels", headed(t, classify.Several, Joint, "x", "y", "z"), g.Labels},
		{"number", headed(t, classify.Number, Joint), g.Number},
	} {
		w, b := head.c.Head()
		copy(w.Write(), head.want.Weight)
		copy(b.Write(), head.want.Bias)
		var ids, segments [][]int32
		for _, p := range g.Pairs {
			ids, segments = append(ids, p.IDs), append(segments, p.Segments)
		}
		batch, err := NewTargets(ids, head.want.Targets)
		if err != nil {
			t.Fatal(err)
		}
		if batch, err = batch.Pairs(ids, segments); err != nil {
			t.Fatal(err)
		}
		for _, micro := range []int{0, 14} { // at once, and in parts
			trainer, err := head.c.Trainer(TrainerConfig{MicroTokens: micro})
			if err != nil {
				t.Fatal(err)
			}
			loss, grads, err := trainer.Step(batch, 0)
			if err != nil {
				t.Fatal(err)
			}
			nearly(t, head.name+": loss", float64(loss), head.want.Loss)
			seen := 0
			for k, p := range trainer.Params() {
				want := map[string][]float64{w.Name: head.want.WeightGradient, b.Name: head.want.BiasGradient,
					"embeddings.token_type_embeddings.weight": head.want.SegmentGradient}[p.Name]
				for i := range want {
					nearly(t, head.name+": gradient of "+p.Name, float64(grads[k].Data[i]), want[i])
				}
				seen += len(want)
			}
			if want := len(head.want.WeightGradient) + len(head.want.BiasGradient) + len(head.want.SegmentGradient); seen != want {
				t.Errorf("%s: %d numbers of gradients, want %d", head.name, seen, want)
			}
		}
	}
}

// What is read apart is both vectors, the magnitudes of their difference and their
// products, the same one by one as together.
func TestPairsApart(t *testing.T) {
	c := headed(t, classify.OneClass, Apart, "same", "other")
	inputs := []classify.Input{{Text: "the film is dull", Pair: "a small wonder"}, {Text: "dull", Pair: "dull"}}
	all, err := c.EmbedInputs(context.Background(), inputs)
	if err != nil {
		t.Fatal(err)
	}
	h := c.network.config.Hidden
	if len(all[0].Vector) != 4*h || c.Dim() != 4*h {
		t.Fatalf("%d numbers, want %d", len(all[0].Vector), 4*h)
	}
	one, err := c.EmbedInputs(context.Background(), inputs[:1])
	if err != nil || !slices.Equal(one[0].Vector, all[0].Vector) {
		t.Errorf("alone it has another vector (%v)", err)
	}
	for i := range h {
		u, v := all[0].Vector[i], all[0].Vector[h+i]
		if all[0].Vector[2*h+i] != max(u-v, v-u) || all[0].Vector[3*h+i] != u*v {
			t.Errorf("%d: %v and %v give %v and %v", i, u, v, all[0].Vector[2*h+i], all[0].Vector[3*h+i])
		}
		if all[1].Vector[2*h+i] != 0 {
			t.Errorf("two equal texts differ by %v", all[1].Vector[2*h+i])
		}
	}
	if _, err := c.Trainer(TrainerConfig{}); err == nil || !strings.Contains(err.Error(), "apart") {
		t.Errorf("training pairs apart: %v", err)
	}
}

// Each kind of answer goes through an artefact, and what says otherwise is refused.
func TestAnswerersAreSaved(t *testing.T) {
	inputs := []classify.Input{{Text: "the film is dull", Pair: "a small wonder"}, {Text: "", Pair: ""}}
	for _, c := range []*Classifier{
		headed(t, classify.Number, ""), headed(t, classify.Number, Joint), headed(t, classify.Number, Apart),
		headed(t, classify.Several, "", "x", "y"), headed(t, classify.Several, Apart, "x", "y", "z"), headed(t, classify.OneClass, Joint, "x", "y"),
	} {
		w, b := c.Head()
		w.Normal(3, 1)
		b.Normal(4, 1)
		if c.kind == classify.Several {
			if err := c.SetThresholds(slices.Repeat([]float64{0.25}, len(c.classes))); err != nil {
				t.Fatal(err)
			}
		}
		a, err := c.Artefact(weights.Card{Name: "x"}, weights.F32)
		if err != nil {
			t.Fatal(err)
		}
		_, again, err := FromArtefact(a)
		if err != nil {
			t.Fatal(err)
		}
		want, err := c.Answerer().AnswerAll(context.Background(), inputs)
		if err != nil {
			t.Fatal(err)
		}
		got, err := again.Answerer().AnswerAll(context.Background(), inputs)
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if got[i].Number != want[i].Number || !slices.Equal(got[i].Labels, want[i].Labels) || !slices.Equal(got[i].Probabilities, want[i].Probabilities) {
				t.Errorf("%+v: %+v, want %+v", c.Task(), got[i], want[i])
			}
		}
		if _, err := c.PredictAll(context.Background(), []string{"x"}); err == nil {
			t.Errorf("%+v: a class of a text", c.Task())
		}
		if err := c.WriteDirectory(t.TempDir()+"/d", weights.Card{}); err == nil || !strings.Contains(err.Error(), ".safetensors") {
			t.Errorf("%+v as a directory: %v", c.Task(), err)
		}
		for name, change := range map[string]string{
			"a kind that there is not": `{"pooling":"mean","max_tokens":64,"kind":"rank"}`,
			"pairs that there are not": `{"pooling":"mean","max_tokens":64,"pairs":"crossed"}`,
			"thresholds of a number":   `{"pooling":"mean","max_tokens":64,"kind":"number","thresholds":[0.5]}`,
			"too few thresholds":       `{"pooling":"mean","max_tokens":64,"kind":"labels","thresholds":[0.5]}`,
			"a threshold above 1":      `{"pooling":"mean","max_tokens":64,"kind":"labels","thresholds":[0.5,1.5]}`,
		} {
			bad := *a
			bad.Preprocess = json.RawMessage(change)
			if _, _, err := FromArtefact(&bad); err == nil {
				t.Errorf("%s of %+v is read", name, c.Task())
			}
		}
	}
}

func TestHeadsRefuse(t *testing.T) {
	e := tinyClassifier(t, "a", "b").Encoder
	for _, c := range []struct {
		kind    classify.Kind
		classes []string
	}{{classify.Number, []string{"a"}}, {classify.Several, []string{"a"}}, {classify.OneClass, nil}, {"rank", []string{"a", "b"}}} {
		if _, err := NewHead(e, c.kind, c.classes); err == nil {
			t.Errorf("a layer for %q with %q", c.kind, c.classes)
		}
	}
	several := headed(t, classify.Several, "", "x", "y")
	if _, err := several.Trainer(TrainerConfig{ClassWeights: []float32{1, 2}}); err == nil {
		t.Error("class weights of several labels")
	}
	trainer, err := several.Trainer(TrainerConfig{})
	if err != nil {
		t.Fatal(err)
	}
	labelled, err := NewBatch([][]int32{{1, 2}}, []int32{1})
	if err != nil {
		t.Fatal(err)
	}
	few, err := NewTargets([][]int32{{1, 2}}, []float32{1})
	if err != nil {
		t.Fatal(err)
	}
	odd, err := NewTargets([][]int32{{1, 2}}, []float32{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string]Batch{"labels": labelled, "too few targets": few, "a target of 2": odd,
		"a segment that there is not": {Texts: [][]int32{{1, 2}}, Targets: []float32{0, 1}, Segments: [][]int32{{0, 7}}}} {
		if _, _, err := trainer.Step(b, 0); err == nil {
			t.Errorf("a step of %s", name)
		}
	}
	for _, texts := range [][][]int32{nil, {{1}, {2}}} {
		if _, err := NewTargets(texts, []float32{1, 2, 3}); err == nil {
			t.Errorf("3 targets for %d texts", len(texts))
		}
	}
	if _, err := few.Pairs([][]int32{{1, 2}}, [][]int32{{0}}); err == nil {
		t.Error("segments of one token for two")
	}
	if _, err := NewNumberProbe([][]float32{{1}}, nil); err == nil {
		t.Error("a probe of numbers without numbers")
	}
	if _, err := NewLabelProbe([][]float32{{1}}, nil, 2); err == nil {
		t.Error("a probe of labels without labels")
	}
}

// A probe of numbers is ridge regression: with two columns the solution is known.
func TestNumberProbe(t *testing.T) {
	var x [][]float32
	var y []float64
	for i := range 40 {
		a, b := float32(i%5), float32(i%7)
		x, y = append(x, []float32{a, b}), append(y, float64(3*float64(a)-2*float64(b))+100)
	}
	p, err := NewNumberProbe(x, y)
	if err != nil {
		t.Fatal(err)
	}
	c := &Classifier{Encoder: &Encoder{network: &Network{config: Config{Hidden: 2}}}, weight: ops.NewParam("classifier.weight", 1, 2), bias: ops.NewParam("classifier.bias", 1), kind: classify.Number}
	if _, err := p.Fit(context.Background(), c, 1e6); err != nil {
		t.Fatal(err)
	}
	w, b := c.weight.Data(), c.bias.Data()
	if math.Abs(float64(w[0])-3) > 0.02 || math.Abs(float64(w[1])+2) > 0.02 || math.Abs(float64(b[0])-100) > 0.1 {
		t.Errorf("y = %v a + %v b + %v, want 3 a - 2 b + 100", w[0], w[1], b[0])
	}
}
