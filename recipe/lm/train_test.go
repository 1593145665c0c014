package lm_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/recipe/lm"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/train"
)

// small is a recipe of language models for small tables, and its body.
func small(t *testing.T) (zoo.Recipe, *lm.Recipe) {
	t.Helper()
	r := fixture.Recipe(t, "lm")
	r.Name = "small"
	b := r.Body.(*lm.Recipe)
	b.Model.Embedding, b.Model.Hidden, b.Model.Negatives, b.Window, b.Batch, b.Epochs = 16, 12, 40, 6, 8, 2
	b.Vocab.MinCount, b.Validation = 2, 0.1
	return r, b
}

// unlabelled opens the reviews of a fixture without their labels.
func unlabelled(t *testing.T, rows int) *texts.Set {
	t.Helper()
	data, err := texts.Unlabelled().Open(fixture.Reviews(t, rows), recipe.DataConfig{Cache: "none"})
	if err != nil {
		t.Fatal(err)
	}
	return data.(*texts.Set)
}

func TestTrainSaveMeasure(t *testing.T) {
	data := unlabelled(t, 300)
	r, _ := small(t)
	var log strings.Builder
	m, result, err := zoo.Train(context.Background(), r, data, zoo.Run{Log: &log})
	if err != nil {
		t.Fatal(err)
	}
	if result.Epochs != 2 || !strings.Contains(log.String(), "30 held out") {
		t.Errorf("%+v\n%s", result, log.String())
	}
	first, last := result.History[0], result.Last()
	if !(last.Loss < first.Loss) || !(last.Validation["perplexity"] < first.Validation["perplexity"]) {
		t.Errorf("nothing is learned: %+v, then %+v", first, last)
	}
	words := m.Artefact.Vocab.Len()
	if p := m.Artefact.Card.Metrics["validation_perplexity"]; !(p > 1 && p < float64(words)) {
		t.Errorf("perplexity %v of %d words", p, words)
	}
	again, _ := fixture.Reopened(t, m)
	var losses []float64
	for _, model := range []*zoo.Model{m, again} {
		measured, err := model.Value.(recipe.Measurer).Measure(context.Background(), data)
		if err != nil {
			t.Fatal(err)
		}
		if measured.Examples != 300 || !strings.Contains(measured.Text, "perplexity") {
			t.Errorf("%+v", measured)
		}
		losses = append(losses, *measured.Loss)
	}
	if losses[0] != losses[1] || !(losses[0] < math.Log(float64(words))) {
		t.Errorf("losses %v before and after saving, of guessing %v", losses, math.Log(float64(words)))
	}
}

// A run has the same bytes on every kernel and any number of cores, and when it stops
// within an epoch, where states are carried on, and is resumed.
func TestSameBytes(t *testing.T) {
	data := unlabelled(t, 200)
	sum := func(run zoo.Run) string {
		t.Helper()
		r, _ := small(t)
		return fixture.SHA(t, fixture.Train(t, r, data, run))
	}
	want := sum(zoo.Run{})
	for _, m := range []fixture.Machine{{Path: kernel.Portable, Cores: 1}, {Path: kernel.Current(), Cores: 1}, {Path: kernel.Current(), Cores: 3}} {
		m.As(t, func() {
			if got := sum(zoo.Run{}); got != want {
				t.Errorf("%v: %s, want %s", m, got, want)
			}
		})
	}
	dir := t.TempDir()
	if part := sum(zoo.Run{Checkpoints: dir, Steps: 7}); part == want {
		t.Fatal("7 steps are the whole run")
	}
	if got := sum(zoo.Run{Checkpoints: dir, Resume: true}); got != want {
		t.Errorf("resumed %s, want %s", got, want)
	}
	other, b := small(t)
	b.Window = 5
	if _, _, err := zoo.Train(context.Background(), other, data, zoo.Run{Checkpoints: dir, Resume: true}); !errors.Is(err, train.ErrMismatch) {
		t.Errorf("resumed with another window: %v", err)
	}
}

// A model goes on from another, which gives its words, tokenizer and shape.
func TestBeginsFromALanguageModel(t *testing.T) {
	data := unlabelled(t, 200)
	r, _ := small(t)
	base, dir := fixture.Reopened(t, fixture.Train(t, r, data, zoo.Run{}))
	next, b := small(t)
	b.LanguageModel, b.Model.Hidden, b.Epochs = dir, 99, 1
	path := filepath.Join(t.TempDir(), "more.txt")
	fixture.Write(t, path, strings.Repeat("the quokka was a quokka and the film was fine\n", 60))
	more, err := texts.Unlabelled().Open(path, recipe.DataConfig{Cache: "none"})
	if err != nil {
		t.Fatal(err)
	}
	b.Validation, b.KeepBest = 0, false
	m := fixture.Train(t, next, more, zoo.Run{})
	made := fixture.MadeBy(t, m).Body.(*lm.Recipe)
	sum, err := base.SHA256()
	if err != nil {
		t.Fatal(err)
	}
	if made.LanguageModelSHA256 != sum || made.Model.Hidden != 12 {
		t.Errorf("the card says %+v", made)
	}
	if _, ok := m.Artefact.Vocab.ID("quokka"); !ok || m.Artefact.Vocab.Len() <= base.Artefact.Vocab.Len() {
		t.Error("a new word is not known")
	}
	b.LanguageModelSHA256 = strings.Repeat("0", 64)
	if _, _, err := zoo.Train(context.Background(), next, more, zoo.Run{}); !errors.Is(err, zoo.ErrUsage) {
		t.Errorf("another model than the recipe's: %v", err)
	}
	b.LanguageModel, b.LanguageModelSHA256 = "nbsvm-imdb", ""
	if _, _, err := zoo.Train(context.Background(), next, more, zoo.Run{}); !errors.Is(err, zoo.ErrUsage) || !strings.Contains(err.Error(), "language model") {
		t.Errorf("from a classifier: %v", err)
	}
}

// IMDB's unlabelled reviews are read too, and its test part is what is measured.
func TestIMDB(t *testing.T) {
	root := fixture.IMDB(t, 60)
	fixture.Unlabelled(t, root, "a quokka in a fine film", "the quokka was dull", "one more quokka")
	fixture.Write(t, filepath.Join(root, "test", "neg", "0_1.txt"), "a dull plot")
	fixture.Write(t, filepath.Join(root, "test", "pos", "0_9.txt"), "a fine film")
	data, err := texts.Unlabelled().Open(root, recipe.DataConfig{Cache: "none"})
	if err != nil {
		t.Fatal(err)
	}
	r, _ := small(t)
	m := fixture.Train(t, r, data, zoo.Run{})
	if _, ok := m.Artefact.Vocab.ID("quokka"); !ok {
		t.Error("unlabelled reviews are not read")
	}
	e, err := m.Value.(recipe.Measurer).Measure(context.Background(), data)
	if err != nil {
		t.Fatal(err)
	}
	test, err := data.(*texts.Set).Read(context.Background(), datasets.Test, m.Value.(*lm.Model).Tokenizer())
	if err != nil || e.Examples != 2 || len(test.Texts) != 2 {
		t.Errorf("%d texts are measured, the test part has %d, %v", e.Examples, len(test.Texts), err)
	}
}

func TestRecipeRefuses(t *testing.T) {
	data := unlabelled(t, 20)
	for name, change := range map[string]func(*lm.Recipe){
		"no window":         func(r *lm.Recipe) { r.Window = 0 },
		"no streams":        func(r *lm.Recipe) { r.Batch = 0 },
		"validation":        func(r *lm.Recipe) { r.Validation = 1 },
		"nothing held out":  func(r *lm.Recipe) { r.Validation = 0 },
		"storage":           func(r *lm.Recipe) { r.Storage = "I8" },
		"specials":          func(r *lm.Recipe) { r.Vocab.Specials = []string{"<unk>"} },
		"no words":          func(r *lm.Recipe) { r.Vocab.MinCount = 1 << 20 },
		"no embedding":      func(r *lm.Recipe) { r.Model.Embedding = -1 },
		"a sum, no model":   func(r *lm.Recipe) { r.LanguageModelSHA256 = "0" },
		"a model not there": func(r *lm.Recipe) { r.LanguageModel = "no-such-model" },
	} {
		r, b := small(t)
		change(b)
		if _, _, err := zoo.Train(context.Background(), r, data, zoo.Run{}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
