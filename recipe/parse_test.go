package recipe_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/train"
)

// families are the keys of the zoo's, as errors list them.
var families = func() string {
	var keys []string
	for _, f := range zoo.Families() {
		keys = append(keys, f.Key)
	}
	return strings.Join(keys, ", ")
}()

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"nothing":               {"", "unexpected end"},
		"no JSON":               {"mlp-line", "invalid character"},
		"null":                  {"null", "want exactly one of " + families + ", have 0"},
		"a list":                {"[]", "cannot unmarshal array"},
		"a text":                {`"mlp-line"`, "cannot unmarshal string"},
		"no family":             {`{"name":"x"}`, "want exactly one of " + families + ", have 0"},
		"two families":          {`{"name":"x","line":{},"text":{}}`, "want exactly one of " + families + ", have 2"},
		"an unknown family":     {`{"name":"x","transformer":{}}`, `"transformer": unknown field, want name, about and exactly one of ` + families},
		"one more field":        {`{"name":"x","line":{},"seed":1}`, `"seed": unknown field, want name, about`},
		"many more fields":      {`{"k":1,"j":1,"i":1,"h":1,"g":1,"f":1,"e":1,"d":1,"c":1,"b":1,"line":{}}`, `"b": unknown field`},
		"a family in capitals":  {`{"name":"x","Line":{}}`, `"Line": unknown field`},
		"a family twice":        {`{"name":"x","line":{},"line":{}}`, `"line"`},
		"a name twice":          {`{"name":"x","name":"y","line":{}}`, `"name"`},
		"an unknown setting":    {`{"name":"x","line":{"size":[1,1]}}`, `"line.size"`},
		"a deep one":            {`{"name":"x","text":{"model":{"dropout":{"locke":true}}}}`, `"text.model.dropout.locke"`},
		"a setting in capitals": {`{"name":"x","line":{"Steps":1}}`, `"line.Steps"`},
		"a setting twice":       {`{"name":"x","line":{"steps":1,"steps":2}}`, `"line.steps"`},
		"a body that is null":   {`{"name":"x","line":null}`, `"line"`},
		"a body that is a list": {`{"name":"x","line":[]}`, `"line"`},
		"a name that is null":   {`{"name":null,"line":{}}`, `"name"`},
		"a name of 3":           {`{"name":3,"line":{}}`, `"name"`},
		"steps of text":         {`{"name":"x","line":{"steps":"many"}}`, `"line"`},
		"steps of a half":       {`{"name":"x","line":{"steps":0.5}}`, `"line"`},
		"steps that are null":   {`{"name":"x","line":{"steps":null}}`, `"line.steps"`},
		"a seed below 0":        {`{"name":"x","line":{"seed":-1}}`, `"line"`},
		"more behind":           {`{"name":"x","line":{}} {}`, "invalid character"},
		"no UTF-8":              {"{\"name\":\"\xff\",\"line\":{}}", "UTF-8"},
		"a control character":   {`{"name":"x\u001b[2J","line":{}}`, `"name"`},
	} {
		if _, err := zoo.Families().Parse([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	if _, err := (recipe.Families{family("line")}).Parse([]byte(`{"name":"x","text":{}}`)); err == nil || !strings.HasSuffix(err.Error(), "exactly one of line") {
		t.Errorf("a family that this table lacks: %v", err)
	}
}

// Every named recipe is what its JSON says, and makes sense.
func TestNamedRecipes(t *testing.T) {
	table := zoo.Families()
	seen := map[string]bool{}
	for _, r := range table.Named() {
		if seen[r.Name] || r.About == "" {
			t.Errorf("%s: named twice, or about nothing", r.Name)
		}
		seen[r.Name] = true
		if err := r.Check(); err != nil {
			t.Error(err)
		}
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := table.Parse(text); err != nil || !reflect.DeepEqual(again, r) {
			t.Errorf("%s: %+v, %v", text, again, err)
		}
		path := filepath.Join(t.TempDir(), "r.json")
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{r.Name, path} {
			if again, err := table.Read(name); err != nil || !reflect.DeepEqual(again, r) {
				t.Errorf("%s: %+v, %v", name, again, err)
			}
		}
		other, err := table.Read(r.Name)
		if err != nil {
			t.Fatal(err)
		}
		if *other.Body.SeedPtr() += 1; *r.Body.SeedPtr() == *other.Body.SeedPtr() {
			t.Errorf("%s: read twice it is one recipe", r.Name)
		}
	}
	if len(seen) < 8 {
		t.Errorf("only %d recipes have names", len(seen))
	}
}

func TestReadRefuses(t *testing.T) {
	table := recipe.Families{family("line"), family("linear")}
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.json")
	if err := os.WriteFile(broken, []byte(`{"name":"x","line":{"step":1}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		says  string
		usage bool
	}{
		"lstm":                            {`no recipe "lstm": want mlp-line, mlp-line-seed, nbsvm, tfidf, subword, nbsvm-imdb, tfidf-imdb, or a .json file`, true},
		"":                                {`no recipe ""`, true},
		filepath.Join(dir, "r.yaml"):      {"or a .json file", true},
		filepath.Join(dir, "absent.json"): {"no file " + filepath.Join(dir, "absent.json"), true},
		broken:                            {"recipe " + broken + `: "line.step"`, false},
	} {
		_, err := table.Read(name)
		if err == nil || !strings.HasPrefix(err.Error(), "zoo: ") || !strings.Contains(err.Error(), c.says) || errors.Is(err, recipe.ErrUsage) != c.usage {
			t.Errorf("%q: %v, want %q", name, err, c.says)
		}
	}
}

func TestRecipeJSON(t *testing.T) {
	r := recipe.Recipe{Name: "x", About: "a <b> & c", Family: family("line"), Body: &zoo.LineRecipe{Sizes: []int{1, 1}, Steps: 2}}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"name":"x","about":"a \u003cb\u003e \u0026 c","line":{"sizes":[1,1],"slope":0,"intercept":0,"steps":2,"seed":0,"epochs":0,"batch":0,"optimizer":{"kind":"","learning_rate":0}}}`; string(text) != want {
		t.Errorf("%s, want %s", text, want)
	}
	if _, err := json.Marshal(recipe.Recipe{Name: "x"}); err == nil || !strings.Contains(err.Error(), `recipe "x" is empty`) {
		t.Errorf("without a family: %v", err)
	}
}

// A recipe that is no whole one says so whatever it is asked.
func TestEmptyRecipe(t *testing.T) {
	for says, r := range map[string]recipe.Recipe{
		`recipe "nothing" is empty`: {Name: "nothing"},
		`recipe "no body" is empty`: {Name: "no body", Family: family("table")},
		`recipe "nil" is empty`:     {Name: "nil", Family: family("table"), Body: (*zoo.TableRecipe)(nil)},
		"want the family's, *mlp.T": {Name: "other", Family: family("table"), Body: &zoo.LineRecipe{}},
	} {
		var errs [4]error
		_, errs[0] = json.Marshal(r)
		_, errs[1] = r.Command(0)
		_, errs[2] = r.Identity("")
		_, errs[3] = r.Card("regression", train.Result{})
		for i, err := range errs {
			if err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%d: %v, want %q", i, err, says)
			}
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	for says, change := range map[string]func(*recipe.Recipe, *zoo.LineRecipe){
		`name ""`:                        func(r *recipe.Recipe, _ *zoo.LineRecipe) { r.Name = "" },
		`name "../x"`:                    func(r *recipe.Recipe, _ *zoo.LineRecipe) { r.Name = "../x" },
		`recipe "x" is empty`:            func(r *recipe.Recipe, _ *zoo.LineRecipe) { *r = recipe.Recipe{Name: "x"} },
		`recipe "mlp-line" is empty`:     func(r *recipe.Recipe, _ *zoo.LineRecipe) { r.Body = (*zoo.LineRecipe)(nil) },
		"want the family's, *mlp.Line":   func(r *recipe.Recipe, _ *zoo.LineRecipe) { r.Body = &zoo.TableRecipe{} },
		"steps 0 and sizes":              func(_ *recipe.Recipe, b *zoo.LineRecipe) { b.Steps = 0 },
		"batch 0 and epochs 6, want":     func(_ *recipe.Recipe, b *zoo.LineRecipe) { b.Batch = 0 },
		"batch 65537 and epochs 6, want": func(_ *recipe.Recipe, b *zoo.LineRecipe) { b.Batch = 65537 },
		"batch 32 and epochs 0, want":    func(_ *recipe.Recipe, b *zoo.LineRecipe) { b.Epochs = 0 },
	} {
		r, err := zoo.ReadRecipe("mlp-line")
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Check(); err != nil {
			t.Fatal(err)
		}
		change(&r, r.Body.(*zoo.LineRecipe))
		if err := r.Check(); err == nil || !strings.HasPrefix(err.Error(), "zoo: recipe") || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}
