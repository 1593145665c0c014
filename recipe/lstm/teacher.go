package lstm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/models/linear"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/recipe"
	linearrecipe "github.com/gorgonia-zoo/zoo/recipe/linear"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/train"
)

// lesson is the unlabelled texts of a Task, which stand behind the labelled
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

// follow has the network's own answers join the teacher's, if the recipe says so.
func (l *lesson) follow(cfg *train.Config, task *Task) {
	if !l.refine {
		return
	}
	network := task.Classifier.Network()
	cfg.State = l.targets
	cfg.BeginEpoch = func(ctx context.Context, epoch int) error {
		if epoch == 0 {
			return nil // it has learned nothing
		}
		return l.join(ctx, epoch, task.Texts, network.Logits)
	}
}

// join makes the targets of an epoch's texts the probabilities of the mean of the
// teacher's logits and of those that answer gives.
func (l *lesson) join(ctx context.Context, epoch int, all [][]int32, answer func(context.Context, [][]int32) ([][]float32, error)) error {
	chosen := l.part(epoch)
	texts := make([][]int32, len(chosen))
	for i, at := range chosen {
		texts[i] = all[at]
	}
	own, err := answer(ctx, texts)
	if err != nil {
		return err
	}
	for i, at := range chosen {
		l.targets[at-l.first] = probability((l.logits[at-l.first] + float64(own[i][0])) / 2)
	}
	return nil
}

// probability is the sigmoid of a logit.
func probability(logit float64) float32 {
	return float32(linear.Probabilities([]float64{logit}, 1)[1])
}

// deal deals the texts first to first+n-1 into parts of one size, by the seed; fewer
// texts than that are left over.
func deal(first, n, parts int, seed uint64) [][]int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	ops.Stream(seed, "parts", 0).Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	var dealt [][]int
	for part := range slices.Chunk(order[:n/parts*parts], n/parts) {
		for i := range part {
			part[i] += first
		}
		slices.Sort(part)
		dealt = append(dealt, part)
	}
	return dealt
}

// learnFrom trains the recipe's teacher on the training texts of c and adds the
// data's unlabelled texts, with what it says of them. Texts held out for validation
// teach nobody.
func (t *Task) learnFrom(ctx context.Context, c *texts.Corpus, data *texts.Set, run recipe.Run) error {
	r := t.Recipe
	if data.IsTable() {
		return fmt.Errorf("zoo: recipe: its teacher labels unlabelled texts, and %s is a table, which has none: take recipe lstm, which has no teacher: %w", data.Path(), recipe.ErrUsage)
	}
	unlabelled, err := data.Read(ctx, datasets.Unsup, r.Tokenizer)
	if errors.Is(err, datasets.ErrNoPart) {
		return fmt.Errorf("%w: the recipe's teacher has no texts to label (recipe lstm has no teacher)", err)
	}
	if err != nil {
		return err
	}
	fingerprint, err := unlabelled.Fingerprint()
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(t.Fingerprint + fingerprint))
	t.Fingerprint = hex.EncodeToString(sum[:])
	n, parts := len(unlabelled.Texts), max(1, r.Teacher.Parts)
	if n < parts {
		return fmt.Errorf("zoo: recipe: teacher: %d unlabelled texts cannot be dealt into %d parts: %w", n, parts, recipe.ErrUsage)
	}

	ids, cut := unlabelled.Encode(t.Classifier.Vocab(), r.MaxTokens)
	key, err := t.teacherKey()
	if err != nil {
		return fmt.Errorf("zoo: teacher: %w", err)
	}
	run.Logf("a teacher labels %d texts of %d tokens, %d cut; each epoch learns %d of them", n, unlabelled.Tokens(), cut, n/parts)
	ask := func() ([]float64, error) { return t.askTeacher(ctx, c, unlabelled.Corpus, run) }
	var logits []float64
	var hit bool
	if run.Fresh {
		logits, err = ask()
	} else {
		logits, hit, err = data.CachedNumbers(key, n, ask)
	}
	if err != nil {
		return fmt.Errorf("zoo: teacher: %w", err)
	}
	if hit {
		run.Logf("its answers are from the cache")
	}
	t.lesson = &lesson{first: len(t.Texts), parts: deal(len(t.Texts), n, parts, r.Seed), logits: logits, refine: r.Teacher.Refine}
	for _, logit := range logits {
		t.lesson.targets = append(t.lesson.targets, probability(logit))
	}
	t.Texts = append(slices.Clip(t.Texts), ids...)
	t.Labels = append(slices.Clip(t.Labels), make([]int32, n)...)
	return nil
}

// teacherKey names the teacher's answers: what it learns from and how, and the
// texts, whose fingerprint is in t.Fingerprint.
func (t *Task) teacherKey() (string, error) {
	text, err := json.Marshal([]any{"teacher", linear.Version, t.Fingerprint, t.Recipe.Tokenizer, t.Recipe.Teacher.Model, t.Train})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// askTeacher trains the teacher and returns its logits of the unlabelled texts.
func (t *Task) askTeacher(ctx context.Context, c, unlabelled *texts.Corpus, run recipe.Run) ([]float64, error) {
	teacher, _, err := linearrecipe.Fit(ctx, t.Recipe.Teacher.Model, t.Recipe.Tokenizer, c, t.Train, run)
	if err != nil {
		return nil, err
	}
	all := make([]int, len(unlabelled.Texts))
	for i := range all {
		all[i] = i
	}
	predictions, err := linearrecipe.PredictTokens(ctx, teacher, unlabelled.Words, unlabelled.Texts, all)
	if err != nil {
		return nil, err
	}
	logits := make([]float64, len(predictions))
	for i, p := range predictions {
		logits[i] = p.Logits[0]
	}
	return logits, nil
}
