package mlp_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/gorgonia-zoo/zoo/recipe/mlp"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// houses writes a table whose price is no linear function of the rest, with
// noise of deviation 5 and missing cells, and returns its path.
func houses(t *testing.T, rows int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("area,district,age,price\n")
	rng := rand.New(rand.NewPCG(3, 4))
	for range rows {
		area, age, district := 20+180*rng.Float64(), 100*rng.Float64(), rng.IntN(3)
		price := 300 + area*float64(1+district) + 0.05*(age-50)*(age-50) + 5*rng.NormFloat64()
		place := []string{"north", "south", "west"}[district]
		old := fmt.Sprintf("%.2f", age)
		if rng.IntN(50) == 0 {
			old = "NA"
		}
		fmt.Fprintf(&b, "%.2f,%s,%s,%.2f\n", area, place, old, price)
	}
	path := filepath.Join(t.TempDir(), "houses.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// smallTable is the recipe "mlp" for houses, and its body.
func smallTable(t *testing.T, epochs int) (zoo.Recipe, *zoo.TableRecipe) {
	t.Helper()
	r := fixture.Recipe(t, "mlp")
	b := r.Body.(*zoo.TableRecipe)
	b.Hidden, b.Epochs, b.Batch = []int{32, 16}, epochs, 32
	b.Optimizer.LearningRate = 5e-3
	return r, b
}

func openTable(t *testing.T, path string, columns zoo.TableColumns) *zoo.Rows {
	t.Helper()
	table, err := zoo.OpenTable(path, columns)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestTableTrainSaveLoadPredict(t *testing.T) {
	ctx := context.Background()
	path := houses(t, 2000)
	r, _ := smallTable(t, 25)
	m := fixture.Train(t, r, openTable(t, path, zoo.TableColumns{}), zoo.Run{})
	regressor := m.Value.(*zoo.TableRegressor)
	metrics := m.Artefact.Card.Metrics
	if metrics["test_rmse"] > 15 || metrics["linear_test_rmse"] < 2*metrics["test_rmse"] || metrics["mean_test_rmse"] < metrics["linear_test_rmse"] {
		t.Errorf("it did not learn: %v", metrics)
	}
	if r := regressor; r.Target() != "price" || !slices.Equal(r.Columns(), []string{"area", "district", "age"}) {
		t.Errorf("%q from %q", r.Target(), r.Columns())
	}
	saved, _ := fixture.Reopened(t, m)
	again := saved.Value.(*zoo.TableRegressor)
	for _, row := range []map[string]string{
		{"area": "100", "district": "north", "age": "50"},
		{"area": "100", "district": "west", "age": "50", "colour": "red"},
		{"area": "", "district": "", "age": "NA"},
		{"area": "50", "district": "east", "age": "3"},
	} {
		a, err := regressor.Predict(ctx, row)
		if err != nil {
			t.Fatal(err)
		}
		b, err := again.Predict(ctx, row)
		if err != nil {
			t.Fatal(err)
		}
		if a.Prediction != b.Prediction {
			t.Errorf("%v: %v after loading, %v before", row, b.Prediction, a.Prediction)
		}
		if row["district"] == "west" && math.Abs(a.Prediction-600) > 30 || row["district"] == "north" && math.Abs(a.Prediction-400) > 30 {
			t.Errorf("%v: %v", row, a.Prediction)
		}
		if (row["district"] == "east") != slices.Equal(a.Unknown, []string{"district"}) {
			t.Errorf("%v: unknown %q", row, a.Unknown)
		}
	}
	if _, err := regressor.Predict(ctx, map[string]string{"area": "1"}); !errors.Is(err, zoo.ErrUsage) || !strings.Contains(err.Error(), `"district"`) {
		t.Errorf("a row without a column: %v", err)
	}
	f, err := mlp.EvaluateTable(ctx, again, openTable(t, path, zoo.TableColumns{}))
	if err != nil {
		t.Fatal(err)
	}
	if f.Rows != 2000 || f.RMSE > 15 || f.R2 < 0.98 {
		t.Errorf("%+v", f)
	}
	target := fixture.MadeBy(t, saved).Body.(*zoo.TableRecipe).Columns.Target
	if target != "price" || !strings.Contains(m.Artefact.Card.Recipe.Command, " --data DATA --target price ") {
		t.Errorf("target %q; %s", target, m.Artefact.Card.Recipe.Command)
	}
}

// The same recipe on the same table gives the same bytes, on any machine and
// after any interruption.
func TestTableSameBytes(t *testing.T) {
	r, body := smallTable(t, 3)
	data := openTable(t, houses(t, 600), zoo.TableColumns{})
	full := func(run zoo.Run) string {
		m := fixture.Train(t, r, data, run)
		return fixture.SHA(t, m) + string(m.Artefact.Preprocess) + fmt.Sprint(m.Artefact.Card.Metrics)
	}
	want := full(zoo.Run{})
	for _, path := range kernel.Available() {
		fixture.Machine{Cores: 3, Path: path}.As(t, func() {
			if full(zoo.Run{}) != want {
				t.Errorf("%s: other bytes", path)
			}
		})
	}
	dir := t.TempDir()
	for _, steps := range []int{1, 7, 15, 16} {
		ctx, cancel := context.WithCancel(context.Background())
		_, _, err := zoo.Train(ctx, r, data, zoo.Run{Checkpoints: dir, Resume: true, Recorders: []train.Recorder{fixture.StopAfter{Steps: steps, Stop: cancel}}})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped after %d steps: %v", steps, err)
		}
	}
	if full(zoo.Run{Checkpoints: dir, Resume: true}) != want {
		t.Error("interruptions change the model")
	}
	other := openTable(t, houses(t, 700), zoo.TableColumns{})
	if _, _, err := zoo.Train(context.Background(), r, other, zoo.Run{Checkpoints: dir, Resume: true}); !errors.Is(err, train.ErrMismatch) {
		t.Errorf("resumed on other data: %v", err)
	}
	body.Seed = 2
	if full(zoo.Run{}) == want {
		t.Error("another seed gives the same model")
	}
}

// An artefact whose preprocessing does not fit is refused.
func TestTableArtefactBroken(t *testing.T) {
	r, _ := smallTable(t, 1)
	m := fixture.Train(t, r, openTable(t, houses(t, 100), zoo.TableColumns{}), zoo.Run{})
	for name, edit := range map[string][2]string{
		"no target":       {`"column":"price"`, `"column":""`},
		"no scale":        {`"scale":`, `"scale":-`},
		"unknown field":   {`"target":{`, `"target":{"x":1,`},
		"another kind":    {`"kind":"numeric"`, `"kind":"number"`},
		"a column less":   {`{"column":"area",`, `{"column":"age",`},
		"an input more":   {`"categories":["north",`, `"categories":["east","north",`},
		"rows below none": {`"median":`, `"missing":-1,"median":`},
		"features absent": {`"features":[`, `"features":[],"other":[`},
	} {
		a := *m.Artefact
		text := strings.Replace(string(a.Preprocess), edit[0], edit[1], 1)
		if text == string(a.Preprocess) {
			t.Errorf("%s: %q is not in %s", name, edit[0], text)
		}
		a.Preprocess = []byte(text)
		dir := filepath.Join(t.TempDir(), "model")
		if err := a.Save(dir); err != nil {
			t.Fatal(err)
		}
		if _, err := zoo.OpenModel(dir); err == nil || !strings.Contains(err.Error(), "preprocess") {
			t.Errorf("%s: %v", name, err)
		}
	}
	a := *m.Artefact
	a.Card.Name = "x"
	if d := m.Differences(&zoo.Model{Artefact: &weights.Artefact{Card: a.Card, Config: a.Config, Weights: a.Weights, Preprocess: []byte(`{}`)}}); len(d) != 1 || !strings.Contains(d[0], "scaling") {
		t.Errorf("differences: %q", d)
	}
}

func TestTableRecipeRefused(t *testing.T) {
	path := houses(t, 30)
	few := filepath.Join(t.TempDir(), "few.csv")
	if err := os.WriteFile(few, []byte("x,y\n1,2\n2,3\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		edit func(*zoo.TableRecipe)
		path string
		says string
	}{
		"a negative share":     {func(r *zoo.TableRecipe) { r.Test = -0.1 }, path, "test -0.1"},
		"nothing to choose by": {func(r *zoo.TableRecipe) { r.Validation = 0 }, path, "keep_best and patience need"},
		"no such task":         {func(r *zoo.TableRecipe) { r.Columns.Task = "ranking" }, path, `task "ranking"`},
		"no such weights":      {func(r *zoo.TableRecipe) { r.ClassWeights = "even" }, path, `class_weights "even"`},
		"none to train on":     {func(r *zoo.TableRecipe) { r.Test, r.Validation = 0.5, 0.5 }, path, "leave something"},
		"shares NaN":           {func(r *zoo.TableRecipe) { r.Validation = math.NaN() }, path, "NaN"},
		"a layer of none":      {func(r *zoo.TableRecipe) { r.Hidden = []int{0} }, path, "hidden"},
		"negative categories":  {func(r *zoo.TableRecipe) { r.Columns.MaxCategories = -1 }, path, "max_categories"},
		"no epochs":            {func(r *zoo.TableRecipe) { r.Epochs = 0 }, path, "epochs"},
		"two rows":             {func(*zoo.TableRecipe) {}, few, "2 rows"},
		"no such column":       {func(r *zoo.TableRecipe) { r.Columns.Ignore = []string{"aera"} }, path, `did you mean "area"`},
	} {
		r, body := smallTable(t, 1)
		c.edit(body)
		_, _, err := zoo.Train(context.Background(), r, openTable(t, c.path, zoo.TableColumns{}), zoo.Run{})
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	r, body := smallTable(t, 1)
	table := openTable(t, path, zoo.TableColumns{})
	other := r
	other.Body = &zoo.LineRecipe{}
	if _, _, err := zoo.Train(context.Background(), other, table, zoo.Run{}); err == nil || !strings.Contains(err.Error(), "want the family's") {
		t.Errorf("another kind: %v", err)
	}
	other = r
	other.Body, other.Family = body, fixture.Recipe(t, "lstm").Family
	if _, _, err := zoo.Train(context.Background(), other, table, zoo.Run{}); err == nil || !strings.Contains(err.Error(), "want the family's") {
		t.Errorf("another family: %v", err)
	}
	texts := fixture.Texts(t, fixture.Reviews(t, 20))
	for _, data := range []zoo.Data{texts, (*zoo.Rows)(nil), nil} {
		if _, _, err := zoo.Train(context.Background(), r, data, zoo.Run{}); !errors.Is(err, zoo.ErrUsage) {
			t.Errorf("data %T: %v", data, err)
		}
	}
	if _, _, err := zoo.Train(context.Background(), r, nil, zoo.Run{}); !errors.Is(err, zoo.ErrUsage) {
		t.Errorf("Train: %v", err)
	}
	if _, err := zoo.OpenTable(filepath.Join(t.TempDir(), "absent.csv"), zoo.TableColumns{}); !errors.Is(err, zoo.ErrUsage) {
		t.Errorf("no file: %v", err)
	}
}
