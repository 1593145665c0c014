package zoo_test

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gorgonia-zoo/zoo"
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
