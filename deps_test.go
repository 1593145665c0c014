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
	"internal/curves":           nil,
	"internal/fetch":            nil,
	"ops":                       {"internal/exact", "internal/kernel"},
	"internal/strict":           nil,
	"internal/lines":            nil,
	"hub":                       {"internal/fetch", "internal/strict"},
	"tokenize":                  {"internal/strict"},
	"weights":                   {"internal/strict", "tokenize"},
	"datasets":                  {"internal/exact", "internal/fetch", "datasets/internal/parquet"},
	"datasets/internal/parquet": nil,
	"train":                     {"internal/exact", "internal/kernel", "ops", "weights"},
	"models/internal/params":    {"internal/kernel", "ops", "weights"},
	"tagging":                   {"tokenize"},
	"models/tagger":             {"models/internal/params", "ops", "tagging", "tokenize", "weights"},
	"models/mlp":                {"models/internal/params", "ops", "weights"},
	"models/encoder":            {"classify", "internal/exact", "internal/strict", "models/internal/params", "ops", "tokenize", "weights"},
	"models/lstm":               {"classify", "internal/exact", "models/internal/params", "ops", "tokenize", "weights"},
	"models/linear":             {"classify", "internal/exact", "internal/kernel", "ops", "tokenize", "weights"},
	"models/ensemble":           {"classify", "internal/exact", "weights"},
	"models/lm":                 {"internal/exact", "models/internal/params", "ops", "tokenize", "weights"},
	"models/word2vec":           {"internal/exact", "internal/kernel", "internal/lines", "models/internal/params", "ops", "tokenize", "weights"},
	"models/seq2seq":            {"internal/exact", "models/internal/params", "ops", "tokenize", "weights"},
	"bleu":                      {"internal/exact"},
	"pairs":                     {"datasets", "internal/lines", "recipe"},
	"internal/corpus":           {"datasets", "tokenize", "weights"},
	"pretrained":                nil,
	"pretrained/minilm":         {"models/encoder", "weights"},

	"classify": {"internal/exact", "tokenize"},
	"recipe":   {"datasets", "train", "weights"},
	"texts":    {"classify", "datasets", "internal/corpus", "internal/exact", "ops", "recipe", "tokenize"},

	"sentences": {"datasets", "internal/lines", "recipe", "tagging"},

	"recipe/tagger":   {"datasets", "models/tagger", "ops", "recipe", "sentences", "tagging", "tokenize", "train", "weights"},
	"recipe/mlp":      {"datasets", "internal/exact", "models/mlp", "ops", "recipe", "train", "weights"},
	"recipe/linear":   {"classify", "datasets", "models/linear", "recipe", "texts", "tokenize", "train", "weights"},
	"recipe/word2vec": {"datasets", "models/word2vec", "recipe", "texts", "tokenize", "train", "weights"},
	"recipe/ensemble": {"classify", "datasets", "models/ensemble", "recipe", "texts", "tokenize", "train", "weights"},
	"recipe/lm":       {"datasets", "internal/exact", "models/lm", "ops", "recipe", "texts", "tokenize", "train", "weights"},
	"recipe/lstm": {"classify", "datasets", "models/linear", "models/lm", "models/lstm", "ops", "recipe", "recipe/linear", "recipe/lm", "texts",
		"tokenize", "train", "weights"}, // a linear model teaches it, and a language model may be its beginning
	"recipe/encoder":  {"classify", "datasets", "models/encoder", "recipe", "recipe/linear", "texts", "tokenize", "train", "weights"}, // baselines stand beside it
	"recipe/finetune": {"datasets", "models/lm", "models/lstm", "recipe", "recipe/lm", "recipe/lstm", "texts", "tokenize", "train"},   // an LSTM is its base
	"recipe/mean":     {"classify", "recipe", "texts", "tokenize", "train", "weights"},

	"recipe/seq2seq": {"bleu", "datasets", "models/seq2seq", "pairs", "recipe", "tokenize", "train", "weights"},

	"": {"classify", "datasets", "hub", "models/ensemble", "models/linear", "models/lstm", "models/mlp", "models/seq2seq", "models/tagger", "models/word2vec", "pretrained", "recipe", "recipe/encoder", "recipe/ensemble", "recipe/finetune",
		"recipe/linear", "recipe/lm", "recipe/lstm", "recipe/mean", "recipe/mlp", "recipe/seq2seq", "recipe/tagger", "recipe/word2vec", "texts", "train", "weights"},
	"fit":     {"", "classify", "datasets", "internal/exact", "recipe", "texts", "tokenize", "weights"},
	"cmd/zoo": {"", "classify", "datasets", "fit", "hub", "internal/bench", "internal/curves", "internal/kernel", "internal/lines", "pretrained/minilm", "recipe", "serve", "serve/static", "tagging", "texts", "train", "weights"},

	"serve":        {"recipe", "serve/answer", "serve/oip", "serve/page"},
	"serve/answer": {"classify", "recipe", "tagging", "weights"},
	"serve/oip":    nil,
	"serve/page":   nil,
	"serve/static": {"serve/answer", "serve/page", "weights"},

	"internal/bench":         {"internal/kernel", "models/lstm", "ops", "recipe", "tokenize", "train"},
	"internal/tokens":        {"", "datasets", "tokenize"},
	"internal/release":       {"", "bleu", "datasets", "models/word2vec", "pairs", "recipe", "tagging", "weights"},
	"internal/filmsplit":     {"weights"},
	"internal/encodersteps":  {"datasets", "models/encoder", "train"},
	"internal/finetunestudy": {"", "datasets", "ops", "weights"},
	"internal/fitstudy":      {"", "datasets", "fit", "pretrained/minilm"},
	"internal/fixture":       {"", "internal/kernel", "train"},
	"reliability":            nil, // tests alone
}

// allowedInTests states what a package's tests may import beside the package
// itself and what it may. Tests in a package's own directory that take whole
// models, by way of the root, are of no package that another imports.
var allowedInTests = map[string][]string{
	"":                {"internal/fixture", "pretrained/minilm"},
	"hub":             {"internal/hostile"},
	"tokenize":        {"internal/hostile"},
	"weights":         {"internal/hostile"},
	"train":           {"internal/hostile"},
	"models/encoder":  {"internal/kernel"},
	"models/linear":   {"datasets", "internal/hostile"},
	"models/lm":       {"train"},
	"models/lstm":     {"train"},
	"models/tagger":   {"train"},
	"models/seq2seq":  {"internal/kernel", "train"},
	"models/word2vec": {"internal/hostile"},
	"internal/corpus": {"internal/hostile"},
	"internal/bench":  {""},
	"cmd/zoo":         {"ops"}, // a family of the test's own
	"texts":           {"", "internal/fixture"},
	"recipe": {"", "internal/hostile", "models/lstm", "models/mlp", "recipe/finetune", "recipe/linear", "recipe/lstm", "recipe/mlp",
		"recipe/word2vec", "tokenize"}, // every family is tried
	"recipe/mlp":      {"", "internal/fixture", "internal/kernel", "recipe/lstm"},
	"recipe/encoder":  {"", "internal/fixture", "internal/kernel"},
	"recipe/linear":   {"", "internal/fixture", "internal/kernel"},
	"recipe/word2vec": {"", "internal/fixture"},
	"recipe/ensemble": {"", "internal/fixture"},
	"recipe/lm":       {"", "internal/fixture", "internal/kernel"},
	"recipe/tagger":   {"", "internal/fixture", "internal/kernel"},
	"recipe/lstm":     {"", "internal/fixture", "internal/kernel", "models/word2vec"},
	"recipe/finetune": {"", "internal/fixture", "models/word2vec", "ops"},
	"fit":             {"internal/fixture", "train"},
	"recipe/mean":     {"", "internal/fixture"},
	"serve":           {"", "classify"},
	"recipe/seq2seq":  {"", "internal/fixture", "internal/kernel"},
	"reliability": {"", "datasets", "pretrained/minilm", "internal/fixture", "internal/hostile", "internal/kernel", "models/lstm", "models/mlp", "models/word2vec",
		"ops", "recipe", "tokenize", "train", "weights"},
}

// apart states what packages must not depend on, not even through others: who
// predicts links neither training nor data sets nor embedded weights, no family
// knows the table that lists it, and what serves all families knows none. A
// pattern that ends in /* names what lies in a directory, one that ends in /...
// the directory itself too.
var apart = map[string][]string{
	"internal/kernel": {"", "classify", "datasets", "models/*", "ops", "pretrained", "recipe/...", "texts", "tokenize", "train", "weights"},
	"ops":             {"", "classify", "datasets", "models/*", "pretrained", "recipe/...", "texts", "tokenize", "train", "weights"},
	"tokenize":        {"", "classify", "datasets", "models/*", "ops", "pretrained", "recipe/...", "texts", "train", "weights"},
	"weights":         {"", "classify", "datasets", "models/*", "ops", "pretrained", "recipe/...", "texts", "train"},
	"datasets/...":    {"", "classify", "models/*", "ops", "pretrained", "recipe/...", "texts", "tokenize", "train", "weights"},
	"train":           {"", "classify", "datasets", "models/*", "pretrained", "recipe/...", "texts"},
	"hub":             {"", "classify", "datasets", "models/*", "ops", "pretrained", "recipe/...", "texts", "tokenize", "train", "weights"},
	"models/*":        {"", "datasets", "hub", "internal/fetch", "pretrained", "recipe/...", "texts", "train"},
	"classify":        {"", "datasets", "models/*", "ops", "pretrained", "recipe/...", "texts", "train", "weights"},
	"recipe":          {"", "classify", "models/*", "pretrained", "recipe/*", "texts"},
	"texts":           {"", "models/*", "pretrained", "recipe/*"},
	"recipe/*":        {"", "pretrained"},
	"recipe/mlp":      {"classify", "recipe/finetune", "recipe/linear", "recipe/lstm", "recipe/word2vec", "texts"},
	"recipe/linear":   {"models/lstm", "models/mlp", "models/word2vec", "recipe/finetune", "recipe/lstm", "recipe/mlp", "recipe/word2vec"},
	"recipe/word2vec": {"models/linear", "models/lstm", "models/mlp", "recipe/finetune", "recipe/linear", "recipe/lstm", "recipe/mlp"},
	"recipe/lstm":     {"models/mlp", "models/word2vec", "recipe/finetune", "recipe/mlp", "recipe/word2vec"},
	"recipe/finetune": {"models/mlp", "models/word2vec", "recipe/mlp", "recipe/word2vec"},
	"internal/bench":  {"", "pretrained", "recipe/*"},
	"serve/...":       {"", "models/*", "pretrained", "recipe/*", "texts"},
}

// onlyBy states who alone may import what a pattern names, tests not counted:
// the command line, among others, knows no family and no model by name.
var onlyBy = map[string][]string{
	"recipe/*":   {"", "recipe/*"},
	"models/*":   {"", "internal/bench", "internal/encodersteps", "internal/release", "models/*", "pretrained/minilm", "recipe/*"},
	"pretrained": {""},
	"":           {"cmd/zoo", "fit", "internal/finetunestudy", "internal/fitstudy", "internal/fixture", "internal/release", "internal/tokens"},
	// Of tests.
	"internal/fixture": nil,
	"internal/hostile": nil,
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

func TestWhoAloneImports(t *testing.T) {
	rooms, err := house(".", build.Default.GOARCH)
	if err != nil {
		t.Fatal(err)
	}
	for pattern, list := range onlyBy {
		to := matching(rooms, pattern)
		if len(to) == 0 {
			t.Errorf("no package is called %q", pattern)
		}
		var may []string
		for _, p := range list {
			names := matching(rooms, p)
			if len(names) == 0 {
				t.Errorf("no package is called %q", p)
			}
			may = append(may, names...)
		}
		for name, r := range rooms {
			for _, p := range r.imports {
				if b, ok := inside(p); ok && slices.Contains(to, b) && !slices.Contains(may, name) {
					t.Errorf("%q imports %q, as only %q may", name, b, list)
				}
			}
		}
	}
	// The list that lets packages in must not say otherwise.
	for _, p := range allowed["cmd/zoo"] {
		if strings.HasPrefix(p, "models/") || strings.HasPrefix(p, "recipe/") {
			t.Errorf("cmd/zoo is allowed to import %q", p)
		}
	}
}

// Programs carry the embedded weights if they import the zoo as a whole, and
// not if they take a model, the loop and the data.
func TestWhoCarriesWeights(t *testing.T) {
	rooms, err := house(".", build.Default.GOARCH)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		imports []string
		carries bool
	}{
		{[]string{"models/lstm", "train", "datasets"}, false},
		{[]string{"models/lstm", "recipe/finetune", "recipe", "texts", "classify"}, false},
		{[]string{""}, true},
	} {
		var program room
		for _, name := range c.imports {
			if _, ok := rooms[name]; !ok {
				t.Errorf("no package is called %q", name)
			}
			program.imports = append(program.imports, path.Join(module, name))
		}
		rooms["program"] = program
		links := chain(rooms, "program", module+"/pretrained")
		if carries := links != nil; carries != c.carries {
			t.Errorf("a program that imports %q carries weights: %v, want %v: %q", c.imports, carries, c.carries, links)
		}
	}
}
