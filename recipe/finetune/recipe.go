package finetune

import (
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
)

// Recipe goes on training an LSTM classifier on other data.
type Recipe struct {
	// Base is the model it begins from: a name of the table, or a directory.
	// BaseSHA256 is the checksum of its weights, and BaseVocab that of its
	// words and tokenizer; empty ones are filled in, others are demanded.
	Base       string `json:"base"`
	BaseSHA256 string `json:"base_sha256,omitempty"`
	BaseVocab  string `json:"base_vocab,omitempty"`

	// Unlabelled names texts without labels that a language model goes on with first, for
	// LanguageEpochs passes (0 means 3), from the embedding and the LSTM of the base, which
	// may be a language model itself: a file as zoo train lm takes. UnlabelledSHA256 is
	// the fingerprint of the texts, filled in, or demanded where it is there.
	Unlabelled       string `json:"unlabelled,omitempty"`
	UnlabelledSHA256 string `json:"unlabelled_sha256,omitempty"`
	LanguageEpochs   int    `json:"language_epochs,omitempty"`

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

	texts.Marking // several labels of a text are learned, numbers and pairs are not
	recipe.Training

	opened opened
}

// SetEpochs sets the epochs, whatever the size of the data.
func (r *Recipe) SetEpochs(n int) { r.Epochs, r.MinSteps = n, 0 }

// EpochsFor returns the epochs of a training on so many texts.
func (r *Recipe) EpochsFor(texts int) int {
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

// Check implements recipe.Body.
func (r *Recipe) Check() error {
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
	}{{"new_words", r.NewWords}, {"min_count", r.MinCount}, {"max_tokens", r.MaxTokens}, {"min_steps", r.MinSteps}, {"language_epochs", r.LanguageEpochs}} {
		if n.v < 0 {
			return fmt.Errorf("zoo: recipe: %s is %d, want 0 or more", n.name, n.v)
		}
	}
	if _, err := recipe.Storage(r.Storage); err != nil {
		return err
	}
	if err := r.LabelsOnly(); err != nil {
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
