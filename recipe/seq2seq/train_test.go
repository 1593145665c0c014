package seq2seq_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/pairs"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/recipe/seq2seq"
)

// corpus are sentences of a small language and their translations, word by word but for
// the order of adjective and noun.
func corpus(n int, seed uint64) (source, target []string) {
	rng := rand.New(rand.NewPCG(seed, 1))
	nouns, adjectives, verbs := map[string]string{"Mann": "man", "Hund": "dog", "Ball": "ball", "Zug": "train"},
		map[string]string{"alter": "old", "roter": "red", "kleiner": "small"}, map[string]string{"läuft": "runs", "rollt": "rolls", "schläft": "sleeps"}
	pick := func(m map[string]string) (string, string) {
		keys := make([]string, 0, len(m))
		for _, k := range []string{"Mann", "Hund", "Ball", "Zug", "alter", "roter", "kleiner", "läuft", "rollt", "schläft"} {
			if m[k] != "" {
				keys = append(keys, k)
			}
		}
		k := keys[rng.IntN(len(keys))]
		return k, m[k]
	}
	for range n {
		a, x := pick(adjectives)
		b, y := pick(nouns)
		c, z := pick(verbs)
		if rng.IntN(2) == 0 {
			source, target = append(source, fmt.Sprintf("Ein %s %s %s .", a, b, c)), append(target, fmt.Sprintf("A %s , %s , %s .", y, x, z))
		} else {
			source, target = append(source, fmt.Sprintf("Ein %s %s .", b, c)), append(target, fmt.Sprintf("A %s %s .", y, z))
		}
	}
	return source, target
}

// table writes a table of pairs.
func table(t *testing.T, n int) string {
	t.Helper()
	source, target := corpus(n, 1)
	rows := [][]string{{"de", "en"}}
	for i := range source {
		rows = append(rows, []string{source[i], target[i]})
	}
	return fixture.CSV(t, rows)
}

// small is a recipe of a small translator, and its body.
func small(t *testing.T) (zoo.Recipe, *seq2seq.Recipe) {
	t.Helper()
	r := fixture.Recipe(t, "seq2seq")
	r.Name = "small"
	b := r.Body.(*seq2seq.Recipe)
	b.Model.Embedding, b.Model.Encoder, b.Model.Hidden = 16, 16, 32
	b.Model.Dropout.Embedding, b.Model.Dropout.Encoder, b.Model.Dropout.Output = 0.1, 0, 0.1
	b.Source.Size, b.Target.Size = 300, 300
	b.Validation, b.Epochs, b.Batch = 0.1, 3, 16
	b.Optimizer.LearningRate, b.Schedule.WarmUp = 1e-2, 4
	return r, b
}

func open(t *testing.T, r zoo.Recipe, path string) recipe.Data {
	t.Helper()
	data, err := r.Source().Open(path, recipe.DataConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Forty epochs over a few hundred pairs learn the language whole.
func TestLearnsALanguage(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for seconds")
	}
	r, b := small(t)
	b.Epochs, b.Optimizer.LearningRate = 30, 5e-3
	b.Model.Embedding, b.Model.Encoder, b.Model.Hidden = 64, 32, 64
	b.Model.EmbeddingStd = 0.3
	m := fixture.Train(t, r, open(t, r, table(t, 400)), zoo.Run{})
	if got := m.Artefact.Card.Metrics["validation_bleu"]; got < 99 {
		t.Errorf("BLEU %v of a language of 11 words", got)
	}
	again, _ := fixture.Reopened(t, m)
	tr := again.Value.(recipe.Translator)
	got, err := tr.TranslateTexts(context.Background(), []string{"Ein roter Zug schläft ."}, recipe.TranslateOptions{Attention: true})
	if err != nil || got[0].Text != "A train , red , sleeps ." {
		t.Fatalf("%+v, %v", got, err)
	}
	if a := got[0].Attention; len(a.Weights) != len(a.Target) || a.Target[len(a.Target)-1] != "</s>" || a.Source[0] != " Ein" {
		t.Errorf("attention from %q to %q", a.Target, a.Source)
	}
}

// The same bytes on any number of cores, with any kernels, stopped and resumed, and by
// the recipe in the card.
func TestSameBytes(t *testing.T) {
	path := table(t, 120)
	train := func(run zoo.Run) string {
		r, _ := small(t)
		return fixture.SHA(t, fixture.Train(t, r, open(t, r, path), run))
	}
	want := train(zoo.Run{})
	for _, kind := range kernel.Available() {
		m := fixture.Machine{Cores: 1, Path: kind}
		m.As(t, func() {
			if got := train(zoo.Run{}); got != want {
				t.Errorf("%s: %s, want %s", m, got, want)
			}
		})
	}
	dir := t.TempDir()
	if train(zoo.Run{Checkpoints: dir, Steps: 5}) == want {
		t.Fatal("5 steps are the whole run")
	}
	if got := train(zoo.Run{Checkpoints: dir, Resume: true}); got != want {
		t.Errorf("resumed: %s, want %s", got, want)
	}
	r, _ := small(t)
	m := fixture.Train(t, r, open(t, r, path), zoo.Run{})
	if got := fixture.SHA(t, fixture.Train(t, fixture.MadeBy(t, m), open(t, r, path), zoo.Run{})); got != want {
		t.Errorf("by the card's recipe: %s, want %s", got, want)
	}
	if m.Artefact.Card.Licence != "" {
		t.Errorf("a model of somebody's data has the licence %q", m.Artefact.Card.Licence)
	}
}

// Two files of lines give what their table gives.
func TestFilesAreATable(t *testing.T) {
	source, target := corpus(60, 1)
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a.de"), filepath.Join(dir, "a.en")
	for name, lines := range map[string][]string{a: source, b: target} {
		if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	r, _ := small(t)
	want := fixture.SHA(t, fixture.Train(t, r, open(t, r, table(t, 60)), zoo.Run{}))
	files, body := small(t)
	body.Columns = pairs.Config{SourceFile: a, TargetFile: b}
	if files.Source().Open != nil {
		t.Error("--data is asked for beside the files")
	}
	m := fixture.Train(t, files, nil, zoo.Run{})
	if got := fixture.SHA(t, m); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestJointVocabularyAndLowerCase(t *testing.T) {
	r, b := small(t)
	b.Model.Joint, b.Lowercase = true, true
	m := fixture.Train(t, r, open(t, r, table(t, 80)), zoo.Run{})
	got, err := m.Value.(recipe.Translator).TranslateTexts(context.Background(), []string{"EIN ZUG ROLLT ."}, recipe.TranslateOptions{})
	if err != nil || got[0].Text != strings.ToLower(got[0].Text) {
		t.Errorf("%+v, %v", got, err)
	}
	if len(m.Artefact.Files) != 1 {
		t.Errorf("%d files of merges for one vocabulary", len(m.Artefact.Files))
	}
}

func TestMeasure(t *testing.T) {
	ctx := context.Background()
	r, _ := small(t)
	data := open(t, r, table(t, 60))
	m := fixture.Train(t, r, data, zoo.Run{})
	v := m.Value.(recipe.Measurer)
	got, err := v.Measure(ctx, data)
	if err != nil || got.Examples != 60 || !strings.Contains(got.Text, "tok:13a") || got.Loss == nil {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := v.Measure(ctx, nil); err == nil {
		t.Error("measured on nothing")
	}
}

func TestRecipeRefuses(t *testing.T) {
	for name, change := range map[string]func(*seq2seq.Recipe){
		"smoothing": func(r *seq2seq.Recipe) { r.Smoothing = 1 }, "vocab": func(r *seq2seq.Recipe) { r.Source.Size = 200 },
		"width": func(r *seq2seq.Recipe) { r.Model.Hidden = 33 }, "storage": func(r *seq2seq.Recipe) { r.Storage = "I8" },
		"tokens": func(r *seq2seq.Recipe) { r.MaxTokens = -1 },
		"search": func(r *seq2seq.Recipe) { r.Search.Beam = 1 }, "validation": func(r *seq2seq.Recipe) { r.Validation = 1 },
		"too short": func(r *seq2seq.Recipe) { r.MaxTokens = 1 },
	} {
		r, b := small(t)
		data := open(t, r, table(t, 20))
		change(b)
		if _, _, err := zoo.Train(context.Background(), r, data, zoo.Run{}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	r, b := small(t)
	if _, _, err := zoo.Train(context.Background(), r, nil, zoo.Run{}); !errors.Is(err, zoo.ErrUsage) {
		t.Errorf("no data: %v", err)
	}
	b.Columns.SourceFile = "x"
	if _, err := r.Source().Open(table(t, 20), zoo.DataConfig{}); !errors.Is(err, zoo.ErrUsage) || !strings.Contains(err.Error(), "without the other") {
		t.Errorf("one file of lines: %v", err)
	}
}
