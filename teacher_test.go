package zoo_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
)

// taught is a small recipe with a teacher.
func taught(t *testing.T) zoo.Recipe {
	t.Helper()
	r := tiny(t)
	teacher, err := zoo.ReadRecipe("nbsvm-imdb")
	if err != nil {
		t.Fatal(err)
	}
	r.Name, r.Text.Teacher = "taught", &zoo.Teacher{Linear: *teacher.Linear}
	return r
}

// unlabelled writes texts into a tree of IMDB's form.
func unlabelled(t *testing.T, root string, texts ...string) {
	t.Helper()
	dir := filepath.Join(root, "train", "unsup")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d_0.txt", i)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// The network learns a word that no labelled review has from those that the
// teacher labelled by the words beside it.
func TestTeacherLabelsUnlabelledTexts(t *testing.T) {
	root := aclImdb(t, 200)
	var texts []string
	for i := range 60 {
		texts = append(texts, fmt.Sprintf("the film was brilliant brilliant warm and funny and sublime take %d", i),
			fmt.Sprintf("the film was tedious tedious cold and empty and dreary take %d", i))
	}
	// In the vocabulary, and labelled either way alike.
	for i, folder := range []string{"pos", "neg"} {
		if err := os.WriteFile(filepath.Join(root, "train", folder, fmt.Sprintf("9999_%d.txt", 9-7*i)), []byte("sublime dreary"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	unlabelled(t, root, texts...)
	r := taught(t)
	r.Text.Epochs, r.Text.Validation, r.Text.Optimizer.LearningRate = 6, 0.1, 2e-2
	var log strings.Builder
	m, _, err := zoo.Train(context.Background(), r, openTexts(t, root), zoo.Run{Log: &log})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "a teacher labels 120 texts") {
		t.Errorf("log:\n%s", log.String())
	}
	p, err := m.Classifier.PredictAll(context.Background(), []string{"sublime", "dreary"})
	if err != nil {
		t.Fatal(err)
	}
	if p[0].Label != "positive" || p[1].Label != "negative" || p[0].Probability < 0.75 || p[1].Probability < 0.75 {
		t.Errorf("sublime is %s (%v), dreary is %s (%v)", p[0].Label, p[0].Probability, p[1].Label, p[1].Probability)
	}
}

// What the unlabelled texts say decides the weights, and the model can tell that
// its data was another.
func TestTeacherAndProvenance(t *testing.T) {
	root := aclImdb(t, 80)
	unlabelled(t, root, "the film was brilliant", "its plot felt dull", "a mess")
	r := taught(t)
	train := func(data *zoo.Texts) *zoo.Model {
		t.Helper()
		m, _, err := zoo.Train(context.Background(), r, data, zoo.Run{Steps: 8, Log: io.Discard})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	want := train(openTexts(t, root))
	if got := train(openTexts(t, archive(t, root))); sha(t, got) != sha(t, want) {
		t.Error("other weights from the archive")
	}
	again, err := want.Recipe()
	if err != nil || again.Text.Teacher == nil {
		t.Fatalf("the card's recipe: %+v, %v", again, err)
	}
	unlabelled(t, root, "the film was tedious")
	other := train(openTexts(t, root))
	data := func(m *zoo.Model) string { return m.Artefact.Card.Recipe.Options["data_sha256"] }
	if sha(t, other) == sha(t, want) || data(other) == data(want) || len(data(other)) != 64 {
		t.Errorf("another unlabelled text: weights %s and %s, data %s and %s", sha(t, want), sha(t, other), data(want), data(other))
	}
}

// With parts and refinement a run that is stopped anywhere and resumed ends in the
// same bytes, and so does one on any number of cores.
func TestTeacherResumes(t *testing.T) {
	root := aclImdb(t, 60)
	var texts []string
	for i := range 35 {
		texts = append(texts, fmt.Sprintf("the film was %s and the cast felt number %d", []string{"brilliant", "dull", "great"}[i%3], i))
	}
	unlabelled(t, root, texts...)
	r := taught(t)
	r.Text.Teacher.Parts, r.Text.Teacher.Refine = 2, true
	data := openTexts(t, root)
	want := trainTo(t, r, data, zoo.Run{})
	plain := r
	text := *r.Text
	plain.Text = &text
	text.Teacher = &zoo.Teacher{Linear: r.Text.Teacher.Linear, Parts: 2}
	if trainTo(t, plain, data, zoo.Run{}) == want {
		t.Error("refining changes nothing")
	}
	// An epoch is 48 labelled texts and 17 others in batches of 16: 5 steps.
	dir := t.TempDir()
	for _, steps := range []int{3, 5, 7, 12, 0} {
		got := trainTo(t, r, data, zoo.Run{Checkpoints: dir, Resume: true, Steps: steps})
		if steps == 0 && got != want {
			t.Error("stopped and resumed it ends in other weights")
		}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(5))
	if trainTo(t, r, data, zoo.Run{}) != want {
		t.Error("other weights on five cores")
	}
}

func TestTeacherErrors(t *testing.T) {
	run := func(change func(*zoo.Recipe), data *zoo.Texts) error {
		r := taught(t)
		change(&r)
		_, _, err := zoo.Train(context.Background(), r, data, zoo.Run{Steps: 2})
		return err
	}
	keep := func(*zoo.Recipe) {}
	if err := run(keep, openTexts(t, aclImdb(t, 40))); err == nil || !strings.Contains(err.Error(), "unsup") {
		t.Errorf("no unlabelled part: %v", err)
	}
	if err := run(keep, openTexts(t, reviews(t, 40))); err != nil {
		t.Errorf("a table, which has no such part: %v", err)
	}
	root := aclImdb(t, 40)
	unlabelled(t, root, "the film was brilliant")
	for name, change := range map[string]func(*zoo.Recipe){
		"another tokenizer": func(r *zoo.Recipe) { r.Text.Teacher.Linear.Tokenizer.Lower = false },
		"a wrong storage":   func(r *zoo.Recipe) { r.Text.Teacher.Linear.Storage = "F8" },
		"negative parts":    func(r *zoo.Recipe) { r.Text.Teacher.Parts = -1 },
		"too many parts":    func(r *zoo.Recipe) { r.Text.Teacher.Parts = 2 },
		"a wrong model":     func(r *zoo.Recipe) { r.Text.Teacher.Linear.Model.C = -1 },
	} {
		if err := run(change, openTexts(t, root)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	err := run(func(r *zoo.Recipe) { r.Text.Teacher.Linear.Tokenizer.Lower = false }, openTexts(t, root))
	if !errors.Is(err, zoo.ErrUsage) {
		t.Errorf("another tokenizer: %v", err)
	}
}
