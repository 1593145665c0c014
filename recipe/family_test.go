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
	"github.com/gorgonia-zoo/zoo/weights"
)

// foreign is data that no family reads.
type foreign struct{}

func (*foreign) Guesses() []string { return nil }

// Data of another kind, or none, is an error of every family that reads some.
func TestTrainRefusesData(t *testing.T) {
	for _, f := range zoo.Families() {
		r := recipes(f)[0]
		if f.Tuning != nil {
			*f.Tuning.Base(r.Body) = "lstm-imdb"
		}
		if f.Source(r.Body).Open == nil {
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
