package zoo_test

import (
	"go/build"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/gorgonia-zoo/zoo"

// allowed states for each package of the module which others of it it may
// import: the arrows of the design. A package that is not listed is an error,
// so that a new room is entered here first.
var allowed = map[string][]string{
	"internal/exact":            nil,
	"internal/hostile":          nil,
	"internal/kernel":           nil,
	"ops":                       {"internal/exact", "internal/kernel"},
	"tokenize":                  nil,
	"weights":                   {"tokenize"},
	"datasets":                  {"internal/exact", "datasets/internal/parquet"},
	"datasets/internal/parquet": nil,
	"train":                     {"internal/exact", "internal/kernel", "ops", "weights"},
	"models/mlp":                {"ops", "tokenize", "weights"},
	"models/lstm":               {"internal/exact", "ops", "tokenize", "weights"},
	"models/linear":             {"internal/exact", "internal/kernel", "ops", "tokenize", "weights"},
	"models/word2vec":           {"internal/exact", "internal/kernel", "ops", "tokenize", "weights"},
	"internal/curves":           nil,
	"internal/corpus":           {"datasets", "tokenize", "weights"},
	"pretrained":                nil,
	"": {"datasets", "internal/corpus", "internal/exact", "internal/kernel", "models/linear", "models/lstm", "models/mlp", "models/word2vec",
		"ops", "pretrained", "tokenize", "train", "weights"},
	"internal/tokens":        {"", "datasets", "tokenize"},
	"internal/release":       {"", "datasets", "models/word2vec", "weights"},
	"cmd/zoo":                {"", "datasets", "internal/curves", "internal/kernel", "models/lstm", "models/mlp", "models/word2vec", "tokenize", "train", "weights"},
	"internal/filmsplit":     {"weights"},
	"internal/finetunestudy": {"", "datasets", "ops", "weights"},
}

func TestImportsFollowTheDesign(t *testing.T) {
	seen := 0
	err := filepath.WalkDir(".", func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if name := d.Name(); dir != "." && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata") {
			return fs.SkipDir
		}
		p, err := build.ImportDir(dir, 0)
		if err != nil {
			return nil // no Go files here
		}
		room := strings.TrimPrefix(filepath.ToSlash(dir), ".")
		may, ok := allowed[room]
		if !ok {
			t.Errorf("package %q is not in the list of allowed imports", room)
			return nil
		}
		seen++
		for _, path := range p.Imports {
			if path != module && !strings.HasPrefix(path, module+"/") {
				if path == "C" {
					t.Errorf("%q uses cgo", room)
				}
				continue
			}
			if to := strings.TrimPrefix(strings.TrimPrefix(path, module), "/"); !slices.Contains(may, to) {
				t.Errorf("%q imports %q, which the design does not allow", room, to)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 10 {
		t.Errorf("only %d packages were looked at", seen)
	}
}
