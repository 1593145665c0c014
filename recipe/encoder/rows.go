package encoder

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/models/encoder"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/recipe/linear"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/weights"
)

// balanced is the value of class weights by which each class counts as much.
const balanced = "balanced"

// words is the tokenizer of what is said of the data and of the baselines; the
// encoder has its own.
var words = tokenize.Config{Lower: true}

// rows is labelled texts, read, reported on and split.
type rows struct {
	texts.Part
	kind  classify.Kind
	pairs bool
	raw   []classify.Input
	learn []int
	held  []int
}

// readRows reads the training part of a data set and holds a share out.
func readRows(ctx context.Context, set *texts.Set, run recipe.Run, share float64, seed uint64, classWeights string) (r rows, err error) {
	if r.Part, r.raw, err = set.Inputs(ctx, words); err != nil {
		return r, err
	}
	r.kind, r.pairs = set.Kind(), set.Pairs()
	if r.kind != classify.OneClass && classWeights != "" {
		return r, fmt.Errorf("zoo: recipe: class_weights %s are for one class of each text: %w", classWeights, recipe.ErrUsage)
	}
	report := texts.Inspect(r.Corpus)
	report.Skipped = set.Skipped(ctx)
	r.learn, r.held = report.Split(r.Corpus, share, seed)
	if len(r.held) == 0 && share > 0 {
		return r, fmt.Errorf("zoo: data: of %d texts none can be held out for validation: each class needs two different texts; add texts, or hold out none (validation 0)", len(r.raw))
	}
	switch r.kind {
	case classify.OneClass:
		report.AdviseClasses(classWeights != "", true)
	case classify.Several:
		report.AdviseLabels()
	}
	report.AdviseRows()
	return r, run.TellReport(report)
}

// weightsOf returns the weight of each class in the loss over the chosen rows,
// nil for equal ones.
func (r rows) weightsOf(classWeights string, chosen []int) []float32 {
	if classWeights != balanced {
		return nil
	}
	counts := make([]int, len(r.Classes))
	for _, at := range chosen {
		counts[r.Labels[at]]++
	}
	out := make([]float32, len(counts))
	for k, n := range counts {
		out[k] = float32(float64(len(chosen)) / (float64(len(counts)) * float64(max(1, n))))
	}
	return out
}

// tell sets the baselines beside a model's figures on the rows held out.
func (r rows) tell(ctx context.Context, run recipe.Run, card *weights.Card, v verdict) error {
	if r.kind != classify.OneClass || r.pairs {
		return r.tellOther(ctx, run, card, v)
	}
	b, err := linear.MeasureBaselines(ctx, r.Corpus, words, r.learn, r.held)
	if err != nil {
		return err
	}
	b.Tell(run, card, v.card["validation_accuracy"])
	return nil
}

// answers are those of logits.
func answers(logits [][]float64, lengths []int, labels []int32) classify.Answers {
	return classify.Answers{Labels: labels, Lengths: lengths, Probabilities: func(i int, temperature float64) []float64 {
		return encoder.Probabilities(logits[i], temperature)
	}}
}

// openBase opens the encoder that a recipe begins from, notes or demands the
// checksum of its weights, and returns the classifier around it where it has one.
func openBase(env recipe.Env, name string, sum *string) (m *recipe.Model, e *encoder.Encoder, c *encoder.Classifier, err error) {
	if m, err = env.Open(name); err != nil {
		return nil, nil, nil, err
	}
	switch v := m.Value.(type) {
	case *Encoder:
		e = v.Encoder
	case *Classifier:
		e, c = v.Encoder, v.Classifier
	case *Answerer:
		c = v.Classifier()
		e = c.Encoder
	default:
		return nil, nil, nil, fmt.Errorf("zoo: recipe: the base %s is a model of kind %q, want an encoder such as minilm: %w", name, m.Artefact.Model, recipe.ErrUsage)
	}
	have, err := m.SHA256()
	if err != nil {
		return nil, nil, nil, err
	}
	if *sum != "" && *sum != have {
		return nil, nil, nil, fmt.Errorf("zoo: recipe: the base %s has the weights %.12s, the recipe was made with %.12s: name the directory of that model as the base", name, have, *sum)
	}
	*sum = have
	return m, e, c, nil
}
