package zoo_test

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
	"github.com/gorgonia-zoo/zoo/internal/kernel"
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

// smallTable is the recipe "mlp" for houses.
func smallTable(t *testing.T, epochs int) zoo.Recipe {
	t.Helper()
	r, err := zoo.ReadRecipe("mlp")
	if err != nil {
		t.Fatal(err)
	}
	r.Table.Hidden, r.Table.Epochs, r.Table.Batch = []int{32, 16}, epochs, 32
	r.Table.Optimizer.LearningRate = 5e-3
	return r
}

func openTable(t *testing.T, path string, columns zoo.TableColumns) *zoo.Table {
	t.Helper()
	table, err := zoo.OpenTable(path, columns)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func trainTable(t *testing.T, r zoo.Recipe, data *zoo.Table, run zoo.Run) *zoo.Model {
	t.Helper()
	m, _, err := zoo.TrainTable(context.Background(), r, data, run)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTableTrainSaveLoadPredict(t *testing.T) {
	ctx := context.Background()
	path := houses(t, 2000)
	m := trainTable(t, smallTable(t, 25), openTable(t, path, zoo.TableColumns{}), zoo.Run{})
	metrics := m.Artefact.Card.Metrics
	if metrics["test_rmse"] > 15 || metrics["linear_test_rmse"] < 2*metrics["test_rmse"] || metrics["mean_test_rmse"] < metrics["linear_test_rmse"] {
		t.Errorf("it did not learn: %v", metrics)
	}
	if r := m.Table; r.Target() != "price" || !slices.Equal(r.Columns(), []string{"area", "district", "age"}) {
		t.Errorf("%q from %q", r.Target(), r.Columns())
	}
	dir := filepath.Join(t.TempDir(), "model")
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	again, err := zoo.OpenModel(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []map[string]string{
		{"area": "100", "district": "north", "age": "50"},
		{"area": "100", "district": "west", "age": "50", "colour": "red"},
		{"area": "", "district": "", "age": "NA"},
		{"area": "50", "district": "east", "age": "3"},
	} {
		a, err := m.Table.Predict(ctx, row)
		if err != nil {
			t.Fatal(err)
		}
		b, err := again.Table.Predict(ctx, row)
		if err != nil {
			t.Fatal(err)
		}
		if a.Value != b.Value {
			t.Errorf("%v: %v after loading, %v before", row, b.Value, a.Value)
		}
		if row["district"] == "west" && math.Abs(a.Value-600) > 30 || row["district"] == "north" && math.Abs(a.Value-400) > 30 {
			t.Errorf("%v: %v", row, a.Value)
		}
		if (row["district"] == "east") != slices.Equal(a.Unknown, []string{"district"}) {
			t.Errorf("%v: unknown %q", row, a.Unknown)
		}
	}
	if _, err := m.Table.Predict(ctx, map[string]string{"area": "1"}); !errors.Is(err, zoo.ErrUsage) || !strings.Contains(err.Error(), `"district"`) {
		t.Errorf("a row without a column: %v", err)
	}
	f, err := zoo.EvaluateTable(ctx, again.Table, openTable(t, path, zoo.TableColumns{}))
	if err != nil {
		t.Fatal(err)
	}
	if f.Rows != 2000 || f.RMSE > 15 || f.R2 < 0.98 {
		t.Errorf("%+v", f)
	}
	recipe, err := again.Recipe()
	if err != nil {
		t.Fatal(err)
	}
	if recipe.Table.Columns.Target != "price" || !strings.Contains(m.Artefact.Card.Recipe.Command, " --data DATA --target price ") {
		t.Errorf("target %q; %s", recipe.Table.Columns.Target, m.Artefact.Card.Recipe.Command)
	}
}

// The same recipe on the same table gives the same bytes, on any machine and
// after any interruption.
func TestTableSameBytes(t *testing.T) {
	r, data := smallTable(t, 3), openTable(t, houses(t, 600), zoo.TableColumns{})
	full := func(run zoo.Run) string {
		m := trainTable(t, r, data, run)
		return sha(t, m) + string(m.Artefact.Preprocess) + fmt.Sprint(m.Artefact.Card.Metrics)
	}
	want := full(zoo.Run{})
	for _, path := range kernel.Available() {
		machine{3, path}.as(t, func() {
			if full(zoo.Run{}) != want {
				t.Errorf("%s: other bytes", path)
			}
		})
	}
	dir := t.TempDir()
	for _, steps := range []int{1, 7, 15, 16} {
		ctx, cancel := context.WithCancel(context.Background())
		_, _, err := zoo.TrainTable(ctx, r, data, zoo.Run{Checkpoints: dir, Resume: true, Recorders: []train.Recorder{stopAfter{steps, cancel}}})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped after %d steps: %v", steps, err)
		}
	}
	if full(zoo.Run{Checkpoints: dir, Resume: true}) != want {
		t.Error("interruptions change the model")
	}
	other := openTable(t, houses(t, 700), zoo.TableColumns{})
	if _, _, err := zoo.TrainTable(context.Background(), r, other, zoo.Run{Checkpoints: dir, Resume: true}); !errors.Is(err, train.ErrMismatch) {
		t.Errorf("resumed on other data: %v", err)
	}
	r.Table.Seed = 2
	if full(zoo.Run{}) == want {
		t.Error("another seed gives the same model")
	}
}

// An artefact whose preprocessing does not fit is refused.
func TestTableArtefactBroken(t *testing.T) {
	m := trainTable(t, smallTable(t, 1), openTable(t, houses(t, 100), zoo.TableColumns{}), zoo.Run{})
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
		edit func(*zoo.Recipe)
		path string
		says string
	}{
		"no rows held out":    {func(r *zoo.Recipe) { r.Table.Test = 0 }, path, "test 0"},
		"none to train on":    {func(r *zoo.Recipe) { r.Table.Test, r.Table.Validation = 0.5, 0.5 }, path, "leave something"},
		"shares NaN":          {func(r *zoo.Recipe) { r.Table.Validation = math.NaN() }, path, "NaN"},
		"a layer of none":     {func(r *zoo.Recipe) { r.Table.Hidden = []int{0} }, path, "hidden"},
		"negative categories": {func(r *zoo.Recipe) { r.Table.Columns.MaxCategories = -1 }, path, "max_categories"},
		"no epochs":           {func(r *zoo.Recipe) { r.Table.Epochs = 0 }, path, "epochs"},
		"two rows":            {func(*zoo.Recipe) {}, few, "2 rows"},
		"no such column":      {func(r *zoo.Recipe) { r.Table.Columns.Ignore = []string{"aera"} }, path, `did you mean "area"`},
		"another kind":        {func(r *zoo.Recipe) { r.Table, r.Line = nil, &zoo.LineRecipe{} }, path, "want"},
	} {
		r := smallTable(t, 1)
		c.edit(&r)
		_, _, err := zoo.TrainTable(context.Background(), r, openTable(t, c.path, zoo.TableColumns{}), zoo.Run{})
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := zoo.Train(context.Background(), smallTable(t, 1), nil, zoo.Run{}); !errors.Is(err, zoo.ErrUsage) {
		t.Errorf("Train: %v", err)
	}
	if _, err := zoo.OpenTable(filepath.Join(t.TempDir(), "absent.csv"), zoo.TableColumns{}); !errors.Is(err, zoo.ErrUsage) {
		t.Errorf("no file: %v", err)
	}
}
