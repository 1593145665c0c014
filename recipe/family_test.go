package recipe_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/weights"
)

// foreign is data that no family reads.
type foreign struct{}

func (*foreign) Guesses() []string { return nil }

// Data of another kind, or none, is an error of every family that reads some.
func TestTrainRefusesData(t *testing.T) {
	for _, f := range zoo.Families() {
		if len(recipes(f)) == 0 {
			continue
		}
		r := recipes(f)[0]
		if f.Tuning != nil {
			*f.Tuning.Base(r.Body) = "lstm-imdb"
		}
		if r.Source().Open == nil {
			continue
		}
		for _, data := range []recipe.Data{nil, (*foreign)(nil), &foreign{}} {
			if m, result, err := zoo.Train(context.Background(), r, data, zoo.Run{}); !errors.Is(err, recipe.ErrUsage) || m != nil || result.Steps != 0 {
				t.Errorf("%s: data %T: %v", r.Name, data, err)
			}
		}
	}
}

func TestTableOpens(t *testing.T) {
	a := &weights.Artefact{Model: "transformer"}
	if _, err := zoo.Families().Open(a); err == nil || !strings.Contains(err.Error(), `"transformer" is of a kind`) || !strings.HasSuffix(err.Error(), families) {
		t.Errorf("an unknown kind: %v", err)
	}
	path := filepath.Join(t.TempDir(), "v.vec")
	if err := os.WriteFile(path, []byte("2 3\na 1 2 3\nb 4 5 6\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	v, sum, err := zoo.Families().OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if words := v.(recipe.Vectors); words.Len() != 2 || words.Dim() != 3 || len(sum) != 64 {
		t.Errorf("%d words of %d dimensions, SHA-256 %q", words.Len(), words.Dim(), sum)
	}
	if _, _, err := (recipe.Families{family("line")}).OpenFile(path); !errors.Is(err, recipe.ErrUsage) || !strings.Contains(err.Error(), path) {
		t.Errorf("no family reads files: %v", err)
	}
}

func TestTableFineTuning(t *testing.T) {
	line, err := zoo.OpenModel("mlp-line")
	if err != nil {
		t.Fatal(err)
	}
	_, err = zoo.Families().FineTuning(line, "mlp-line", recipe.Env{})
	if !errors.Is(err, recipe.ErrUsage) || !strings.Contains(err.Error(), "mlp-line is a model of kind mlp; only an LSTM classifier of texts") {
		t.Errorf("a regressor: %v", err)
	}
	r, err := zoo.FineTuning("lstm-imdb")
	if err != nil {
		t.Fatal(err)
	}
	b := r.Body.(*zoo.FineTuneRecipe)
	if record, _ := zoo.Lookup("lstm-imdb"); r.Name != "lstm-imdb-finetuned" || b.Base != "lstm-imdb" || b.BaseSHA256 != record.SHA256 || b.Embeddings != "word2vec-imdb" {
		t.Errorf("%s: %+v", r.Name, b)
	}
}

// A model of a file has no artefact: what needs one is an error, and it is
// exported in the formats that it knows.
func TestModelOfAFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "v.vec")
	if err := os.WriteFile(path, []byte("2 3\na 1 2 3\nb 4 5 6\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	m, _, err := zoo.Default().OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Export(filepath.Join(dir, "w.vec")); err != nil {
		t.Error(err)
	}
	_, recipeErr := m.Recipe()
	_, stepsErr := m.Steps()
	_, tuneErr := zoo.Families().FineTuning(m, path, recipe.Env{})
	_, noneErr := (recipe.Families{family("line")}).FineTuning(m, path, recipe.Env{})
	for says, err := range map[string]error{
		"the model has no recipe: it was read":         recipeErr,
		"no recipe: it was read":                       stepsErr,
		"the model cannot be saved: it was read":       m.Save(filepath.Join(dir, "m")),
		"w.safetensors names no format that the model": m.Export(filepath.Join(dir, "w.safetensors")),
		"of kind file of another program; only":        tuneErr,
		"no family of line fine-tunes models":          noneErr,
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "zoo: ") || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
	other := line(t)
	if a, b := m.Differences(other), other.Differences(m); len(a) != 1 || len(b) != 1 {
		t.Errorf("%q, %q", a, b)
	}
	env := recipe.Env{OpenFile: func(string) (*recipe.Model, string, error) { return &recipe.Model{}, "", nil }}
	if _, _, err := env.Vectors("x"); !errors.Is(err, recipe.ErrUsage) {
		t.Errorf("a file that holds no vectors: %v", err)
	}
	if err := os.WriteFile(path, []byte("2 3\na 1 2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if m, _, err := zoo.Default().OpenFile(path); err == nil || m != nil {
		t.Errorf("a broken file: %+v, %v", m, err)
	}
	second := *family("line")
	second.OpenFile = func(string) (any, string, error) { return nil, "", errors.New("not mine") }
	_, _, err = recipe.Families{family("word2vec"), &second}.OpenFile(path)
	if err == nil || !strings.Contains(err.Error(), "word2vec") || !strings.Contains(err.Error(), "not mine") {
		t.Errorf("what two families do not read: %v", err)
	}
}

// Vectors are those of a model or of a file, and of no model that has none.
func TestEnvVectors(t *testing.T) {
	env := zoo.Default().Env(zoo.Run{})
	v, sum, err := env.Vectors("word2vec-imdb")
	if record, _ := zoo.Lookup("word2vec-imdb"); err != nil || v.Dim() != 100 || sum != record.SHA256 {
		t.Errorf("%v, %s", err, sum)
	}
	if _, _, err := env.Vectors("mlp-line"); !errors.Is(err, recipe.ErrUsage) || !strings.Contains(err.Error(), `of kind "mlp", want one of word vectors`) {
		t.Errorf("a regressor: %v", err)
	}
	if _, _, err := env.Vectors(filepath.Join(t.TempDir(), "absent")); !errors.Is(err, recipe.ErrUsage) {
		t.Errorf("no file: %v", err)
	}
}

// A family that a program brings may be wrong: whatever takes the table says so.
func TestTableRefuses(t *testing.T) {
	with := func(change func(*recipe.Family)) recipe.Families {
		f := *family("finetune")
		change(&f)
		return append(zoo.Families()[:5:5], &f)
	}
	tuning := func(change func(*recipe.Tuning)) recipe.Families {
		return with(func(f *recipe.Family) {
			u := *f.Tuning
			change(&u)
			f.Tuning = &u
		})
	}
	line, err := zoo.ReadRecipe("mlp-line")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		table recipe.Families
		says  string
	}{
		{recipe.Families{nil}, "family 0 of the table is nil"},
		{append(zoo.Families(), family("line")), fmt.Sprintf(`family %d of the table has the key "line"`, len(zoo.Families()))},
		{with(func(f *recipe.Family) { f.Key = "" }), `has the key ""`},
		{with(func(f *recipe.Family) { f.Key = "about" }), `has the key "about"`},
		{with(func(f *recipe.Family) { f.New = nil }), "family finetune: New or Train is nil"},
		{with(func(f *recipe.Family) { f.Train = nil }), "family finetune: New or Train is nil"},
		{with(func(f *recipe.Family) { f.Holds = family("text").Holds }), "of Holds and Open one is nil"},
		{with(func(f *recipe.Family) { f.Open = family("text").Open }), "of Holds and Open one is nil"},
		{with(func(f *recipe.Family) { f.Settings = []recipe.Setting{{Flag: "x"}} }), `setting "x"`},
		{with(func(f *recipe.Family) { f.Named = func() []recipe.Recipe { return []recipe.Recipe{{Name: "mlp"}} } }), `recipe "mlp" has the name of another`},
		{tuning(func(u *recipe.Tuning) { u.Tunes = nil }), "a function of Tuning is nil"},
		{tuning(func(u *recipe.Tuning) { u.Base = nil }), "a function of Tuning is nil"},
		{tuning(func(u *recipe.Tuning) { u.Recipe = nil }), "a function of Tuning is nil"},
		{tuning(func(u *recipe.Tuning) { u.Plain = nil }), "a function of Tuning is nil"},
	} {
		var errs [6]error
		_, errs[0] = c.table.Read("mlp-line")
		_, errs[1] = c.table.Parse([]byte(`{"name":"x","line":{}}`))
		_, errs[2] = c.table.Open(&weights.Artefact{Model: "mlp"})
		_, _, errs[3] = c.table.OpenFile("v.vec")
		_, _, errs[4] = c.table.Train(context.Background(), line, nil, recipe.Env{})
		_, errs[5] = c.table.FineTuning(&recipe.Model{}, "x", recipe.Env{})
		for i, err := range errs {
			if err == nil || !strings.HasPrefix(err.Error(), "zoo: family ") || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%d: %v, want %q", i, err, c.says)
			}
		}
	}
	if err := zoo.Families().Check(); err != nil {
		t.Error(err)
	}
}

// A family without a Source draws its own data.
func TestNoSource(t *testing.T) {
	f := *family("line")
	f.Source = nil
	r := recipe.Recipe{Name: "x", Family: &f, Body: &zoo.LineRecipe{}}
	s := r.Source()
	if s.Open != nil || s.Refuse("recipe x", "data") != "recipe x draws its own data" {
		t.Errorf("%+v", s)
	}
	if command, err := r.Command(0); err != nil || strings.Contains(command, "--data") {
		t.Errorf("%s, %v", command, err)
	}
}
