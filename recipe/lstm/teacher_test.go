package lstm_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/recipe/linear"
	"github.com/gorgonia-zoo/zoo/recipe/lstm"
)

// taught is a small recipe with a teacher, and its body.
func taught(t *testing.T) (zoo.Recipe, *zoo.TextRecipe) {
	t.Helper()
	r, b := fixture.Tiny(t)
	r.Name, b.Teacher = "taught", &lstm.Teacher{Model: linear.NBSVM()}
	return r, b
}

// The network learns words that the labelled reviews have on either side alike from
// those that the teacher labelled by the words beside them, and not without it.
func TestTeacherLabelsUnlabelledTexts(t *testing.T) {
	root := fixture.IMDB(t, 200)
	var texts []string
	for i := range 60 {
		texts = append(texts, fmt.Sprintf("the film was brilliant brilliant warm and funny and sublime take %d", i),
			fmt.Sprintf("the film was tedious tedious cold and empty and dreary take %d", i))
	}
	for i, folder := range []string{"pos", "neg"} { // so that they are in the vocabulary
		fixture.Write(t, filepath.Join(root, "train", folder, fmt.Sprintf("9999_%d.txt", 9-7*i)), "sublime dreary")
	}
	fixture.Unlabelled(t, root, texts...)
	learned := func(teacher bool) (float64, string) {
		r, b := taught(t)
		b.Epochs, b.Validation, b.Optimizer.LearningRate = 6, 0.1, 2e-2
		if !teacher {
			b.Teacher = nil
		}
		var log strings.Builder
		c := fixture.Train(t, r, fixture.Texts(t, root), zoo.Run{Log: &log}).Value.(zoo.TextClassifier)
		p, err := c.PredictAll(context.Background(), []string{"sublime", "dreary"})
		if err != nil {
			t.Fatal(err)
		}
		if c.Classes()[1] != "positive" {
			t.Fatalf("classes %q", c.Classes())
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
	root := fixture.IMDB(t, 80)
	fixture.Unlabelled(t, root, "the film was brilliant", "its plot felt dull", "a mess")
	r, _ := taught(t)
	train := func(data *zoo.Texts) *zoo.Model {
		t.Helper()
		return fixture.Train(t, r, data, zoo.Run{Steps: 8, Log: io.Discard})
	}
	want := train(fixture.Texts(t, root))
	if got := train(fixture.Texts(t, fixture.Archive(t, root))); fixture.SHA(t, got) != fixture.SHA(t, want) {
		t.Error("other weights from the archive")
	}
	if again := fixture.MadeBy(t, want).Body.(*zoo.TextRecipe); again.Teacher == nil {
		t.Fatalf("the card's recipe: %+v", again)
	}
	fixture.Unlabelled(t, root, "the film was tedious")
	other := train(fixture.Texts(t, root))
	data := func(m *zoo.Model) string { return m.Artefact.Card.Recipe.Options["data_sha256"] }
	if fixture.SHA(t, other) == fixture.SHA(t, want) || data(other) == data(want) || len(data(other)) != 64 {
		t.Errorf("another unlabelled text: weights %s and %s, data %s and %s", fixture.SHA(t, want), fixture.SHA(t, other), data(want), data(other))
	}
}

// taughtSHA is of the weights of TestTeacherResumes, on every kind of CPU. A change of
// the tokenizer, the recipe or the order of a sum changes it.
const taughtSHA = "018f965bc2d4f30bb081ac10c4f4d306300f4697b89b3a3b1ae7cd5534d92a30"

// With parts and refinement a run that is stopped anywhere and resumed ends in the
// same bytes, and so does one on any machine.
func TestTeacherResumes(t *testing.T) {
	root := fixture.IMDB(t, 60)
	var texts []string
	for i := range 35 {
		texts = append(texts, fmt.Sprintf("the film was %s and the cast felt number %d", []string{"brilliant", "dull", "great"}[i%3], i))
	}
	fixture.Unlabelled(t, root, texts...)
	r, b := taught(t)
	b.Teacher.Parts, b.Teacher.Refine = 2, true
	data := fixture.Texts(t, root)
	// An epoch is 48 labelled texts and 17 others in batches of 16: 5 steps.
	dir := t.TempDir()
	for _, steps := range []int{3, 5, 7, 12, 0} {
		got := fixture.SHA(t, fixture.Train(t, r, data, zoo.Run{Checkpoints: dir, Resume: true, Steps: steps}))
		if steps == 0 && got != taughtSHA {
			t.Errorf("stopped and resumed: weights %s, want %s", got, taughtSHA)
		}
	}
	for _, path := range kernel.Available() {
		for _, cores := range []int{1, 5} {
			m := fixture.Machine{Cores: cores, Path: path}
			m.As(t, func() {
				if got := fixture.SHA(t, fixture.Train(t, r, data, zoo.Run{})); got != taughtSHA {
					t.Errorf("%v: weights %s, want %s", m, got, taughtSHA)
				}
			})
		}
	}
}

// The teacher's answers are kept beside the tokenised texts, and asked for again
// when anything that they depend on has changed.
func TestTeacherIsCached(t *testing.T) {
	root, cache := fixture.IMDB(t, 40), t.TempDir()
	fixture.Unlabelled(t, root, "the film was brilliant", "the cast was dull", "a great film")
	run := zoo.Run{Steps: 4}
	train := func(change func(*zoo.TextRecipe)) (sum string, fromCache bool) {
		t.Helper()
		r, b := taught(t)
		change(b)
		data, err := zoo.OpenTexts(root, zoo.TextsConfig{Cache: cache})
		if err != nil {
			t.Fatal(err)
		}
		var log strings.Builder
		run.Log = &log
		m := fixture.Train(t, r, data, run)
		solved, from := strings.Contains(log.String(), "solved"), strings.Contains(log.String(), "its answers are from the cache")
		if solved == from {
			t.Errorf("the log does not say whence the answers are:\n%s", &log)
		}
		return fixture.SHA(t, m), from
	}
	keep := func(*zoo.TextRecipe) {}
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
	if _, hit := train(func(r *zoo.TextRecipe) { r.Teacher.Parts = 3 }); !hit {
		t.Error("asked again for another use of the answers")
	}
	for name, change := range map[string]func(*zoo.TextRecipe){
		"teacher":    func(r *zoo.TextRecipe) { r.Teacher.Model.C = 2 },
		"validation": func(r *zoo.TextRecipe) { r.Validation = 0.3 },
		"seed":       func(r *zoo.TextRecipe) { r.Seed = 9 },
		"tokenizer":  func(r *zoo.TextRecipe) { r.Tokenizer.Lower = !r.Tokenizer.Lower },
	} {
		if _, hit := train(change); hit {
			t.Errorf("another %s: the former answers served", name)
		}
	}
	fixture.Unlabelled(t, root, "the film was tedious")
	if _, hit := train(keep); hit {
		t.Error("other unlabelled texts: the former answers served")
	}
}

func TestTeacherErrors(t *testing.T) {
	root := fixture.IMDB(t, 40)
	fixture.Unlabelled(t, root, "the film was brilliant")
	tree := fixture.Texts(t, root)
	run := func(change func(*zoo.TextRecipe), data *zoo.Texts) error {
		r, b := taught(t)
		change(b)
		_, _, err := zoo.Train(context.Background(), r, data, zoo.Run{Steps: 2})
		return err
	}
	keep := func(*zoo.TextRecipe) {}
	if err := run(keep, tree); err != nil {
		t.Fatalf("unchanged: %v", err)
	}
	if err := run(keep, fixture.Texts(t, fixture.IMDB(t, 40))); !errors.Is(err, datasets.ErrNoPart) || !strings.Contains(err.Error(), "unsup") {
		t.Errorf("no unlabelled part: %v", err)
	}
	if err := run(keep, fixture.Texts(t, fixture.Reviews(t, 40))); !errors.Is(err, zoo.ErrUsage) || !strings.Contains(err.Error(), "recipe lstm") {
		t.Errorf("a table: %v", err)
	}
	for want, change := range map[string]func(*zoo.TextRecipe){
		"-1 parts":     func(r *zoo.TextRecipe) { r.Teacher.Parts = -1 },
		"into 2 parts": func(r *zoo.TextRecipe) { r.Teacher.Parts = 2 },
		"teacher: ":    func(r *zoo.TextRecipe) { r.Teacher.Model.C = -1 },
	} {
		if err := run(change, tree); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
}
