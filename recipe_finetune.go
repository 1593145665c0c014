package zoo

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/models/word2vec"
)

// FineTuneRecipe goes on training an LSTM classifier on other data.
type FineTuneRecipe struct {
	// Base is the model it begins from: a name of the table, or a directory.
	// BaseSHA256 is the checksum of its weights, and BaseVocab that of its
	// words and tokenizer; empty ones are filled in, others are demanded.
	Base       string `json:"base"`
	BaseSHA256 string `json:"base_sha256,omitempty"`
	BaseVocab  string `json:"base_vocab,omitempty"`

	// Head says what becomes of the classes: HeadKeep goes on with the base's
	// linear layer, HeadNew draws another for the classes of the data, and
	// HeadAuto, the default, keeps it where each label of the data is the name
	// of one of the base's classes.
	Head string `json:"head,omitempty"`

	// NewWords bounds the words of the training texts that are added to the
	// vocabulary, the most frequent first; 0 adds none. MinCount passes over
	// words that occur fewer times. Each begins with the vector of the unknown
	// word, unless Embeddings has one for it.
	NewWords int `json:"new_words,omitempty"`
	MinCount int `json:"min_count,omitempty"`

	// Embeddings names the vectors of words that the base began from, if it
	// began from any. A new word that has one there begins from it instead,
	// scaled by EmbeddingsScale as the base's words were, and words that only
	// these vectors have are added too: so the model knows words that neither
	// the base nor the data has. "none" is as good as empty. EmbeddingsSHA256 is
	// the fingerprint of the vectors; it and the scale are filled in, or demanded
	// where they are there.
	Embeddings       string  `json:"embeddings,omitempty"`
	EmbeddingsSHA256 string  `json:"embeddings_sha256,omitempty"`
	EmbeddingsScale  float32 `json:"embeddings_scale,omitempty"`

	// Freeze lists what keeps the base's weights: "embedding" the vectors of
	// the base's words (those of new words are trained all the same), "rnn" the
	// LSTM.
	Freeze []string `json:"freeze,omitempty"`
	// LayerDecay multiplies the learning rate once for each layer below the
	// linear one: the LSTM's from the last to the first, then the embedding
	// (discriminative fine-tuning: Howard and Ruder 2018, arXiv:1801.06146); 0
	// means 1.
	LayerDecay float64 `json:"layer_decay,omitempty"`
	// Unfreeze trains the linear layer alone in the first epoch and one more
	// layer in each that follows (gradual unfreezing, of the same paper).
	Unfreeze bool `json:"unfreeze,omitempty"`

	// ClassWeights is "balanced" where each class weighs n / (classes * its
	// texts) in the loss, so that rare ones count as much as frequent ones; the
	// best epoch is then that of the best mean of each class's accuracy.
	ClassWeights string `json:"class_weights,omitempty"`

	Dropout    *lstm.Dropout `json:"dropout,omitempty"`    // nil: the base's
	WordDrop   float64       `json:"word_drop,omitempty"`  // share of tokens replaced by <unk> in training
	Validation float64       `json:"validation"`           // share of the distinct texts held out, of each class
	MaxTokens  int           `json:"max_tokens,omitempty"` // cut of training texts; 0 means none
	Storage    string        `json:"storage,omitempty"`    // F32 (default), F16, BF16

	// MinSteps adds epochs where the data is so small that those of the recipe
	// make fewer steps. Training turns it into Epochs.
	MinSteps int `json:"min_steps,omitempty"`
	Training
}

// EpochsFor returns the epochs of a training on so many texts.
func (r *FineTuneRecipe) EpochsFor(texts int) int {
	batches := max(1, (texts+r.Batch-1)/r.Batch)
	return max(r.Epochs, (r.MinSteps+batches-1)/batches)
}

// What becomes of the linear layer, and how classes weigh.
const (
	HeadAuto = ""
	HeadKeep = "keep"
	HeadNew  = "new"

	BalancedClasses = "balanced"
)

// Layers that a fine-tuning can freeze.
const (
	EmbeddingLayer = lstm.EmbeddingPart
	RNNLayer       = lstm.RNNPart
)

// tuned ends the names of fine-tuned models.
const tuned = "-finetuned"

// FineTuning returns the recipe that fine-tunes the model of the given name or
// directory, with the settings that served best on short sentences. Change
// what should differ, and Train by it.
func FineTuning(base string) (Recipe, error) {
	m, err := OpenModel(base)
	if err != nil {
		return Recipe{}, err
	}
	return m.FineTuning(base)
}

// FineTuning is the function of that name for a model that is open; base is
// the name or directory that it was opened from.
func (m *Model) FineTuning(base string) (Recipe, error) {
	if m.Classifier == nil {
		return Recipe{}, fmt.Errorf("zoo: fine-tune: %s is a model of kind %s; only an LSTM classifier of texts (%s), such as lstm-imdb, can be fine-tuned: %w",
			base, m.Artefact.Model, lstm.Kind, ErrUsage)
	}
	name := strings.TrimSuffix(m.Artefact.Card.Name, tuned)
	r := Recipe{Name: name + tuned, About: name + " fine-tuned on other data", FineTune: defaultFineTuning(base)}
	if from, ok := m.beganFrom(); ok {
		if record, known := Lookup(from.name); known && record.SHA256 == from.fingerprint {
			r.FineTune.Embeddings = from.name // it comes with the program
		}
	}
	_, err := r.FineTune.bind(m)
	return r, err
}

func defaultFineTuning(base string) *FineTuneRecipe {
	return &FineTuneRecipe{
		Base: base, NewWords: 10000, MinCount: 2, LayerDecay: 1, WordDrop: 0.1, Validation: 0.1, Storage: "F16", MinSteps: 150,
		Training: Training{
			Seed: 1, Epochs: 3, Batch: 32, ClipNorm: 1, KeepBest: true,
			Optimizer: Optimizer{Kind: "adam", LearningRate: 2e-3},
			Schedule:  Schedule{Kind: "linear"},
		},
	}
}

// bind notes the checksums of the base, or demands those noted, and opens the
// vectors that new words begin from, nil where there are none.
func (r *FineTuneRecipe) bind(base *Model) (*word2vec.Vectors, error) {
	sum, err := base.Artefact.SHA256()
	if err != nil {
		return nil, err
	}
	words, err := vocabSum(base.Classifier)
	if err != nil {
		return nil, err
	}
	for _, c := range []struct {
		what string
		have string
		want *string
	}{{"weights", sum, &r.BaseSHA256}, {"words", words, &r.BaseVocab}} {
		if *c.want == "" {
			*c.want = c.have
		}
		if *c.want != c.have {
			return nil, fmt.Errorf("zoo: recipe: the base %s has the %s %.12s, the recipe began from %.12s: name the directory of that model as the base", r.Base, c.what, c.have, *c.want)
		}
	}
	return r.vectors(base)
}

// vectors opens the vectors that new words begin from, nil where there are none.
func (r *FineTuneRecipe) vectors(base *Model) (*word2vec.Vectors, error) {
	if r.Embeddings == "" || r.Embeddings == noEmbeddings {
		if r.EmbeddingsSHA256 != "" || r.EmbeddingsScale != 0 {
			return nil, fmt.Errorf("zoo: recipe: embeddings_sha256 or embeddings_scale without embeddings: %w", ErrUsage)
		}
		return nil, nil
	}
	from, ok := base.beganFrom()
	if !ok {
		return nil, fmt.Errorf("zoo: recipe: embeddings %s: %s did not begin from vectors of words, so those of others mean nothing to it: %w", r.Embeddings, r.Base, ErrUsage)
	}
	v, print, err := OpenVectors(r.Embeddings)
	if err != nil {
		return nil, err
	}
	if print != from.fingerprint {
		return nil, fmt.Errorf("zoo: recipe: embeddings %s have the SHA-256 %.12s, %s began from %s with %.12s: %w", r.Embeddings, print, r.Base, from.name, from.fingerprint, ErrUsage)
	}
	scale := from.scale
	if scale == 0 {
		if scale, err = vectorScale(base.Classifier.Vocab(), v, from.std); err != nil {
			return nil, err
		}
	}
	if have := r.EmbeddingsSHA256; have != "" && have != print || r.EmbeddingsScale != 0 && r.EmbeddingsScale != scale {
		return nil, fmt.Errorf("zoo: recipe: embeddings %s with the SHA-256 %.12s and a scale of %v, the recipe says %.12s and %v: %w", r.Embeddings, print, scale, have, r.EmbeddingsScale, ErrUsage)
	}
	r.EmbeddingsSHA256, r.EmbeddingsScale = print, scale
	return v, nil
}

// origin is the vectors of words that a classifier's embedding began from.
type origin struct {
	name, fingerprint string
	std               float64 // they were scaled to this, by a factor that its vocabulary gives
	scale             float32 // or by this factor
}

// beganFrom returns the vectors that the model's embedding began from, and false
// where its card names none.
func (m *Model) beganFrom() (origin, bool) {
	r, err := m.Recipe()
	switch {
	case err != nil: // no recipe: nobody knows
		return origin{}, false
	case r.Text != nil && r.Text.EmbeddingsSHA256 != "":
		std := r.Text.EmbeddingsStd
		if std == 0 {
			std = embeddingsStd
		}
		return origin{name: r.Text.Embeddings, fingerprint: r.Text.EmbeddingsSHA256, std: std}, true
	case r.FineTune != nil && r.FineTune.EmbeddingsSHA256 != "":
		f := r.FineTune
		return origin{name: f.Embeddings, fingerprint: f.EmbeddingsSHA256, scale: f.EmbeddingsScale}, true
	}
	return origin{}, false
}

// check reports the first setting that makes no sense and that nobody else
// would catch.
func (r *FineTuneRecipe) check() error {
	if r.Base == "" {
		return fmt.Errorf("zoo: recipe: base is empty, want the name or directory of a model")
	}
	for _, f := range []struct {
		name string
		v    float64
	}{{"validation", r.Validation}, {"word_drop", r.WordDrop}} {
		if !(f.v >= 0 && f.v < 1) {
			return fmt.Errorf("zoo: recipe: %s is %v, want 0 <= x < 1", f.name, f.v)
		}
	}
	if !(r.LayerDecay >= 0 && r.LayerDecay <= 1) {
		return fmt.Errorf("zoo: recipe: layer_decay is %v, want 0 < x <= 1, or 0 for 1", r.LayerDecay)
	}
	for _, n := range []struct {
		name string
		v    int
	}{{"new_words", r.NewWords}, {"min_count", r.MinCount}, {"max_tokens", r.MaxTokens}, {"min_steps", r.MinSteps}} {
		if n.v < 0 {
			return fmt.Errorf("zoo: recipe: %s is %d, want 0 or more", n.name, n.v)
		}
	}
	if _, err := storage(r.Storage); err != nil {
		return err
	}
	for i, name := range r.Freeze {
		if name != EmbeddingLayer && name != RNNLayer || slices.Contains(r.Freeze[:i], name) {
			return fmt.Errorf("zoo: recipe: freeze %q, want %s and %s, each at most once", r.Freeze, EmbeddingLayer, RNNLayer)
		}
	}
	switch {
	case !slices.Contains([]string{HeadAuto, HeadKeep, HeadNew}, r.Head):
		return fmt.Errorf("zoo: recipe: head %q, want %s or %s", r.Head, HeadKeep, HeadNew)
	case r.ClassWeights != "" && r.ClassWeights != BalancedClasses:
		return fmt.Errorf("zoo: recipe: class_weights %q, want %s or none", r.ClassWeights, BalancedClasses)
	case r.Validation == 0 && (r.KeepBest || r.Patience > 0):
		return fmt.Errorf("zoo: recipe: keep_best and patience need a validation part, and validation is 0")
	case r.Optimizer.WeightDecay != 0 && slices.Contains(r.Freeze, EmbeddingLayer):
		return fmt.Errorf("zoo: recipe: weight_decay would change the vectors that freeze keeps")
	}
	return nil
}

// scale is the multiplier of a layer's learning rate.
func (r *FineTuneRecipe) scale(layer int) float32 {
	decay, scale := r.LayerDecay, 1.0
	if decay == 0 {
		decay = 1
	}
	for range layer {
		scale *= decay
	}
	return float32(scale)
}

// command is the command line that trains the recipe, or that reads it from a
// file where flags cannot say it.
func (r FineTuneRecipe) command(steps string) string {
	plain := *defaultFineTuning(r.Base)
	var flags strings.Builder
	flag := func(differs bool, name string, value any) {
		if differs {
			fmt.Fprintf(&flags, " --%s %v", name, value)
		}
	}
	flag(r.Head != HeadAuto, "classes", r.Head)
	flag(len(r.Freeze) > 0, "freeze", strings.Join(r.Freeze, ","))
	flag(r.LayerDecay != plain.LayerDecay, "layer-decay", r.LayerDecay)
	if r.Unfreeze {
		flags.WriteString(" --unfreeze")
	}
	flag(r.ClassWeights != "", "class-weights", r.ClassWeights)
	flag(r.Embeddings != "", "embeddings", r.Embeddings)
	flag(r.NewWords != plain.NewWords, "new-words", r.NewWords)
	flag(r.MinCount != plain.MinCount, "min-count", r.MinCount)
	flag(r.MaxTokens != plain.MaxTokens, "max-tokens", r.MaxTokens)
	flag(r.WordDrop != plain.WordDrop, "word-drop", r.WordDrop)
	flag(r.Validation != plain.Validation, "validation", r.Validation)
	flag(r.Batch != plain.Batch, "batch", r.Batch)
	flag(r.Optimizer.LearningRate != plain.Optimizer.LearningRate, "learning-rate", r.Optimizer.LearningRate)
	flag(r.Patience != plain.Patience && r.Validation > 0, "patience", r.Patience)
	flag(r.Epochs != plain.Epochs, "epochs", r.Epochs)
	flag(steps != "", "steps", steps)
	tail := fmt.Sprintf("%s --data DATA --seed %d --out DIR", flags.String(), r.Seed)
	// What flags say, put to what they begin from.
	said := r
	said.BaseSHA256, said.BaseVocab, said.Seed = "", "", plain.Seed
	said.Embeddings, said.EmbeddingsSHA256, said.EmbeddingsScale = "", "", 0
	said.Head, said.Freeze, said.LayerDecay, said.Unfreeze, said.ClassWeights = plain.Head, plain.Freeze, plain.LayerDecay, plain.Unfreeze, plain.ClassWeights
	said.NewWords, said.MinCount, said.MaxTokens, said.WordDrop, said.Batch = plain.NewWords, plain.MinCount, plain.MaxTokens, plain.WordDrop, plain.Batch
	said.Optimizer.LearningRate, said.Epochs, said.Patience, said.MinSteps = plain.Optimizer.LearningRate, plain.Epochs, plain.Patience, plain.MinSteps
	if said.Validation == 0 {
		said.KeepBest = plain.KeepBest // which --validation 0 turns off
	}
	said.Validation = plain.Validation
	if !reflect.DeepEqual(said, plain) {
		return fmt.Sprintf("zoo train RECIPE.json --data DATA --seed %d --out DIR", r.Seed)
	}
	return "zoo finetune " + r.Base + tail
}
