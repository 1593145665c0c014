package zoo_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// taught is a small recipe with a teacher.
func taught(t *testing.T) zoo.Recipe {
	t.Helper()
	r := tiny(t)
	teacher, err := zoo.ReadRecipe("nbsvm-imdb")
	if err != nil {
		t.Fatal(err)
	}
	r.Name, r.Text.Teacher = "taught", &zoo.Teacher{Model: teacher.Linear.Model}
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

// The network learns words that the labelled reviews have on either side alike from
// those that the teacher labelled by the words beside them, and not without it.
func TestTeacherLabelsUnlabelledTexts(t *testing.T) {
	root := aclImdb(t, 200)
	var texts []string
	for i := range 60 {
		texts = append(texts, fmt.Sprintf("the film was brilliant brilliant warm and funny and sublime take %d", i),
			fmt.Sprintf("the film was tedious tedious cold and empty and dreary take %d", i))
	}
	for i, folder := range []string{"pos", "neg"} { // so that they are in the vocabulary
		if err := os.WriteFile(filepath.Join(root, "train", folder, fmt.Sprintf("9999_%d.txt", 9-7*i)), []byte("sublime dreary"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	unlabelled(t, root, texts...)
	learned := func(teacher bool) (float64, string) {
		r := taught(t)
		r.Text.Epochs, r.Text.Validation, r.Text.Optimizer.LearningRate = 6, 0.1, 2e-2
		if !teacher {
			r.Text.Teacher = nil
		}
		var log strings.Builder
		m, _, err := zoo.Train(context.Background(), r, openTexts(t, root), zoo.Run{Log: &log})
		if err != nil {
			t.Fatal(err)
		}
		p, err := m.Classifier.PredictAll(context.Background(), []string{"sublime", "dreary"})
		if err != nil {
			t.Fatal(err)
		}
		if m.Classifier.Classes()[1] != "positive" {
			t.Fatalf("classes %q", m.Classifier.Classes())
		}
		return p[0].Probabilities[1] - p[1].Probabilities[1], log.String()
	}
	with, log := learned(true)
	if !strings.Contains(log, "a teacher labels 120 texts") {
		t.Errorf("log:\n%s", log)
	}
	without, log := learned(false)
	if strings.Contains(log, "teacher") {
		t.Errorf("log without a teacher:\n%s", log)
	}
	if with < 0.6 || without > 0.3 {
		t.Errorf("sublime is more positive than dreary by %.2f, by %.2f without a teacher", with, without)
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

// taughtSHA is of the weights of TestTeacherResumes, on every kind of CPU. A change of
// the tokenizer, the recipe or the order of a sum changes it.
const taughtSHA = "018f965bc2d4f30bb081ac10c4f4d306300f4697b89b3a3b1ae7cd5534d92a30"

// With parts and refinement a run that is stopped anywhere and resumed ends in the
// same bytes, and so does one on any machine.
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
	// An epoch is 48 labelled texts and 17 others in batches of 16: 5 steps.
	dir := t.TempDir()
	for _, steps := range []int{3, 5, 7, 12, 0} {
		got := trainTo(t, r, data, zoo.Run{Checkpoints: dir, Resume: true, Steps: steps})
		if steps == 0 && got != taughtSHA {
			t.Errorf("stopped and resumed: weights %s, want %s", got, taughtSHA)
		}
	}
	for _, path := range kernel.Available() {
		for _, cores := range []int{1, 5} {
			m := machine{cores, path}
			m.as(t, func() {
				if got := trainTo(t, r, data, zoo.Run{}); got != taughtSHA {
					t.Errorf("%v: weights %s, want %s", m, got, taughtSHA)
				}
			})
		}
	}
}

// The teacher's answers are kept beside the tokenised texts, and asked for again
// when anything that they depend on has changed.
func TestTeacherIsCached(t *testing.T) {
	root, cache := aclImdb(t, 40), t.TempDir()
	unlabelled(t, root, "the film was brilliant", "the cast was dull", "a great film")
	run := zoo.Run{Steps: 4}
	train := func(change func(*zoo.Recipe)) (sum string, fromCache bool) {
		t.Helper()
		r := taught(t)
		change(&r)
		data, err := zoo.OpenTexts(root, zoo.TextsConfig{Cache: cache})
		if err != nil {
			t.Fatal(err)
		}
		var log strings.Builder
		run.Log = &log
		m, _, err := zoo.Train(context.Background(), r, data, run)
		if err != nil {
			t.Fatal(err)
		}
		solved, from := strings.Contains(log.String(), "solved"), strings.Contains(log.String(), "its answers are from the cache")
		if solved == from {
			t.Errorf("the log does not say whence the answers are:\n%s", &log)
		}
		return sha(t, m), from
	}
	keep := func(*zoo.Recipe) {}
	first, hit := train(keep)
	if hit {
		t.Error("an empty cache served")
	}
	if again, hit := train(keep); !hit || again != first {
		t.Errorf("the second run: from the cache %v, equal weights %v", hit, again == first)
	}
	run.Fresh = true
	if fresh, hit := train(keep); hit || fresh != first {
		t.Errorf("a fresh run: from the cache %v, equal weights %v", hit, fresh == first)
	}
	run.Fresh = false
	if _, hit := train(func(r *zoo.Recipe) { r.Text.Teacher.Parts = 3 }); !hit {
		t.Error("asked again for another use of the answers")
	}
	for name, change := range map[string]func(*zoo.Recipe){
		"teacher":    func(r *zoo.Recipe) { r.Text.Teacher.Model.C = 2 },
		"validation": func(r *zoo.Recipe) { r.Text.Validation = 0.3 },
		"seed":       func(r *zoo.Recipe) { r.Text.Seed = 9 },
		"tokenizer":  func(r *zoo.Recipe) { r.Text.Tokenizer.Lower = !r.Text.Tokenizer.Lower },
	} {
		if _, hit := train(change); hit {
			t.Errorf("another %s: the former answers served", name)
		}
	}
	unlabelled(t, root, "the film was tedious")
	if _, hit := train(keep); hit {
		t.Error("other unlabelled texts: the former answers served")
	}
}

func TestTeacherErrors(t *testing.T) {
	root := aclImdb(t, 40)
	unlabelled(t, root, "the film was brilliant")
	tree := openTexts(t, root)
	run := func(change func(*zoo.Recipe), data *zoo.Texts) error {
		r := taught(t)
		change(&r)
		_, _, err := zoo.Train(context.Background(), r, data, zoo.Run{Steps: 2})
		return err
	}
	keep := func(*zoo.Recipe) {}
	if err := run(keep, tree); err != nil {
		t.Fatalf("unchanged: %v", err)
	}
	if err := run(keep, openTexts(t, aclImdb(t, 40))); !errors.Is(err, datasets.ErrNoPart) || !strings.Contains(err.Error(), "unsup") {
		t.Errorf("no unlabelled part: %v", err)
	}
	if err := run(keep, openTexts(t, reviews(t, 40))); !errors.Is(err, zoo.ErrUsage) || !strings.Contains(err.Error(), "recipe lstm") {
		t.Errorf("a table: %v", err)
	}
	for want, change := range map[string]func(*zoo.Recipe){
		"-1 parts":     func(r *zoo.Recipe) { r.Text.Teacher.Parts = -1 },
		"into 2 parts": func(r *zoo.Recipe) { r.Text.Teacher.Parts = 2 },
		"teacher: ":    func(r *zoo.Recipe) { r.Text.Teacher.Model.C = -1 },
	} {
		if err := run(change, tree); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
}
