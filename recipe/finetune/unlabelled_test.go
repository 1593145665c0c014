package finetune_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/recipe/finetune"
	"github.com/gorgonia-zoo/zoo/recipe/lm"
	"github.com/gorgonia-zoo/zoo/texts"
)

// bases are a classifier and a language model, both small, in directories.
func bases(t *testing.T) map[string]string {
	t.Helper()
	r, b := fixture.Small(t)
	b.Model.Embedding, b.Model.Hidden, b.Epochs = 10, 12, 1
	_, classifier := fixture.Reopened(t, fixture.Train(t, r, fixture.Texts(t, fixture.Reviews(t, 80)), zoo.Run{}))
	data, err := texts.Unlabelled().Open(fixture.Reviews(t, 150), recipe.DataConfig{Cache: "none"})
	if err != nil {
		t.Fatal(err)
	}
	l := fixture.Recipe(t, "lm")
	m := l.Body.(*lm.Recipe)
	m.Model.Embedding, m.Model.Hidden, m.Model.Negatives, m.Window, m.Batch, m.Epochs = 16, 12, 40, 6, 8, 1
	_, language := fixture.Reopened(t, fixture.Train(t, l, data, zoo.Run{}))
	return map[string]string{"a classifier": classifier, "a language model": language}
}

// A base learns the language of unlabelled texts first, whose words the classifier then
// has, and the card's recipe makes the same bytes.
func TestFineTuneUnlabelled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "more.txt")
	fixture.Write(t, path, strings.Repeat("the quokka in this film was salty and the wombat was sweet\n", 40))
	data := dishes(t, 60)
	for name, dir := range bases(t) {
		t.Run(name, func(t *testing.T) {
			r, err := zoo.FineTuning(dir)
			if err != nil {
				t.Fatal(err)
			}
			f := r.Body.(*zoo.FineTuneRecipe)
			f.Epochs, f.MinSteps = 3, 0
			for _, s := range r.Family.Settings {
				if s.Flag == "unlabelled" {
					if err := s.Of(f).Set(path); err != nil {
						t.Fatal(err)
					}
				}
			}
			if !f.Unfreeze {
				t.Error("layers are not unfrozen one by one")
			}
			var log strings.Builder
			m := tune(t, r, data, zoo.Run{Log: &log})
			for _, word := range []string{"quokka", "wombat"} {
				if _, ok := m.Artefact.Vocab.ID(word); !ok {
					t.Errorf("%q is not known", word)
				}
			}
			if !slices.Equal(m.Artefact.Classes, []string{"1", "9", "10"}) || !strings.Contains(log.String(), "a language model goes on from") {
				t.Errorf("classes %q\n%s", m.Artefact.Classes, log.String())
			}
			made := fixture.MadeBy(t, m)
			if made.Body.(*zoo.FineTuneRecipe).UnlabelledSHA256 == "" || !strings.Contains(m.Artefact.Card.Recipe.Command, "--unlabelled "+path) {
				t.Errorf("the card says %+v", m.Artefact.Card.Recipe)
			}
			if again := tune(t, made, data, zoo.Run{}); fixture.SHA(t, again) != fixture.SHA(t, m) {
				t.Error("the recipe in the card gives other weights")
			}
			f.Unlabelled = ""
			f.UnlabelledSHA256 = ""
			f.Unfreeze = false
			if without := tune(t, r, data, zoo.Run{}); fixture.SHA(t, without) == fixture.SHA(t, m) {
				t.Error("the unlabelled texts change nothing")
			}
		})
	}
}

func TestFineTuneUnlabelledRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "more.txt")
	fixture.Write(t, path, strings.Repeat("the quokka in this film was salty\n", 10))
	data := fixture.Texts(t, dishes(t, 30))
	all := bases(t)
	for says, change := range map[string]func(f *finetune.Recipe){
		"others than the recipe's": func(f *finetune.Recipe) { f.Unlabelled, f.UnlabelledSHA256 = path, strings.Repeat("0", 64) },
		"without unlabelled":       func(f *finetune.Recipe) { f.UnlabelledSHA256 = "00" },
		"no file or directory":     func(f *finetune.Recipe) { f.Unlabelled = path + "x" },
		"has no classes to keep":   func(f *finetune.Recipe) { f.Head = finetune.HeadKeep },
		"language_epochs is -1":    func(f *finetune.Recipe) { f.LanguageEpochs = -1 },
	} {
		r, err := zoo.FineTuning(all["a language model"])
		if err != nil {
			t.Fatal(err)
		}
		change(r.Body.(*finetune.Recipe))
		if _, _, err := zoo.Train(context.Background(), r, data, zoo.Run{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
	if _, err := zoo.FineTuning("nbsvm-imdb"); !errors.Is(err, zoo.ErrUsage) {
		t.Errorf("a linear model: %v", err)
	}
}
