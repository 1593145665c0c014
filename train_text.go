package zoo

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"time"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/train"
)

// textTask is one run of a TextRecipe.
type textTask struct {
	recipe     TextRecipe
	texts      [][]int32
	labels     []int32
	lesson     *lesson // unlabelled texts and their labels; nil for none
	train      []int   // indices into texts
	validation []int
	classifier *lstm.Classifier
	unk        int32
	source     string // what the data is
	print      string // its fingerprint
	balanced   bool   // whether classes count alike, however many texts they have
}

// trainText runs a recipe on the training part of the data.
func trainText(ctx context.Context, recipe Recipe, data *Texts, run Run) (*Model, train.Result, error) {
	task, err := prepare(ctx, *recipe.Text, data, run)
	if err != nil {
		return nil, train.Result{}, err
	}
	r := task.recipe
	recipe.Text = &task.recipe // which has the fingerprint of the embeddings now
	config := lstm.TrainerConfig{Seed: r.Seed, Texts: r.Batch, Tokens: task.largestBatch()}
	return task.fit(ctx, recipe, run, config, func(*train.Config) {})
}

// fit trains the task's classifier; change has the last word on how.
func (task *textTask) fit(ctx context.Context, recipe Recipe, run Run, config lstm.TrainerConfig, change func(*train.Config)) (*Model, train.Result, error) {
	r := task.recipe
	network := task.classifier.Network()
	trainer, err := network.Trainer(config)
	if err != nil {
		return nil, train.Result{}, err
	}
	batches := (len(task.learns(0)) + r.Batch - 1) / r.Batch
	cfg, err := r.config(recipe.identity(task.print), batches, run)
	if err != nil {
		return nil, train.Result{}, err
	}
	if r.FreezeEmbeddings {
		cfg.Groups = func(name string) float32 {
			if name == network.Embedding().Name {
				return 0
			}
			return 1
		}
	}
	if len(task.validation) > 0 {
		cfg.Evaluate = func(ctx context.Context) (train.Metrics, error) {
			e, err := task.evaluate(ctx, task.classifier)
			if err != nil {
				return nil, err
			}
			metrics := train.Metrics{"accuracy": e.Accuracy, "loss": e.Loss}
			if task.balanced {
				metrics["balanced_accuracy"] = e.balanced()
			}
			return metrics, nil
		}
		cfg.Monitor = train.Monitor{Metric: "accuracy", Maximize: true}
		if task.balanced {
			cfg.Monitor.Metric = "balanced_accuracy"
		}
	}
	if task.lesson != nil {
		task.lesson.prepare(&cfg, task)
	}
	change(&cfg)
	result, err := train.Fit(ctx, train.Model[lstm.Batch](trainer),
		train.Data[lstm.Batch](train.Batches[lstm.Batch]{Each: task.epoch, Count: batches}), cfg)
	if err != nil {
		return nil, result, err
	}
	run.remarkLoss(result, network.Config().Classes)
	m, err := task.finish(ctx, recipe, result)
	return m, result, err
}

// finish rounds the weights to the type they are stored as, measures and
// calibrates the model that results, and writes its card.
func (t *textTask) finish(ctx context.Context, recipe Recipe, result train.Result) (*Model, error) {
	dtype, err := storage(t.recipe.Storage)
	if err != nil {
		return nil, err
	}
	card, err := recipe.card("text classification", result)
	if err != nil {
		return nil, err
	}
	card.Data = t.source
	card.Recipe.Options[dataOption] = t.print
	a, err := t.classifier.Artefact(card, dtype)
	if err != nil {
		return nil, err
	}
	m, err := newModel(a)
	if err != nil || len(t.validation) == 0 {
		return m, err
	}
	e, err := t.evaluate(ctx, m.Classifier)
	if err != nil {
		return nil, err
	}
	if err := m.Classifier.SetTemperature(e.fitTemperature()); err != nil {
		return nil, err
	}
	e = e.at(m.Classifier.Temperature())
	card.Metrics = map[string]float64{
		"validation_accuracy": e.Accuracy, "validation_loss": e.Loss, "validation_calibration_error": e.Calibration}
	if t.balanced {
		card.Metrics["validation_balanced_accuracy"] = e.balanced()
	}
	if a, err = m.Classifier.Artefact(card, dtype); err != nil {
		return nil, err
	}
	return newModel(a)
}

// prepare reads and tokenises the data, splits it, and makes the vocabulary
// from the training part alone.
func prepare(ctx context.Context, r TextRecipe, data *Texts, run Run) (*textTask, error) {
	began := time.Now()
	c, classes, hit, err := data.part(ctx, datasets.Train, r.Tokenizer)
	if err != nil {
		return nil, err
	}
	task := &textTask{recipe: r, source: r.Data, labels: c.Labels}
	if data.table != nil { // not what the recipe was made for
		task.source = fmt.Sprintf("%s: %d texts of %d classes", filepath.Base(data.path), len(c.Texts), len(classes))
	}
	if r.Validation > 0 {
		task.train, task.validation = datasets.Split(len(c.Texts), r.Validation, r.Seed)
	} else {
		for i := range c.Texts {
			task.train = append(task.train, i)
		}
	}
	for i, l := range c.Labels {
		if l < 0 || int(l) >= len(classes) {
			return nil, fmt.Errorf("zoo: data: example %d has no label", i)
		}
	}
	if task.print, err = c.Fingerprint(); err != nil {
		return nil, err
	}
	vocab, err := c.Vocab(r.Vocab, task.train)
	if err != nil {
		return nil, err
	}
	var cut int
	task.texts, cut = c.Encode(vocab, r.MaxTokens)
	r.Model.Vocab, r.Model.Classes = vocab.Len(), len(classes)
	network, err := lstm.New(r.Model, r.Seed)
	if err != nil {
		return nil, err
	}
	task.unk = vocab.UNK()
	task.classifier, err = lstm.NewClassifier(network, lstm.ClassifierConfig{
		Tokenizer: r.Tokenizer, Vocab: vocab, Classes: classes, MaxTokens: r.MaxTokens})
	if err != nil {
		return nil, err
	}
	from := "tokenised"
	if hit {
		from = "from the cache"
	}
	run.logf("%d texts of %d tokens (%s in %.1f s): %d to train on, %d for validation, %d cut; vocabulary %d",
		len(c.Texts), c.Tokens(), from, time.Since(began).Seconds(), len(task.train), len(task.validation), cut, vocab.Len())
	run.remarkSplit(c.Labels, classes, task.train, task.validation)
	if r.Teacher != nil {
		if err := task.learnFrom(ctx, c, data, run); err != nil {
			return nil, err
		}
	}
	return task, task.embed(run)
}

// largestBatch bounds the tokens of any batch.
func (t *textTask) largestBatch() int {
	lengths := make([]int, 0, len(t.texts))
	for _, at := range t.train {
		lengths = append(lengths, len(t.texts[at]))
	}
	if t.lesson != nil {
		for _, text := range t.texts[t.lesson.first:] {
			lengths = append(lengths, len(text))
		}
	}
	slices.Sort(lengths)
	n := 0
	for _, l := range lengths[max(0, len(lengths)-t.recipe.Batch):] {
		n += l
	}
	return n
}

// learns returns the texts that an epoch learns, of which every epoch has as many.
func (t *textTask) learns(epoch int) []int {
	if t.lesson == nil {
		return t.train
	}
	return slices.Concat(t.train, t.lesson.part(epoch))
}

// epoch yields the batches of an epoch.
func (t *textTask) epoch(epoch int) iter.Seq2[lstm.Batch, error] {
	return func(yield func(lstm.Batch, error) bool) {
		learns := t.learns(epoch)
		lengths := make([]int, len(learns))
		for i, at := range learns {
			lengths[i] = len(t.texts[at])
		}
		for _, batch := range datasets.Batches(lengths, datasets.BatchConfig{
			Size: t.recipe.Batch, Seed: t.recipe.Seed, Epoch: epoch, Shuffle: true}) {
			for i, at := range batch {
				batch[i] = learns[at]
			}
			b, err := t.batch(batch, epoch)
			if !yield(b, err) || err != nil {
				return
			}
		}
	}
}

// batch returns the chosen texts as an epoch sees them.
func (t *textTask) batch(chosen []int, epoch int) (lstm.Batch, error) {
	texts, labels := make([][]int32, len(chosen)), make([]int32, len(chosen))
	for i, at := range chosen {
		texts[i], labels[i] = t.dropWords(t.crop(t.texts[at], epoch, at), epoch, at), t.labels[at]
	}
	b, err := lstm.NewBatch(texts, labels)
	if err != nil || t.lesson == nil {
		return b, err
	}
	targets := make([]float32, len(chosen))
	for i, at := range chosen {
		targets[i] = t.lesson.target(at, t.labels[at])
	}
	return b.Soft(targets)
}

// crop returns a part of a text, of a length and at a place drawn anew in each
// epoch: what matters must then be found wherever it stands.
func (t *textTask) crop(text []int32, epoch, index int) []int32 {
	if t.recipe.Crop == 0 {
		return text
	}
	rng := ops.Stream(t.recipe.Seed, "crop", uint64(epoch)<<32|uint64(index))
	shortest := max(1, int(t.recipe.Crop*float64(len(text))))
	n := shortest + rng.IntN(len(text)-shortest+1)
	from := rng.IntN(len(text) - n + 1)
	return text[from : from+n]
}

// dropWords replaces a share of a text's tokens by UNK: each word must then
// be understood from the others, and UNK itself is learned.
func (t *textTask) dropWords(text []int32, epoch, index int) []int32 {
	if t.recipe.WordDrop == 0 {
		return text
	}
	rng := ops.Stream(t.recipe.Seed, "words", uint64(epoch)<<32|uint64(index))
	limit := uint64(t.recipe.WordDrop * (1 << 32))
	out := make([]int32, len(text))
	for i, id := range text {
		if out[i] = id; rng.Uint64()>>32 < limit {
			out[i] = t.unk
		}
	}
	return out
}

// evaluate measures a classifier on the validation part.
func (t *textTask) evaluate(ctx context.Context, c *lstm.Classifier) (*Evaluation, error) {
	texts, labels := make([][]int32, len(t.validation)), make([]int32, len(t.validation))
	for i, at := range t.validation {
		texts[i], labels[i] = t.texts[at], t.labels[at]
	}
	return evaluateIDs(ctx, c, texts, labels)
}
