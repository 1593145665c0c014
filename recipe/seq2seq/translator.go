package seq2seq

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/gorgonia-zoo/zoo/bleu"
	"github.com/gorgonia-zoo/zoo/models/seq2seq"
	"github.com/gorgonia-zoo/zoo/pairs"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/train"
)

// Translator answers as all translators do.
type Translator struct {
	*seq2seq.Translator
	columns pairs.Config // that it was trained on
}

var (
	_ recipe.Translator = (*Translator)(nil)
	_ recipe.Measurer   = (*Translator)(nil)
)

// TranslateTexts implements recipe.Translator.
func (t *Translator) TranslateTexts(ctx context.Context, texts []string, o recipe.TranslateOptions) ([]recipe.Translation, error) {
	if o.Beam < 0 || o.Beam > seq2seq.MaxBeam {
		return nil, fmt.Errorf("zoo: translate: a beam of %d, want 1 to %d, or 0 for the model's: %w", o.Beam, seq2seq.MaxBeam, recipe.ErrUsage)
	}
	all, err := t.TranslateAll(ctx, texts, seq2seq.Options(o))
	if err != nil {
		return nil, err
	}
	out := make([]recipe.Translation, len(all))
	for i, a := range all {
		out[i] = recipe.Translation{Text: a.Text, Score: a.Score, Tokens: a.Tokens, Truncated: a.Truncated}
		for _, other := range a.Others {
			out[i].Others = append(out[i].Others, recipe.Alternative(other))
		}
		if a.Attention != nil {
			out[i].Attention = (*recipe.Attention)(a.Attention)
		}
	}
	return out, nil
}

// evaluate measures the translator on the validation part while it is trained: BLEU of
// greedy translations, both sides in lower case.
func (t *task) evaluate(ctx context.Context) (train.Metrics, error) {
	m, err := measure(ctx, t.translator, t.validation, seq2seq.Options{Beam: 1})
	if err != nil {
		return nil, err
	}
	return train.Metrics{"bleu": m.BLEU, "loss": m.Loss}, nil
}

// measured is how well a translator does on pairs.
type measured struct {
	bleu.Score
	Loss float64 // mean cross-entropy of the target's tokens
}

// measure translates pairs and compares.
func measure(ctx context.Context, t *seq2seq.Translator, all []pairs.Pair, o seq2seq.Options) (measured, error) {
	sources, targets := make([]string, len(all)), make([]string, len(all))
	for i, p := range all {
		sources[i], targets[i] = p.Source, p.Target
	}
	found, err := t.TranslateAll(ctx, sources, o)
	if err != nil {
		return measured{}, err
	}
	texts := make([]string, len(found))
	for i, f := range found {
		texts[i] = f.Text
	}
	score, err := bleu.Measure(texts, targets, bleu.Config{Lowercase: true})
	if err != nil {
		return measured{}, err
	}
	m := measured{Score: score}
	m.Loss, err = loss(ctx, t, all)
	return m, err
}

// loss is the mean cross-entropy of the targets' tokens; a side that is too long is cut.
func loss(ctx context.Context, t *seq2seq.Translator, all []pairs.Pair) (float64, error) {
	s := t.Settings()
	judge := t.Network().Judge()
	var mean train.Mean
	const batch = 64
	for lo := 0; lo < len(all); lo += batch {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		var sources, targets [][]int32
		for _, p := range all[lo:min(lo+batch, len(all))] {
			a, _ := seq2seq.Encode(t.Source(), nil, s.Prepare(p.Source), s.MaxTokens)
			b, _ := seq2seq.Encode(t.Target(), nil, s.Prepare(p.Target), s.MaxTokens)
			sources, targets = append(sources, a), append(targets, b)
		}
		b, err := seq2seq.NewBatch(sources, targets)
		if err != nil {
			return 0, err
		}
		l, err := judge.Loss(b)
		if err != nil {
			return 0, err
		}
		mean.Add(float64(l), b.Examples())
	}
	return mean.Value(), nil
}

// figures are what eval --json prints of a translator.
type figures struct {
	BLEU          float64 `json:"bleu"`
	ChrF          float64 `json:"chrf"`
	Perplexity    float64 `json:"perplexity"`
	Signature     string  `json:"signature"`
	ChrFSignature string  `json:"chrf_signature"`
}

// MeasureSource implements recipe.Measurer.
func (t *Translator) MeasureSource() *recipe.Source { return source(t.columns) }

// Measure implements recipe.Measurer: BLEU and chrF, both sides in lower case.
func (t *Translator) Measure(ctx context.Context, data recipe.Data) (*recipe.Measurement, error) {
	set, ok := data.(*pairs.Set)
	if !ok {
		return nil, errors.New("zoo: eval: a translator is measured on pairs of texts")
	}
	all, _, err := set.Read(ctx, set.Measured())
	if err != nil {
		return nil, err
	}
	m, err := measure(ctx, t.Translator, all, seq2seq.Options{})
	if err != nil {
		return nil, err
	}
	return &recipe.Measurement{
		Examples: len(all), Loss: &m.Loss,
		Figures: figures{m.BLEU, m.ChrF, math.Exp(m.Loss), m.Signature(), m.ChrFSignature()},
		Text: fmt.Sprintf("%d pairs: %s\nBLEU %s\nchrF %s\nperplexity of a subword %.2f",
			len(all), m.Score, m.Signature(), m.ChrFSignature(), math.Exp(m.Loss)),
	}, nil
}
