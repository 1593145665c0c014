package encoder

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/models/encoder"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// tuning is one run of a Tune.
type tuning struct {
	Tune
	rows
	run        recipe.Run
	classifier *encoder.Classifier
	ids        [][]int32
	segments   [][]int32 // of pairs, nil for none

	// A number is learned less its mean and in units of its standard deviation, until
	// the linear layer answers it as it is.
	shift, unit float64
}

// tune trains by a recipe on the training part of the data.
func tune(ctx context.Context, whole recipe.Recipe, data recipe.Data, env recipe.Env) (*recipe.Model, train.Result, error) {
	none := train.Result{Reason: train.Failed}
	set, err := recipe.DataAs[*texts.Set](data)
	if err != nil {
		return nil, none, err
	}
	t := &tuning{Tune: *whole.Body.(*Tune), run: env.Run, unit: 1}
	t.Marking = set.Marking()
	whole.Body = &t.Tune // the card keeps what was decided
	_, base, around, err := openBase(env, t.Base, &t.BaseSHA256)
	if err != nil {
		return nil, none, err
	}
	if t.rows, err = readRows(ctx, set, env.Run, t.Validation, t.Seed, t.ClassWeights); err != nil {
		return nil, none, err
	}
	if err := t.prepare(base, around); err != nil {
		return nil, none, err
	}
	fingerprint, err := t.Fingerprint()
	if err != nil {
		return nil, none, err
	}
	batches := (len(t.learn) + t.Batch - 1) / t.Batch
	t.Epochs, t.MinSteps = t.epochsFor(batches), 0
	identity, err := whole.Identity(fingerprint)
	if err != nil {
		return nil, none, err
	}
	training := t.Training
	training.Schedule.WarmUp = int(t.WarmUp * float64(t.Epochs*batches))
	cfg, err := training.Config(identity, batches, env.Run)
	if err != nil {
		return nil, none, err
	}
	t.configure(&cfg)
	trainer, err := t.classifier.Trainer(encoder.TrainerConfig{Seed: t.Seed, Dropout: t.Dropout, AttentionDropout: t.Dropout, HeadDropout: t.HeadDropout,
		MicroTokens: t.MicroTokens, Tokens: t.largestBatch(), Texts: t.Batch, ClassWeights: t.weightsOf(t.ClassWeights, t.learn)})
	if err != nil {
		return nil, none, err
	}
	result, err := train.Fit(ctx, train.Model[encoder.Batch](trainer),
		train.Data[encoder.Batch](train.Batches[encoder.Batch]{Each: t.epoch, Count: batches}), cfg)
	if err != nil {
		return nil, result, err
	}
	if t.kind == classify.OneClass {
		env.RemarkLoss(result, len(t.Classes))
	}
	m, err := t.finish(ctx, whole, result, set, fingerprint)
	return m, result, err
}

// prepare makes the classifier that is to be trained, and the ids of the texts.
func (t *tuning) prepare(base *encoder.Encoder, around *encoder.Classifier) error {
	s := base.Settings()
	s.Layers, s.Normalize, s.Pairs = 0, false, "" // the linear layer sees lengths too
	if t.pairs {
		s.Pairs = encoder.Joint
	}
	if t.MaxTokens > 0 {
		s.MaxTokens = min(s.MaxTokens, t.MaxTokens)
	}
	e, err := base.With(s)
	if err != nil {
		return err
	}
	if t.classifier, err = encoder.NewHead(e, t.kind, t.Classes); err != nil {
		return err
	}
	head := "a new one, for the classes of the data"
	if t.kind != classify.OneClass {
		head = "a new one"
	}
	if around != nil && base.Settings().Layers < 2 && base.Settings().Pairs == s.Pairs && around.Task().Kind == t.kind && t.kind != classify.Number && slices.Equal(around.Classes(), t.Classes) {
		w, b := around.Head()
		into, bias := t.classifier.Head()
		copy(into.Write(), w.Data())
		copy(bias.Write(), b.Data())
		head = "goes on from that of " + t.Base
	}
	cut, tokens := 0, 0
	for _, in := range t.raw {
		var ids []int32
		var truncated bool
		if t.pairs {
			var segments []int32
			ids, segments, truncated = e.EncodePair(in.Text, in.Pair)
			t.segments = append(t.segments, segments)
		} else {
			ids, truncated = e.Encode(in.Text)
		}
		if truncated {
			cut++
		}
		tokens += len(ids)
		t.ids = append(t.ids, ids)
	}
	if t.kind == classify.Number {
		var learned []float64
		for _, at := range t.learn {
			learned = append(learned, t.Values[at])
		}
		t.shift, t.unit = encoder.Standard(learned)
	}
	t.run.Logf("%d texts of %d word pieces, %d cut at %d; the linear layer is %s", len(t.ids), tokens, cut, s.MaxTokens, head)
	return nil
}

// configure says which parameters are trained how, and what is measured.
func (t *tuning) configure(cfg *train.Config) {
	c := t.classifier.Network().Config()
	cfg.Groups = func(param string) float32 { return t.scale(c, param) }
	cfg.Decays = decayed
	if t.Unfreeze {
		cfg.Unfreeze = c.Depth
	}
	if len(t.held) == 0 {
		return
	}
	cfg.Evaluate = func(ctx context.Context) (train.Metrics, error) {
		v, err := t.evaluate(ctx, true)
		if t.kind == classify.OneClass && t.ClassWeights != balanced {
			delete(v.metrics, "balanced_accuracy")
		}
		return v.metrics, err
	}
	cfg.Monitor = t.monitor(t.ClassWeights)
}

// largestBatch bounds the tokens of any batch.
func (t *tuning) largestBatch() int {
	var lengths []int
	for _, at := range t.learn {
		lengths = append(lengths, len(t.ids[at]))
	}
	slices.Sort(lengths)
	n := 0
	for _, l := range lengths[max(0, len(lengths)-t.Batch):] {
		n += l
	}
	return n
}

// epoch yields the batches of an epoch, of texts of like length.
func (t *tuning) epoch(epoch int) iter.Seq2[encoder.Batch, error] {
	return func(yield func(encoder.Batch, error) bool) {
		lengths := make([]int, len(t.learn))
		for i, at := range t.learn {
			lengths[i] = len(t.ids[at])
		}
		for _, batch := range datasets.Batches(lengths, datasets.BatchConfig{Size: t.Batch, Seed: t.Seed, Epoch: epoch, Shuffle: true}) {
			for i, at := range batch {
				batch[i] = t.learn[at]
			}
			b, err := t.batch(batch)
			if !yield(b, err) || err != nil {
				return
			}
		}
	}
}

// batch is the chosen rows.
func (t *tuning) batch(chosen []int) (b encoder.Batch, err error) {
	ids, segments := make([][]int32, len(chosen)), make([][]int32, len(chosen))
	var labels []int32
	var targets []float32
	for i, at := range chosen {
		if ids[i] = t.ids[at]; t.pairs {
			segments[i] = t.segments[at]
		}
		switch t.kind {
		case classify.Number:
			targets = append(targets, float32((t.Values[at]-t.shift)/t.unit))
		case classify.Several:
			row := make([]float32, len(t.Classes))
			for _, k := range t.Sets[at] {
				row[k] = 1
			}
			targets = append(targets, row...)
		default:
			labels = append(labels, t.Labels[at])
		}
	}
	if labels != nil {
		b, err = encoder.NewBatch(ids, labels)
	} else {
		b, err = encoder.NewTargets(ids, targets)
	}
	if err != nil || !t.pairs {
		return b, err
	}
	return b.Pairs(ids, segments)
}

// evaluate measures the classifier on the rows held out; see judge.
func (t *tuning) evaluate(ctx context.Context, plain bool) (verdict, error) {
	ids, lengths := make([][]int32, len(t.held)), make([]int, len(t.held))
	var segments [][]int32
	for i, at := range t.held {
		if ids[i], lengths[i] = t.ids[at], len(t.ids[at]); t.pairs {
			segments = append(segments, t.segments[at])
		}
	}
	logits, err := t.classifier.ClassifyPairs(ctx, ids, segments)
	if err != nil {
		return verdict{}, err
	}
	if t.kind == classify.Number {
		for _, l := range logits {
			l[0] = float64(l[0]*t.unit) + t.shift
		}
	}
	return t.judge(t.classifier, logits, lengths, t.held, plain)
}

// unstandardise has the linear layer answer numbers as they are.
func (t *tuning) unstandardise() {
	if t.kind != classify.Number {
		return
	}
	w, b := t.classifier.Head()
	for i, v := range w.Write() {
		w.Write()[i] = float32(float64(v) * t.unit)
	}
	b.Write()[0] = float32(float64(float64(b.Data()[0])*t.unit) + t.shift)
	t.shift, t.unit = 0, 1
}

// finish rounds the weights to the type they are stored as, measures and
// calibrates the classifier that results, and writes its card.
func (t *tuning) finish(ctx context.Context, whole recipe.Recipe, result train.Result, set *texts.Set, fingerprint string) (*recipe.Model, error) {
	dtype, err := storage(t.Storage, weights.F16)
	if err != nil {
		return nil, err
	}
	if err := t.classifier.Round(dtype); err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	t.unstandardise()
	if err := t.classifier.RoundHead(dtype); err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	card, err := whole.Card(set.Task(), result)
	if err != nil {
		return nil, err
	}
	card.Data = set.Describe("", len(t.raw), len(t.Classes))
	card.Recipe.Options[recipe.DataOption] = fingerprint
	if len(t.held) > 0 {
		v, err := t.evaluate(ctx, false)
		if err != nil {
			return nil, err
		}
		if err := v.apply(t.classifier); err != nil {
			return nil, err
		}
		if card.Metrics = v.card; t.ClassWeights == balanced {
			card.Metrics["validation_balanced_accuracy"] = v.metrics["balanced_accuracy"]
		}
		if err := t.tell(ctx, t.run, &card, v); err != nil {
			return nil, err
		}
	}
	a, err := t.classifier.Artefact(card, dtype)
	if err != nil {
		return nil, err
	}
	return &recipe.Model{Artefact: a, Value: value(t.classifier, a.Card)}, nil
}
