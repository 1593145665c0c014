package lstm

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/models/lm"
	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/recipe"
	lmrecipe "github.com/gorgonia-zoo/zoo/recipe/lm"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// language opens the language model that the recipe begins from, nil where it names
// none, and takes its tokenizer and shape.
func (r *Recipe) language(env recipe.Env) (*lm.Model, error) {
	if r.LanguageModel == "" {
		if r.LanguageModelSHA256 != "" {
			return nil, fmt.Errorf("zoo: recipe: language_model_sha256 without language_model: %w", recipe.ErrUsage)
		}
		return nil, nil
	}
	m, sum, err := lmrecipe.Open(r.LanguageModel, r.LanguageModelSHA256, env)
	if err != nil {
		return nil, err
	}
	c := m.Network().Config()
	r.LanguageModelSHA256, r.Tokenizer = sum, m.Tokenizer()
	r.Model.Embedding, r.Model.Hidden, r.Model.Layers = c.Embedding, c.Hidden, c.Layers
	return m, nil
}

// vocabulary returns the words of the training texts, or those of the language model
// that the recipe begins from: with the most frequent others of the texts as far as the
// recipe's size of a vocabulary goes beyond the model's.
func (r *Recipe) vocabulary(base *lm.Model, c texts.Part, train []int) (*tokenize.Vocab, error) {
	vocab, err := c.Vocab(r.Vocab, train)
	if err != nil || base == nil {
		return vocab, err
	}
	known := base.Vocab()
	var more []string
	for id := vocab.Specials(); id < vocab.Len() && known.Len()+len(more) < r.Vocab.MaxSize; id++ {
		word, _ := vocab.Token(int32(id))
		if _, ok := known.ID(word); !ok {
			more = append(more, word)
		}
	}
	return known.Grow(more)
}

// Begin copies the embedding and the LSTM of a language model into a network of the
// same shape, whose first words are the model's; the words after them begin as the
// unknown one.
func Begin(n *lstm.Network, from *lm.Model) error {
	a, b := n.Config(), from.Network().Config()
	if a.Embedding != b.Embedding || a.Hidden != b.Hidden || max(1, a.Layers) != b.Layers || a.Bidirectional || a.Vocab < b.Vocab {
		return fmt.Errorf("zoo: recipe: a network of %d words, %d + %d units and %d layers cannot begin from a language model of %d, %d + %d and %d, which reads forward alone: %w",
			a.Vocab, a.Embedding, a.Hidden, max(1, a.Layers), b.Vocab, b.Embedding, b.Hidden, b.Layers, recipe.ErrUsage)
	}
	to := n.Params()
	for i, p := range from.Network().Params() {
		if i > 4*b.Layers { // the projection
			break
		}
		copy(to[i].Write(), p.Data())
	}
	table, e := n.Embedding().Write(), a.Embedding
	unknown := int(from.Vocab().UNK())
	for row := b.Vocab; row < a.Vocab; row++ {
		copy(table[row*e:(row+1)*e], table[unknown*e:])
	}
	return nil
}

// FromLanguageModel returns a classifier of two classes of no name that begins from a
// language model, with the settings of recipe lstm: what is fine-tuned for others.
func FromLanguageModel(from *lm.Model) (*lstm.Classifier, error) {
	c, body := from.Network().Config(), plain().Body.(*Recipe)
	config := body.Model
	config.Vocab, config.Embedding, config.Hidden, config.Layers = c.Vocab, c.Embedding, c.Hidden, c.Layers
	n, err := lstm.New(config, body.Seed)
	if err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	if err := Begin(n, from); err != nil {
		return nil, err
	}
	return lstm.NewClassifier(n, lstm.ClassifierConfig{Tokenizer: from.Tokenizer(), Vocab: from.Vocab(), Classes: []string{"0", "1"}})
}
