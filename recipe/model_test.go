package recipe_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

func line(t *testing.T) *recipe.Model {
	t.Helper()
	m, err := zoo.OpenModel("mlp-line")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// with is a model whose card's recipe has other options.
func with(m *recipe.Model, options map[string]string) *recipe.Model {
	out, a := *m, *m.Artefact
	a.Card.Recipe.Options = options
	out.Artefact = &a
	return &out
}

// The card says how many steps there were where training was told to stop.
func TestCard(t *testing.T) {
	r, err := zoo.ReadRecipe("mlp-line")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		result train.Result
		steps  string
		ends   string
	}{
		{train.Result{Reason: train.StepLimit, Steps: 12}, "12", "zoo train mlp-line --seed 1 --steps 12 --out DIR"},
		{train.Result{Reason: train.Finished, Steps: 3000}, "", "zoo train mlp-line --seed 1 --out DIR"},
	} {
		card, err := r.Card("regression", c.result)
		if err != nil {
			t.Fatal(err)
		}
		if card.Name != r.Name || card.Description != r.About || card.Task != "regression" || card.Recipe.Seed != 1 ||
			card.Recipe.Options[recipe.StepsOption] != c.steps || card.Recipe.Command != c.ends {
			t.Errorf("%+v", card)
		}
		m := with(line(t), card.Recipe.Options)
		n, err := m.Steps()
		if err != nil || n != c.result.Steps && n != 0 || (n == 0) != (c.steps == "") {
			t.Errorf("%d steps, %v", n, err)
		}
		again, err := m.Recipe()
		if err != nil || body(t, again) != body(t, r) || again.Family.Key != "line" {
			t.Errorf("%+v, %v", again, err)
		}
	}
}

func TestCardOptionsBroken(t *testing.T) {
	m := line(t)
	for _, text := range []string{"", "0", "-3", "many", "1e3"} {
		if _, err := with(m, map[string]string{recipe.StepsOption: text}).Steps(); err == nil || !strings.Contains(err.Error(), "the card of mlp-line: steps") {
			t.Errorf("steps %q: %v", text, err)
		}
	}
	if _, err := with(m, nil).Recipe(); err == nil || !strings.Contains(err.Error(), "the card of mlp-line has no recipe") {
		t.Errorf("no recipe: %v", err)
	}
	if _, err := with(m, map[string]string{recipe.RecipeOption: `{"name":"x","line":{"step":1}}`}).Recipe(); err == nil || !strings.Contains(err.Error(), `the card of mlp-line: recipe: "line.step"`) {
		t.Errorf("a broken recipe: %v", err)
	}
}

func TestExport(t *testing.T) {
	m, dir := line(t), t.TempDir()
	path := filepath.Join(dir, "line.bin")
	if err := m.Export(path); err != nil {
		t.Fatal(err)
	}
	f, err := weights.ReadFile(path)
	if err != nil || len(f.Tensors()) != len(m.Artefact.Weights.Tensors()) {
		t.Errorf("a name that another model's format has: %v", err)
	}
	if err := m.Export(dir); err == nil || !strings.Contains(err.Error(), "is a directory, want a file") {
		t.Errorf("into a directory: %v", err)
	}
	if err := m.Export(filepath.Join(dir, "absent", "x")); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "directory of ") {
		t.Errorf("into none: %v", err)
	}
}

func TestDifferences(t *testing.T) {
	m := line(t)
	if lines := m.Differences(line(t)); len(lines) != 0 {
		t.Errorf("of the same model: %q", lines)
	}
	options := map[string]string{}
	for name, text := range m.Artefact.Card.Recipe.Options {
		options[name] = text
	}
	options[recipe.StepsOption] = "3"
	if lines := m.Differences(with(m, options)); len(lines) != 1 || lines[0] != `the steps differs: "3", recorded is ""` {
		t.Errorf("of other steps: %q", lines)
	}
	seed, err := zoo.OpenModel("nbsvm-imdb")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(m.Differences(seed), "\n")
	for _, want := range []string{"the data differs", "the recipe differs", "the architecture differs", "not in both, or of another shape"} {
		if !strings.Contains(text, want) {
			t.Errorf("of another model lacks %q:\n%s", want, text)
		}
	}
}

func TestStorage(t *testing.T) {
	for name, want := range map[string]weights.DType{"": weights.F32, "F32": weights.F32, "F16": weights.F16, "BF16": weights.BF16} {
		if got, err := recipe.Storage(name); err != nil || got != want {
			t.Errorf("%q: %v, %v", name, got, err)
		}
	}
	if _, err := recipe.Storage("I8"); err == nil || !strings.Contains(err.Error(), `storage "I8", want F32, F16 or BF16`) {
		t.Error(err)
	}
}

// A card says what its maker wants; a model of one's own data has no licence
// unless one is given, and the zoo's own has the zoo's.
func TestCardFields(t *testing.T) {
	table := filepath.Join(t.TempDir(), "t.csv")
	if err := os.WriteFile(table, []byte("text,label\na b,x\nc d,y\ne f,x\ng h,y\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	own, err := zoo.OpenTexts(table, zoo.TextsConfig{Cache: "none"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		recipe string
		data   recipe.Data
		fields recipe.CardFields
		want   recipe.CardFields
	}{
		{"tfidf", own, recipe.CardFields{}, recipe.CardFields{Name: "tfidf"}},
		{"tfidf-imdb", own, recipe.CardFields{Name: "mine", About: "all mine", Licence: "MIT"}, recipe.CardFields{Name: "mine", About: "all mine", Licence: "MIT"}},
		{"mlp-line", nil, recipe.CardFields{}, recipe.CardFields{Name: "mlp-line", Licence: "Apache-2.0"}},
		{"mlp-line", nil, recipe.CardFields{Licence: "CC0-1.0"}, recipe.CardFields{Name: "mlp-line", Licence: "CC0-1.0"}},
	} {
		r, err := zoo.ReadRecipe(c.recipe)
		if err != nil {
			t.Fatal(err)
		}
		if b, ok := r.Body.(*zoo.LinearRecipe); ok {
			b.Validation = 0
		}
		if c.want.About == "" {
			c.want.About = r.About
		}
		m, _, err := zoo.Train(context.Background(), r, c.data, zoo.Run{Card: c.fields})
		if err != nil {
			t.Fatal(err)
		}
		card := m.Artefact.Card
		if have := (recipe.CardFields{Name: card.Name, About: card.Description, Licence: card.Licence}); have != c.want {
			t.Errorf("%s: %+v, want %+v", c.recipe, have, c.want)
		}
		if again, err := m.Recipe(); err != nil || again.Name != c.recipe {
			t.Errorf("%s: the recipe's name is %q: %v", c.recipe, again.Name, err)
		}
	}
	r, _ := zoo.ReadRecipe("mlp-line")
	if _, _, err := zoo.Train(context.Background(), r, nil, zoo.Run{Card: recipe.CardFields{Name: "My Model"}}); !errors.Is(err, zoo.ErrUsage) {
		t.Errorf("a name that no card has: %v", err)
	}
}
