package lstm

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Task is one training of a classifier: the recipe, the data as the network
// reads it, and what is trained.
type Task struct {
	Recipe      Recipe
	Texts       [][]int32 // of token ids
	Labels      []int32
	Sets        [][]int32 // of texts that may have several labels; nil for one each
	Train       []int     // indices into Texts
	Validation  []int
	Classifier  *lstm.Classifier
	Source      string // what the data is
	Fingerprint string // of the data
	Balanced    bool   // whether classes count alike, however many texts they have

	lesson *lesson // unlabelled texts and their labels; nil for none
}

// run trains by a recipe on the training part of the data.
func run(ctx context.Context, r recipe.Recipe, data recipe.Data, env recipe.Env) (*recipe.Model, train.Result, error) {
	set, err := recipe.DataAs[*texts.Set](data)
	if err != nil {
		return nil, train.Result{}, err
	}
	task, err := read(ctx, *r.Body.(*Recipe), set, env)
	if err != nil {
		return nil, train.Result{}, err
	}
	r.Body = &task.Recipe // which has the fingerprint of the embeddings now
	config := lstm.TrainerConfig{Seed: task.Recipe.Seed, Texts: task.Recipe.Batch, Tokens: task.LargestBatch()}
	return task.Fit(ctx, r, env.Run, config, func(*train.Config) {})
}

// Fit trains the task's classifier; change has the last word on how.
func (t *Task) Fit(ctx context.Context, r recipe.Recipe, run recipe.Run, config lstm.TrainerConfig, change func(*train.Config)) (*recipe.Model, train.Result, error) {
	network := t.Classifier.Network()
	trainer, err := network.Trainer(config)
	if err != nil {
		return nil, train.Result{}, err
	}
	batches := (len(t.learns(0)) + t.Recipe.Batch - 1) / t.Recipe.Batch
	identity, err := r.Identity(t.Fingerprint)
	if err != nil {
		return nil, train.Result{}, err
	}
	cfg, err := t.Recipe.Config(identity, batches, run)
	if err != nil {
		return nil, train.Result{}, err
	}
	if t.Recipe.FreezeEmbeddings {
		cfg.Groups = func(name string) float32 {
			if name == network.Embedding().Name {
				return 0
			}
			return 1
		}
	}
	if len(t.Validation) > 0 && t.Sets != nil {
		t.monitorLabels(&cfg)
	} else if len(t.Validation) > 0 {
		cfg.Evaluate = func(ctx context.Context) (train.Metrics, error) {
			e, err := t.evaluate(ctx)
			if err != nil {
				return nil, err
			}
			metrics := train.Metrics{"accuracy": e.Accuracy, "loss": e.Loss}
			if t.Balanced {
				metrics["balanced_accuracy"] = e.Balanced()
			}
			return metrics, nil
		}
		cfg.Monitor = train.Monitor{Metric: "accuracy", Maximize: true, Tie: "loss"}
		if t.Balanced {
			cfg.Monitor.Metric, cfg.Monitor.Tie = "balanced_accuracy", "" // the loss counts frequent classes more
		}
	}
	if t.lesson != nil {
		t.lesson.follow(&cfg, t)
	}
	change(&cfg)
	result, err := train.Fit(ctx, train.Model[lstm.Batch](trainer),
		train.Data[lstm.Batch](train.Batches[lstm.Batch]{Each: t.epoch, Count: batches}), cfg)
	if err != nil {
		return nil, result, err
	}
	if t.Sets == nil {
		run.RemarkLoss(result, network.Config().Classes)
	}
	m, err := t.finish(ctx, r, result)
	return m, result, err
}

// finish rounds the weights to the type they are stored as, measures and
// calibrates the classifier that results, and writes its card.
func (t *Task) finish(ctx context.Context, r recipe.Recipe, result train.Result) (*recipe.Model, error) {
	dtype, err := recipe.Storage(t.Recipe.Storage)
	if err != nil {
		return nil, err
	}
	network := t.Classifier.Network()
	for _, p := range network.Params() {
		if i := dtype.Round(p.Write()); i >= 0 {
			return nil, fmt.Errorf("zoo: %w: tensor %q: element %d is %v, which %v cannot hold", weights.ErrRange, p.Name, i, p.Data()[i], dtype)
		}
	}
	task := texts.ClassTask
	if t.Sets != nil {
		task = texts.LabelTask
	}
	card, err := r.Card(task, result)
	if err != nil {
		return nil, err
	}
	card.Data = t.Source
	card.Recipe.Options[recipe.DataOption] = t.Fingerprint
	if len(t.Validation) > 0 && t.Sets != nil {
		if card.Metrics, err = t.calibrateLabels(ctx); err != nil {
			return nil, err
		}
	} else if len(t.Validation) > 0 {
		e, err := t.evaluate(ctx)
		if err != nil {
			return nil, err
		}
		if err := t.Classifier.SetTemperature(e.FitTemperature()); err != nil {
			return nil, err
		}
		e = e.At(t.Classifier.Temperature())
		card.Metrics = map[string]float64{
			"validation_accuracy": e.Accuracy, "validation_loss": e.Loss, "validation_calibration_error": e.Calibration}
		if t.Balanced {
			card.Metrics["validation_balanced_accuracy"] = e.Balanced()
		}
	}
	a, err := t.Classifier.Artefact(card, dtype)
	if err != nil {
		return nil, err
	}
	return &recipe.Model{Artefact: a, Value: Value(t.Classifier)}, nil
}

// read reads and tokenises the data, splits it, makes the vocabulary from the
// training part alone, and the classifier that is to be trained.
func read(ctx context.Context, r Recipe, data *texts.Set, env recipe.Env) (*Task, error) {
	began := time.Now()
	base, err := r.language(env)
	if err != nil {
		return nil, err
	}
	c, err := data.LabelledAll(ctx, r.Tokenizer)
	if err != nil {
		return nil, err
	}
	r.Marking = data.Marking()
	t := &Task{Recipe: r, Labels: c.Labels, Sets: c.Sets, Source: data.Describe(r.Data, len(c.Texts), len(c.Classes))}
	report := texts.Inspect(c.Corpus)
	report.Skipped = data.Skipped(ctx)
	if data.IsTable() {
		t.Train, t.Validation = report.SplitAny(r.Validation, r.Seed)
	} else { // equal reviews are split as in the published model
		t.Train, t.Validation = datasets.Split(len(c.Texts), r.Validation, r.Seed)
		report.CountSplit(t.Train, t.Validation)
	}
	report.AdviseAll(c.Corpus)
	if err := env.TellReport(report); err != nil {
		return nil, err
	}
	if t.Fingerprint, err = c.Fingerprint(); err != nil {
		return nil, err
	}
	vocab, err := r.vocabulary(base, c, t.Train)
	if err != nil {
		return nil, err
	}
	var cut int
	t.Texts, cut = c.Encode(vocab, r.MaxTokens)
	r.Model.Vocab, r.Model.Classes, r.Model.Several = vocab.Len(), len(c.Classes), c.Sets != nil
	network, err := lstm.New(r.Model, r.Seed)
	if err != nil {
		return nil, err
	}
	if base != nil {
		if err := Begin(network, base); err != nil {
			return nil, err
		}
		env.Logf("begun from the language model %s of %d words; %d of the data's are new", r.LanguageModel, base.Vocab().Len(), vocab.Len()-base.Vocab().Len())
	}
	t.Classifier, err = lstm.NewClassifier(network, lstm.ClassifierConfig{
		Tokenizer: r.Tokenizer, Vocab: vocab, Classes: c.Classes, MaxTokens: r.MaxTokens})
	if err != nil {
		return nil, err
	}
	env.Logf("%d texts of %d tokens (%s in %.1f s): %d to train on, %d for validation, %d cut; vocabulary %d",
		len(c.Texts), c.Tokens(), c.From(), time.Since(began).Seconds(), len(t.Train), len(t.Validation), cut, vocab.Len())
	texts.RemarkParts(env.Run, c.Corpus, t.Train, t.Validation)
	if r.Teacher != nil {
		if err := t.learnFrom(ctx, c.Corpus, data, env.Run); err != nil {
			return nil, err
		}
	}
	return t, t.embed(env)
}

// LargestBatch bounds the tokens of any batch.
func (t *Task) LargestBatch() int {
	lengths := make([]int, 0, len(t.Texts))
	for _, at := range t.Train {
		lengths = append(lengths, len(t.Texts[at]))
	}
	if t.lesson != nil {
		for _, text := range t.Texts[t.lesson.first:] {
			lengths = append(lengths, len(text))
		}
	}
	slices.Sort(lengths)
	n := 0
	for _, l := range lengths[max(0, len(lengths)-t.Recipe.Batch):] {
		n += l
	}
	return n
}

// evaluate measures the classifier on the validation part.
func (t *Task) evaluate(ctx context.Context) (*classify.Evaluation, error) {
	chosen, labels := make([][]int32, len(t.Validation)), make([]int32, len(t.Validation))
	for i, at := range t.Validation {
		chosen[i], labels[i] = t.Texts[at], t.Labels[at]
	}
	return evaluate(ctx, t.Classifier, chosen, labels)
}
