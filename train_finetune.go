package zoo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/corpus"
	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/models/word2vec"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/train"
)

// trainFineTune runs a fine-tuning on the training part of the data.
func trainFineTune(ctx context.Context, recipe Recipe, data *Texts, run Run) (*Model, train.Result, error) {
	none := train.Result{Reason: train.Failed}
	r := *recipe.FineTune // changed below: the card keeps what was decided
	recipe.FineTune = &r
	base, err := OpenModel(r.Base)
	if err != nil {
		return nil, none, err
	}
	if base.Classifier == nil {
		_, err := base.FineTuning(r.Base) // which says so
		return nil, none, err
	}
	vectors, err := r.bind(base)
	if err != nil {
		return nil, none, err
	}
	task, weights, err := prepareFineTune(ctx, &r, base.Classifier, vectors, data, run)
	if err != nil {
		return nil, none, err
	}
	config := lstm.TrainerConfig{Seed: r.Seed, Texts: r.Batch, Tokens: task.largestBatch(), ClassWeights: weights}
	network := task.classifier.Network()
	known := base.Classifier.Vocab().Len()
	if slices.Contains(r.Freeze, EmbeddingLayer) {
		config.FrozenRows = known
	}
	return task.fit(ctx, recipe, run, config, func(c *train.Config) {
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

// prepareFineTune reads and tokenises the data, reports on it, splits it, and
// makes the classifier that is to be trained. vectors are those that new words
// begin from, or nil.
func prepareFineTune(ctx context.Context, r *FineTuneRecipe, base *lstm.Classifier, vectors *word2vec.Vectors, data *Texts, run Run) (*textTask, []float32, error) {
	c, err := r.read(ctx, base, data)
	if err != nil {
		return nil, nil, err
	}
	task := &textTask{
		recipe:   TextRecipe{WordDrop: r.WordDrop, MaxTokens: r.MaxTokens, Storage: r.Storage, Training: r.Training},
		labels:   c.Labels,
		balanced: r.ClassWeights == BalancedClasses,
		source:   fmt.Sprintf("%s: %d texts of %d classes; begun from %s, which has its own", filepath.Base(data.path), len(c.Texts), len(c.Classes), r.Base),
	}
	if task.print, err = c.Fingerprint(); err != nil {
		return nil, nil, err
	}
	report := inspect(c)
	report.Skipped = data.skipped(ctx)
	task.train, task.validation = report.split(c, r.Validation, r.Seed)
	if len(task.validation) == 0 && r.Validation > 0 {
		doubt := ""
		if 2*len(c.Classes) > len(c.Texts) {
			doubt = fmt.Sprintf(" (%d labels for %d texts: is it the column of the labels?)", len(c.Classes), len(c.Texts))
		}
		return nil, nil, fmt.Errorf("zoo: data: of %d texts none can be held out for validation: each class needs two different texts%s; add texts, or hold out none (validation 0) and set the epochs", len(c.Texts), doubt)
	}
	r.Epochs, r.MinSteps = r.EpochsFor(len(task.train)), 0
	task.recipe.Epochs = r.Epochs
	words, err := r.words(c, base.Vocab(), vectors, task.train)
	if err != nil {
		return nil, nil, err
	}
	report.unknown(c, base.Vocab(), words)
	report.advise(r, base)
	if err := run.report(report); err != nil {
		return nil, nil, err
	}
	vocab, err := base.Vocab().Grow(words)
	if err != nil {
		return nil, nil, err
	}
	change := lstm.Adaptation{Words: len(words), Like: base.Vocab().UNK(), Seed: r.Seed, Dropout: r.Dropout}
	if r.Head == HeadNew {
		change.Classes = len(c.Classes)
	}
	network, err := base.Network().Adapt(change)
	if err != nil {
		return nil, nil, err
	}
	begun := 0 // of the new words, those that begin from a vector of their own
	if vectors != nil {
		covered, err := embed(network, base.Vocab().Len(), words, vectors, r.EmbeddingsScale)
		if err != nil {
			return nil, nil, err
		}
		for _, ok := range covered {
			if ok {
				begun++
			}
		}
	}
	task.classifier, err = lstm.NewClassifier(network, lstm.ClassifierConfig{
		Tokenizer: base.Tokenizer(), Vocab: vocab, Classes: c.Classes, MaxTokens: base.MaxTokens()})
	if err != nil {
		return nil, nil, err
	}
	task.recipe.Model = network.Config()
	task.unk = vocab.UNK()
	task.texts, _ = c.Encode(vocab, r.MaxTokens)
	r.describe(run, base, len(words), begun)
	return task, r.classWeights(task, len(c.Classes)), nil
}

// read tokenises the data and settles the classes.
func (r *FineTuneRecipe) read(ctx context.Context, base *lstm.Classifier, data *Texts) (*corpus.Corpus, error) {
	c, classes, _, err := data.part(ctx, datasets.Train, base.Tokenizer())
	if err != nil {
		return nil, err
	}
	if i := slices.Index(c.Labels, -1); i >= 0 {
		return nil, fmt.Errorf("zoo: data: example %d has no label", i)
	}
	if r.Head == HeadAuto {
		r.Head = HeadKeep
		for _, name := range classes {
			if !slices.Contains(base.Classes(), name) {
				r.Head = HeadNew
			}
		}
	}
	if r.Head == HeadNew || slices.Equal(classes, base.Classes()) {
		return c, nil
	}
	// The classes are the base's, which labels may stand for by number.
	if data, err = data.withClasses(base.Classes()); err != nil {
		return nil, err
	}
	if c, classes, _, err = data.part(ctx, datasets.Train, base.Tokenizer()); err != nil {
		return nil, fmt.Errorf("%w; the classes of %s are kept: with new ones (--classes new) the data brings its own", err, r.Base)
	}
	if c.Labels, err = relabel(c.Labels, classes, base.Classes()); err != nil {
		return nil, err
	}
	c.Classes = base.Classes()
	return c, nil
}

// words returns the words that the vocabulary gains: those of the data, and those
// that only the vectors have.
func (r *FineTuneRecipe) words(c *corpus.Corpus, known *tokenize.Vocab, vectors *word2vec.Vectors, chosen []int) ([]string, error) {
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
func (r *FineTuneRecipe) classWeights(task *textTask, classes int) []float32 {
	if r.ClassWeights != BalancedClasses {
		return nil
	}
	counts := make([]int, classes)
	for _, i := range task.train {
		counts[task.labels[i]]++
	}
	weights := make([]float32, classes)
	for k, n := range counts {
		weights[k] = float32(float64(len(task.train)) / (float64(classes) * float64(max(1, n))))
	}
	return weights
}

// describe says what is trained.
func (r *FineTuneRecipe) describe(run Run, base *lstm.Classifier, words, begun int) {
	old := "trained too"
	if slices.Contains(r.Freeze, EmbeddingLayer) {
		old = "kept as they are"
	}
	from := "beginning from that of the unknown word"
	if begun > 0 {
		from = fmt.Sprintf("%d of them beginning from %s and the others from that of the unknown word", begun, r.Embeddings)
	}
	run.logf("vectors of %d new words are trained, %s; those of the %d known words are %s", words, from, base.Vocab().Len(), old)
	head := fmt.Sprintf("the linear layer goes on from that of %s, for its classes %q", r.Base, base.Classes())
	if r.Head == HeadNew {
		head = "the linear layer is a new one, for the classes of the data"
	}
	if slices.Contains(r.Freeze, RNNLayer) {
		head += "; the LSTM is kept as it is"
	}
	run.logf("%s", head)
}

// vocabSum is a SHA-256 of a classifier's words and of its tokenizer: what
// gives the rows of its embedding their meaning.
func vocabSum(c *lstm.Classifier) (string, error) {
	h := sha256.New()
	settings, err := json.Marshal([]any{tokenize.Version, c.Tokenizer(), c.Vocab().Specials()})
	if err != nil {
		return "", fmt.Errorf("zoo: %w", err)
	}
	h.Write(settings)
	for id := range c.Vocab().Len() {
		word, _ := c.Vocab().Token(int32(id))
		fmt.Fprintf(h, "\n%s", word)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
