package tagger

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/models/tagger"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/sentences"
	"github.com/gorgonia-zoo/zoo/tagging"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/train"
)

// task is one training of a tagger.
type task struct {
	recipe      Recipe
	set         *sentences.Set
	train       []int // sentences of the set
	validation  []int
	tagger      *tagger.Tagger
	encoded     []tagger.Sentence
	counts      map[string]int // of words of the training part
	fingerprint string
}

// run trains by a recipe.
func run(ctx context.Context, r recipe.Recipe, data recipe.Data, env recipe.Env) (*recipe.Model, train.Result, error) {
	set, err := recipe.DataAs[*sentences.Set](data)
	if err != nil {
		return nil, train.Result{}, err
	}
	t, err := read(*r.Body.(*Recipe), set, env)
	if err != nil {
		return nil, train.Result{}, err
	}
	r.Body = &t.recipe // which knows its columns and the fingerprint of the embeddings now
	trainer, err := t.tagger.Network().Trainer(t.recipe.Seed)
	if err != nil {
		return nil, train.Result{}, err
	}
	batches := (len(t.train) + t.recipe.Batch - 1) / t.recipe.Batch
	identity, err := r.Identity(t.fingerprint)
	if err != nil {
		return nil, train.Result{}, err
	}
	cfg, err := t.recipe.Config(identity, batches, env.Run)
	if err != nil {
		return nil, train.Result{}, err
	}
	if t.recipe.FreezeEmbeddings {
		table := t.tagger.Network().Words().Name
		cfg.Groups = func(name string) float32 {
			if name == table {
				return 0
			}
			return 1
		}
	}
	if len(t.validation) > 0 {
		cfg.Evaluate = func(ctx context.Context) (train.Metrics, error) {
			m, err := measure(ctx, t.tagger, t.part(t.validation))
			if err != nil {
				return nil, err
			}
			return m.metrics(), nil
		}
		cfg.Monitor = train.Monitor{Metric: "accuracy", Maximize: true}
		if t.spans() {
			cfg.Monitor.Metric = "f1"
		}
	} else {
		cfg.KeepBest, cfg.Patience = false, 0
	}
	result, err := train.Fit(ctx, train.Model[tagger.Batch](trainer),
		train.Data[tagger.Batch](train.Batches[tagger.Batch]{Each: t.epoch, Count: batches}), cfg)
	if err != nil {
		return nil, result, err
	}
	m, err := t.finish(ctx, r, result, env)
	return m, result, err
}

// spans tells whether a column marks spans.
func (t *task) spans() bool {
	return slices.ContainsFunc(t.set.Columns(), func(c tagging.Column) bool { return c.Spans })
}

// part returns sentences of the set.
func (t *task) part(chosen []int) []sentences.Sentence {
	all := t.set.Sentences()
	out := make([]sentences.Sentence, len(chosen))
	for i, at := range chosen {
		out[i] = all[at]
	}
	return out
}

// read splits the sentences, makes the vocabularies from the training part, and the
// tagger that is to be trained.
func read(r Recipe, set *sentences.Set, env recipe.Env) (*task, error) {
	t := &task{recipe: r, set: set, fingerprint: set.Fingerprint(), counts: map[string]int{}}
	if len(r.Columns) == 0 {
		for _, c := range set.Columns() {
			t.recipe.Columns = append(t.recipe.Columns, c.Name)
		}
	}
	report := sentences.Inspect(set)
	t.train, t.validation = report.Split(r.Validation, r.Seed)
	if len(t.train) == 0 {
		return nil, fmt.Errorf("zoo: data: %s: no sentence is left to train on", set.Path())
	}
	if err := env.TellReport(report); err != nil {
		return nil, err
	}
	letters := map[string]int{}
	for _, s := range t.part(t.train) {
		for _, w := range s.Words {
			t.counts[tagger.Key(w)]++
			for _, c := range tagger.Spelling(w) {
				letters[c]++
			}
		}
	}
	chars, err := counted(letters)
	if err != nil {
		return nil, err
	}
	vectors, words, err := t.vocabulary(env)
	if err != nil {
		return nil, err
	}
	config := r.Model
	config.Words, config.Chars, config.Columns = words.Len(), chars.Len(), set.Columns()
	if vectors != nil {
		config.Embedding = vectors.Dim()
	}
	network, err := tagger.New(config, r.Seed)
	if err != nil {
		return nil, err
	}
	if vectors != nil {
		if err := t.embed(network, words, vectors, env); err != nil {
			return nil, err
		}
	}
	if t.tagger, err = tagger.NewTagger(network, words, chars); err != nil {
		return nil, err
	}
	t.encode()
	env.Logf("%d sentences to train on, %d for validation; %d words and %d characters have vectors", len(t.train), len(t.validation), words.Len(), chars.Len())
	return t, nil
}

// counted is a vocabulary of all that was counted.
func counted(counts map[string]int) (*tokenize.Vocab, error) {
	v, err := tokenize.CountedVocab(func(yield func(string, int) bool) {
		for token, n := range counts {
			if !yield(token, n) {
				return
			}
		}
	}, tokenize.VocabConfig{Specials: []string{tokenize.UNK}})
	if err != nil {
		return nil, fmt.Errorf("zoo: data: %w", err)
	}
	return v, nil
}

// vocabulary opens the vectors that the recipe names, and lists the words that get one:
// those of the training part that are frequent enough or have a vector, and the most
// frequent others of the vectors.
func (t *task) vocabulary(env recipe.Env) (recipe.Vectors, *tokenize.Vocab, error) {
	var vectors recipe.Vectors
	if t.recipe.Embeddings != "" {
		v, sum, err := env.Vectors(t.recipe.Embeddings)
		if err != nil {
			return nil, nil, err
		}
		if want := t.recipe.EmbeddingsSHA256; want != "" && want != sum {
			return nil, nil, fmt.Errorf("zoo: recipe: the embeddings %s are others than the recipe's: SHA-256 %s, want %s: %w", t.recipe.Embeddings, sum, want, recipe.ErrUsage)
		}
		vectors, t.recipe.EmbeddingsSHA256 = v, sum
	}
	kept := map[string]int{}
	for word, n := range t.counts {
		known := false
		if vectors != nil {
			_, known = vectors.Vector(word)
		}
		if known || n >= max(1, t.recipe.MinCount) && !t.recipe.FreezeEmbeddings {
			kept[word] = n
		}
	}
	if vectors != nil {
		extra := t.recipe.ExtraWords
		for _, word := range vectors.Words() {
			if extra == 0 {
				break
			}
			if _, ok := kept[word]; !ok && word == tagger.Key(word) {
				kept[word] = 1
				extra--
			}
		}
	}
	v, err := counted(kept)
	return vectors, v, err
}

// embeddingsStd is the standard deviation that vectors are scaled to, that of the words
// that are drawn.
const embeddingsStd = 0.1

// embed puts vectors, scaled by one factor, into the network's table of words.
func (t *task) embed(n *tagger.Network, words *tokenize.Vocab, vectors recipe.Vectors, env recipe.Env) error {
	table, dim := n.Words().Write(), vectors.Dim()
	sum, covered := 0.0, 0
	for id := range words.Len() {
		word, _ := words.Token(int32(id))
		vector, ok := vectors.Vector(word)
		if !ok || id < words.Specials() {
			continue
		}
		covered++
		for k, x := range vector {
			table[id*dim+k] = x
			sum += float64(float64(x) * float64(x))
		}
	}
	if covered == 0 || sum == 0 {
		return fmt.Errorf("zoo: recipe: the embeddings have no vector for any of the %d words: take vectors of the language of the sentences, or none (--embeddings %s): %w", words.Len(), none, recipe.ErrUsage)
	}
	std := t.recipe.EmbeddingsStd
	if std == 0 {
		std = embeddingsStd
	}
	scale := float32(std / math.Sqrt(sum/float64(covered*dim)))
	for id := words.Specials(); id < words.Len(); id++ {
		word, _ := words.Token(int32(id))
		if _, ok := vectors.Vector(word); ok {
			for k := range dim {
				table[id*dim+k] *= scale
			}
		}
	}
	env.Logf("embeddings from %s: %d of %d words", t.recipe.Embeddings, covered, words.Len()-words.Specials())
	return nil
}

// encode reads all sentences as the network does.
func (t *task) encode() {
	places := make([]map[string]int32, len(t.set.Columns()))
	for k, c := range t.set.Columns() {
		places[k] = map[string]int32{}
		for i, tag := range c.Tags {
			places[k][tag] = int32(i)
		}
	}
	t.encoded = make([]tagger.Sentence, len(t.set.Sentences()))
	for i, s := range t.set.Sentences() {
		e := t.tagger.Encode(s.Words)
		for k, tags := range s.Tags {
			ids := make([]int32, len(tags))
			for w, tag := range tags {
				ids[w] = places[k][tag]
			}
			e.Tags = append(e.Tags, ids)
		}
		t.encoded[i] = e
	}
}

// epoch yields the batches of an epoch.
func (t *task) epoch(epoch int) iter.Seq2[tagger.Batch, error] {
	return func(yield func(tagger.Batch, error) bool) {
		lengths := make([]int, len(t.train))
		for i, at := range t.train {
			lengths[i] = len(t.encoded[at].Words)
		}
		for _, batch := range datasets.Batches(lengths, datasets.BatchConfig{Size: t.recipe.Batch, Seed: t.recipe.Seed, Epoch: epoch, Shuffle: true}) {
			chosen := make([]tagger.Sentence, len(batch))
			for i, at := range batch {
				chosen[i] = t.dropWords(t.train[at], epoch)
			}
			if !yield(tagger.NewBatch(chosen), nil) {
				return
			}
		}
	}
}

// dropWords makes some words of a sentence unknown.
func (t *task) dropWords(at, epoch int) tagger.Sentence {
	s := t.encoded[at]
	if t.recipe.WordDrop == 0 {
		return s
	}
	rng := ops.Stream(t.recipe.Seed, "words", uint64(epoch)<<32|uint64(at))
	words := slices.Clone(s.Words)
	for i, w := range t.set.Sentences()[at].Words {
		n := float64(t.counts[tagger.Key(w)])
		if rng.Float64() < t.recipe.WordDrop/(t.recipe.WordDrop+n) {
			words[i] = t.tagger.Vocab().UNK()
		}
	}
	s.Words = words
	return s
}
