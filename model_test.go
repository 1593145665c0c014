package zoo_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/weights"
)

// An artefact opens from a directory and from one that holds it alone, as
// embedding has it; what is none is an error that says what is missing.
func TestOpenFS(t *testing.T) {
	inner := os.DirFS("pretrained/mlp-line")
	outer := fstest.MapFS{}
	if err := fs.WalkDir(inner, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(inner, path)
		outer["mine/"+path] = &fstest.MapFile{Data: data}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	want, _ := zoo.Lookup("mlp-line")
	for name, dir := range map[string]fs.FS{"itself": inner, "one directory": outer} {
		m, err := zoo.OpenFS(dir)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if sum, err := m.SHA256(); err != nil || sum != want.SHA256 {
			t.Errorf("%s: weights %s, %v", name, sum, err)
		}
		if _, ok := m.Value.(*zoo.LineRegressor); !ok {
			t.Errorf("%s: a %T", name, m.Value)
		}
	}
	outer["other"] = &fstest.MapFile{Data: []byte("x")}
	for name, dir := range map[string]fs.FS{"nothing": fstest.MapFS{}, "two entries": outer, "no such directory": os.DirFS("pretrained/none")} {
		if _, err := zoo.OpenFS(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
	damaged := fstest.MapFS{weights.CardFile: {Data: []byte("{")}}
	if _, err := zoo.OpenFS(damaged); err == nil || !strings.HasPrefix(err.Error(), "zoo: model: ") {
		t.Errorf("damaged: %v", err)
	}
}

// A program carries a model of any family as a directory, as the directory in one
// or as a file.
func TestCarryAnyModel(t *testing.T) {
	ctx := context.Background()
	rows := filepath.Join(t.TempDir(), "rows.csv")
	var b strings.Builder
	b.WriteString("size,town,price\n")
	for i := range 60 {
		fmt.Fprintf(&b, "%d,%s,%d\n", i, []string{"Ulm", "Bonn"}[i%2], 3*i+i%2)
	}
	if err := os.WriteFile(rows, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := zoo.ReadRecipe("mlp")
	if err != nil {
		t.Fatal(err)
	}
	r.SetEpochs(1)
	data, err := zoo.OpenTable(rows, zoo.TableColumns{})
	if err != nil {
		t.Fatal(err)
	}
	table, _, err := zoo.Train(ctx, r, data, zoo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	models := map[string]*zoo.Model{"table": table}
	for _, name := range []string{"lstm-imdb", "nbsvm-imdb", "word2vec-imdb", "mlp-line"} {
		if models[name], err = zoo.OpenModel(name); err != nil {
			t.Fatal(err)
		}
	}
	for name, m := range models {
		above, beside := t.TempDir(), t.TempDir()
		if err := m.Save(filepath.Join(above, "mine")); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(beside, "mine.zip")
		if err := m.Pack(file); err != nil {
			t.Fatal(err)
		}
		for _, dir := range []string{above, filepath.Join(above, "mine"), beside} {
			again, err := zoo.OpenFS(os.DirFS(dir))
			if err != nil {
				t.Errorf("%s: %v", name, err)
			} else if got, want := fmt.Sprintf("%T", again.Value), fmt.Sprintf("%T", m.Value); got != want || fixture.SHA(t, again) != fixture.SHA(t, m) {
				t.Errorf("%s: another model: a %s, want a %s", name, got, want)
			}
		}
		if again, err := zoo.OpenModel(file); err != nil || fixture.SHA(t, again) != fixture.SHA(t, m) {
			t.Errorf("%s, the packed file: %v", name, err)
		}
	}
	if _, err := zoo.OpenModel(rows); !errors.Is(err, zoo.ErrUsage) || !strings.Contains(err.Error(), rows) {
		t.Errorf("a table as a model: %v", err)
	}
	if _, err := zoo.OpenFS(os.DirFS(t.TempDir())); err == nil {
		t.Error("an empty directory was opened")
	}
}
