package lstm

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/models/linear"
	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// Recipe trains an LSTM classifier.
type Recipe struct {
	Data       string               `json:"data"` // what it was made for
	Model      lstm.Config          `json:"model"`
	Tokenizer  tokenize.Config      `json:"tokenizer"`
	Vocab      tokenize.VocabConfig `json:"vocab"`
	Validation float64              `json:"validation"`           // share of the training texts held out
	MaxTokens  int                  `json:"max_tokens,omitempty"` // cut of training texts; 0 means none
	Storage    string               `json:"storage,omitempty"`    // F32 (default), F16, BF16: what the weights are rounded to at the end
	WordDrop   float64              `json:"word_drop,omitempty"`  // share of tokens replaced by <unk> in training
	Crop       float64              `json:"crop,omitempty"`       // train on parts of this share of a text to all of it, drawn anew in each epoch; 0 means all

	// Teacher labels the data's unlabelled texts, which are then learned beside the
	// labelled ones; data without any, such as a table, is an error. nil: the labelled
	// texts alone.
	Teacher *Teacher `json:"teacher,omitempty"`

	// Embeddings names the vectors of words that training begins from: a
	// model or a file, see zoo.OpenVectors; "none" is as good as empty. Words
	// without one keep a random draw.
	// EmbeddingsSHA256 is their fingerprint: training fills it in, and where it
	// is there already no other vectors are accepted.
	Embeddings       string `json:"embeddings,omitempty"`
	EmbeddingsSHA256 string `json:"embeddings_sha256,omitempty"`
	FreezeEmbeddings bool   `json:"freeze_embeddings,omitempty"` // leave them as they are
	// EmbeddingsStd is the standard deviation of the numbers of those vectors
	// that the vocabulary has, to which all are scaled by one factor; 0 means 0.1.
	EmbeddingsStd float64 `json:"embeddings_std,omitempty"`

	// LanguageModel names the model whose embedding, LSTM, words, tokenizer and shape
	// training begins from, such as zoo train lm writes (Dai and Le 2015,
	// arXiv:1511.01432); of the recipe's own vocabulary only what its size goes beyond
	// the model's is added. LanguageModelSHA256 is the checksum of its weights: training
	// fills it in, and where it is there already no others are accepted.
	LanguageModel       string `json:"language_model,omitempty"`
	LanguageModelSHA256 string `json:"language_model_sha256,omitempty"`

	texts.Marking // several labels of a text are learned, numbers and pairs are not
	recipe.Training
}

// Teacher is a linear classifier of two classes that is trained before the network,
// on the same tokens of the same texts, to label unlabelled texts with its probabilities
// (self-training; Xie et al., Self-training with Noisy Student, 2020).
type Teacher struct {
	Model linear.Config `json:"model"`
	// Parts is how many parts of one size the unlabelled texts are dealt into, what is
	// left over of fewer texts than that aside. An epoch learns one of them, each in its
	// turn. 0 means 1.
	Parts int `json:"parts,omitempty"`
	// Refine has the network teach itself beside the teacher, from the second epoch on
	// (co-training; Blum and Mitchell 1998): a label is then that of the mean of their
	// two logits for the text, the network's as it stands before the epoch.
	Refine bool `json:"refine,omitempty"`
}

// check reports what no text can make right.
func (t *Teacher) check() error {
	if t.Parts < 0 || t.Parts > 1000 {
		return fmt.Errorf("zoo: recipe: %d parts of the teacher's texts, want 1 to 1000, or 0 for 1", t.Parts)
	}
	if err := t.Model.Check(); err != nil {
		return fmt.Errorf("zoo: recipe: teacher: %w", err)
	}
	return nil
}

// Check implements recipe.Body.
func (r *Recipe) Check() error {
	if _, err := recipe.Storage(r.Storage); err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		v    float64
	}{{"validation", r.Validation}, {"word_drop", r.WordDrop}, {"crop", r.Crop}} {
		if !(f.v >= 0 && f.v < 1) {
			return fmt.Errorf("zoo: recipe: %s is %v, want 0 <= x < 1", f.name, f.v)
		}
	}
	if r.Teacher != nil {
		if err := r.Teacher.check(); err != nil {
			return err
		}
	}
	if err := r.LabelsOnly(); err != nil {
		return err
	}
	if s := r.EmbeddingsStd; !(s >= 0 && s < 1e6) {
		return fmt.Errorf("zoo: recipe: embeddings_std is %v, want a positive number, or 0 for %v", s, EmbeddingsStd)
	}
	if r.LanguageModel != "" {
		if r.Embeddings != "" && r.Embeddings != NoEmbeddings {
			return fmt.Errorf("zoo: recipe: language_model %s and embeddings %s: a training begins from one of them", r.LanguageModel, r.Embeddings)
		}
		if r.Model.Bidirectional {
			return fmt.Errorf("zoo: recipe: language_model %s reads forward, and the network is bidirectional", r.LanguageModel)
		}
	}
	if r.MaxTokens < 0 {
		return fmt.Errorf("zoo: recipe: max_tokens is %d, want 0 for none or more", r.MaxTokens)
	}
	return nil
}

// Architecture returns the shape of the network, but for the vocabulary and the
// classes, which the data has.
func (r *Recipe) Architecture() lstm.Config { return r.Model }

// Reader returns how texts become words, and which words are known.
func (r *Recipe) Reader() (tokenize.Config, tokenize.VocabConfig) { return r.Tokenizer, r.Vocab }
