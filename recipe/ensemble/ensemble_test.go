package ensemble_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/recipe/ensemble"
)

// The recipe makes the same bytes again, the model answers as IMDB does, and what it
// explains adds up.
func TestEnsemble(t *testing.T) {
	ctx := context.Background()
	data := fixture.Texts(t, fixture.Reviews(t, 120))
	r := fixture.Recipe(t, "imdb")
	b := r.Body.(*ensemble.Recipe)
	b.Validation = 0.3
	m := fixture.Train(t, r, data, zoo.Run{})
	again, _ := fixture.Reopened(t, m)
	if other := fixture.Train(t, fixture.MadeBy(t, m), data, zoo.Run{}); fixture.SHA(t, other) != fixture.SHA(t, m) {
		t.Error("the recipe makes another model")
	}
	if n := len(m.Artefact.Weights.Tensors()); n != 1 {
		t.Errorf("it carries %d tensors", n)
	}
	shipped, err := zoo.OpenModel("imdb")
	if err != nil {
		t.Fatal(err)
	}
	direct, err := zoo.IMDB()
	if err != nil {
		t.Fatal(err)
	}
	const text = "A plot without surprises, but the cast is brilliant and I was never bored."
	for _, model := range []*zoo.Model{m, again, shipped} {
		p, e, err := model.Value.(zoo.Explainer).Explain(ctx, text)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, w := range e.Words {
			sum += w.Contribution
		}
		if math.Abs(sum-e.Sum) > 1e-9 || math.Abs(e.Error) > 0.1 || math.Abs(e.Logit-p.Logits[0]) > 1e-3 || len(e.Terms) == 0 || len(e.Words) < 14 || len(e.Words) > 20 {
			t.Errorf("words that add up to %v: %+v of %+v", sum, e, p)
		}
		if known, ok := model.Value.(zoo.Knower).Known(text); !ok || known < 0.9 {
			t.Errorf("%v of the words are known, %v", known, ok)
		}
		if model == shipped {
			if q, err := direct.Predict(ctx, text); err != nil || q.Probability != p.Probability || q.Label != "positive" {
				t.Errorf("zoo.IMDB says %+v, the table %+v, %v", q, p, err)
			}
		}
	}
}

func TestRefuses(t *testing.T) {
	data := fixture.Texts(t, fixture.Reviews(t, 40))
	for says, change := range map[string]func(*ensemble.Recipe){
		"1 members":                  func(b *ensemble.Recipe) { b.Members = b.Members[:1] },
		"validation is 0":            func(b *ensemble.Recipe) { b.Validation = 0 },
		"does not come with":         func(b *ensemble.Recipe) { b.Members[0] = ensemble.Member{Model: "no-such-model"} },
		"the recipe's had 000":       func(b *ensemble.Recipe) { b.Members[0].SHA256 = strings.Repeat("0", 64) },
		"is no classifier of texts":  func(b *ensemble.Recipe) { b.Members[0] = ensemble.Member{Model: "mlp-line"} },
		"imdb is an ensemble itself": func(b *ensemble.Recipe) { b.Members[0] = ensemble.Member{Model: "imdb"} },
	} {
		r := fixture.Recipe(t, "imdb")
		change(r.Body.(*ensemble.Recipe))
		if _, _, err := zoo.Train(context.Background(), r, data, zoo.Run{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
	if _, _, err := zoo.Train(context.Background(), fixture.Recipe(t, "imdb"), data, zoo.Run{Steps: 1}); !errors.Is(err, zoo.ErrUsage) {
		t.Errorf("some steps: %v", err)
	}
}
