package main

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/weights"
	G "gorgonia.org/gorgonia"
)

// What follows, and family_recipe_test.go, is a family of models that the zoo
// does not have: docs/ADDING_A_MODEL.md walks through both. They import nothing
// that a program outside this module could not.

// hashed is a classifier of texts by hashed words: logits = W x + b, where x [F]
// counts the words of the text by their hash, F buckets.
type hashed struct {
	config  hashedConfig
	classes []string
	weight  *ops.Param // [C, F]
	bias    *ops.Param // [C]
}

type hashedConfig struct {
	Buckets int `json:"buckets"` // F
}

func newHashed(c hashedConfig, classes []string) *hashed {
	return &hashed{c, classes, ops.NewParam("fc.weight", len(classes), c.Buckets), ops.NewParam("fc.bias", len(classes))}
}

// features counts the words of a text into x [F].
func (m *hashed) features(x []float32, text string) int {
	words := strings.Fields(strings.ToLower(text))
	for _, w := range words {
		h := fnv.New32a()
		h.Write([]byte(w))
		x[h.Sum32()%uint32(m.config.Buckets)]++
	}
	return len(words)
}

// graph is the static graph of a batch of up to capacity texts.
type graph struct {
	program       *ops.Program
	x             []float32 // [capacity, F]
	labels, count []int32   // [capacity], [1]
}

func (m *hashed) graph(capacity int, training bool) (*graph, error) {
	b := &graph{}
	var err error
	b.program, err = ops.Build(func(g *ops.Graph) (loss, output *G.Node, err error) {
		var x, labels, count *G.Node
		x, b.x = g.Floats("x", capacity, m.config.Buckets)
		labels, b.labels = g.Ints("labels", capacity)
		count, b.count = g.Ints("count", 1)
		if x, err = ops.Take(x, count); err != nil {
			return nil, nil, err
		}
		if output, err = ops.Linear(x, g.Param(m.weight), g.Param(m.bias)); err != nil || !training {
			return nil, output, err
		}
		loss, err = ops.CrossEntropy(output, labels)
		return loss, output, err
	})
	return b, err
}

// hashedBatch is what one step trains on.
type hashedBatch struct {
	texts  []string
	labels []int32
}

func (b hashedBatch) Examples() int { return len(b.texts) }
func (b hashedBatch) Tokens() int   { return len(b.texts) }

// hashedTrainer implements train.Model.
type hashedTrainer struct {
	model *hashed
	graph *graph
}

func (t *hashedTrainer) Params() []*ops.Param { return t.graph.program.Params() }

func (t *hashedTrainer) Step(b hashedBatch, _ uint64) (float32, []ops.Gradient, error) {
	clear(t.graph.x)
	for i, text := range b.texts {
		t.model.features(t.graph.x[i*t.model.config.Buckets:][:t.model.config.Buckets], text)
	}
	copy(t.graph.labels, b.labels)
	t.graph.count[0] = int32(len(b.texts))
	if err := t.graph.program.Run(); err != nil {
		return 0, nil, err
	}
	return t.graph.program.Loss(), t.graph.program.Gradients(), nil
}

var _ classify.Classifier = (*hashed)(nil)

func (m *hashed) Classes() []string    { return m.classes }
func (m *hashed) Temperature() float64 { return 1 }

func (m *hashed) Predict(ctx context.Context, text string) (classify.Prediction, error) {
	return classify.One(m.PredictAll(ctx, []string{text}))
}

// PredictAll builds a graph for each call: good enough for an example. The
// zoo's own models keep theirs in an ops.Lender.
func (m *hashed) PredictAll(ctx context.Context, texts []string) ([]classify.Prediction, error) {
	b, err := m.graph(1, false)
	if err != nil {
		return nil, err
	}
	out := make([]classify.Prediction, len(texts))
	b.count[0] = 1
	for i, text := range texts {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		clear(b.x)
		out[i].Tokens = m.features(b.x, text)
		if err := b.program.Run(); err != nil {
			return nil, err
		}
		logits, _ := b.program.Output()
		top, sum := float64(slices.Max(logits)), 0.0
		for _, l := range logits {
			p := math.Exp(float64(l) - top) // its last bit may differ between architectures; training has none of it
			out[i].Probabilities = append(out[i].Probabilities, p)
			sum += p
		}
		for k := range out[i].Probabilities {
			out[i].Probabilities[k] /= sum
		}
		out[i].Class = classify.Most(out[i].Probabilities)
		out[i].Label, out[i].Probability = m.classes[out[i].Class], out[i].Probabilities[out[i].Class]
	}
	return out, nil
}

// hashedKind is the model's name in an artefact.
const hashedKind = "hashed"

func (m *hashed) artefact(card weights.Card) (*weights.Artefact, error) {
	var tensors []weights.Tensor
	for _, p := range []*ops.Param{m.weight, m.bias} {
		tensors = append(tensors, weights.Tensor{Name: p.Name, Shape: p.Shape(), DType: weights.F32, Data: p.Data()})
	}
	file, err := weights.New(tensors, nil)
	if err != nil {
		return nil, err
	}
	config, err := json.Marshal(m.config)
	return &weights.Artefact{Model: hashedKind, Config: config, Classes: m.classes, Weights: file, Card: card}, err
}

func openHashed(a *weights.Artefact) (any, error) {
	var c hashedConfig
	if err := weights.UnmarshalStrict(a.Config, &c); err != nil {
		return nil, fmt.Errorf("hashed: config: %w", err)
	}
	if c.Buckets < 1 || c.Buckets > 1<<20 {
		return nil, fmt.Errorf("hashed: config: %d buckets, want 1 to %d", c.Buckets, 1<<20)
	}
	m := newHashed(c, a.Classes)
	for _, p := range []*ops.Param{m.weight, m.bias} {
		if err := a.Weights.Into(p.Name, p.Shape(), p.Write()); err != nil {
			return nil, fmt.Errorf("hashed: %w", err)
		}
	}
	return m, nil
}
