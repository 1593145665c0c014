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
}

// tune trains by a recipe on the training part of the data.
func tune(ctx context.Context, whole recipe.Recipe, data recipe.Data, env recipe.Env) (*recipe.Model, train.Result, error) {
	none := train.Result{Reason: train.Failed}
	set, err := recipe.DataAs[*texts.Set](data)
	if err != nil {
		return nil, none, err
	}
	t := &tuning{Tune: *whole.Body.(*Tune), run: env.Run}
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
	env.RemarkLoss(result, len(t.Classes))
	m, err := t.finish(ctx, whole, result, set.Describe("", len(t.raw), len(t.Classes)), fingerprint)
	return m, result, err
}

// prepare makes the classifier that is to be trained, and the ids of the texts.
func (t *tuning) prepare(base *encoder.Encoder, around *encoder.Classifier) error {
	s := base.Settings()
	s.Layers, s.Normalize = 0, false // the linear layer sees lengths too
	if t.MaxTokens > 0 {
		s.MaxTokens = min(s.MaxTokens, t.MaxTokens)
	}
	e, err := base.With(s)
	if err != nil {
		return err
	}
	if t.classifier, err = encoder.NewClassifier(e, t.Classes); err != nil {
		return err
	}
	head := "a new one, for the classes of the data"
	if around != nil && base.Settings().Layers < 2 && slices.Equal(around.Classes(), t.Classes) {
		w, b := around.Head()
		into, bias := t.classifier.Head()
		copy(into.Write(), w.Data())
		copy(bias.Write(), b.Data())
		head = "goes on from that of " + t.Base
	}
	cut, tokens := 0, 0
	for _, text := range t.raw {
		ids, truncated := e.Encode(text)
		if truncated {
			cut++
		}
		tokens += len(ids)
		t.ids = append(t.ids, ids)
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
		e, err := t.evaluate(ctx)
		if err != nil {
			return nil, err
		}
		metrics := train.Metrics{"accuracy": e.Accuracy, "loss": e.Loss}
		if t.ClassWeights == balanced {
			metrics["balanced_accuracy"] = e.Balanced()
		}
		return metrics, nil
	}
	cfg.Monitor = train.Monitor{Metric: "accuracy", Maximize: true, Tie: "loss"}
	if t.ClassWeights == balanced {
		cfg.Monitor.Metric, cfg.Monitor.Tie = "balanced_accuracy", "" // the loss counts frequent classes more
	}
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
			ids, labels := make([][]int32, len(batch)), make([]int32, len(batch))
			for i, at := range batch {
				ids[i], labels[i] = t.ids[t.learn[at]], t.Labels[t.learn[at]]
			}
			b, err := encoder.NewBatch(ids, labels)
			if !yield(b, err) || err != nil {
				return
			}
		}
	}
}

// evaluate measures the classifier on the rows held out.
func (t *tuning) evaluate(ctx context.Context) (*classify.Evaluation, error) {
	ids, lengths, labels := make([][]int32, len(t.held)), make([]int, len(t.held)), make([]int32, len(t.held))
	for i, at := range t.held {
		ids[i], lengths[i], labels[i] = t.ids[at], len(t.ids[at]), t.Labels[at]
	}
	logits, err := t.classifier.Classify(ctx, ids)
	if err != nil {
		return nil, err
	}
	return classify.Evaluate(answers(logits, lengths, labels), t.classifier.Temperature()), nil
}

// finish rounds the weights to the type they are stored as, measures and
// calibrates the classifier that results, and writes its card.
func (t *tuning) finish(ctx context.Context, whole recipe.Recipe, result train.Result, source, fingerprint string) (*recipe.Model, error) {
	dtype, err := storage(t.Storage, weights.F16)
	if err != nil {
		return nil, err
	}
	if err := t.classifier.Round(dtype); err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	if err := t.classifier.RoundHead(dtype); err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	card, err := whole.Card("text classification", result)
	if err != nil {
		return nil, err
	}
	card.Data = source
	card.Recipe.Options[recipe.DataOption] = fingerprint
	if len(t.held) > 0 {
		e, err := t.evaluate(ctx)
		if err != nil {
			return nil, err
		}
		if err := t.classifier.SetTemperature(e.FitTemperature()); err != nil {
			return nil, err
		}
		e = e.At(t.classifier.Temperature())
		card.Metrics = map[string]float64{
			"validation_accuracy": e.Accuracy, "validation_loss": e.Loss, "validation_calibration_error": e.Calibration}
		if t.ClassWeights == balanced {
			card.Metrics["validation_balanced_accuracy"] = e.Balanced()
		}
		if err := t.tell(ctx, t.run, &card, e.Accuracy); err != nil {
			return nil, err
		}
	}
	a, err := t.classifier.Artefact(card, dtype)
	if err != nil {
		return nil, err
	}
	return &recipe.Model{Artefact: a, Value: &Classifier{t.classifier, a.Card}}, nil
}
