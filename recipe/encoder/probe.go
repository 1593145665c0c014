package encoder

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/models/encoder"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// probing is one run of a Probe.
type probing struct {
	Probe
	rows
	run        recipe.Run
	classifier *encoder.Classifier
	vectors    [][]float32
	lengths    []int
}

// probe trains by a recipe on the training part of the data. What it reports is
// one epoch, whose steps are the solver's.
func probe(ctx context.Context, whole recipe.Recipe, data recipe.Data, env recipe.Env) (*recipe.Model, train.Result, error) {
	none := train.Result{Reason: train.Failed}
	if env.Steps > 0 || env.Resume {
		return nil, none, fmt.Errorf("zoo: recipe %s is solved, not trained by steps: there are none to stop after and nothing to resume: %w", whole.Name, recipe.ErrUsage)
	}
	set, err := recipe.DataAs[*texts.Set](data)
	if err != nil {
		return nil, none, err
	}
	p := &probing{Probe: *whole.Body.(*Probe), run: env.Run}
	p.Marking = set.Marking()
	whole.Body = &p.Probe
	base, dtype, err := p.base(env, set.Pairs())
	if err != nil {
		return nil, none, err
	}
	if p.rows, err = readRows(ctx, set, env.Run, p.Validation, p.Seed, p.ClassWeights); err != nil {
		return nil, none, err
	}
	if p.classifier, err = encoder.NewHead(base, p.kind, p.Classes); err != nil {
		return nil, none, err
	}
	if err := env.Record(train.Event{Kind: train.KindStart, Epoch: 1}); err != nil {
		return nil, none, err
	}
	rate, err := p.embed(ctx, set, base)
	if err != nil {
		return nil, none, err
	}
	fingerprint, err := p.Fingerprint()
	if err != nil {
		return nil, none, err
	}
	card, err := whole.Card(set.Task(), train.Result{})
	if err != nil {
		return nil, none, err
	}
	card.Data = set.Describe("", len(p.raw), len(p.Classes))
	card.Recipe.Options[recipe.DataOption] = fingerprint
	best := p.C[0]
	steps := 0
	v := verdict{temperature: 1, metrics: train.Metrics{}}
	if len(p.held) > 0 {
		if v, best, steps, err = p.choose(ctx); err != nil {
			return nil, none, err
		}
		if card.Metrics = v.card; p.kind == classify.OneClass {
			v.metrics = train.Metrics{"accuracy": v.card["validation_accuracy"], "loss": v.card["validation_loss"]}
		}
		if err := p.tell(ctx, env.Run, &card, v); err != nil {
			return nil, none, err
		}
	}
	all := make([]int, len(p.raw))
	for i := range all {
		all[i] = i
	}
	solver, err := p.solver(all)
	if err != nil {
		return nil, none, err
	}
	n, err := solver.Fit(ctx, p.classifier, best)
	if err != nil {
		return nil, none, err
	}
	steps += n
	env.Logf("C is %g; the layer is learned from all %d texts", best, len(p.raw))
	if err := p.classifier.RoundHead(dtype); err != nil {
		return nil, none, err
	}
	if err := v.apply(p.classifier); err != nil {
		return nil, none, err
	}
	a, err := p.classifier.Artefact(card, dtype)
	if err != nil {
		return nil, none, err
	}
	loss, err := p.loss(all)
	if err != nil {
		return nil, none, err
	}
	record := train.Record{Epoch: 1, Step: steps, Loss: loss, Validation: v.metrics, TokensPerSecond: rate}
	result := train.Result{Reason: train.Finished, Epochs: 1, Steps: steps, History: []train.Record{record}}
	if err := env.Record(train.Event{Kind: train.KindEpoch, Epoch: 1, Step: steps, Loss: record.Loss, Record: &record}); err != nil {
		return nil, result, err
	}
	m := &recipe.Model{Artefact: a, Value: value(p.classifier, a.Card)}
	return m, result, env.Record(train.Event{Kind: train.KindDone, Epoch: 1, Step: steps, Result: &result})
}

// base opens the encoder, notes or demands its checksum, and rounds it to what
// it will be stored as.
func (p *probing) base(env recipe.Env, pairs bool) (*encoder.Encoder, weights.DType, error) {
	m, e, _, err := openBase(env, p.Base, &p.BaseSHA256)
	if err != nil {
		return nil, 0, err
	}
	own := weights.F16
	if w := m.Artefact.Weights; w != nil {
		for _, t := range w.Tensors() {
			if t.DType == weights.I8 {
				own = weights.I8
			}
		}
	}
	dtype, err := storage(p.Storage, own)
	if err != nil {
		return nil, 0, err
	}
	p.Storage = dtype.String()
	if err := e.Round(dtype); err != nil || p.Layers == 0 && !pairs {
		return e, dtype, err
	}
	s := e.Settings()
	if s.Pairs = ""; pairs { // the vectors that the encoder was made to compare
		s.Pairs, p.Layers = encoder.Apart, 0
	} else {
		s.Layers, s.Normalize = p.Layers, false
	}
	wide, err := e.With(s)
	return wide, dtype, err
}

// embed reads every text once, even for several trainings on parts of data that
// is in memory, and says how fast.
func (p *probing) embed(ctx context.Context, set *texts.Set, base *encoder.Encoder) (tokensPerSecond float64, err error) {
	began := time.Now()
	key := fmt.Sprintf("encoder %s as %s, %+v", p.BaseSHA256, p.Storage, base.Settings())
	read, err := texts.Remember(set, key, p.raw, func(raw []classify.Input) (all []encoder.Embedding, err error) {
		const block = 1 << 11
		for from := 0; from < len(raw); from += block {
			some, err := base.EmbedInputs(ctx, raw[from:min(from+block, len(raw))])
			if err != nil {
				return nil, err
			}
			all = append(all, some...)
		}
		return all, nil
	})
	if err != nil {
		return 0, err
	}
	tokens, cut := 0, 0
	for _, v := range read {
		p.vectors, p.lengths = append(p.vectors, v.Vector), append(p.lengths, v.Tokens)
		if tokens += v.Tokens; v.Truncated {
			cut++
		}
	}
	seconds := time.Since(began).Seconds()
	p.run.Logf("%d texts of %d word pieces read by %s in %.1f s; %d cut at %d", len(p.raw), tokens, p.Base, seconds, cut, base.Settings().MaxTokens)
	return float64(tokens) / seconds, nil
}

// solver returns the problem of the chosen rows.
func (p *probing) solver(chosen []int) (*encoder.Probe, error) {
	vectors := make([][]float32, len(chosen))
	for i, at := range chosen {
		vectors[i] = p.vectors[at]
	}
	switch p.kind {
	case classify.Number:
		numbers := make([]float64, len(chosen))
		for i, at := range chosen {
			numbers[i] = p.Values[at]
		}
		return encoder.NewNumberProbe(vectors, numbers)
	case classify.Several:
		sets := make([][]int32, len(chosen))
		for i, at := range chosen {
			sets[i] = p.Sets[at]
		}
		return encoder.NewLabelProbe(vectors, sets, len(p.Classes))
	}
	labels := make([]int32, len(chosen))
	for i, at := range chosen {
		labels[i] = p.Labels[at]
	}
	return encoder.NewProbe(vectors, labels, len(p.Classes), p.weightsOf(p.ClassWeights, chosen))
}

// choose tries every C on the rows held out.
func (p *probing) choose(ctx context.Context) (best verdict, c float64, steps int, err error) {
	solver, err := p.solver(p.learn)
	if err != nil {
		return best, 0, 0, err
	}
	worse := 0
	for _, tried := range slices.Sorted(slices.Values(p.C)) {
		n, err := solver.Fit(ctx, p.classifier, tried)
		if err != nil {
			return best, 0, 0, err
		}
		steps += n
		v, err := p.judge(p.classifier, p.outputs(p.held), p.lengthsOf(p.held), p.held, false)
		if err != nil {
			return best, 0, 0, err
		}
		p.run.Logf("C %g: %s on the %d texts held out (%d steps)", tried, v.said, len(p.held), n)
		if best.card == nil || v.loss < best.loss {
			best, c, worse = v, tried, 0
		} else if worse++; worse == 2 { // it only gets worse from here
			break
		}
	}
	return best, c, steps, nil
}

// outputs are those of the linear layer for rows.
func (p *probing) outputs(chosen []int) [][]float64 {
	out := make([][]float64, len(chosen))
	for i, at := range chosen {
		out[i] = p.classifier.Logits(p.vectors[at])
	}
	return out
}

func (p *probing) lengthsOf(chosen []int) []int {
	out := make([]int, len(chosen))
	for i, at := range chosen {
		out[i] = p.lengths[at]
	}
	return out
}

// loss is that of rows at temperature 1: the cross-entropy, or the mean squared error.
func (p *probing) loss(chosen []int) (float64, error) {
	if p.kind == classify.Several && len(chosen) < 2 {
		return 0, nil
	}
	v, err := p.judge(p.classifier, p.outputs(chosen), p.lengthsOf(chosen), chosen, true)
	if p.kind == classify.Number {
		return v.loss, err
	}
	return v.metrics["loss"], err
}
