package zoo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/corpus"
	"github.com/gorgonia-zoo/zoo/models/linear"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/train"
)

// lesson is the unlabelled texts of a textTask, which stand behind the labelled
// ones, and what is taught about them.
type lesson struct {
	first   int       // the first of them among the task's texts
	parts   [][]int   // of one size; an epoch learns one
	logits  []float64 // the teacher's for each
	targets []float32 // the probability of class 1 that each is trained towards
	refine  bool
}

// part returns the texts that an epoch learns.
func (l *lesson) part(epoch int) []int { return l.parts[epoch%len(l.parts)] }

// target returns the probability of class 1 that a text of the task is trained
// towards.
func (l *lesson) target(at int, label int32) float32 {
	if at < l.first {
		return float32(label)
	}
	return l.targets[at-l.first]
}

// prepare has the network's own answers join the teacher's, if the recipe says so.
func (l *lesson) prepare(cfg *train.Config, task *textTask) {
	if !l.refine {
		return
	}
	cfg.State = l.targets
	cfg.BeginEpoch = func(ctx context.Context, epoch int) error {
		if epoch == 0 {
			return nil
		}
		chosen := l.part(epoch)
		texts := make([][]int32, len(chosen))
		for i, at := range chosen {
			texts[i] = task.texts[at]
		}
		network := task.classifier.Network()
		network.WeightsChanged()
		own, err := network.Logits(ctx, texts)
		if err != nil {
			return err
		}
		for i, at := range chosen {
			mean := (l.logits[at-l.first] + float64(own[i][0])) / 2
			l.targets[at-l.first] = probability(mean)
		}
		return nil
	}
}

// probability is the sigmoid of a logit.
func probability(logit float64) float32 {
	return float32(linear.Probabilities([]float64{logit}, 1)[1])
}

// learnFrom trains the recipe's teacher on the training texts of c and adds the
// data's unlabelled texts, with what it says of them. Texts held out for validation
// teach nobody.
func (t *textTask) learnFrom(ctx context.Context, c *corpus.Corpus, data *Texts, run Run) error {
	r := t.recipe
	if r.Teacher.Linear.Tokenizer != r.Tokenizer {
		return fmt.Errorf("zoo: recipe: the teacher's tokenizer has other settings than the network's: %w", ErrUsage)
	}
	if data.imdb == nil {
		run.logf("no teacher: a table has no unlabelled texts, so the network learns from the labelled ones alone")
		return nil
	}
	unlabelled, _, _, err := data.part(ctx, datasets.Unsup, r.Tokenizer)
	if err != nil {
		return err
	}
	print, err := unlabelled.Fingerprint()
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(t.print + print))
	t.print = hex.EncodeToString(sum[:])

	n := len(unlabelled.Texts)
	run.logf("a teacher labels %d texts of %d tokens", n, unlabelled.Tokens())
	teacher, _, err := (&linearTask{recipe: r.Teacher.Linear, corpus: c, run: run}).fit(ctx, t.train)
	if err != nil {
		return err
	}
	predictions, err := predictCorpus(ctx, teacher, unlabelled, every(n))
	if err != nil {
		return err
	}
	l := &lesson{first: len(t.texts), refine: r.Teacher.Refine}
	for _, p := range predictions {
		l.logits = append(l.logits, p.Logits[0])
		l.targets = append(l.targets, probability(p.Logits[0]))
	}
	order := every(n)
	ops.Stream(r.Seed, "parts", 0).Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	parts := max(1, r.Teacher.Parts)
	if n < parts {
		return fmt.Errorf("zoo: data: %d unlabelled texts cannot be dealt into %d parts: %w", n, parts, ErrUsage)
	}
	for p := range parts {
		part := slices.Clone(order[p*(n/parts) : (p+1)*(n/parts)])
		for i := range part {
			part[i] += l.first
		}
		slices.Sort(part)
		l.parts = append(l.parts, part)
	}
	texts, _ := unlabelled.Encode(t.classifier.Vocab(), r.MaxTokens)
	t.texts = append(slices.Clip(t.texts), texts...)
	t.labels = append(slices.Clip(t.labels), make([]int32, n)...)
	t.lesson = l
	return nil
}
