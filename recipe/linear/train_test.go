package linear_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// small is a linear recipe for small tables, and its body.
func small(t *testing.T, name string) (zoo.Recipe, *zoo.LinearRecipe) {
	t.Helper()
	r := fixture.Recipe(t, name)
	r.Name = "small"
	b := r.Body.(*zoo.LinearRecipe)
	b.Validation, b.Model.MaxTerms = 0.2, 0
	return r, b
}

// classifier is what m holds.
func classifier(m *zoo.Model) *zoo.LinearClassifier { return m.Value.(*zoo.LinearClassifier) }

// topics writes a table of three classes whose label follows from a word.
func topics(t *testing.T) string {
	t.Helper()
	t.Helper()
	table := [][]string{{"text", "label"}}
	words := map[string][]string{"sport": {"goal", "match", "team"}, "food": {"soup", "bread", "salt"}, "sky": {"star", "cloud", "moon"}}
	for i := range 50 {
		for _, label := range []string{"sport", "food", "sky"} {
			word := words[label][i%3]
			table = append(table, []string{fmt.Sprintf("a %s and %d words about the %s", word, i, word), label})
		}
	}
	return fixture.CSV(t, table)
}

func TestLinearTrainSaveLoadPredict(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		recipe, data string
		texts        map[string]string // with the label each must get
	}{
		{"nbsvm-imdb", fixture.Reviews(t, 400), map[string]string{"the film was brilliant": "positive", "its plot is a mess": "negative"}},
		{"tfidf-imdb", fixture.Reviews(t, 400), map[string]string{"the film was brilliant": "positive", "its plot is a mess": "negative"}},
		{"subword", topics(t), map[string]string{"the moon and a star": "sky", "salty soups": "food", "a team and its match": "sport"}},
		{"nbsvm-imdb", topics(t), map[string]string{"the moon and a star": "sky", "salt in the soup": "food", "a team and its match": "sport"}},
		{"tfidf-imdb", topics(t), map[string]string{"the moon and a star": "sky", "salt in the soup": "food", "a team and its match": "sport"}},
	} {
		data := fixture.Texts(t, c.data)
		r, _ := small(t, c.recipe)
		m, result, err := zoo.Train(ctx, r, data, zoo.Run{})
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
		if at := classifier(m).Temperature(); at == 1 || at != m.Value.(zoo.TextClassifier).Temperature() {
			t.Errorf("%s: temperature %v: not fitted", c.recipe, at)
		}
		again, _ := fixture.Reopened(t, m)
		if fixture.SHA(t, m) != fixture.SHA(t, again) || len(m.Differences(again)) > 0 {
			t.Errorf("%s: the saved weights are not the trained ones: %q", c.recipe, m.Differences(again))
		}
		for text, label := range c.texts {
			want, err := m.Value.(zoo.TextClassifier).Predict(ctx, text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := again.Value.(zoo.TextClassifier).Predict(ctx, text)
			if err != nil || got.Label != label || got.Probability != want.Probability || got.Tokens != want.Tokens {
				t.Errorf("%s: %q: %+v after loading, %+v before, want %s (%v)", c.recipe, text, got, want, label, err)
			}
		}
		e, err := zoo.EvaluateText(ctx, again.Value.(zoo.TextClassifier), data, datasets.Train)
		if err != nil || e.Accuracy < 0.98 || e.ByLength[0].Examples != e.Examples {
			t.Errorf("%s: %+v, %v", c.recipe, e, err)
		}
	}
}

// The recipes for anybody's texts make the same weights as those of IMDB, and
// cards that name the user's data.
func TestLinearNeutral(t *testing.T) {
	for name, of := range map[string]string{"topics": topics(t), "reviews": fixture.Reviews(t, 200)} {
		data := fixture.Texts(t, of)
		for _, kind := range []string{"nbsvm", "tfidf"} {
			r, _ := small(t, kind)
			m := fixture.Train(t, r, data, zoo.Run{})
			imdb, _ := small(t, kind+"-imdb")
			if fixture.SHA(t, m) != fixture.SHA(t, fixture.Train(t, imdb, data, zoo.Run{})) {
				t.Errorf("%s on %s: other weights than by the recipe for IMDB", kind, name)
			}
			card := m.Artefact.Card
			if strings.Contains(card.Description, "IMDB") || !strings.Contains(card.Data, "texts of") && card.Data != "IMDB" {
				t.Errorf("%s on %s: card %q, of %q", kind, name, card.Description, card.Data)
			}
		}
	}
}

// The seed chooses the validation texts and nothing of the weights.
func TestLinearWeightsDependOnTheDataAlone(t *testing.T) {
	data := fixture.Texts(t, fixture.Reviews(t, 200))
	var sums, temperatures []string
	for seed := range uint64(3) {
		r, b := small(t, "nbsvm-imdb")
		b.Seed = seed
		m := fixture.Train(t, r, data, zoo.Run{})
		if m.Artefact.Card.Recipe.Seed != seed || !strings.Contains(m.Artefact.Card.Recipe.Command, fmt.Sprintf("--seed %d", seed)) {
			t.Errorf("the card has seed %d and command %q", m.Artefact.Card.Recipe.Seed, m.Artefact.Card.Recipe.Command)
		}
		sums, temperatures = append(sums, fixture.SHA(t, m)), append(temperatures, fmt.Sprint(classifier(m).Temperature()))
	}
	if sums[0] != sums[1] || sums[1] != sums[2] {
		t.Errorf("weights %q", sums)
	}
	if temperatures[0] == temperatures[1] && temperatures[1] == temperatures[2] {
		t.Errorf("temperatures %q: the validation texts are the same", temperatures)
	}
}

func TestLinearSameBytesOnAnyNumberOfCores(t *testing.T) {
	for name, path := range map[string]string{"nbsvm-imdb": fixture.Reviews(t, 200), "tfidf-imdb": topics(t)} {
		data := fixture.Texts(t, path)
		var sums []string
		for _, cores := range []int{1, 2, 5} {
			r, _ := small(t, name)
			fixture.Machine{Cores: cores, Path: kernel.Available()[0]}.As(t, func() { sums = append(sums, fixture.SHA(t, fixture.Train(t, r, data, zoo.Run{}))) })
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
		r, _ := small(t, "nbsvm-imdb")
		models = append(models, fixture.Train(t, r, fixture.Texts(t, fixture.Reviews(t, rows)), zoo.Run{}))
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
	m, err := zoo.OpenModel(record.Name)
	if err != nil {
		t.Fatal(err)
	}
	again := fixture.Train(t, fixture.MadeBy(t, m), fixture.Texts(t, archive), zoo.Run{})
	if lines := m.Differences(again); len(lines) > 0 || fixture.SHA(t, again) != record.SHA256 {
		t.Errorf("weights %s, want %s: %q", fixture.SHA(t, again), record.SHA256, lines)
	}
	if got, want := classifier(again).Temperature(), classifier(m).Temperature(); got != want {
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
	lines := []string{"unique thing,rare"}
	for i := range 20 {
		lines = append(lines, fmt.Sprintf("word %d,common", i), fmt.Sprintf("other %d,usual", i))
	}
	path := fixture.Labelled(t, lines...)
	for seed := range uint64(20) {
		r, b := small(t, "tfidf-imdb")
		b.Seed, b.Validation = seed, 0.4
		m, _, err := zoo.Train(context.Background(), r, fixture.Texts(t, path), zoo.Run{})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if classes := classifier(m).Classes(); len(classes) != 3 {
			t.Errorf("classes %q", classes)
		}
	}
}

func TestLinearWithoutValidation(t *testing.T) {
	r, b := small(t, "tfidf-imdb")
	b.Validation = 0
	m := fixture.Train(t, r, fixture.Texts(t, fixture.Reviews(t, 60)), zoo.Run{})
	if classifier(m).Temperature() != 1 || len(m.Artefact.Card.Metrics) != 0 || strings.Contains(m.Artefact.Card.Recipe.Options["trained_on"], "validation") {
		t.Errorf("temperature %v, metrics %v, options %v", classifier(m).Temperature(), m.Artefact.Card.Metrics, m.Artefact.Card.Recipe.Options)
	}
}

func TestLinearRefuses(t *testing.T) {
	data := fixture.Texts(t, fixture.Reviews(t, 20))
	for name, c := range map[string]struct {
		change func(*zoo.LinearRecipe, *zoo.Run)
		says   string
	}{
		"steps":      {func(_ *zoo.LinearRecipe, run *zoo.Run) { run.Steps = 3 }, "solved"},
		"resume":     {func(_ *zoo.LinearRecipe, run *zoo.Run) { run.Resume = true }, "nothing to resume"},
		"storage":    {func(r *zoo.LinearRecipe, _ *zoo.Run) { r.Storage = "F16" }, `storage "F16", want F32 or I8`},
		"validation": {func(r *zoo.LinearRecipe, _ *zoo.Run) { r.Validation = 1 }, "validation is 1"},
		"config":     {func(r *zoo.LinearRecipe, _ *zoo.Run) { r.Model.C = -1 }, "C is -1"},
		"recorder": {func(_ *zoo.LinearRecipe, run *zoo.Run) { run.Recorders = []train.Recorder{broken{}} },
			errBroken.Error()},
	} {
		r, b := small(t, "nbsvm-imdb")
		run := zoo.Run{}
		c.change(b, &run)
		if _, _, err := zoo.Train(context.Background(), r, data, run); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	r, _ := small(t, "nbsvm-imdb")
	if _, _, err := zoo.Train(context.Background(), r, nil, zoo.Run{}); !errors.Is(err, zoo.ErrUsage) {
		t.Errorf("without data: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := zoo.Train(ctx, r, data, zoo.Run{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

var errBroken = errors.New("the recorder is broken")

type broken struct{}

func (broken) Record(train.Event) error { return errBroken }

// Training says what the data is like, and what of it was passed over.
func TestLinearReports(t *testing.T) {
	var lines []string
	for i := range 40 {
		lines = append(lines, fmt.Sprintf("good film %d,Positive", i), fmt.Sprintf("dull plot %d,negative", i), fmt.Sprintf("odd %d,nan", i), "twice,positive")
	}
	r, _ := small(t, "nbsvm-imdb")
	var log bytes.Buffer
	m, _, err := zoo.Train(context.Background(), r, fixture.Texts(t, fixture.Labelled(t, lines...)), zoo.Run{Log: &log})
	if err != nil {
		t.Fatal(err)
	}
	if got := classifier(m).Classes(); len(got) != 3 {
		t.Errorf("classes %q", got)
	}
	for _, says := range []string{
		"data report", "rows         120 and 40 skipped", `labels taken for missing ones: "nan" 40`,
		`"Positive" and "positive" differ in case alone`, "39 rows repeat an earlier text", "0 of them with a text that is trained on"} {
		if !strings.Contains(log.String(), says) {
			t.Errorf("the log lacks %q:\n%s", says, log.String())
		}
	}
}
