package seq2seq

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/models/seq2seq"
	"github.com/gorgonia-zoo/zoo/pairs"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// task is one training: the recipe, the data as the network reads it, and what is
// trained.
type task struct {
	Recipe
	set         *pairs.Set
	sources     [][]int32 // of the pairs trained on
	targets     [][]int32
	lengths     []int // of both sides
	validation  []pairs.Pair
	translator  *seq2seq.Translator
	fingerprint string
}

// run trains by a recipe on pairs.
func run(ctx context.Context, r recipe.Recipe, data recipe.Data, env recipe.Env) (*recipe.Model, train.Result, error) {
	t := &task{Recipe: *r.Body.(*Recipe)}
	var err error
	if t.Columns.Files() {
		t.set, err = pairs.Open("", t.Columns, datasets.TableConfig{})
	} else {
		t.set, err = recipe.DataAs[*pairs.Set](data)
	}
	if err != nil {
		return nil, train.Result{}, err
	}
	if err := t.read(ctx, env); err != nil {
		return nil, train.Result{}, err
	}
	trainer, err := t.translator.Network().Trainer(seq2seq.TrainerConfig{
		Seed: t.Seed, Smoothing: t.Smoothing, Pairs: t.Batch, Tokens: t.largestBatch()})
	if err != nil {
		return nil, train.Result{}, err
	}
	batches := (len(t.sources) + t.Batch - 1) / t.Batch
	identity, err := r.Identity(t.fingerprint)
	if err != nil {
		return nil, train.Result{}, err
	}
	cfg, err := t.Config(identity, batches, env.Run)
	if err != nil {
		return nil, train.Result{}, err
	}
	if len(t.validation) > 0 {
		cfg.Evaluate = t.evaluate
		cfg.Monitor = train.Monitor{Metric: "bleu", Maximize: true, Tie: "loss"}
	} else {
		cfg.KeepBest, cfg.Patience = false, 0
	}
	result, err := train.Fit(ctx, train.Model[seq2seq.Batch](trainer),
		train.Data[seq2seq.Batch](train.Batches[seq2seq.Batch]{Each: t.epoch, Count: batches}), cfg)
	if err != nil {
		return nil, result, err
	}
	m, err := t.finish(ctx, r, result)
	return m, result, err
}

// read reads the pairs, holds some out, learns the vocabularies from the others and
// makes the translator that is to be trained.
func (t *task) read(ctx context.Context, env recipe.Env) error {
	began := time.Now()
	all, report, err := t.set.Read(ctx, pairs.Train)
	if err != nil {
		return err
	}
	if err := env.TellReport(report); err != nil {
		return err
	}
	training := all
	if t.set.Has(pairs.Validation) {
		if t.validation, _, err = t.set.Read(ctx, pairs.Validation); err != nil {
			return err
		}
	} else if t.Validation > 0 {
		training = nil
		kept, held := datasets.Split(len(all), t.Validation, t.Seed)
		for _, at := range kept {
			training = append(training, all[at])
		}
		for _, at := range held {
			t.validation = append(t.validation, all[at])
		}
	}
	t.fingerprint = pairs.Fingerprint(training, t.validation)
	settings := seq2seq.Settings{Lowercase: t.Lowercase, MaxTokens: t.MaxTokens, Search: t.Search}
	source, target, err := t.learn(training, settings)
	if err != nil {
		return err
	}
	shape := t.Model // the recipe's own has no vocabularies
	shape.SourceVocab, shape.TargetVocab = source.Len(), target.Len()
	network, err := seq2seq.New(shape, t.Seed)
	if err != nil {
		return err
	}
	if t.translator, err = seq2seq.NewTranslator(network, source, target, settings); err != nil {
		return err
	}
	limit, tokens := t.translator.Settings().MaxTokens, [2]int{}
	for _, p := range training {
		a, long := seq2seq.Encode(source, nil, settings.Prepare(p.Source), limit)
		b, also := seq2seq.Encode(target, nil, settings.Prepare(p.Target), limit)
		if long || also || len(a) == 0 {
			continue
		}
		t.sources, t.targets = append(t.sources, slices.Clip(a)), append(t.targets, slices.Clip(b))
		t.lengths = append(t.lengths, len(a)+len(b))
		tokens[0] += len(a)
		tokens[1] += len(b)
	}
	if len(t.sources) == 0 {
		return fmt.Errorf("zoo: pairs: %s has no pair of at most %d tokens a side", t.set.Name(), limit)
	}
	env.Logf("%d pairs to train on (%d longer than %d tokens are left out), %d for validation; %d tokens of source from a vocabulary of %d, %d of target from %d; %.1f s",
		len(t.sources), len(training)-len(t.sources), limit, len(t.validation), tokens[0], source.Len(), tokens[1], target.Len(), time.Since(began).Seconds())
	return nil
}

// learn learns the tokenizers.
func (t *task) learn(training []pairs.Pair, s seq2seq.Settings) (source, target *tokenize.BytePair, err error) {
	side := func(sides ...func(pairs.Pair) string) iter.Seq[string] {
		return func(yield func(string) bool) {
			for _, of := range sides {
				for _, p := range training {
					if !yield(s.Prepare(of(p))) {
						return
					}
				}
			}
		}
	}
	first, second := func(p pairs.Pair) string { return p.Source }, func(p pairs.Pair) string { return p.Target }
	if t.Model.Joint {
		source, err = tokenize.LearnBytePair(side(first, second), t.Source)
		return source, source, err
	}
	if source, err = tokenize.LearnBytePair(side(first), t.Source); err != nil {
		return nil, nil, err
	}
	target, err = tokenize.LearnBytePair(side(second), t.Target)
	return source, target, err
}

// epoch yields the batches of an epoch.
func (t *task) epoch(epoch int) iter.Seq2[seq2seq.Batch, error] {
	return func(yield func(seq2seq.Batch, error) bool) {
		for _, batch := range datasets.Batches(t.lengths, datasets.BatchConfig{Size: t.Batch, Seed: t.Seed, Epoch: epoch, Shuffle: true}) {
			sources, targets := make([][]int32, len(batch)), make([][]int32, len(batch))
			for i, at := range batch {
				sources[i], targets[i] = t.sources[at], t.targets[at]
			}
			b, err := seq2seq.NewBatch(sources, targets)
			if !yield(b, err) || err != nil {
				return
			}
		}
	}
}

// largestBatch bounds the tokens of a side in any batch.
func (t *task) largestBatch() int {
	most := 0
	for _, side := range [][][]int32{t.sources, t.targets} {
		lengths := make([]int, len(side))
		for i, text := range side {
			lengths[i] = len(text) + 1
		}
		slices.Sort(lengths)
		n := 0
		for _, l := range lengths[max(0, len(lengths)-t.Batch):] {
			n += l
		}
		most = max(most, n)
	}
	return most
}

// finish rounds the weights to the type they are stored as, measures the translator
// that results, and writes its card.
func (t *task) finish(ctx context.Context, r recipe.Recipe, result train.Result) (*recipe.Model, error) {
	dtype, err := recipe.Storage(t.Storage)
	if err != nil {
		return nil, err
	}
	for _, p := range t.translator.Network().Params() {
		if i := dtype.Round(p.Write()); i >= 0 {
			return nil, fmt.Errorf("zoo: %w: tensor %q: element %d is %v, which %v cannot hold", weights.ErrRange, p.Name, i, p.Data()[i], dtype)
		}
	}
	card, err := r.Card("translation", result)
	if err != nil {
		return nil, err
	}
	if card.Data = fmt.Sprintf("%s: %d pairs", t.set.Name(), len(t.sources)); t.fingerprint == multi30k {
		card.Data = "Multi30k"
	}
	card.Recipe.Options[recipe.DataOption] = t.fingerprint
	columns := t.set.Columns()
	card.Recipe.Options[sourceOption], card.Recipe.Options[targetOption] = columns.Source, columns.Target
	if len(t.validation) > 0 {
		m, err := measure(ctx, t.translator, t.validation, seq2seq.Options{})
		if err != nil {
			return nil, err
		}
		card.Metrics = map[string]float64{"validation_bleu": m.BLEU, "validation_chrf": m.ChrF, "validation_loss": m.Loss}
	}
	a, err := t.translator.Artefact(card, dtype)
	if err != nil {
		return nil, err
	}
	return &recipe.Model{Artefact: a, Value: &Translator{t.translator, columnsOf(card)}}, nil
}

// multi30k is the fingerprint of Multi30k's German and English pairs, those for training
// and for validation.
const multi30k = "a4accf954695d06b333cff7cb6a43c4d33887ca4a493d1177226e6d8183974be"

// Options of a card's recipe: the columns or languages that were read.
const (
	sourceOption = "source"
	targetOption = "target"
)

func columnsOf(c weights.Card) pairs.Config {
	return pairs.Config{Source: c.Recipe.Options[sourceOption], Target: c.Recipe.Options[targetOption]}
}
