package mean_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/recipe/mean"
	"github.com/gorgonia-zoo/zoo/weights"
)

// topics are texts of three classes, of which one in seven has a wrong label.
func topics(t testing.TB) *zoo.Texts {
	table := [][]string{{"text", "label"}}
	words := [][]string{{"ball", "team", "goal"}, {"soup", "salt", "bread"}, {"star", "moon", "orbit"}}
	for i := range 210 {
		label := i % 3
		if i%7 == 0 {
			label = i / 7 % 3
		}
		table = append(table, []string{fmt.Sprintf("the %s and %d words of %s", words[i%3][i/3%3], i, words[i%3][i/2%3]), []string{"sport", "food", "sky"}[label]})
	}
	return fixture.Texts(t, fixture.CSV(t, table))
}

// joined is the recipe of the mean of the recipes.
func joined(t testing.TB, names ...string) recipe.Recipe {
	t.Helper()
	var members []recipe.Recipe
	for _, name := range names {
		r, err := zoo.ReadRecipe(name)
		if err != nil {
			t.Fatal(err)
		}
		if b, ok := r.Body.(*zoo.TextRecipe); ok { // a small one
			b.Model.Embedding, b.Model.Hidden, b.Epochs = 8, 8, 2
		}
		members = append(members, r)
	}
	r, ok, err := zoo.Families().Join(members)
	if err != nil || !ok {
		t.Fatalf("no family joins recipes: %v", err)
	}
	return r
}

// The probabilities are the mean of the members', as trained and as opened, and
// the recipe on the card makes the same bytes.
func TestMean(t *testing.T) {
	ctx := context.Background()
	data := topics(t)
	m := fixture.Train(t, joined(t, "tfidf", "nbsvm", "lstm"), data, zoo.Run{})
	again, _ := fixture.Reopened(t, m)
	texts := []string{"the goal of the team", "salt", "", "a moon over soup"}
	for _, c := range []*mean.Classifier{m.Value.(*mean.Classifier), again.Value.(*mean.Classifier)} {
		if len(c.Members()) != 3 || len(c.Classes()) != 3 || c.Temperature() != 1 {
			t.Fatalf("%d members of classes %q", len(c.Members()), c.Classes())
		}
		all, err := c.PredictAll(ctx, texts)
		if err != nil {
			t.Fatal(err)
		}
		for i, text := range texts {
			want := make([]float64, 3)
			for _, one := range c.Members() {
				p, err := one.Predict(ctx, text)
				if err != nil {
					t.Fatal(err)
				}
				for k := range want {
					want[k] += p.Probabilities[k] / 3
				}
			}
			one, err := c.Predict(ctx, text)
			if err != nil || one.Label != all[i].Label || one.Probability != all[i].Probability {
				t.Errorf("%q alone: %+v, among others %+v: %v", text, one, all[i], err)
			}
			for k := range want {
				if math.Abs(all[i].Probabilities[k]-want[k]) > 1e-12 || all[i].Probabilities[k] > all[i].Probability {
					t.Errorf("%q: %+v, want %v", text, all[i], want)
				}
			}
			if all[i].Label != c.Classes()[all[i].Class] {
				t.Errorf("%q: %+v", text, all[i])
			}
		}
	}
	card := m.Artefact.Card
	if card.Licence != "" || !strings.Contains(card.Data, "210 texts of 3 classes") || card.Parameters < 100 || !strings.Contains(card.Recipe.Command, "zoo train RECIPE.json") {
		t.Errorf("card %+v", card)
	}
	own, err := again.Recipe()
	if err != nil {
		t.Fatal(err)
	}
	if b := fixture.Train(t, own, data, zoo.Run{}); fixture.SHA(t, b) != fixture.SHA(t, m) || len(b.Differences(m)) > 0 {
		t.Errorf("the recipe makes another model: %q", b.Differences(m))
	}
}

func TestMeanRefuses(t *testing.T) {
	ctx := context.Background()
	data := topics(t)
	good := joined(t, "tfidf", "nbsvm")
	body := func(members ...string) recipe.Recipe {
		r := good
		b := &mean.Recipe{}
		for _, m := range members {
			b.Members = append(b.Members, json.RawMessage(m))
		}
		r.Body = b
		return r
	}
	first := string(good.Body.(*mean.Recipe).Members[0])
	line := `{"name":"mlp-line","about":"","line":{"sizes":[1,1],"seed":1,"epochs":1,"batch":1,"optimizer":{"kind":"sgd","learning_rate":0.1}}}`
	for says, c := range map[string]struct {
		recipe recipe.Recipe
		run    zoo.Run
	}{
		"a mean of 1 members":            {body(first), zoo.Run{}},
		"member 1 of the mean: ":         {body(first, `{"name":"x"}`), zoo.Run{}},
		"member 0 of the mean: ":         {body(line, first), zoo.Run{}},
		"no steps to stop after":         {good, zoo.Run{Steps: 1}},
		"and nothing to resume":          {good, zoo.Run{Resume: true}},
		"want exactly one of ":           {body(first, "{}"), zoo.Run{}},
		"a mean of 9 members, want 2 to": {body(first, first, first, first, first, first, first, first, first), zoo.Run{}},
	} {
		if _, _, err := zoo.Train(ctx, c.recipe, data, c.run); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, _, err := zoo.Train(cancelled, good, data, zoo.Run{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// An artefact that lies is an error.
func TestOpenRefuses(t *testing.T) {
	m := fixture.Train(t, joined(t, "tfidf", "nbsvm"), topics(t), zoo.Run{})
	config := string(m.Artefact.Config)
	for says, change := range map[string]func(a *weights.Artefact){
		"0 members":     func(a *weights.Artefact) { a.Config = json.RawMessage(`{"members":[]}`) },
		"unknown field": func(a *weights.Artefact) { a.Config = json.RawMessage(`{"x":1}`) },
		"is a mean itself": func(a *weights.Artefact) {
			a.Config = json.RawMessage(strings.Replace(config, `"linear"`, `"mean"`, 1))
		},
		"member 0: zoo: model \"x\"": func(a *weights.Artefact) { a.Config = json.RawMessage(strings.Replace(config, `"linear"`, `"x"`, 1)) },
		"the artefact has the classes": func(a *weights.Artefact) {
			a.Classes = []string{"a", "b", "c"}
		},
		`no class "food"`: func(a *weights.Artefact) {
			at := strings.LastIndex(config, `"food"`)
			a.Config = json.RawMessage(config[:at] + `"drink"` + config[at+len(`"food"`):])
		},
		"belong to no member": func(a *weights.Artefact) {
			var list []weights.Tensor
			for _, t := range a.Weights.Tensors() {
				raw, _ := a.Weights.Raw(t.Name)
				list = append(list, weights.Tensor{Name: t.Name, Shape: t.Shape, DType: t.DType, Raw: raw})
			}
			list = append(list, weights.Tensor{Name: "z", Shape: []int{1}, DType: weights.F32, Data: []float32{1}})
			a.Weights, _ = weights.New(list, nil)
		},
	} {
		a := *m.Artefact
		change(&a)
		if _, err := zoo.Families().Open(&a); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}
