package finetune

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/recipe"
	lstmrecipe "github.com/gorgonia-zoo/zoo/recipe/lstm"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/train"
)

// run fine-tunes by a recipe on the training part of the data.
func run(ctx context.Context, whole recipe.Recipe, data recipe.Data, env recipe.Env) (*recipe.Model, train.Result, error) {
	none := train.Result{Reason: train.Failed}
	r := *whole.Body.(*Recipe) // changed below: the card keeps what was decided
	whole.Body = &r
	m, base, err := r.open(env)
	if err != nil {
		return nil, none, err
	}
	vectors, err := r.bind(m, env)
	if err != nil {
		return nil, none, err
	}
	set, err := recipe.DataAs[*texts.Set](data)
	if err != nil {
		return nil, none, err
	}
	if base, err = r.readUnlabelled(ctx, m, base, env.Run); err != nil {
		return nil, none, err
	}
	task, weights, err := read(ctx, &r, base, vectors, set, env.Run)
	if err != nil {
		return nil, none, err
	}
	config := lstm.TrainerConfig{Seed: r.Seed, Texts: r.Batch, Tokens: task.LargestBatch(), ClassWeights: weights}
	network := task.Classifier.Network()
	known := base.Vocab().Len()
	if slices.Contains(r.Freeze, EmbeddingLayer) {
		config.FrozenRows = known
	}
	return task.Fit(ctx, whole, env.Run, config, func(c *train.Config) {
		c.Groups = func(param string) float32 {
			switch part := network.Part(param); {
			case part == lstm.RNNPart && slices.Contains(r.Freeze, RNNLayer),
				part == lstm.EmbeddingPart && config.FrozenRows == network.Config().Vocab:
				return 0
			}
			return r.scale(network.Layer(param))
		}
		if r.Unfreeze {
			c.Unfreeze = network.Layer
		}
	})
}

// read reads and tokenises the data, reports on it, splits it, and
// makes the classifier that is to be trained. vectors are those that new words
// begin from, or nil.
func read(ctx context.Context, r *Recipe, base *lstm.Classifier, vectors recipe.Vectors, data *texts.Set, run recipe.Run) (*lstmrecipe.Task, []float32, error) {
	c, err := r.corpus(ctx, base, data, run)
	if err != nil {
		return nil, nil, err
	}
	task := &lstmrecipe.Task{
		Recipe:   lstmrecipe.Recipe{WordDrop: r.WordDrop, MaxTokens: r.MaxTokens, Storage: r.Storage, Training: r.Training},
		Labels:   c.Labels,
		Sets:     c.Sets,
		Balanced: r.ClassWeights == BalancedClasses,
		Source:   fmt.Sprintf("%s: %d texts of %d classes; begun from %s, which has its own", filepath.Base(data.Path()), len(c.Texts), len(c.Classes), r.Base),
	}
	if task.Fingerprint, err = c.Fingerprint(); err != nil {
		return nil, nil, err
	}
	report := texts.Inspect(c)
	report.Skipped = data.Skipped(ctx)
	task.Train, task.Validation = report.Split(c, r.Validation, r.Seed)
	if len(task.Validation) == 0 && r.Validation > 0 {
		doubt := ""
		if 2*len(c.Classes) > len(c.Texts) {
			doubt = fmt.Sprintf(" (%d labels for %d texts: is it the column of the labels?)", len(c.Classes), len(c.Texts))
		}
		return nil, nil, fmt.Errorf("zoo: data: of %d texts none can be held out for validation: each class needs two different texts%s; add texts, or hold out none (validation 0) and set the epochs", len(c.Texts), doubt)
	}
	r.Epochs, r.MinSteps = r.EpochsFor(len(task.Train)), 0
	task.Recipe.Epochs = r.Epochs
	words, err := r.words(c, base.Vocab(), vectors, task.Train)
	if err != nil {
		return nil, nil, err
	}
	report.CountUnknown(c, base.Vocab(), words)
	if c.Sets != nil {
		report.AdviseLabels()
		report.AdviseRows()
	} else {
		advise(report, r, base)
	}
	report.AdviseScript(c)
	if err := run.TellReport(report); err != nil {
		return nil, nil, err
	}
	vocab, err := base.Vocab().Grow(words)
	if err != nil {
		return nil, nil, err
	}
	change := lstm.Adaptation{Words: len(words), Like: base.Vocab().UNK(), Seed: r.Seed, Dropout: r.Dropout}
	if r.Head == HeadNew {
		change.Classes, change.Several = len(c.Classes), c.Sets != nil
	}
	network, err := base.Network().Adapt(change)
	if err != nil {
		return nil, nil, err
	}
	begun := 0 // of the new words, those that begin from a vector of their own
	if vectors != nil {
		covered, err := lstmrecipe.Embed(network, base.Vocab().Len(), words, vectors, r.EmbeddingsScale)
		if err != nil {
			return nil, nil, err
		}
		for _, ok := range covered {
			if ok {
				begun++
			}
		}
	}
	task.Classifier, err = lstm.NewClassifier(network, lstm.ClassifierConfig{
		Tokenizer: base.Tokenizer(), Vocab: vocab, Classes: c.Classes, MaxTokens: base.MaxTokens()})
	if err != nil {
		return nil, nil, err
	}
	task.Recipe.Model = network.Config()
	task.Texts, _ = c.Encode(vocab, r.MaxTokens)
	r.describe(run, base, len(words), begun)
	return task, r.classWeights(task, len(c.Classes)), nil
}

// corpus tokenises the data and settles the classes.
func (r *Recipe) corpus(ctx context.Context, base *lstm.Classifier, data *texts.Set, run recipe.Run) (*texts.Corpus, error) {
	p, err := data.LabelledAll(ctx, base.Tokenizer())
	if err != nil {
		return nil, err
	}
	if r.Marking = data.Marking(); p.Sets != nil || base.Network().Config().Several {
		return r.several(p.Corpus, base)
	}
	known := !slices.ContainsFunc(p.Classes, func(name string) bool { return !slices.Contains(base.Classes(), name) })
	if r.Head == HeadAuto {
		if r.Head = HeadNew; known {
			r.Head = HeadKeep
		}
	}
	if r.Head == HeadNew || slices.Equal(p.Classes, base.Classes()) {
		return p.Corpus, nil
	}
	if !known {
		// The labels stand for the base's classes otherwise than by their names,
		// such as by numbers: reading them again by these says which is which.
		if data, err = data.WithClasses(base.Classes()); err != nil {
			return nil, err
		}
		if p, err = data.Labelled(ctx, base.Tokenizer()); err != nil {
			return nil, fmt.Errorf("%w; the classes of %s are kept: with new ones (--classes new) the data brings its own", err, r.Base)
		}
		for _, note := range data.Notes(ctx) {
			run.Logf("%s", note)
		}
	}
	c := *p.Corpus
	if c.Labels, err = texts.Relabel(p.Labels, p.Classes, base.Classes()); err != nil {
		return nil, err
	}
	c.Classes = base.Classes()
	return &c, nil
}

// words returns the words that the vocabulary gains: those of the data, and those
// that only the vectors have.
func (r *Recipe) words(c *texts.Corpus, known *tokenize.Vocab, vectors recipe.Vectors, chosen []int) ([]string, error) {
	if r.NewWords == 0 {
		return nil, nil
	}
	all, err := c.Vocab(tokenize.VocabConfig{MinCount: r.MinCount}, chosen)
	if err != nil {
		return nil, err
	}
	var words []string
	for id := all.Specials(); id < all.Len() && len(words) < r.NewWords; id++ {
		word, _ := all.Token(int32(id))
		if _, ok := known.ID(word); !ok {
			words = append(words, word)
		}
	}
	if vectors == nil {
		return words, nil
	}
	have := make(map[string]bool, len(words))
	for _, word := range words {
		have[word] = true
	}
	for _, word := range vectors.Words() {
		if _, ok := known.ID(word); !ok && !have[word] {
			words = append(words, word)
		}
	}
	return words, nil
}

// classWeights returns the weight of each class in the loss, nil for equal
// ones.
func (r *Recipe) classWeights(task *lstmrecipe.Task, classes int) []float32 {
	if r.ClassWeights != BalancedClasses {
		return nil
	}
	counts := make([]int, classes)
	for _, i := range task.Train {
		counts[task.Labels[i]]++
	}
	weights := make([]float32, classes)
	for k, n := range counts {
		weights[k] = float32(float64(len(task.Train)) / (float64(classes) * float64(max(1, n))))
	}
	return weights
}

// describe says what is trained.
func (r *Recipe) describe(run recipe.Run, base *lstm.Classifier, words, begun int) {
	old := "trained too"
	if slices.Contains(r.Freeze, EmbeddingLayer) {
		old = "kept as they are"
	}
	from := "beginning from that of the unknown word"
	if begun > 0 {
		from = fmt.Sprintf("%d of them beginning from %s and the others from that of the unknown word", begun, r.Embeddings)
	}
	run.Logf("vectors of %d new words are trained, %s; those of the %d known words are %s", words, from, base.Vocab().Len(), old)
	head := fmt.Sprintf("the linear layer goes on from that of %s, for its classes %q", r.Base, base.Classes())
	if r.Head == HeadNew {
		head = "the linear layer is a new one, for the classes of the data"
	}
	if slices.Contains(r.Freeze, RNNLayer) {
		head += "; the LSTM is kept as it is"
	}
	run.Logf("%s", head)
}

// scale is the multiplier of a layer's learning rate.
func (r *Recipe) scale(layer int) float32 {
	decay, scale := r.LayerDecay, 1.0
	if decay == 0 {
		decay = 1
	}
	for range layer {
		scale *= decay
	}
	return float32(scale)
}
