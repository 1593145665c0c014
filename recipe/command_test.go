package recipe_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/recipe"
)

// words splits a command as a shell does, as far as single quotes and
// backslashes go.
func words(command string) (list []string) {
	var word strings.Builder
	quoted, begun := false, false
	for i := 0; i < len(command); i++ {
		switch c := command[i]; {
		case c == '\'':
			quoted, begun = !quoted, true
		case quoted:
			word.WriteByte(c)
		case c == '\\':
			i++
			word.WriteByte(command[i])
			begun = true
		case c == ' ':
			if begun {
				list = append(list, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteByte(c)
			begun = true
		}
	}
	return append(list, word.String())
}

// obey returns the recipe that a command trains, and false where it is that of a
// file.
func obey(t *testing.T, table recipe.Families, like recipe.Recipe, command string) (recipe.Recipe, bool) {
	t.Helper()
	args := words(command)
	if args[0] != "zoo" || args[len(args)-2] != "--out" || args[len(args)-1] != "DIR" {
		t.Fatalf("command %q", command)
	}
	if args[2] == "RECIPE.json" {
		return recipe.Recipe{}, false
	}
	var r recipe.Recipe
	switch args[1] {
	case "train":
		var err error
		if r, err = table.Read(args[2]); err != nil {
			t.Fatal(err)
		}
	case "finetune":
		r = recipe.Recipe{Name: like.Name, About: like.About, Family: like.Family, Body: like.Family.Tuning.Plain(args[2])}
	}
	for args = args[3:]; len(args) > 0; {
		name, value, ok := strings.Cut(strings.TrimPrefix(args[0], "--"), "=")
		at := slices.IndexFunc(r.Family.Settings, func(s recipe.Setting) bool { return s.Flag == name })
		isBool := at >= 0 && r.Family.Settings[at].Type == recipe.BoolType
		switch args = args[1:]; {
		case ok:
		case isBool:
			value = "true"
		default:
			value, args = args[0], args[1:]
		}
		switch name {
		case "data", "out":
		case "seed":
			seed, err := strconv.ParseUint(value, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			*r.Body.SeedPtr() = seed
		case "epochs":
			n, err := strconv.Atoi(value)
			if err != nil {
				t.Fatal(err)
			}
			r.SetEpochs(n)
		default:
			if at < 0 {
				t.Fatalf("%s: no setting --%s", command, name)
			}
			if err := r.Family.Settings[at].Of(r.Body).Set(value); err != nil {
				t.Fatalf("%s: --%s %v", command, name, err)
			}
		}
	}
	return r, true
}

// The flags of a recipe's command, applied to the recipe that it names, give the
// recipe, whatever its settings, its seed and its epochs are.
func TestCommandGivesTheRecipe(t *testing.T) {
	table := zoo.Families()
	check := func(r recipe.Recipe, what string) {
		t.Helper()
		command, err := r.Command(0)
		if err != nil {
			t.Fatal(err)
		}
		again, named := obey(t, table, r, command)
		if !named {
			t.Errorf("%s of %s: %s", what, r.Name, command)
			return
		}
		if got, want := body(t, again), body(t, r); got != want {
			t.Errorf("%s of %s: %s gives\n%s, want\n%s", what, r.Name, command, got, want)
		}
		if data := r.Source().Open != nil; data != strings.Contains(command, " --data DATA") {
			t.Errorf("%s: reads data: %v", command, data)
		}
	}
	for _, f := range table {
		for _, r := range recipes(f) {
			check(r, "nothing")
			*r.Body.SeedPtr() = 1<<64 - 1
			check(r, "the seed")
			if r.Body.BySteps() != nil {
				r.SetEpochs(17)
				check(r, "the epochs")
			}
		}
		for i, s := range f.Settings { // each value alone, and what it leaves with all that follow
			for n, r := range recipes(f) {
				for _, good := range takes[f.Key+"/"+s.Flag].good {
					if err := s.Of(r.Body).Set(good); err != nil {
						t.Fatal(err)
					}
					check(r, "--"+s.Flag+" "+good)
				}
				all := recipes(f)[n]
				for _, s := range f.Settings[i:] {
					if err := s.Of(all.Body).Set(takes[f.Key+"/"+s.Flag].good[0]); err != nil {
						t.Fatal(err)
					}
				}
				check(all, "all from --"+s.Flag+" on")
			}
		}
	}
}

// made is a body whose named recipe has what settings can turn off.
type made struct {
	Sure bool     `json:"sure"`
	Word string   `json:"word"`
	List []string `json:"list"`
	recipe.Training
}

func (*made) Check() error { return nil }

// A family of a program's own has commands too, of which the flags turn off what
// the named recipe has.
func TestCommandOfAnOwnFamily(t *testing.T) {
	f := &recipe.Family{
		Key: "made",
		New: func() recipe.Body { return new(made) },
		Named: func() []recipe.Recipe {
			return []recipe.Recipe{{Name: "made-up", Body: &made{Sure: true, Word: "it is", List: []string{"a"}}}}
		},
		Train: family("line").Train, // never called
		Settings: []recipe.Setting{
			{Flag: "sure", Type: recipe.BoolType, Of: recipe.Bool(func(b *made) *bool { return &b.Sure })},
			{Flag: "word", Type: recipe.TextType, Of: recipe.Text(func(b *made) *string { return &b.Word }, "")},
			{Flag: "list", Type: recipe.ListType, Of: recipe.List(func(b *made) *[]string { return &b.List }, "")},
		},
	}
	table := recipe.Families{f}
	for want, b := range map[string]*made{
		"zoo train made-up --seed 0 --out DIR":                                   {Sure: true, Word: "it is", List: []string{"a"}},
		"zoo train made-up --sure=false --word '' --list '' --seed 0 --out DIR":  {},
		`zoo train made-up --word 'it'\''s' --list '"a,b",c' --seed 0 --out DIR`: {Sure: true, Word: "it's", List: []string{"a,b", "c"}},
	} {
		r := recipe.Recipe{Name: "made-up", Family: f, Body: b}
		command, err := r.Command(0)
		if err != nil || command != want {
			t.Errorf("%s, want %s: %v", command, want, err)
			continue
		}
		again, _ := obey(t, table, r, command)
		if got, want := body(t, again), body(t, r); got != want {
			t.Errorf("%s gives %s, want %s", command, got, want)
		}
	}
}

// What flags cannot say comes from a file.
func TestCommandOfAFile(t *testing.T) {
	table := zoo.Families()
	for name, change := range map[string]func(recipe.Body){
		"lstm":          func(b recipe.Body) { b.(*zoo.TextRecipe).Model.Hidden++ },
		"word2vec-imdb": func(b recipe.Body) { b.(*zoo.Word2VecRecipe).Phrases.MinCount = 4 },
		"mlp":           func(b recipe.Body) { b.BySteps().Batch++ },
		"mlp-line":      func(b recipe.Body) { b.BySteps().Optimizer.LearningRate = 3 },
	} {
		r, err := table.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		change(r.Body)
		data := ""
		if name != "mlp-line" {
			data = " --data DATA"
		}
		want := "zoo train RECIPE.json" + data + " --seed 1 --out DIR"
		if command, err := r.Command(0); err != nil || command != want {
			t.Errorf("%s: %q, %v, want %q", name, command, err, want)
		}
	}
	own := recipe.Recipe{Name: "own", Family: family("text"), Body: &zoo.TextRecipe{}}
	if command, err := own.Command(7); err != nil || command != "zoo train RECIPE.json --data DATA --seed 0 --steps 7 --out DIR" {
		t.Errorf("%q, %v", command, err)
	}
	tuned := family("finetune")
	r := recipe.Recipe{Name: "x", Family: tuned, Body: tuned.Tuning.Plain("base")}
	r.Body.BySteps().ClipNorm = 7
	if command, err := r.Command(0); err != nil || command != "zoo train RECIPE.json --data DATA --seed 1 --out DIR" {
		t.Errorf("%q, %v", command, err)
	}
}
