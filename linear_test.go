package zoo_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// smallLinear is a linear recipe for small tables.
func smallLinear(t *testing.T, name string) zoo.Recipe {
	t.Helper()
	r, err := zoo.ReadRecipe(name)
	if err != nil {
		t.Fatal(err)
	}
	r.Name = "small"
	r.Linear.Validation, r.Linear.Model.MaxTerms = 0.2, 0
	return r
}

// topics writes a table of three classes whose label follows from a word.
func topics(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "topics.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := csv.NewWriter(f)
	w.Write([]string{"text", "label"})
	words := map[string][]string{"sport": {"goal", "match", "team"}, "food": {"soup", "bread", "salt"}, "sky": {"star", "cloud", "moon"}}
	for i := range 50 {
		for _, label := range []string{"sport", "food", "sky"} {
			word := words[label][i%3]
			w.Write([]string{fmt.Sprintf("a %s and %d words about the %s", word, i, word), label})
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLinearTrainSaveLoadPredict(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		recipe, data string
		texts        map[string]string // with the label each must get
	}{
		{"nbsvm-imdb", reviews(t, 400), map[string]string{"the film was brilliant": "positive", "its plot is a mess": "negative"}},
		{"tfidf-imdb", reviews(t, 400), map[string]string{"the film was brilliant": "positive", "its plot is a mess": "negative"}},
		{"nbsvm-imdb", topics(t), map[string]string{"the moon and a star": "sky", "salt in the soup": "food", "a team and its match": "sport"}},
		{"tfidf-imdb", topics(t), map[string]string{"the moon and a star": "sky", "salt in the soup": "food", "a team and its match": "sport"}},
	} {
		data := openTexts(t, c.data)
		m, result, err := zoo.Train(ctx, smallLinear(t, c.recipe), data, zoo.Run{})
		if err != nil {
			t.Fatal(err)
		}
		card := m.Artefact.Card
		if acc := card.Metrics["validation_accuracy"]; acc < 0.95 || result.Reason != train.Finished || result.Steps < 1 || len(result.History) != 1 {
			t.Errorf("%s: validation accuracy %v, result %+v", c.recipe, acc, result)
		}
		if on := card.Recipe.Options["trained_on"]; !strings.HasPrefix(on, "all ") || !strings.Contains(on, "validation") {
			t.Errorf("%s: the card says that the weights are from %q", c.recipe, on)
		}
		if at := m.Linear.Temperature(); at == 1 || at != m.TextClassifier().Temperature() {
			t.Errorf("%s: temperature %v: not fitted", c.recipe, at)
		}
		dir := filepath.Join(t.TempDir(), "model")
		if err := m.Save(dir); err != nil {
			t.Fatal(err)
		}
		again, err := zoo.OpenModel(dir)
		if err != nil {
			t.Fatal(err)
		}
		if sha(t, m) != sha(t, again) || len(m.Differences(again)) > 0 {
			t.Errorf("%s: the saved weights are not the trained ones: %q", c.recipe, m.Differences(again))
		}
		for text, label := range c.texts {
			want, err := m.TextClassifier().Predict(ctx, text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := again.TextClassifier().Predict(ctx, text)
			if err != nil || got.Label != label || got.Probability != want.Probability || got.Tokens != want.Tokens {
				t.Errorf("%s: %q: %+v after loading, %+v before, want %s (%v)", c.recipe, text, got, want, label, err)
			}
		}
		e, err := zoo.EvaluateText(ctx, again.TextClassifier(), data, datasets.Train)
		if err != nil || e.Accuracy < 0.98 || e.ByLength[0].Examples != e.Examples {
			t.Errorf("%s: %+v, %v", c.recipe, e, err)
		}
	}
}

// The seed chooses the validation texts and nothing of the weights.
func TestLinearWeightsDependOnTheDataAlone(t *testing.T) {
	data := openTexts(t, reviews(t, 200))
	var sums, temperatures []string
	for seed := range uint64(3) {
		r := smallLinear(t, "nbsvm-imdb")
		*r.Seed() = seed
		m, _, err := zoo.Train(context.Background(), r, data, zoo.Run{})
		if err != nil {
			t.Fatal(err)
		}
		if m.Artefact.Card.Recipe.Seed != seed || !strings.Contains(m.Artefact.Card.Recipe.Command, fmt.Sprintf("--seed %d", seed)) {
			t.Errorf("the card has seed %d and command %q", m.Artefact.Card.Recipe.Seed, m.Artefact.Card.Recipe.Command)
		}
		sums, temperatures = append(sums, sha(t, m)), append(temperatures, fmt.Sprint(m.Linear.Temperature()))
	}
	if sums[0] != sums[1] || sums[1] != sums[2] {
		t.Errorf("weights %q", sums)
	}
	if temperatures[0] == temperatures[1] && temperatures[1] == temperatures[2] {
		t.Errorf("temperatures %q: the validation texts are the same", temperatures)
	}
}

func TestLinearSameBytesOnAnyNumberOfCores(t *testing.T) {
	for name, path := range map[string]string{"nbsvm-imdb": reviews(t, 200), "tfidf-imdb": topics(t)} {
		data := openTexts(t, path)
		var sums []string
		for _, cores := range []int{1, 2, 5} {
			machine{cores, kernel.Available()[0]}.as(t, func() { sums = append(sums, trainTo(t, smallLinear(t, name), data, zoo.Run{})) })
		}
		if sums[0] != sums[1] || sums[1] != sums[2] {
			t.Errorf("%s: weights %q", name, sums)
		}
	}
}

// What reproduce says where something differs names it, tables of bytes too.
func TestLinearDifferences(t *testing.T) {
	var models []*zoo.Model
	for _, rows := range []int{100, 101} {
		m, _, err := zoo.Train(context.Background(), smallLinear(t, "nbsvm-imdb"), openTexts(t, reviews(t, rows)), zoo.Run{})
		if err != nil {
			t.Fatal(err)
		}
		models = append(models, m)
	}
	text := strings.Join(models[0].Differences(models[1]), "\n")
	for _, want := range []string{"the data differs", "linear.weight", "linear.scale: 1 of 1 numbers differ"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
	changed := *models[0].Artefact
	var file bytes.Buffer
	if _, err := changed.Weights.WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	file.Bytes()[file.Len()-1] ^= 1 // the last of the n-grams, which have type U8 and lie last
	var err error
	if changed.Weights, err = weights.Read(file.Bytes()); err != nil {
		t.Fatal(err)
	}
	if lines := models[0].Differences(&zoo.Model{Artefact: &changed}); len(lines) != 1 || !strings.HasPrefix(lines[0], "ngrams: 1 of ") || !strings.HasSuffix(lines[0], "bytes differ") {
		t.Errorf("%q", lines)
	}
}

// The shipped weights come out again where ZOO_IMDB says the archive lies.
func TestLinearIsReproducedFromIMDB(t *testing.T) {
	archive := os.Getenv("ZOO_IMDB")
	if archive == "" || testing.Short() {
		t.Skip("ZOO_IMDB does not name the archive, or short: takes half a minute")
	}
	record, _ := zoo.Lookup("nbsvm-imdb")
	m, err := record.Open()
	if err != nil {
		t.Fatal(err)
	}
	recipe, err := m.Recipe()
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := zoo.Train(context.Background(), recipe, openTexts(t, archive), zoo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	if lines := m.Differences(again); len(lines) > 0 || sha(t, again) != record.SHA256 {
		t.Errorf("weights %s, want %s: %q", sha(t, again), record.SHA256, lines)
	}
	if got, want := again.Linear.Temperature(), m.Linear.Temperature(); got != want {
		t.Errorf("temperature %v, want %v", got, want)
	}
	for name, v := range again.Artefact.Card.Metrics {
		if math.Abs(v-record.Metrics[name]) > 1e-12 {
			t.Errorf("%s is %v, the record has %v", name, v, record.Metrics[name])
		}
	}
}

// A class of one text is learned, wherever the split falls.
func TestLinearRareClass(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rare.csv")
	text := "text,label\n"
	for i := range 20 {
		text += fmt.Sprintf("word %d,common\nother %d,usual\n", i, i)
	}
	if err := os.WriteFile(path, []byte(text+"unique thing,rare\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(20) {
		r := smallLinear(t, "tfidf-imdb")
		*r.Seed(), r.Linear.Validation = seed, 0.4
		m, _, err := zoo.Train(context.Background(), r, openTexts(t, path), zoo.Run{})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if classes := m.Linear.Classes(); len(classes) != 3 {
			t.Errorf("classes %q", classes)
		}
	}
}

func TestLinearWithoutValidation(t *testing.T) {
	r := smallLinear(t, "tfidf-imdb")
	r.Linear.Validation = 0
	m, _, err := zoo.Train(context.Background(), r, openTexts(t, reviews(t, 60)), zoo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	if m.Linear.Temperature() != 1 || len(m.Artefact.Card.Metrics) != 0 || strings.Contains(m.Artefact.Card.Recipe.Options["trained_on"], "validation") {
		t.Errorf("temperature %v, metrics %v, options %v", m.Linear.Temperature(), m.Artefact.Card.Metrics, m.Artefact.Card.Recipe.Options)
	}
}

func TestLinearRefuses(t *testing.T) {
	data := openTexts(t, reviews(t, 20))
	for name, c := range map[string]struct {
		change func(*zoo.Recipe, *zoo.Run)
		says   string
	}{
		"steps":      {func(_ *zoo.Recipe, run *zoo.Run) { run.Steps = 3 }, "solved"},
		"resume":     {func(_ *zoo.Recipe, run *zoo.Run) { run.Resume = true }, "nothing to resume"},
		"storage":    {func(r *zoo.Recipe, _ *zoo.Run) { r.Linear.Storage = "F16" }, `storage "F16", want F32 or I8`},
		"validation": {func(r *zoo.Recipe, _ *zoo.Run) { r.Linear.Validation = 1 }, "validation is 1"},
		"config":     {func(r *zoo.Recipe, _ *zoo.Run) { r.Linear.Model.C = -1 }, "C is -1"},
		"recorder": {func(_ *zoo.Recipe, run *zoo.Run) { run.Recorders = []train.Recorder{broken{}} },
			errBroken.Error()},
	} {
		r, run := smallLinear(t, "nbsvm-imdb"), zoo.Run{}
		c.change(&r, &run)
		if _, _, err := zoo.Train(context.Background(), r, data, run); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	if _, _, err := zoo.Train(context.Background(), smallLinear(t, "nbsvm-imdb"), nil, zoo.Run{}); !errors.Is(err, zoo.ErrUsage) {
		t.Errorf("without data: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := zoo.Train(ctx, smallLinear(t, "nbsvm-imdb"), data, zoo.Run{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

var errBroken = errors.New("the recorder is broken")

type broken struct{}

func (broken) Record(train.Event) error { return errBroken }
