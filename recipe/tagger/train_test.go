package tagger_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/recipe/tagger"
	"github.com/gorgonia-zoo/zoo/sentences"
	"github.com/gorgonia-zoo/zoo/tagging"
	"github.com/gorgonia-zoo/zoo/train"
)

// corpus writes sentences whose tags follow from the words, some of which are spans, and
// returns the file.
func corpus(t testing.TB, n int) string {
	t.Helper()
	var b strings.Builder
	verbs, places := []string{"saw", "left", "liked"}, []string{"Rome", "Oslo", "Lima"}
	for i := range n {
		fmt.Fprintf(&b, "Ann%d NOUN B-per\n%s VERB O\n", i%7, verbs[i%3])
		if i%2 == 0 {
			b.WriteString("New ADJ B-loc\n")
			fmt.Fprintf(&b, "%s NOUN I-loc\n", places[i%3])
		} else {
			fmt.Fprintf(&b, "%s NOUN B-loc\n", places[(i/2)%3])
		}
		fmt.Fprintf(&b, ". PUNCT O\n%d NUM O\n\n", i)
	}
	path := filepath.Join(t.TempDir(), "corpus.conll")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// small is a recipe for corpus, of both its columns.
func small(t testing.TB) (zoo.Recipe, *tagger.Recipe) {
	t.Helper()
	r := fixture.Recipe(t, "tagger")
	r.Name = "small"
	b := r.Body.(*tagger.Recipe)
	b.Columns, b.Embeddings, b.ExtraWords = []string{"2", "last"}, "", 0
	b.Model.Embedding, b.Model.CharEmbedding, b.Model.CharHidden, b.Model.Hidden, b.Model.Dropout = 8, 6, 5, 12, 0.1
	b.Validation, b.Epochs, b.Batch, b.Optimizer.LearningRate = 0.2, 12, 8, 2e-2
	return r, b
}

func open(t testing.TB, path string, b *tagger.Recipe) *sentences.Set {
	t.Helper()
	s, err := sentences.Open(path, sentences.Config{Columns: b.Columns})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A tagger learns, is saved and opened, answers texts as it answers words, and is measured
// by what it answers.
func TestTrain(t *testing.T) {
	path := corpus(t, 120)
	r, b := small(t)
	var log strings.Builder
	m := fixture.Train(t, r, open(t, path, b), zoo.Run{Log: &log})
	if got := m.Artefact.Card.Metrics; got["validation_f1"] < 0.95 || got["validation_2_accuracy"] < 0.95 {
		t.Errorf("metrics %v", got)
	}
	if !strings.Contains(log.String(), "each word's most frequent tag") {
		t.Errorf("no baseline in the log:\n%s", log.String())
	}
	again, _ := fixture.Reopened(t, m)
	v, ok := again.Value.(tagging.Tagger)
	if !ok {
		t.Fatalf("a %T is no Tagger", again.Value)
	}
	answer, err := v.Tag(context.Background(), "Ann3 saw New Rome. Ann1 left Lima.\nAnn2")
	if err != nil {
		t.Fatal(err)
	}
	var spans []string
	for _, s := range answer.Spans {
		spans = append(spans, fmt.Sprintf("%s %d-%d", s.Kind, s.First, s.Last))
		if !(s.Probability > 0 && s.Probability <= 1) {
			t.Errorf("span %+v: probability", s)
		}
	}
	if got := strings.Join(spans, ", "); !strings.HasPrefix(got, "per 0-0, loc 2-3, per 5-5, loc 7-7") {
		t.Errorf("spans %s", got)
	}
	if len(answer.Sentences) != 3 {
		t.Errorf("sentences end at %v", answer.Sentences)
	}
	e, err := again.Value.(recipe.Measurer).Measure(context.Background(), open(t, path, b))
	if err != nil || *e.Accuracy < 0.95 || !strings.Contains(e.Text, "precision") {
		t.Errorf("measured %+v, %v", e, err)
	}
}

// The same bytes on any machine, and after an interruption on another.
func TestSameBytes(t *testing.T) {
	path := corpus(t, 60)
	r, b := small(t)
	b.Epochs, b.KeepBest = 2, false
	want := fixture.SHA(t, fixture.Train(t, r, open(t, path, b), zoo.Run{}))
	for i, at := range kernel.Available() {
		m := fixture.Machine{Cores: 1 + 2*i, Path: at}
		m.As(t, func() {
			if got := fixture.SHA(t, fixture.Train(t, r, open(t, path, b), zoo.Run{})); got != want {
				t.Errorf("%v: weights %s, want %s", m, got, want)
			}
		})
	}
	run := zoo.Run{Checkpoints: t.TempDir(), Resume: true}
	ctx, cancel := context.WithCancel(context.Background())
	run.Recorders = []train.Recorder{fixture.StopAfter{Steps: 4, Stop: cancel}}
	if _, _, err := zoo.Train(ctx, r, open(t, path, b), run); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	run.Recorders = nil
	if got := fixture.SHA(t, fixture.Train(t, r, open(t, path, b), run)); got != want {
		t.Errorf("weights %s after an interruption, want %s", got, want)
	}
}

// A text of any bytes is tagged, each word a part of it, and a sentence of very many words
// too.
func TestAnyText(t *testing.T) {
	r, b := small(t)
	b.Epochs = 1
	m := fixture.Train(t, r, open(t, corpus(t, 40), b), zoo.Run{})
	v := m.Value.(tagging.Tagger)
	for _, text := range []string{"", " ", "\xff\xfe\x00a", "日本語 😀", strings.Repeat("word ", 5000), strings.Repeat("x", 100000)} {
		a, err := v.Tag(context.Background(), text)
		if err != nil {
			t.Fatalf("%.20q: %v", text, err)
		}
		for _, w := range a.Words {
			if w.End > len(text) || w.Begin >= w.End || len(w.Tags) != 2 {
				t.Fatalf("%.20q: word %+v", text, w)
			}
		}
	}
	if _, err := v.TagWords(context.Background(), [][]string{{"a", ""}}); err == nil || !strings.Contains(err.Error(), "sentence 0: word 1 is empty") {
		t.Errorf("empty word: %v", err)
	}
}

func TestErrors(t *testing.T) {
	path := corpus(t, 30)
	for want, change := range map[string]func(*tagger.Recipe){
		"validation is 1":            func(b *tagger.Recipe) { b.Validation = 1 },
		"embeddings_sha256 without":  func(b *tagger.Recipe) { b.EmbeddingsSHA256 = "00" },
		"hidden is 0":                func(b *tagger.Recipe) { b.Model.Hidden = 0 },
		`storage "F8"`:               func(b *tagger.Recipe) { b.Storage = "F8" },
		"are others than the recipe": func(b *tagger.Recipe) { b.Embeddings, b.EmbeddingsSHA256 = "word2vec-imdb", "00" },
	} {
		r, b := small(t)
		change(b)
		_, _, err := zoo.Train(context.Background(), r, open(t, path, b), zoo.Run{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
