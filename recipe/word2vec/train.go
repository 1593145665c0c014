package word2vec

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/models/word2vec"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/train"
)

// run trains by a recipe on the training part of the data.
func run(ctx context.Context, whole recipe.Recipe, data recipe.Data, env recipe.Env) (*recipe.Model, train.Result, error) {
	r := *whole.Body.(*Recipe)
	began := time.Now()
	set, err := recipe.DataAs[*texts.Set](data)
	if err != nil {
		return nil, train.Result{}, err
	}
	text, err := read(ctx, r, set)
	if err != nil {
		return nil, train.Result{}, err
	}
	trainer, err := word2vec.NewTrainer(r.Model, word2vec.TrainerConfig{
		Vocab: text.vocab.Len() - text.vocab.Specials(), Epochs: r.Epochs, LearningRate: r.Optimizer.LearningRate,
		Chunk: r.Batch, Seed: r.Seed}, text.ids)
	if err != nil {
		return nil, train.Result{}, err
	}
	env.Logf("%d texts of %d tokens (%s in %.1f s), %d of them among the %d words of the vocabulary", len(text.ids), text.tokens,
		text.from.From(), time.Since(began).Seconds(), trainer.Words(), text.vocab.Len()-text.vocab.Specials())
	if r.Phrases.Passes > 0 {
		env.Logf("phrases of %d pairs of words leave %d tokens", text.phrases, text.joined)
	}
	text.ids = nil // the trainer has its own
	identity, err := whole.Identity(text.fingerprint)
	if err != nil {
		return nil, train.Result{}, err
	}
	cfg, err := r.Config(identity, trainer.Steps(), env.Run)
	if err != nil {
		return nil, train.Result{}, err
	}
	cfg.Optimizer = train.SGD{LearningRate: r.Optimizer.LearningRate, Sparse: train.Lazy} // of no rows: see word2vec.Trainer
	result, err := train.Fit(ctx, train.Model[word2vec.Round](trainer), train.Data[word2vec.Round](trainer), cfg)
	if err != nil {
		return nil, result, err
	}
	card, err := whole.Card("word vectors", result)
	if err != nil {
		return nil, result, err
	}
	card.Data = text.source
	card.Recipe.Options[recipe.DataOption] = text.fingerprint
	card.Metrics = map[string]float64{"loss": result.Last().Loss}
	words := make([]string, text.vocab.Len()-text.vocab.Specials())
	for i := range words {
		words[i], _ = text.vocab.Token(int32(i + text.vocab.Specials()))
	}
	vectors, err := word2vec.NewVectors(words, trainer.Params()[0].RowLen(), trainer.Params()[0].Data())
	if err != nil {
		return nil, result, err
	}
	if r.Keep > 0 {
		vectors = vectors.First(r.Keep)
	}
	dtype, err := recipe.Storage(r.Storage)
	if err != nil {
		return nil, result, err
	}
	a, err := vectors.Artefact(r.Model, r.Tokenizer, card, dtype)
	if err != nil {
		return nil, result, err
	}
	if vectors, err = word2vec.FromArtefact(a); err != nil { // as the file has them: rounded
		return nil, result, err
	}
	return &recipe.Model{Artefact: a, Value: &Vectors{vectors}}, result, nil
}

// running is texts to learn words from.
type running struct {
	ids         [][]int32 // of words, counted without the specials; -1 for one outside the vocabulary
	vocab       *tokenize.Vocab
	tokens      int        // before words are joined to phrases
	joined      int        // and after
	phrases     int        // pairs of words that phrases are made of
	from        texts.Part // whether all came from the cache
	source      string     // what the data is
	fingerprint string     // its fingerprint
}

// read reads and tokenises the data and makes the vocabulary.
func read(ctx context.Context, r Recipe, data *texts.Set) (*running, error) {
	parts := []datasets.Part{datasets.Train}
	text := &running{from: texts.Part{Cached: true}}
	if r.Unlabelled && !data.IsTable() {
		parts = append(parts, datasets.Unsup)
	}
	var words []string
	index := map[string]int32{}
	sums := sha256.New()
	for _, part := range parts {
		c, err := data.Read(ctx, part, r.Tokenizer)
		if err != nil {
			return nil, err
		}
		fingerprint, err := c.Fingerprint()
		if err != nil {
			return nil, err
		}
		fmt.Fprintln(sums, fingerprint)
		text.fingerprint, text.from.Cached = fingerprint, text.from.Cached && c.Cached
		ids := make([]int32, len(c.Words)) // in words
		for i, w := range c.Words {
			id, ok := index[w]
			if !ok {
				id = int32(len(words))
				words, index[w] = append(words, w), id
			}
			ids[i] = id
		}
		text.tokens += c.Tokens()
		renumber(c.Texts, ids) // the corpus is ours: no copy
		text.ids = append(text.ids, c.Texts...)
	}
	words, phrases, err := r.Phrases.Join(ctx, words, text.ids)
	if err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	counts := make([]int, len(words))
	for _, t := range text.ids {
		text.joined += len(t)
		for _, w := range t {
			counts[w]++
		}
	}
	text.phrases = len(phrases)
	if len(parts) > 1 {
		text.fingerprint = hex.EncodeToString(sums.Sum(nil))
	}
	text.source = data.Describe(r.Data, len(text.ids), 0)
	limits := r.Vocab
	limits.Specials = []string{tokenize.UNK}
	text.vocab, err = tokenize.CountedVocab(func(yield func(string, int) bool) {
		for i, w := range words {
			if !yield(w, counts[i]) {
				return
			}
		}
	}, limits)
	if err != nil {
		return nil, err
	}
	if text.vocab.Len() == text.vocab.Specials() {
		return nil, fmt.Errorf("zoo: data: %s has no word often enough for the vocabulary: %w", data.Path(), word2vec.ErrEmpty)
	}
	ids := make([]int32, len(words)) // in the vocabulary
	for i, w := range words {
		ids[i] = -1
		if id, ok := text.vocab.ID(w); ok && int(id) >= text.vocab.Specials() {
			ids[i] = id - int32(text.vocab.Specials())
		}
	}
	renumber(text.ids, ids)
	return text, nil
}

// renumber replaces every number w of the texts by ids[w].
func renumber(texts [][]int32, ids []int32) {
	for _, t := range texts {
		for i, w := range t {
			t[i] = ids[w]
		}
	}
}
