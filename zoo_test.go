package zoo_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/pretrained/minilm"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/weights"
)

func asJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestClassifierTrainSaveLoadPredict(t *testing.T) {
	ctx := context.Background()
	r, _ := fixture.Small(t)
	m, result, err := zoo.Train(ctx, r, fixture.Texts(t, fixture.Reviews(t, 400)), zoo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	if acc := m.Artefact.Card.Metrics["validation_accuracy"]; acc < 0.95 {
		t.Errorf("validation accuracy %v after %d steps: it did not learn", acc, result.Steps)
	}
	dir := filepath.Join(t.TempDir(), "model")
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	again, err := zoo.OpenModel(dir)
	if err != nil {
		t.Fatal(err)
	}
	if fixture.SHA(t, m) != fixture.SHA(t, again) {
		t.Error("the saved weights are not the trained ones")
	}
	texts := []string{"the film was brilliant", "its plot is a mess", "", "unheard words only", "the music, somehow, felt dull but the cast is great"}
	want, err := m.Value.(zoo.TextClassifier).PredictAll(ctx, texts)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		got, err := again.Value.(zoo.TextClassifier).Predict(ctx, text)
		if err != nil {
			t.Fatal(err)
		}
		if got.Label != want[i].Label || got.Probability != want[i].Probability {
			t.Errorf("%q: %v %v after loading, %v %v before", text, got.Label, got.Probability, want[i].Label, want[i].Probability)
		}
	}
	if want[0].Label != "positive" || want[1].Label != "negative" {
		t.Errorf("%q is %s and %q is %s", texts[0], want[0].Label, texts[1], want[1].Label)
	}
}

func TestRegressorTrainSaveLoadPredict(t *testing.T) {
	ctx := context.Background()
	r, err := zoo.ReadRecipe("mlp-line")
	if err != nil {
		t.Fatal(err)
	}
	m, _, err := zoo.Train(ctx, r, nil, zoo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	if mse := m.Artefact.Card.Metrics["mse"]; !(mse < 1e-4) {
		t.Errorf("mean squared error %v, want below 1e-4", mse)
	}
	dir := filepath.Join(t.TempDir(), "line")
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	again, err := zoo.OpenModel(dir)
	if err != nil {
		t.Fatal(err)
	}
	x := []float32{-2, -0.5, 0, 1, 2.5}
	want, err := m.Value.(zoo.Regressor).Predict(ctx, x)
	if err != nil {
		t.Fatal(err)
	}
	got, err := again.Value.(zoo.Regressor).Predict(ctx, x)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v after loading, %v before", got, want)
	}
	for i, y := range got {
		if d := math.Abs(float64(y) - float64(3*x[i]+2)); d > 0.1 {
			t.Errorf("f(%v) = %v, want about %v", x[i], y, 3*x[i]+2)
		}
	}
}

// Data and bodies that are not the family's are errors, as is none.
func TestTrainRefusesWhatIsNotTheFamilys(t *testing.T) {
	table := filepath.Join(t.TempDir(), "table.csv")
	fixture.Write(t, table, "x,y\n1,2\n2,4\n")
	rows, err := zoo.OpenTable(table, zoo.TableColumns{})
	if err != nil {
		t.Fatal(err)
	}
	texts := fixture.Texts(t, fixture.Reviews(t, 20))
	tune, err := zoo.FineTuning("lstm-imdb")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range append(zoo.Recipes(), tune) {
		wrong := []zoo.Data{nil, (*zoo.Texts)(nil), (*zoo.Rows)(nil), rows}
		switch r.Family.Key {
		case "line": // takes none
			continue
		case "table":
			wrong[3] = texts
		}
		for _, data := range wrong {
			if _, _, err := zoo.Train(context.Background(), r, data, zoo.Run{}); !errors.Is(err, zoo.ErrUsage) || !strings.Contains(err.Error(), "data") {
				t.Errorf("%s on a %T: %v", r.Name, data, err)
			}
		}
	}
	r, _ := fixture.Small(t)
	for _, body := range []recipe.Body{nil, (*zoo.TextRecipe)(nil), new(zoo.LineRecipe)} {
		r.Body = body
		if _, _, err := zoo.Train(context.Background(), r, texts, zoo.Run{}); err == nil || !strings.Contains(err.Error(), `"small"`) {
			t.Errorf("a body of type %T: %v", body, err)
		}
	}
	if _, _, err := zoo.Train(context.Background(), zoo.Recipe{Name: "none"}, texts, zoo.Run{}); err == nil {
		t.Error("an empty recipe is trained")
	}
}

// One hundred steps of plain SGD on one point each leave PyTorch with a mean
// squared error of 0.145 in the median of 50 seeds, 0.03 to 1.95.
func TestHundredStepsBehaveAsPyTorch(t *testing.T) {
	r, err := zoo.ReadRecipe("mlp-line-seed")
	if err != nil {
		t.Fatal(err)
	}
	var errors []float64
	for seed := range uint64(50) {
		*r.Body.SeedPtr() = seed
		m, _, err := zoo.Train(context.Background(), r, nil, zoo.Run{})
		if err != nil {
			t.Fatal(err)
		}
		errors = append(errors, m.Artefact.Card.Metrics["mse"])
	}
	slices.Sort(errors)
	median := (errors[24] + errors[25]) / 2
	t.Logf("mean squared error: median %.3f, least %.3f, most %.3f", median, errors[0], errors[49])
	if median < 0.07 || median > 0.3 || errors[0] < 0.003 || errors[49] > 8 {
		t.Errorf("median %.3f, least %.3f, most %.3f: not as PyTorch's 0.145, 0.03, 1.95", median, errors[0], errors[49])
	}
}

func TestEveryRecordIsWhatItSays(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	z := zoo.Default()
	z.Models = append(z.Models, zoo.MiniLM(minilm.Files()))
	for _, r := range z.Models {
		t.Run(r.Name, func(t *testing.T) {
			m, err := z.Open(r.Name) // compares the checksum
			if err != nil {
				t.Fatal(err)
			}
			card := m.Artefact.Card
			parameters := int64(0)
			for _, tensor := range m.Artefact.Weights.Tensors() {
				if tensor.DType != weights.U8 { // bytes of a table
					parameters += int64(tensor.Len())
				}
			}
			file := card.Files["model.safetensors"]
			if parameters != r.Parameters || card.Parameters != r.Parameters || file.Bytes != r.Bytes || file.SHA256 != r.SHA256 {
				t.Errorf("%d parameters, %d bytes, %s; the record has %d, %d, %s", parameters, file.Bytes, file.SHA256, r.Parameters, r.Bytes, r.SHA256)
			}
			if card.Name != r.Name || card.Task != r.Task || card.Licence != r.Licence || card.Date != r.Date || card.Data != r.Data {
				t.Errorf("card and record differ: %+v", card)
			}
			if len(r.Metrics) == 0 {
				t.Error("no metrics")
			}
			for name, v := range r.Metrics {
				if card.Metrics[name] != v {
					t.Errorf("%s is %v in the record, %v in the card", name, v, card.Metrics[name])
				}
			}
			recipe, err := m.Recipe()
			if err != nil {
				t.Fatal(err)
			}
			named, err := zoo.ReadRecipe(r.Recipe)
			if err != nil {
				t.Fatal(err)
			}
			if a, b := asJSON(t, recipe), asJSON(t, named); a != b {
				t.Errorf("the card's recipe is not the one called %s:\n%s\n%s", r.Recipe, a, b)
			}
			for _, want := range append(headline(r), r.Name, strconv.FormatInt(r.Parameters, 10), r.SHA256[:12]) {
				if !strings.Contains(string(readme), want) {
					t.Errorf("README.md lacks %q", want)
				}
			}
			if text, err := os.ReadFile(filepath.Join("pretrained", r.Name, "card.md")); err != nil || string(text) != card.Markdown() {
				t.Errorf("card.md is not what card.json says (%v)", err)
			}
		})
	}
}

// headline is the numbers of a record that the README repeats.
func headline(r zoo.Record) []string {
	var texts []string
	for name, v := range r.Metrics {
		switch name {
		case "test_accuracy":
			texts = append(texts, fmt.Sprintf("%.2f %%", 100*v))
		case "men_spearman", "wordsim353_spearman":
			texts = append(texts, fmt.Sprintf("%.4f", v))
		case "test_bleu":
			texts = append(texts, fmt.Sprintf("%.2f", v))
		case "cosine_mean":
			texts = append(texts, fmt.Sprintf("%.4f", v))
		case "mse":
			texts = append(texts, fmt.Sprintf("%.1e", v))
		}
	}
	return texts
}

func TestTrainingOnPartOfIMDBLearns(t *testing.T) {
	archive := os.Getenv("ZOO_IMDB")
	if archive == "" {
		t.Skip("ZOO_IMDB does not name the archive")
	}
	if testing.Short() {
		t.Skip("short")
	}
	imdb, err := datasets.OpenIMDB(archive)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := imdb.Load(context.Background(), datasets.Train)
	if err != nil {
		t.Fatal(err)
	}
	// The 4,000 shortest reviews, as a table.
	examples := parts[0]
	slices.SortStableFunc(examples, func(a, b datasets.Example) int { return len(a.Text) - len(b.Text) })
	path := filepath.Join(t.TempDir(), "short.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := csv.NewWriter(f)
	w.Write([]string{"text", "label"})
	for _, e := range examples[:4000] {
		w.Write([]string{e.Text, imdb.Classes()[e.Label]})
	}
	w.Flush()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := zoo.ReadRecipe("lstm")
	if err != nil {
		t.Fatal(err)
	}
	b := r.Body.(*zoo.TextRecipe)
	b.Model.Hidden, b.Epochs, b.Validation, b.WordDrop = 64, 6, 0.2, 0
	m, _, err := zoo.Train(context.Background(), r, fixture.Texts(t, path), zoo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	accuracy := m.Artefact.Card.Metrics["validation_accuracy"]
	t.Logf("validation accuracy %.3f", accuracy)
	if accuracy < 0.75 {
		t.Errorf("validation accuracy %.3f, want 0.75 or more", accuracy)
	}
}
