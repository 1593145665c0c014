package recipe_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/recipe"
)

// tableOfTexts is a small table of labelled texts.
func tableOfTexts(t *testing.T) *zoo.Texts {
	t.Helper()
	path := filepath.Join(t.TempDir(), "t.csv")
	if err := os.WriteFile(path, []byte("text,label\n"+strings.Repeat("a b,x\nc d,y\ne f,x\ng h,y\n", 20)), 0o644); err != nil {
		t.Fatal(err)
	}
	data, err := zoo.OpenTexts(path, zoo.TextsConfig{Cache: "none"})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Families propose recipes that can be trained, the cheapest first, beginning
// from the bases that they know, and their names are the ends of commands.
func TestCandidates(t *testing.T) {
	ctx := context.Background()
	data := tableOfTexts(t)
	var bases []recipe.Base
	for _, name := range []string{"mlp-line", "lstm-imdb", "word2vec-imdb"} {
		m, err := zoo.OpenModel(name)
		if err != nil {
			t.Fatal(err)
		}
		bases = append(bases, recipe.Base{Name: name, Model: m})
	}
	env := zoo.Default().Env(zoo.Run{})
	all, err := zoo.Families().Candidates(ctx, data, bases, env)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for i, c := range all {
		names = append(names, c.Name)
		if i > 0 && c.Seconds < all[i-1].Seconds {
			t.Errorf("%s costs %v s and comes after %s of %v s", c.Name, c.Seconds, all[i-1].Name, all[i-1].Seconds)
		}
		if c.Family == nil || c.Kind == "" || !strings.HasPrefix(c.Name, c.Kind) || !(c.Seconds > 0) {
			t.Errorf("%+v", c)
		}
		command, err := c.Command(0)
		if c.Name == "tfidf --c 30" || c.Name == "subword --c 30" {
			command += " --c 30" // which the recipe says
		}
		if words := strings.Fields(c.Name); err != nil || !strings.Contains(command, words[len(words)-1]) {
			t.Errorf("%s: %s, %v", c.Name, command, err)
		}
	}
	want := []string{"tfidf --c 1", "tfidf --c 3", "tfidf --c 10", "tfidf --c 30", "nbsvm --c 0.1", "nbsvm --c 1", "nbsvm --c 10", "subword --c 30", "lstm --epochs 40", "finetune lstm-imdb --epochs 50"}
	if !slices.Equal(names, want) {
		t.Errorf("candidates %q, want %q", names, want)
	}
	if none, err := zoo.Families().Candidates(ctx, &foreign{}, bases, env); err != nil || len(none) != 0 {
		t.Errorf("of other data: %d candidates, %v", len(none), err)
	}
}

// A family that proposes what cannot be is an error that names it.
func TestCandidatesRefuse(t *testing.T) {
	broken := errors.New("broken")
	good := recipe.Candidate{Recipe: recipes(family("line"))[0], Name: "a", Seconds: 1}
	empty, bad := good, good
	empty.Name = ""
	bad.Recipe.Body = &zoo.LineRecipe{}
	for says, list := range map[string][]recipe.Candidate{
		`a candidate of the name "a"`:   {good, good},
		`a candidate of the name ""`:    {empty},
		"candidate a of family line: ":  {bad},
		"candidates of family line: br": nil,
	} {
		f := *family("line")
		f.Candidates = func(context.Context, recipe.Data, []recipe.Base, recipe.Env) ([]recipe.Candidate, error) {
			if list == nil {
				return nil, broken
			}
			return list, nil
		}
		if _, err := (recipe.Families{&f}).Candidates(context.Background(), &foreign{}, nil, recipe.Env{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}
