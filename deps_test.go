package zoo_test

import (
	"go/build"
	"path"
	"slices"
	"strings"
	"testing"
)

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
	"models/internal/params":    {"ops", "weights"},
	"models/mlp":                {"models/internal/params", "ops", "tokenize", "weights"},
	"models/lstm":               {"internal/exact", "models/internal/params", "ops", "tokenize", "weights"},
	"models/linear":             {"internal/exact", "internal/kernel", "ops", "tokenize", "weights"},
	"models/word2vec":           {"internal/exact", "internal/kernel", "models/internal/params", "ops", "tokenize", "weights"},
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

// allowedInTests states what a package's tests may import beside the package
// itself and what it may.
var allowedInTests = map[string][]string{
	"":                {"internal/hostile"},
	"tokenize":        {"internal/hostile"},
	"weights":         {"internal/hostile"},
	"train":           {"internal/hostile"},
	"models/linear":   {"datasets", "internal/hostile"},
	"models/word2vec": {"internal/hostile"},
	"internal/corpus": {"internal/hostile"},
	"cmd/zoo":         {"ops"},
}

// apart states what packages must not depend on, not even through others: who
// predicts links neither training nor data sets nor embedded weights.
var apart = map[string][]string{
	"internal/kernel": {"", "datasets", "models/...", "ops", "pretrained", "tokenize", "train", "weights"},
	"ops":             {"", "datasets", "models/...", "pretrained", "tokenize", "train", "weights"},
	"tokenize":        {"", "datasets", "models/...", "ops", "pretrained", "train", "weights"},
	"weights":         {"", "datasets", "models/...", "ops", "pretrained", "train"},
	"datasets/...":    {"", "models/...", "ops", "pretrained", "tokenize", "train", "weights"},
	"train":           {"", "datasets", "models/...", "pretrained"},
	"models/...":      {"", "datasets", "pretrained", "train"},
}

func TestImportsFollowTheDesign(t *testing.T) {
	rooms, err := house(".", build.Default.GOARCH)
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range rooms {
		may, ok := allowed[name]
		if !ok {
			t.Errorf("package %q is not in the list of allowed imports", name)
			continue
		}
		inTests := slices.Concat(may, allowedInTests[name], []string{name})
		for _, p := range r.imports {
			if to, ok := inside(p); ok && !slices.Contains(may, to) {
				t.Errorf("%q imports %q, which the design does not allow", name, to)
			}
		}
		for _, p := range r.tests {
			if to, ok := inside(p); ok && !slices.Contains(inTests, to) {
				t.Errorf("the tests of %q import %q, which the design does not allow", name, to)
			}
		}
		if slices.Contains(r.imports, "C") || slices.Contains(r.tests, "C") {
			t.Errorf("%q uses cgo", name)
		}
	}
	for _, list := range []map[string][]string{allowed, allowedInTests} {
		for name, may := range list {
			for _, n := range append(may, name) {
				if _, ok := rooms[n]; !ok {
					t.Errorf("the entry of %q names %q, which is no package", name, n)
				}
			}
		}
	}
}

func TestWhatStaysApart(t *testing.T) {
	rooms, err := house(".", build.Default.GOARCH)
	if err != nil {
		t.Fatal(err)
	}
	for pattern, list := range apart {
		from := matching(rooms, pattern)
		if len(from) == 0 {
			t.Errorf("no package is called %q", pattern)
		}
		for _, other := range list {
			to := matching(rooms, other)
			if len(to) == 0 {
				t.Errorf("no package is called %q", other)
			}
			for _, a := range from {
				for _, b := range to {
					if links := chain(rooms, a, path.Join(module, b)); links != nil {
						t.Errorf("%q must not depend on %q, and does: %s", a, b, strings.Join(links, " imports "))
					}
				}
			}
		}
	}
}
